"""What is done with the rows chosen in the list of projects: asked first, then done, all or none."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet, Sum
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from compounds.errors import TooManyToPrint
from core.errors import DomainError
from core.lists.cells import rows_markup, writer
from core.lists.export import spreadsheet
from core.lists.query import places, select
from directory.powers import Power
from directory.requests import SignedInRequest
from projects.actions.projects import appoint_manager, move_stage_dates, tag_projects
from projects.errors import DatesMovedMeanwhile, NoDateToMove
from projects.filters.project import ProjectFilter
from projects.forms.project_bulk import DatesForm, ManagerForm, ProgrammesForm
from projects.models import Project
from projects.people import possible_managers
from projects.permissions import can_export, can_see_projects
from projects.rescheduling import DateMove, date_moves, digest_of
from projects.tables.project import PROJECTS
from projects.views.project_list import seen
from projects.views.shared import demand

NAMED, PRINTED = 12, 2000


def _chosen(request: SignedInRequest) -> QuerySet[Project]:
    return PROJECTS.selected(request, seen(request.user), filterset=ProjectFilter)


def _changeable(request: SignedInRequest, rows: QuerySet[Project]) -> QuerySet[Project]:
    """Those of the chosen that this person may change: not finished, and within their office's reach."""
    scopes = list(request.user.scopes_for(Power.KEEP_PROJECTS))
    kept = Project.objects.within(scopes).unfinished()
    return Project.objects.filter(pk__in=rows.order_by().values("pk")).filter(pk__in=kept.values("pk"))


def _asked(request: SignedInRequest, step: str = "done") -> Any:
    return request.POST if request.POST.get("step") == step else None


def _page(
    request: SignedInRequest, template: str, rows: QuerySet[Project], context: dict[str, Any]
) -> HttpResponse:
    """How many, which of them stay as they are, and what the form carries along to the act."""
    changeable = _changeable(request, rows)
    sums = changeable.aggregate(projects=Count("pk"), households=Sum("compound__household_count", default=0))
    names = changeable.order_by("compound__name", "pk").values_list("compound__name", flat=True)
    form = context["form"]
    return render(
        request,
        template,
        {
            "sums": sums,
            "left_out": rows.order_by().count() - sums["projects"],
            "names": names[:NAMED],
            "unnamed": max(0, sums["projects"] - NAMED),
            "picks": request.POST.getlist("pick"),
            "all_rows": request.POST.get("all", ""),
            "query": request.POST.get("query", ""),
            **context,
        },
        status=422 if form.is_bound and form.errors else 200,
    )


def _done(request: SignedInRequest, changed: int) -> HttpResponse:
    sentence = ngettext("{count} project changed.", "{count} projects changed.", changed)
    messages.success(request, sentence.format(count=changed))
    return redirect("projects:list")


# --- Acts -------------------------------------------------------------------------------


@require_POST
def manager(request: SignedInRequest) -> HttpResponse:
    demand(request.user.has_power(Power.KEEP_PROJECTS))
    rows = _chosen(request)
    changeable = _changeable(request, rows)
    codes = changeable.order_by().values_list("division_code", flat=True).distinct()
    form = ManagerForm(_asked(request), people=possible_managers(codes))
    if form.is_bound and form.is_valid():
        try:
            changed = appoint_manager(projects=changeable, user=request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error("manager", refusal.message)
        else:
            return _done(request, changed)
    return _page(request, "projects/project_bulk_manager.html", rows, {"form": form})


@require_POST
def programmes(request: SignedInRequest) -> HttpResponse:
    demand(request.user.has_power(Power.KEEP_PROJECTS))
    rows = _chosen(request)
    form = ProgrammesForm(_asked(request))
    if form.is_bound and form.is_valid():
        try:
            changed = tag_projects(
                projects=_changeable(request, rows), user=request.user, **form.cleaned_data
            )
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            return _done(request, changed)
    return _page(request, "projects/project_bulk_programmes.html", rows, {"form": form})


@require_POST
def dates(request: SignedInRequest) -> HttpResponse:
    """Asked, shown old beside new, done: what is done is exactly what was shown."""
    demand(request.user.has_power(Power.KEEP_PROJECTS))
    rows = _chosen(request)
    form = DatesForm(_asked(request, "preview") or _asked(request))
    moves: list[DateMove] = []
    if form.is_bound and form.is_valid():
        asked = {name: form.cleaned_data[name] for name in ("stage", "to")}
        asked["by_days"] = form.cleaned_data["by_days"] or 0
        changeable = _changeable(request, rows)
        try:
            if request.POST.get("step") == "done":
                changed = move_stage_dates(
                    projects=changeable, user=request.user, reason=form.cleaned_data["reason"],
                    expected=form.cleaned_data["seen"], **asked,
                )  # fmt: skip
                return _done(request, changed)
            moves = _shown(form, changeable, asked)
        except DatesMovedMeanwhile as refusal:
            moves = _shown(form, changeable, asked)
            form.add_error(None, refusal.message)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
    return _page(request, "projects/project_bulk_dates.html", rows, {"form": form, "moves": moves})


def _shown(form: DatesForm, rows: QuerySet[Project], asked: dict[str, Any]) -> list[DateMove]:
    """The preview; the form carries its digest to the next step."""
    moves = date_moves(rows, **asked)
    if not moves:
        raise NoDateToMove
    form.data = form.data.copy()  # type: ignore[attr-defined]
    form.data["seen"] = digest_of(moves)  # type: ignore[index]
    return moves


# --- Out --------------------------------------------------------------------------------


@require_POST
def export(request: SignedInRequest) -> HttpResponseBase:
    """The chosen rows as a workbook, with the columns and the order of the screen."""
    demand(can_export(request.user))
    rows = _chosen(request)
    return spreadsheet(request, PROJECTS.state(request, _parameters(request, export="xlsx")), rows)


@require_POST
def print_rows(request: SignedInRequest) -> HttpResponse:
    """The chosen rows on paper, with the columns and the order of the screen."""
    demand(can_see_projects(request.user))
    rows = _chosen(request)
    sums = rows.order_by().aggregate(
        projects=Count("pk"),
        households=Sum("compound__household_count", default=0),
        area=Sum("compound__floor_area", default=0),
    )
    if sums["projects"] > PRINTED:
        raise TooManyToPrint(count=sums["projects"], most=PRINTED)
    state = PROJECTS.state(request, _parameters(request))
    at = places(state)
    writers = [writer(column, at, is_first=place == 0) for place, column in enumerate(state.columns)]
    context = {
        "columns": state.columns,
        "rows": rows_markup(writers, list(select(state, rows))),
        "sums": sums,
    }
    return render(request, "projects/project_print.html", context)


def _parameters(request: SignedInRequest, **more: str) -> QueryDict:
    """The screen's own parameters, as the bulk form carries them."""
    parameters = QueryDict(request.POST.get("query", "")).copy()
    for name, value in more.items():
        parameters[name] = value
    return parameters
