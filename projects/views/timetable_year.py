"""The timeline of a year: every project of one's division, planned against actual, late ones first."""

from typing import Any

from django.db.models import Max, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.scope import chosen_division
from directory.models import Division
from directory.requests import SignedInRequest
from projects.filters.timetable import TimelineFilter, late_first, of_year
from projects.models import Project
from projects.models.project import ProjectQuerySet
from projects.permissions import can_see_projects
from projects.timeline import LATE, project_row, year_axis
from projects.views.shared import demand

# More rows than this no paper and no eye takes in; filters make it less.
MOST = 600
WIDTH, LEFT = 520, 2
EARLIEST, LATEST = 2000, 2100


@require_safe
def timeline(request: SignedInRequest) -> HttpResponse:
    demand(can_see_projects(request.user))
    today = timezone.localdate()
    division = chosen_division(request)
    seen = Project.objects.visible_to(request.user)
    rows = seen.within([division]) if division else seen
    first, last = _span(seen)
    year = _year(request, min(last or today.year, today.year))
    narrowing = TimelineFilter(request.GET, queryset=rows)
    asked = narrowing.value
    wanted = narrowing.narrowed(of_year(rows, year, with_earlier=asked.get("earlier") == "true"))
    count, projects = wanted.count(), list(_with_names(wanted)[:MOST])
    axis = year_axis(projects, year=year, left=LEFT, width=WIDTH - 2 * LEFT)
    found = [
        project_row(axis, project, oldest_open=getattr(project, "oldest_open", None), today=today)
        for project in projects
    ]
    found.sort(key=lambda row: -row.overdue_days)
    context = {
        "year": year,
        "years": list(range(max(last or year, year), min(first or year, year) - 1, -1)),
        "axis": axis,
        "width": WIDTH,
        "today": today,
        "today_x": axis.x(today) if axis.holds(today) else "",
        "rows": found,
        "count": count,
        "unshown": count - len(found),
        "late": sum(row.tone == LATE for row in found),
        "filter": narrowing.form,
        "narrowed": any(value for name, value in asked.items() if value),
        "place": Division.objects.filter(pk=division).values_list("name", flat=True).first()
        if division
        else "",
    }
    return render(request, "projects/timeline.html", context)


def _with_names(rows: ProjectQuerySet) -> Any:
    return late_first(rows).select_related("compound__community", "lead")


def _year(request: HttpRequest, present: int) -> int:
    """A year that can be; anything else is the present one, or the last that has projects."""
    text = request.GET.get("year", "")
    return int(text) if len(text) == 4 and text.isascii() and text.isdigit() and EARLIEST <= int(text) <= LATEST else present  # fmt: skip


def _span(rows: ProjectQuerySet) -> tuple[int | None, int | None]:
    """The first project's year and the last one's."""
    ends = rows.order_by().aggregate(first=Min("year"), last=Max("year"))
    return ends["first"], ends["last"]
