"""What the register shows on pages lower or higher in the house."""

from compounds.actions.register import follow_division
from core.board import DivisionFollower, board


def register_on_board() -> None:
    board.register(DivisionFollower(key="compounds", follow=follow_division))
