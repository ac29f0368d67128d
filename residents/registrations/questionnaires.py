"""Questionnaires on other pages: the resident's home page."""

from core.board import DECIDED, OPEN, ResidentSource, board
from residents.home.questionnaires import closed_questionnaires, open_questionnaires


def register() -> None:
    """Called once, when the app is ready."""
    board.register(ResidentSource(subject=OPEN, key="questionnaires", position=30, cards=open_questionnaires))
    board.register(
        ResidentSource(subject=DECIDED, key="questionnaires", position=30, cards=closed_questionnaires)
    )
