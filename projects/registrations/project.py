"""Projects on the rail, the tabs of their page, search, figures and what waits."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Min, Q, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audit.vocabulary import describe_actions, describe_area
from compounds.models import Compound
from core.board import (
    Figure,
    FigureValue,
    Panel,
    RailItem,
    SearchHit,
    SearchSource,
    Tab,
    WaitingLine,
    WaitingSource,
    board,
    by_code,
)
from core.figures import day, thousands
from directory.models import User
from directory.powers import Power
from directory.registrations import SYSTEM
from imports.kinds import register as register_import
from projects.filters.project import late
from projects.gates import ready_to_advance
from projects.going_live import to_confirm
from projects.imports.project_dates import ProjectDatesImport
from projects.models import LINE, LeadKind, Milestone, Project, Stage, Standing
from projects.models.project import ProjectQuerySet
from projects.permissions import can_see_programme, can_see_projects


def register() -> None:
    register_import(ProjectDatesImport())
    _register_pages()
    _register_overview()
    board.register(SearchSource(key="projects", label=_("Projects"), position=20, find=_find))
    board.register(WaitingSource(key="projects", position=30, lines=_waiting))
    board.register(WaitingSource(key="go_live", position=85, lines=_go_lives))
    describe_area("go_live", _("Going live"))
    describe_actions({
        "go_live.proposed": _("proposed the day from which a division works in the portal"),
        "go_live.confirmed": _("confirmed the day from which a division works in the portal"),
    })  # fmt: skip


def _register_pages() -> None:
    board.register(
        RailItem(
            key="projects", label=_("Projects"), icon="list-details", url_name="projects:list", position=50,
            may_see=can_see_projects, also=("projects:schemes", "projects:timeline"),
        )
    )  # fmt: skip
    for position, key, label, url_name in (
        (10, "overview", _("Overview"), "projects:detail"),
        (90, "history", _("History"), "projects:history"),
    ):
        board.register(Tab(subject="project", key=key, label=label, position=position, url=by_code(url_name)))
    board.register(
        Tab(
            subject="compound", key="projects", label=_("Projects"), position=50, url=by_code("projects:of_compound"),
            may_see=lambda user, compound: can_see_programme(user),
        )
    )  # fmt: skip
    board.register(
        Tab(
            subject=SYSTEM, key="go_live", label=_("Going live"), position=3,
            url=lambda _area: reverse("projects:go_live"),
            may_see=lambda user, _area: user.has_power(Power.SET_GO_LIVE),
        )
    )  # fmt: skip
    board.register(Figure(subject="project", key="progress", position=10, values=_progress))
    board.register(Figure(subject="project", key="completion", position=20, values=_completion))


# --- Key figures of a project ------------------------------------------------------------


def _progress(request: HttpRequest, project: Project) -> Iterator[FigureValue]:
    note = (
        _now("last entry {day}").format(day=day(project.last_progress_on))
        if project.last_progress_on
        else _("no entry yet")
    )
    yield FigureValue(label=_("Progress"), value=thousands(project.percent_done, 0), unit="%", note=note)


def _completion(request: HttpRequest, project: Project) -> Iterator[FigureValue]:
    """The day of completion; that of today's timetable against the first plan, in days.

    The pace of the works tells another one, which stands on the tab of the site under its own name.
    """
    planned, forecast = project.planned_completion_on, project.forecast_completion_on
    if project.completed_on is not None:
        note = _against_plan((project.completed_on - planned).days) if planned else ""
        yield FigureValue(label=_("Completed"), value=day(project.completed_on), note=note)
    elif forecast is not None and planned is not None:
        notes = [_against_plan((forecast - planned).days)]
        overdue = (timezone.localdate() - forecast).days
        if overdue > 0:
            notes.insert(
                0, ngettext("overdue by {days} day", "overdue by {days} days", overdue).format(days=overdue)
            )
        yield FigureValue(label=_("Completion by the timetable"), value=day(forecast), note=" · ".join(notes))


def _against_plan(days: int) -> str:
    """▲ late, ▼ early: the sign stands beside the words."""
    if days > 0:
        return ngettext("▲ {days} day behind plan", "▲ {days} days behind plan", days).format(days=days)
    if days < 0:
        return ngettext("▼ {days} day ahead of plan", "▼ {days} days ahead of plan", -days).format(days=-days)
    return _now("as planned")


# --- Overview ---------------------------------------------------------------------------


def _register_overview() -> None:
    board.register(Figure(subject="overview", key="projects", position=20, values=_figures))
    board.register(
        Panel(
            subject="overview", key="project_funnel", position=30, template="projects/project_funnel.html",
            context=_funnel, may_see=can_see_projects,
        )
    )  # fmt: skip


def _of_division(user: Any, division: str) -> ProjectQuerySet:
    rows = Project.objects.visible_to(user)
    return rows.within([division]) if division else rows


UNFINISHED = ~Q(standing=Standing.CANCELLED) & ~Q(stage=Stage.AFTERCARE)


def _figures(request: HttpRequest, division: str) -> Iterator[FigureValue]:
    """The programme in three figures; one statement."""
    user: Any = request.user
    if not can_see_projects(user):
        return
    year = timezone.localdate().year
    found = (
        _of_division(user, division)
        .order_by()
        .aggregate(
            under_way=Count("pk", filter=UNFINISHED),
            households=Sum("compound__household_count", filter=UNFINISHED, default=0),
            building=Count("pk", filter=Q(stage=Stage.CONSTRUCTION) & UNFINISHED),
            late=Count("pk", filter=late() & UNFINISHED),
            completed=Count("pk", filter=Q(completed_on__year=year) & ~Q(standing=Standing.CANCELLED)),
        )
    )
    here = reverse("projects:list")
    yield FigureValue(
        label=_("Projects not finished"), value=thousands(found["under_way"]), url=f"{here}?standing=under_way",
        note=_now("{building} in construction, {households} households").format(
            building=thousands(found["building"]), households=thousands(found["households"])
        ),
    )  # fmt: skip
    yield FigureValue(
        label=_("Late"), value=thousands(found["late"]), url=f"{here}?late=true", note=_("a milestone past its day"),
    )  # fmt: skip
    yield FigureValue(
        label=_now("Works completed in {year}").format(year=year), value=thousands(found["completed"]),
        url=f"{here}?completed_from={year}-01-01&completed_to={year}-12-31",
    )  # fmt: skip


def _funnel(request: HttpRequest, division: str) -> dict[str, Any]:
    """How many projects stand in each stage; late and suspended ones beside."""
    counted = (
        _of_division(request.user, division)
        .exclude(standing=Standing.CANCELLED)
        .order_by()
        .values("stage")
        .annotate(
            count=Count("pk"), late=Count("pk", filter=late()), halted=Count("pk", filter=Q(standing=Standing.SUSPENDED))
        )
    )  # fmt: skip
    found = {row["stage"]: row for row in counted}
    most = max((row["count"] for row in found.values()), default=0)
    nothing = {"count": 0, "late": 0, "halted": 0}
    here = reverse("projects:list")
    lines = [
        {
            "label": capfirst(str(Stage(stage).label)),
            "url": f"{here}?{urlencode([('stage', stage), ('standing', 'active'), ('standing', 'suspended')])}",
            "late_url": f"{here}?{urlencode({'stage': stage, 'late': 'true'})}",
            **found.get(stage, nothing),
        }
        for stage in LINE
    ]
    return {"lines": lines, "most": most}


# --- What waits, and search ---------------------------------------------------------------


def _waiting(user: User) -> Iterator[WaitingLine]:
    """Projects with nothing missing that this person takes on; late dates of projects this person answers for."""
    here = reverse("projects:list")
    if user.has_power(Power.LEAD_PROJECTS) or user.has_power(Power.LEAD_STREET_PROJECTS):
        only_streets = not user.has_power(Power.LEAD_PROJECTS)
        query = {"ready": "true"} | ({"lead_kind": LeadKind.STREET_OFFICE.value} if only_streets else {})
        yield WaitingLine(
            text=_("projects with nothing missing for their next stage"),
            count=ready_to_advance(_mine_to_move(user)).count(),
            url=f"{here}?{urlencode(query)}",
        )
    if can_see_projects(user):
        late_ones = Milestone.objects.late_on(timezone.localdate()).filter(project__manager=user)
        found = late_ones.aggregate(projects=Count("project", distinct=True), since=Min("due_on"))
        yield WaitingLine(
            text=_("projects I answer for with a late date"), count=found["projects"], due=found["since"],
            url=f"{here}?manager={user.pk}&late=true",
        )  # fmt: skip


def _go_lives(user: User) -> Iterator[WaitingLine]:
    if user.has_power(Power.SET_GO_LIVE):
        yield WaitingLine(
            text=_("days of going live to confirm"),
            count=to_confirm(user).count(),
            url=reverse("projects:go_live"),
        )


def _mine_to_move(user: User) -> ProjectQuerySet:
    moved = Q(pk__in=[])
    for scope in user.scopes_for(Power.LEAD_PROJECTS):
        moved |= Q(division_code__startswith=scope)
    for scope in user.scopes_for(Power.LEAD_STREET_PROJECTS):
        moved |= Q(division_code__startswith=scope, lead_kind=LeadKind.STREET_OFFICE)
    return Project.objects.visible_to(user).filter(moved)


def _find(user: User, key: str, limit: int) -> Iterator[SearchHit]:
    """By the compound (its names, address, code, also in pinyin) or the project's number."""
    if not can_see_projects(user):
        return
    compounds = Compound.objects.matching(key).values("pk")
    found = (
        Project.objects.visible_to(user)
        .filter(Q(compound__in=compounds) | Q(code__startswith=key))
        .select_related("compound")
    )
    for project in found.order_by("-year", "compound__name", "pk")[:limit]:
        detail = f"{project.year} · {project.get_stage_display()} · {project.code}"
        yield SearchHit(title=project.compound.name, detail=detail, url=project.get_absolute_url())
