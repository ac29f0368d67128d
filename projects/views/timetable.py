"""A project's timetable: the tab with its picture and table, one milestone, what is done with it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError
from core.posted import posted
from directory.requests import SignedInRequest
from projects.actions.timetable import (
    add_milestone,
    assign_milestone,
    finish_milestone,
    move_milestone,
    remove_milestone,
)
from projects.forms.timetable import AnswerableForm, DoneForm, MilestoneForm, MoveForm
from projects.models import LINE, Milestone, MilestoneMove, Project, Stage
from projects.permissions import can_edit_project
from projects.projectlog import marks_of
from projects.timeline import Picture, days_late, is_overdue, picture
from projects.views.shared import demand, find_project, project_page


@dataclass(frozen=True, kw_only=True)
class Line:
    """A row of the table: the milestone and how it stands. `days` behind the first plan, negative ahead."""

    milestone: Milestone
    days: int
    is_overdue: bool
    overdue_days: int
    moves: list[MilestoneMove]

    @property
    def days_ahead(self) -> int:
        return -self.days


def _line(one: Milestone, *, today: date, is_active: bool) -> Line:
    overdue = is_overdue(one, today=today, is_active=is_active)
    return Line(
        milestone=one,
        days=days_late(one, today=today, is_active=is_active),
        is_overdue=overdue,
        overdue_days=(today - one.due_on).days if overdue else 0,
        moves=list(one.moves.all()),
    )


def _milestones(project: Project) -> list[Milestone]:
    """In the order of the line, within a stage by date; three statements."""
    moves = MilestoneMove.objects.select_related("by").order_by("id")
    rows = project.milestones.select_related("organisation").prefetch_related(
        Prefetch("moves", queryset=moves)
    )
    return sorted(rows, key=lambda one: (LINE.index(one.stage), one.closes_stage, one.due_on, one.pk))


@require_safe
def timetable(request: SignedInRequest, code: str) -> HttpResponse:
    project = find_project(request, code)
    today, rows = timezone.localdate(), _milestones(project)
    lines = [_line(one, today=today, is_active=project.is_active) for one in rows]
    moved = sorted((move for line in lines for move in line.moves), key=lambda move: move.pk, reverse=True)
    context = {
        "picture": picture(rows, today=today, is_active=project.is_active),
        "picture_width": Picture.WIDTH,
        "groups": [
            (Stage(stage).label, [line for line in lines if line.milestone.stage == stage])
            for stage in LINE
            if any(one.stage == stage for one in rows)
        ],
        "overdue": sum(line.is_overdue for line in lines),
        "today": today,
        "moved": [(move, next(one for one in rows if one.pk == move.milestone_id)) for move in moved],
    }
    return project_page(request, "projects/timetable.html", project, "timetable", context)


@require_http_methods(["GET", "HEAD", "POST"])
def milestone_add(request: SignedInRequest, code: str) -> HttpResponse:
    project = find_project(request, code)
    demand(can_edit_project(request.user, project))
    form = MilestoneForm(posted(request), user=request.user, initial={"stage": project.stage})
    if form.is_valid():
        try:
            add_milestone(project=project, user=request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The milestone is in the timetable."))
            return redirect("projects:timetable", project.code)
    context = {"project": project, "compound": project.compound, "form": form, "title": _("Add a milestone"),
               "button": _("Add")}  # fmt: skip
    return render(request, "projects/timetable_form.html", context, status=422 if form.errors else 200)


# --- One milestone ----------------------------------------------------------------------


@require_safe
def milestone(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    return _page(request, *_found(request, code, pk))


@require_POST
def milestone_move(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    project, one = _changeable(request, code, pk)
    form = MoveForm.of(one, request.POST)
    return _tried(
        request, project, one, "move", form,
        lambda facts: move_milestone(milestone=one, user=request.user, to=facts["to"], reason=facts["reason"]),
    )  # fmt: skip


@require_POST
def milestone_assign(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    project, one = _changeable(request, code, pk)
    form = AnswerableForm(request.POST, user=request.user, current=one.organisation_id)
    return _tried(
        request, project, one, "assign", form,
        lambda facts: assign_milestone(milestone=one, user=request.user, **facts),
    )  # fmt: skip


@require_POST
def milestone_done(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    project, one = _changeable(request, code, pk)
    return _tried(
        request, project, one, "done", DoneForm(request.POST),
        lambda facts: finish_milestone(milestone=one, user=request.user, done_on=facts["done_on"]),
    )  # fmt: skip


@require_POST
def milestone_reopen(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    project, one = _changeable(request, code, pk)
    finish_milestone(milestone=one, user=request.user, done_on=None)
    messages.success(request, _("The milestone is open again."))
    return redirect("projects:milestone", project.code, one.pk)


@require_POST
def milestone_remove(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    project, one = _changeable(request, code, pk)
    remove_milestone(milestone=one, user=request.user)
    messages.success(request, _("Removed. The history keeps it."))
    return redirect("projects:timetable", project.code)


def _found(request: SignedInRequest, code: str, pk: int) -> tuple[Project, Milestone]:
    project = find_project(request, code)
    one = get_object_or_404(project.milestones.select_related("organisation"), pk=pk)
    one.project = project
    return project, one


def _changeable(request: SignedInRequest, code: str, pk: int) -> tuple[Project, Milestone]:
    project, one = _found(request, code, pk)
    demand(can_edit_project(request.user, project))
    return project, one


def _tried(
    request: SignedInRequest, project: Project, one: Milestone, name: str, form: forms.Form,
    act: Callable[[dict[str, Any]], Any],
) -> HttpResponse:  # fmt: skip
    """Done and back to the timetable; else the page again with what was wrong."""
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("projects:timetable", project.code)
    return _page(request, project, one, **{name: form})


def _page(request: SignedInRequest, project: Project, one: Milestone, **forms_sent: Any) -> HttpResponse:
    may_change = can_edit_project(request.user, project)
    offered = {
        "move": MoveForm.of(one),
        "assign": AnswerableForm(
            user=request.user, current=one.organisation_id,
            initial={"answerable": one.answerable, "organisation": one.organisation_id},
        ),
        "done": DoneForm(),
    } | forms_sent  # fmt: skip
    moves = list(one.moves.select_related("by").order_by("-id"))
    context = {
        "milestone": one,
        "line": _line(one, today=timezone.localdate(), is_active=project.is_active),
        "moves": moves,
        "marks": marks_of(one),
        "may_change": may_change,
        "may_remove": may_change and not one.closes_stage and not moves,
        "forms": offered,
        "project": project,
        "compound": project.compound,
    }
    status = 422 if any(form.errors for form in forms_sent.values()) else 200
    return render(request, "projects/timetable_milestone.html", context, status=status)
