"""Representatives on the tabs of a compound's residents."""

from django.utils.translation import gettext_lazy as _

from core.board import Tab, board, by_code
from residents.board import OF_COMPOUND


def register() -> None:
    """Called once, when the app is ready."""
    board.register(
        Tab(
            subject=OF_COMPOUND, key="representatives", label=_("Representatives"), position=50,
            url=by_code("residents:representatives"),
        )
    )  # fmt: skip
