"""Documents, timetable and tasks on other pages: tabs, the sign in the top bar, the overview, what waits."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compounds.models import Compound
from core.board import Beacon, DivisionFollower, Panel, Tab, WaitingLine, WaitingSource, board, by_code
from directory.models import RoleAssignment, User
from directory.powers import Power, roles_with
from projects.filters.task import Today
from projects.models import Project, Task, TaskState
from projects.permissions import can_see_tasks

ON_OVERVIEW = 6


def register() -> None:
    _register_tabs()
    board.register(
        Beacon(
            key="tasks", label=_("My tasks"), icon="checklist", url_name="projects:my_tasks", position=15,
            rows=waiting_rows, may_see=can_see_tasks,
        )
    )  # fmt: skip
    board.register(
        Panel(
            subject="overview", key="my_tasks", position=15, template="projects/task_panel.html", context=_my_tasks,
            may_see=lambda user: user.has_power(Power.WORK_ON_TASKS),
        )
    )  # fmt: skip
    board.register(WaitingSource(key="tasks", position=25, lines=_waiting))
    board.register(DivisionFollower(key="tasks", follow=follow_division))


def _register_tabs() -> None:
    board.register(
        Tab(
            subject="project", key="timetable", label=_("Timetable"), position=35, url=by_code("projects:timetable"),
        )
    )  # fmt: skip
    board.register(
        Tab(
            subject="project", key="tasks", label=_("Tasks"), position=60, url=by_code("projects:project_tasks"),
            may_see=lambda user, project: can_see_tasks(user), count=_open_tasks,
        )
    )  # fmt: skip
    board.register(
        Tab(
            subject="project", key="documents", label=_("Documents"), position=70,
            url=by_code("projects:documents"), count=_documents,
        )
    )  # fmt: skip
    board.register(
        Tab(
            subject="compound", key="tasks", label=_("Tasks"), position=60, url=by_code("projects:compound_tasks"),
            may_see=lambda user, compound: can_see_tasks(user), count=_open_tasks,
        )
    )  # fmt: skip


def _documents(project: Project) -> int:
    return project.documents.valid().count()


def _open_tasks(record: Project | Compound) -> int:
    return record.tasks.open().count()


# --- Mine --------------------------------------------------------------------------------


def waiting_rows(user: Any) -> QuerySet[Task]:
    """`Task.objects.waiting_for(user)`, written so that it depends on nothing but the person's key."""
    current = RoleAssignment.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=Today()), user=user.pk, starts_on__lte=Today(), ended_at__isnull=True
    )  # fmt: skip
    offices = current.filter(role__in=roles_with(Power.WORK_ON_TASKS)).values("division")
    firm = User.objects.filter(pk=user.pk).values("organisation")
    unnamed = Q(person__isnull=True)
    mine = Q(person=user.pk) | (unnamed & Q(organisation__in=firm))
    return Task.objects.open().filter(mine | (unnamed & Q(organisation__isnull=True, holder__in=offices)))


def _my_tasks(request: HttpRequest, division: str) -> dict[str, Any]:
    """Those that are due first."""
    user: Any = request.user
    today = timezone.localdate()
    rows = Task.objects.waiting_for(user).select_related("division").order_by("due_on", "pk")
    tasks = list(rows[: ON_OVERVIEW + 1])
    for task in tasks:
        task.is_late = task.is_overdue(today)  # type: ignore[attr-defined]
    return {"tasks": tasks[:ON_OVERVIEW], "count": len(tasks) if len(tasks) <= ON_OVERVIEW else rows.count()}


def _waiting(user: User) -> Iterator[WaitingLine]:
    """Tasks in one's own hands, and those that one gave and that were reported done."""
    here = reverse("projects:tasks")
    mine = Task.objects.waiting_for(user).aggregate(count=Count("pk"), due=Min("due_on"))
    yield WaitingLine(
        text=_("tasks for me"), count=mine["count"], due=mine["due"], url=f"{here}?show=waiting"
    )
    done = Task.objects.filter(given_by=user, state=TaskState.DONE).count()
    yield WaitingLine(text=_("tasks reported done, for me to close"), count=done, url=f"{here}?show=to_close")


@transaction.atomic
def follow_division(old_code: str, new_code: str) -> int:
    """A place that was renamed or merged takes its tasks along; the thread keeps the names of its day."""
    moved = Task.objects.filter(division=old_code).update(division=new_code)
    return moved + Task.objects.filter(holder=old_code).update(holder=new_code)
