"""The scheme's tab on a project's page, and what waits for whoever signs, answers and approves."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.board import Tab, WaitingLine, WaitingSource, board
from directory.models import User
from projects.models import Scheme
from projects.models.scheme import waiting_for
from projects.permissions import can_see_programme

# The key is the list's own `?waiting=`.
LINES: dict[str, Promise | str] = {
    "sign": _("Schemes to sign"),
    "notice": _("Schemes to post for public notice"),
    "answer": _("Schemes with objections to answer"),
    "approve": _("Schemes to approve"),
}


def register() -> None:
    board.register(Tab(subject="project", key="scheme", label=_("Scheme"), position=20, url=_tab_url))
    board.register(WaitingSource(key="schemes", position=30, lines=_waiting))


def _tab_url(project: Any) -> str:
    return reverse("projects:scheme", args=[project.code])


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
