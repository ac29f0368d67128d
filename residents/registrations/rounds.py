"""Rounds of visits on the tabs of the residents' section and of a compound's residents."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.board import Tab, board, by_code
from residents.board import OF_COMPOUND, RESIDENTS


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
