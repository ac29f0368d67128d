"""Documents, timetable and tasks on other pages: tabs of a project, what waits."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.board import Tab, board
from projects.models import Project


def register() -> None:
    _register_tabs()


def _register_tabs() -> None:
    board.register(
        Tab(
            subject="project", key="timetable", label=_("Timetable"), position=35, url=_tab_url("projects:timetable"),
        )
    )  # fmt: skip
    board.register(
        Tab(
            subject="project", key="documents", label=_("Documents"), position=70,
            url=_tab_url("projects:documents"), count=_documents,
        )
    )  # fmt: skip


def _tab_url(url_name: str) -> Any:
    return lambda record: reverse(url_name, args=[record.code])


def _documents(project: Project) -> int:
    return project.documents.valid().count()
