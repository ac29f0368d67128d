"""What the residents' floor hangs on pages of lower apps, part by part."""

from residents.registrations import (
    home,
    letters,
    meetings,
    menus,
    opinions,
    questionnaires,
    register,
    representatives,
    rounds,
)


def register_on_board() -> None:
    """Called once, when the app is ready."""
    for part in (register, letters, rounds, representatives, home, opinions, meetings, questionnaires, menus):
        part.register()
