"""What the building site shows on pages lower or higher in the house."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core.board import (
    DivisionFollower,
    Figure,
    FigureValue,
    MissingSource,
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
from core.figures import percent, thousands
from delivery.actions.contracts import follow_division
from delivery.curve import Light, written
from delivery.filters import is_quiet
from delivery.lights import ProjectLight, on_site, with_light
from delivery.missing import missing_lines
from delivery.models import Contract
from delivery.permissions import can_file_contract, can_see_site
from directory.models import User
from directory.powers import Power
from projects.models import LINE, Project, Stage
from projects.permissions import can_see_programme

# The one "object" of the tabs above the lists: the site itself.
SITE = "site"


def register_on_board() -> None:
    board.register(DivisionFollower(key="contracts", follow=follow_division))
    board.register(
        RailItem(
            key="site",
            label=_("Site"),
            icon="crane",
            url_name="delivery:site",
            position=70,
            may_see=can_see_site,
        )
    )
    board.register(
        Tab(
            subject="project", key="progress", label=_("Progress"), position=30,
            url=by_code("delivery:progress"),
        )
    )  # fmt: skip
    for position, key, label, url_name in (
        (10, "works", _("Under construction"), "delivery:site"),
        (20, "entries", _("Progress entries"), "delivery:entries"),
        (30, "contracts", _("Contracts"), "delivery:contracts"),
    ):
        board.register(Tab(subject=SITE, key=key, label=label, position=position, url=_list_url(url_name)))
    board.register(MissingSource(subject="project_stage", key="site", position=50, lines=missing_lines))
    board.register(
        Panel(
            subject="project", key="contracts", position=40, template="delivery/contracts_panel.html",
            context=_contracts_of,
        )
    )  # fmt: skip
    board.register(Figure(subject="project", key="progress", position=10, values=_of_project))
    board.register(Figure(subject="overview", key="site", position=40, values=_overview))
    board.register(SearchSource(key="contracts", label=_("Contracts"), position=45, find=_find))
    board.register(WaitingSource(key="site", position=50, lines=_waiting))


def _list_url(url_name: str) -> Any:
    return lambda _site: reverse(url_name)


def _find(user: User, key: str, limit: int) -> Iterator[SearchHit]:
    """Contracts by part of the number or the title."""
    rows = Contract.objects.visible_to(user).filter(Q(number__icontains=key) | Q(title__icontains=key))
    for contract in rows.select_related("organisation").order_by("-signed_on", "-pk")[:limit]:
        detail = f"{contract.number} · {contract.organisation}"
        yield SearchHit(title=contract.title, detail=detail, url=contract.get_absolute_url())


def _contracts_of(request: HttpRequest, project: Project) -> dict[str, Any]:
    user: Any = request.user
    return {
        "project": project,
        "contracts": project.contracts.visible_to(user).select_related("organisation"),
        "may_file": project.is_unfinished and can_file_contract(user, project.division_code),
    }


def _of_project(request: HttpRequest, project: Project) -> Iterator[FigureValue]:
    """Done against planned, with the light; from the project's own kept figures."""
    if LINE.index(project.stage) < LINE.index(Stage.CONSTRUCTION):
        return
    found = ProjectLight.of(project, timezone.localdate())
    note = ""
    if found.planned is not None:
        plan = _now("planned until today: {planned} %").format(planned=thousands(written(found.planned)))
        note = f"{found.word} · {plan}" if found.light else plan
    yield FigureValue(
        label=_("Progress"), value=percent(project.percent_done / 100), note=note,
        url=reverse("delivery:progress", args=[project.code]),
    )  # fmt: skip


def _going_on(user: Any, division: str = "") -> Any:
    rows = Project.objects.visible_to(user).filter(on_site())
    return rows.filter(division_code__startswith=division) if division else rows


def _overview(request: HttpRequest, division: str) -> Iterator[FigureValue]:
    """How the works go on, in one statement."""
    user: Any = request.user
    if not can_see_programme(user):
        return
    today = timezone.localdate()
    lit = with_light(_going_on(user, division), today).order_by()
    found = lit.aggregate(
        all=Count("pk"),
        red=Count("pk", filter=Q(light=Light.RED)),
        amber=Count("pk", filter=Q(light=Light.AMBER)),
        quiet=Count("pk", filter=is_quiet(today)),
    )
    here = reverse("delivery:site")
    yield FigureValue(label=_("Under construction"), value=thousands(found["all"]), url=here)
    yield FigureValue(
        label=_("Far behind plan"), value=thousands(found["red"]), url=f"{here}?light=red",
        note=_now("{count} more are behind plan").format(count=thousands(found["amber"])) if found["amber"] else "",
    )  # fmt: skip
    yield FigureValue(
        label=_("No report for 14 days"), value=thousands(found["quiet"]), url=f"{here}?quiet=true"
    )


def _waiting(user: User) -> Iterator[WaitingLine]:
    """Sites that nobody reports from, and works that are done and not entered as completed."""
    here = reverse("delivery:site")
    reports, leads = user.scopes_for(Power.REPORT_PROGRESS), user.scopes_for(Power.LEAD_PROJECTS)
    if not reports or user.is_service:
        return
    mine = Project.objects.within(reports).filter(on_site())
    found = mine.aggregate(
        quiet=Count("pk", filter=is_quiet(timezone.localdate())), done=Count("pk", filter=Q(percent_done=100))
    )
    yield WaitingLine(
        text=_("sites without a report for 14 days"), count=found["quiet"], url=f"{here}?quiet=true"
    )
    if leads:
        text = _("projects whose works are all done, to be entered as completed")
        yield WaitingLine(text=text, count=found["done"], url=f"{here}?done=true")
