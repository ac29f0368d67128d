"""What menus hang on pages of lower apps, and on the resident's home page."""

from core.board import DECIDED, OPEN, ResidentSource, board
from residents.home.menus import closed_menus, open_menus


def register() -> None:
    """Called once, when the app is ready."""
    board.register(ResidentSource(subject=OPEN, key="menus", position=20, cards=open_menus))
    board.register(ResidentSource(subject=DECIDED, key="menus", position=20, cards=closed_menus))
