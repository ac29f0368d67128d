"""What is done with the rows chosen in the list of projects: asked first, then done, all or none."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core.errors import DomainError
from core.lists.bulk import ask, export_chosen, print_chosen, sent_step
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


def _chosen(request: SignedInRequest) -> QuerySet[Project]:
    return PROJECTS.selected(request, seen(request.user), filterset=ProjectFilter)


def _changeable(request: SignedInRequest, rows: QuerySet[Project]) -> QuerySet[Project]:
    """Those of the chosen that this person may change: not finished, and within their office's reach."""
    scopes = list(request.user.scopes_for(Power.KEEP_PROJECTS))
    kept = Project.objects.within(scopes).unfinished()
    return Project.objects.filter(pk__in=rows.order_by().values("pk")).filter(pk__in=kept.values("pk"))


def _ask(
    request: SignedInRequest, rows: QuerySet[Project], form: Any, *, title: str,
    template: str = "projects/project_bulk.html", **context: Any,
) -> HttpResponse:  # fmt: skip
    """Only those that may be changed are asked about; how many of the chosen stay as they are is said."""
    changeable = _changeable(request, rows)
    left_out = rows.order_by().count() - changeable.order_by().count()
    return ask(
        request, PROJECTS, changeable, form, title=title, names="compound__name", back="projects:list",
        template=template, context={"left_out": left_out, **context},
    )  # fmt: skip


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
    form = ManagerForm(sent_step(request), people=possible_managers(codes))
    if form.is_bound and form.is_valid():
        try:
            changed = appoint_manager(projects=changeable, user=request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error("manager", refusal.message)
        else:
            return _done(request, changed)
    return _ask(request, rows, form, title=_("Name the responsible person"))


@require_POST
def programmes(request: SignedInRequest) -> HttpResponse:
    demand(request.user.has_power(Power.KEEP_PROJECTS))
    rows = _chosen(request)
    form = ProgrammesForm(sent_step(request))
    if form.is_bound and form.is_valid():
        try:
            changed = tag_projects(
                projects=_changeable(request, rows), user=request.user, **form.cleaned_data
            )
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            return _done(request, changed)
    return _ask(request, rows, form, title=_("Change the programmes"))


@require_POST
def dates(request: SignedInRequest) -> HttpResponse:
    """Asked, shown old beside new, done: what is done is exactly what was shown."""
    demand(request.user.has_power(Power.KEEP_PROJECTS))
    rows = _chosen(request)
    form = DatesForm(sent_step(request, "preview") or sent_step(request))
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
    return _ask(
        request, rows, form, title=_("Move a date"), template="projects/project_bulk_dates.html", moves=moves
    )


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
    demand(can_export(request.user))
    return export_chosen(request, PROJECTS, _chosen(request))


@require_POST
def print_rows(request: SignedInRequest) -> HttpResponse:
    demand(can_see_projects(request.user))
    return print_chosen(request, PROJECTS, _chosen(request), back="projects:list")
