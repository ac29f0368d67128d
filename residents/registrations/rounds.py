"""Rounds of visits on the tabs of the residents' section and of a compound's residents, and among what waits."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core.board import Tab, WaitingLine, WaitingSource, board, by_code
from directory.models import User
from directory.powers import Power
from residents.board import OF_COMPOUND, RESIDENTS
from residents.models import Round
from residents.worklist import to_knock_tonight

# Whoever knocks belongs to a community; offices above it see the rounds in their list.
COMMUNITY_DIGITS = 12
LISTED = 5


def register() -> None:
    """Called once, when the app is ready."""
    board.register(
        Tab(
            subject=RESIDENTS, key="rounds", label=_("Visits"), position=20, url=lambda _user: reverse("residents:rounds")
        )
    )  # fmt: skip
    board.register(
        Tab(subject=OF_COMPOUND, key="rounds", label=_("Visits"), position=40, url=by_code("residents:rounds_of"))
    )  # fmt: skip
    board.register(WaitingSource(key="rounds", position=15, lines=_waiting))


def _waiting(user: User) -> Iterator[WaitingLine]:
    """Doors to knock on tonight, of each round under way in one's own community."""
    scopes = [code for code in user.scopes_for(Power.ENTER_FOR_RESIDENTS) if len(code) == COMMUNITY_DIGITS]
    if not scopes:
        return
    for visits in Round.objects.running().within(scopes).select_related("compound")[:LISTED]:
        yield WaitingLine(
            text=_now("doors to knock on tonight, {compound}").format(compound=visits.compound.name),
            count=to_knock_tonight(visits), url=f"{reverse('residents:round', args=[visits.pk])}?show=tonight",
        )  # fmt: skip
