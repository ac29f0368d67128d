"""Saying something, on the resident's home page: the way there, and how far one's own opinions are."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.board import ResidentCard
from residents.models import Opinion, OpinionState, OwnerChange
from residents.session import Resident

ANSWERED = (OpinionState.ANSWERED, OpinionState.CLOSED)


def own_opinions(resident: Resident) -> QuerySet[Opinion]:
    """Of this household, however they came in, newest first; also what it said before its compound was merged or split.

    Not what was said before it changed hands: that is the former owners'.
    """
    sold = OwnerChange.objects.filter(household=resident.household_id, kind=OwnerChange.Kind.TRANSFERRED)
    rows = Opinion.objects.filter(
        ~Exists(sold.filter(recorded_at__gt=OuterRef("received_at"))), household=resident.household_id
    )
    return rows.select_related("merged_into", "category").order_by("-received_at", "-pk")


def answered_neighbours(resident: Resident) -> QuerySet[Opinion]:
    rows = Opinion.objects.heads().filter(compound=resident.compound_id, is_public=True, state__in=ANSWERED)
    return rows.select_related("category").order_by("-replied_at", "-pk")


def say_something(resident: Resident) -> Iterator[ResidentCard]:
    own = list(own_opinions(resident).values_list("state", "merged_into__state"))
    if own:
        answered = sum((head or state) in ANSWERED for state, head in own)
        said = ngettext("You have said {count} thing.", "You have said {count} things.", len(own)).format(
            count=len(own)
        )
        told = ngettext("{count} is answered.", "{count} are answered.", answered).format(count=answered)
        yield ResidentCard(
            title=_("Your opinions"), lines=(said, told),
            tag=_("answered") if answered == len(own) else "", tone="ok",
            url=reverse("residents:own_opinions"), action=_("See what became of it"),
        )  # fmt: skip
    yield ResidentCard(
        title=_("Say something"),
        lines=(_("What is broken, what you wish for, what should be different: somebody answers within a week."),),
        url=reverse("residents:say"), action=_("Say something"),
    )  # fmt: skip
