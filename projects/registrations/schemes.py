"""The scheme's tab on a project's page, and what waits for whoever signs, answers and approves."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.board import Panel, Tab, WaitingLine, WaitingSource, board, by_code
from directory.models import User
from projects.models import Project, Scheme, SchemeState
from projects.models.scheme import SCHEME_UNDER_WAY
from projects.permissions import can_see_programme
from projects.scheme_waiting import waiting_for
from projects.tables.scheme import TONES

# The key is the list's own `?waiting=`.
LINES: dict[str, Promise | str] = {
    "sign": _("schemes to sign"),
    "notice": _("schemes to post for public notice"),
    "answer": _("schemes with objections to answer"),
    "approve": _("schemes to approve"),
}


def register() -> None:
    board.register(
        Tab(subject="project", key="scheme", label=_("Scheme"), position=20, url=by_code("projects:scheme"))
    )
    board.register(
        Panel(
            subject="project",
            key="scheme",
            position=20,
            template="projects/scheme_panel.html",
            context=_panel,
        )
    )
    board.register(WaitingSource(key="schemes", position=30, lines=_waiting))


def _panel(request: HttpRequest, project: Project) -> dict[str, Any]:
    """The versions that matter on a project's overview: the one in force and the one under way."""
    states = (SchemeState.APPROVED, *SCHEME_UNDER_WAY)
    versions = list(project.schemes.filter(state__in=states).with_estimate())
    return {"project": project, "versions": [(scheme, TONES[scheme.state]) for scheme in versions]}


def _waiting(user: User) -> Iterator[WaitingLine]:
    """What waits at each point of a scheme's way; one statement."""
    if not can_see_programme(user):
        return
    conditions = waiting_for(user)
    under_way = Scheme.objects.visible_to(user).under_way()
    counts = under_way.aggregate(
        **{key: Count("pk", filter=condition) for key, condition in conditions.items()}
    )
    here = reverse("projects:schemes")
    for key, text in LINES.items():
        if counts[key]:
            yield WaitingLine(text=text, count=counts[key], url=f"{here}?waiting={key}")
