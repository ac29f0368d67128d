"""A scheme that waits for what the representatives say of it."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from core.board import ResidentCard
from projects.models import Scheme
from residents.home.programme import programme_of
from residents.models import RepresentativeOpinion
from residents.session import Resident


def opinion_of(resident: Resident, scheme: Scheme) -> RepresentativeOpinion | None:
    """What this representative said of the scheme as it was last handed in."""
    standing = RepresentativeOpinion.objects.standing(scheme)
    return standing.filter(representative_id=resident.representative_id or 0).first()


def open_for_representatives(resident: Resident) -> Iterator[ResidentCard]:
    programme = programme_of(resident) if resident.is_representative else None
    scheme = programme.for_signing if programme else None
    if scheme is None:
        return
    said = opinion_of(resident, scheme)
    url = reverse("residents:sign_off")
    if said is None:
        yield ResidentCard(
            title=_("The scheme waits for your opinion"),
            tag=_("to do"),
            tone="late",
            lines=(_("As a representative you say for the compound whether the scheme is right."),),
            url=url,
            action=_("Read it and answer"),
        )
        return
    answer = _("You agree with the scheme.") if said.agrees else _("You want something changed.")
    yield ResidentCard(
        title=_("Your opinion of the scheme"), tag=_("handed in"), tone="ok",
        lines=(answer, _("You can change it until the scheme is approved.")), url=url, action=_("Look at it"),
    )  # fmt: skip
