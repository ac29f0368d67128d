"""What the programme shows on pages lower or higher in the house, by what it is about."""

from projects.registrations import backlog, plans, project, schemes, tasks


def register_on_board() -> None:
    for part in (backlog, plans, project, schemes, tasks):
        part.register()
