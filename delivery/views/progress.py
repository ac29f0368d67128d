"""The progress tab of a project's page."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.figures import day
from delivery import curve
from delivery.lights import ProjectLight, rule_in_words
from delivery.models import ProgressEntry
from delivery.permissions import can_report_progress, can_start_or_complete
from delivery.views.shared import JOINED, find_project
from directory.powers import Power
from directory.requests import SignedInRequest
from projects.models import Project, Stage, WorkItem, WorkItemProgress
from projects.views.shared import project_page

ENTRIES_ON_A_PAGE = 30


@dataclass(frozen=True)
class WorkLine:
    """A work item as its bar shows it. `struck`: no longer in the scheme in force."""

    item: WorkItem
    kept: WorkItemProgress

    @property
    def is_struck(self) -> bool:
        return not self.kept.planned

    @property
    def percent(self) -> int:
        """Whole per cent, cut off: 100 means that all is done."""
        return int(100 * self.kept.done / self.kept.planned) if self.kept.planned else 0

    @property
    def left(self) -> Decimal:
        return max(self.kept.planned - self.kept.done, Decimal(0))


@require_safe
def progress(request: SignedInRequest, code: str) -> HttpResponse:
    project = find_project(request, code)
    lines = work_lines(project)
    works = _works(project, lines)
    today = timezone.localdate()
    measured = _measured(project, works, today)
    rows = project.progress_entries.select_related(*JOINED).prefetch_related("photos__file")
    pages = Paginator(rows.order_by("-done_on", "-pk"), ENTRIES_ON_A_PAGE)
    user = request.user
    may_report = can_report_progress(user, project)
    return project_page(
        request,
        "delivery/progress.html",
        project,
        "progress",
        {
            "lines": [line for line in lines if not line.is_struck],
            "struck": [line for line in lines if line.is_struck and line.kept.done],
            "light": ProjectLight.of(project, today),
            "rule": rule_in_words(),
            "today": today,
            "measured": measured,
            "entries": pages.get_page(request.GET.get("page")),
            "may_report": may_report and project.is_active and project.stage == Stage.CONSTRUCTION,
            "may_move_works": can_start_or_complete(user, project),
            "reverses_all": user.has_power(Power.REPORT_PROGRESS, at=project.division_code),
            "contracts": project.contracts.visible_to(user).select_related("organisation"),
            **_drawn(project, works, today, measured["forecast"]),
        },
    )


def work_lines(project: Project) -> list[WorkLine]:
    kept = WorkItemProgress.objects.filter(project=project).select_related("work_item__catalogue_item")
    kept = kept.order_by("work_item__catalogue_item__code", "pk")
    return [WorkLine(row.work_item, row) for row in kept]


def _works(project: Project, lines: list[WorkLine]) -> list[curve.Work]:
    """What the curve is computed from: planned works with what was done of each on which day."""
    done: dict[int, dict[date, Decimal]] = {}
    rows = ProgressEntry.objects.filter(project=project).values_list("work_item_id", "done_on", "quantity")
    for item, on, quantity in rows:
        of_item = done.setdefault(item, {})
        of_item[on] = of_item.get(on, Decimal(0)) + quantity
    return [
        curve.Work(line.kept.planned, line.kept.cost, done.get(line.item.pk, {}))
        for line in lines
        if not line.is_struck
    ]


def _measured(project: Project, works: list[curve.Work], today: date) -> dict[str, Any]:
    """Actual, planned, ahead or behind, forecast: as of today."""
    dates = {"start": project.planned_start_on, "completion": project.planned_completion_on}
    actual, planned = curve.actual_on(today, works), curve.planned_on(today, **dates)
    is_building = project.stage == Stage.CONSTRUCTION
    ahead = curve.days_ahead(today, actual=actual, **dates) if is_building else None
    return {
        "actual": curve.written(actual),
        "planned": None if planned is None else curve.written(planned),
        "ahead": ahead,
        "behind": None if ahead is None else -ahead,
        "forecast": curve.forecast_completion(works, today=today, started_on=project.started_on)
        if is_building
        else None,
        "window": curve.WINDOW_DAYS,
    }


def _drawn(project: Project, works: list[curve.Work], today: date, forecast: date | None) -> dict[str, Any]:
    """The curve's rows for the table, and the same figures for the chart."""
    points = curve.curve(
        works, start=project.planned_start_on, completion=project.planned_completion_on,
        started_on=project.started_on, today=today,
    )  # fmt: skip
    rows: list[dict[str, Any]] = [
        {
            "day": point.day,
            "planned": None if point.planned is None else curve.written(point.planned),
            "actual": None if point.actual is None else curve.written(point.actual),
            "is_today": point.day == today,
        }
        for point in points
    ]
    chart = {
        "today": today.isoformat(),
        "planned": [[day(row["day"]), float(row["planned"])] for row in rows if row["planned"] is not None],
        "actual": [[day(row["day"]), float(row["actual"])] for row in rows if row["actual"] is not None],
        "forecast": day(forecast) if forecast else "",
    }
    return {"curve": rows, "chart": json.dumps(chart)}
