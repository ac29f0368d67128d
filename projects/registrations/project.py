"""Projects on the rail, the tabs of a project's page, search, figures and what waits."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.board import RailItem, Tab, board
from projects.permissions import can_see_projects


def register() -> None:
    board.register(
        RailItem(
            key="projects", label=_("Projects"), icon="list-details", url_name="projects:list", position=50,
            may_see=can_see_projects,
        )
    )  # fmt: skip
    for position, key, label, url_name in ((10, "overview", _("Overview"), "projects:detail"),):
        board.register(
            Tab(subject="project", key=key, label=label, position=position, url=_tab_url(url_name))
        )


def _tab_url(url_name: str) -> Any:
    return lambda project: reverse(url_name, args=[project.code])
