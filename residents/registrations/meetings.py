"""Meetings on other pages: tabs, and the resident's home page."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.board import DECIDED, OPEN, ResidentSource, Tab, board
from residents.board import OF_COMPOUND, RESIDENTS
from residents.home.meetings import decided_in_meetings, meetings_to_come


def register() -> None:
    """Called once, when the app is ready."""
    board.register(ResidentSource(subject=OPEN, key="meetings", position=60, cards=meetings_to_come))
    board.register(ResidentSource(subject=DECIDED, key="meetings", position=60, cards=decided_in_meetings))
    board.register(
        Tab(
            subject=RESIDENTS, key="meetings", label=_("Meetings"), position=50,
            url=lambda _user: reverse("residents:meetings"),
        )
    )  # fmt: skip
    board.register(
        Tab(
            subject=OF_COMPOUND, key="meetings", label=_("Meetings"), position=70,
            url=lambda compound: reverse("residents:meetings_of_compound", args=[compound.code]),
        )
    )  # fmt: skip
