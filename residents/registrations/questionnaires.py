"""Questionnaires on other pages: the tabs of the office, the resident's home page."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.board import DECIDED, OPEN, ResidentSource, Tab, board, by_code
from residents.board import OF_COMPOUND, RESIDENTS
from residents.home.questionnaires import closed_questionnaires, open_questionnaires


def register() -> None:
    """Called once, when the app is ready."""
    board.register(ResidentSource(subject=OPEN, key="questionnaires", position=30, cards=open_questionnaires))
    board.register(
        ResidentSource(subject=DECIDED, key="questionnaires", position=30, cards=closed_questionnaires)
    )
    board.register(
        Tab(
            subject=RESIDENTS, key="questionnaires", label=_("Questionnaires"), position=60,
            url=lambda _user: reverse("residents:questionnaires"),
        )
    )  # fmt: skip
    board.register(
        Tab(
            subject=OF_COMPOUND, key="questionnaires", label=_("Questionnaires"), position=80,
            url=by_code("residents:questionnaires_of_compound"),
        )
    )  # fmt: skip
