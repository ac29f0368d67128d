"""The way through a round, carried along to the desk's form and back: ?round=3&show=tonight."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from directory.requests import SignedInRequest
from residents.models import Household, Round
from residents.views.shared import LARGEST_KEY
from residents.worklist import SHOWN, Worklist, following


def show_of(request: SignedInRequest) -> str:
    """To what the worklist is narrowed; "" for nothing that is known."""
    show = request.GET.get("show", "")
    return show if show in SHOWN else ""


def carried(show: str) -> str:
    """The same on the next page."""
    return f"?{urlencode({'show': show})}" if show else ""


def back_to_door(visits: Round, household: Household, show: str) -> str:
    """The worklist at this door."""
    asked: dict[str, Any] = {"show": show} if show else {}
    asked["building"] = household.building_id
    return f"{reverse('residents:round', args=[visits.pk])}?{urlencode(asked)}#door-{household.pk}"


@dataclass(frozen=True)
class Way:
    """Where somebody at the form comes from: a round, and to what its worklist is narrowed."""

    visits: Round
    show: str
    household: Household

    @property
    def query(self) -> str:
        """Carried from the form to its receipt."""
        return f"?{urlencode({'round': self.visits.pk} | ({'show': self.show} if self.show else {}))}"

    @property
    def door(self) -> str:
        """The call at this door."""
        return reverse("residents:round_door", args=[self.visits.pk, self.household.pk]) + carried(self.show)

    @property
    def back(self) -> str:
        return back_to_door(self.visits, self.household, self.show)

    @property
    def onward(self) -> tuple[str, str] | None:
        """(The next door, its address); None where nobody is left to knock at."""
        found = following(Worklist(self.visits).doors, self.household.pk, self.show)
        if found is None:
            return None
        return found.door, reverse("residents:round_door", args=[self.visits.pk, found.pk]) + carried(
            self.show
        )


def way_of(request: SignedInRequest, household: Household) -> Way | None:
    """What the address says, if this is a round of the household's compound that one may see."""
    asked = request.GET.get("round", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return None
    rows = Round.objects.visible_to(request.user).filter(compound=household.compound_id)
    visits = rows.filter(pk=min(int(asked), LARGEST_KEY)).first()
    return Way(visits, show_of(request), household) if visits else None
