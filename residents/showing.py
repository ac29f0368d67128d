"""A letter to try: where the demo prints its accounts, it prints the way to a resident's page too."""

from django.db.models import Exists, OuterRef
from django.urls import reverse

from residents.actions.letters import clear_text
from residents.models import AccessCode, Round


def letter_to_try() -> tuple[str, str] | None:
    """(compound and door, path behind the portal's address) of one household's live letter; None where there is none.

    Of a compound where somebody is going round the doors, if there is one. It opens that household's page to whoever
    reads it, so only a demo may print it.
    """
    going_round = Round.objects.running().filter(compound=OuterRef("household__compound"))
    codes = AccessCode.objects.live().filter(household__isnull=False)
    code = (
        codes.annotate(is_visited=Exists(going_round))
        .select_related("household__building", "household__compound")
        .order_by("-is_visited", "pk")
        .first()
    )
    if code is None or code.household is None:
        return None
    path = reverse("residents:enter", args=[clear_text(code)])
    return f"{code.household.compound.name} {code.household.door}", path
