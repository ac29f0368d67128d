"""The list of tasks with its bulk act, and the totals that roll up the division tree."""

from collections.abc import Hashable
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from core.board import board
from core.errors import DomainError
from core.lists import called
from core.lists.bulk import carried
from core.lists.export import XLSX
from core.scope import chosen_division
from core.sheets import write_workbook
from directory.codes import ancestors, is_division_code
from directory.models import Division
from directory.powers import Power
from directory.requests import SignedInRequest
from projects.actions.tasks import hand_over
from projects.filters.task import TaskFilter, with_mine
from projects.forms.task import PassForm
from projects.models import TASK_UNITS, Project, Task, TaskKind, TaskState, Unit
from projects.models.project import works_for_a_firm
from projects.models.tasks import TaskQuerySet, offices_of
from projects.permissions import can_close_task, can_export, can_hold_task, can_see_tasks
from projects.sheets.task import total_columns, total_rows
from projects.tables.task import TASKS, listed
from projects.task_totals import COUNTED, PlaceRow, sum_of, totals_below
from projects.views.shared import demand

MOST_HANDED_OVER, NAMED = 500, 12


def seen(request: SignedInRequest) -> TaskQuerySet:
    return with_mine(listed(Task.objects.visible_to(request.user)), request.user)


def _what_is_seen(request: SignedInRequest) -> Hashable:
    user = request.user
    return (
        user.pk, user.organisation_id, bool(user.current_roles), user.scopes_for(Power.SEE_PROGRAMME),
        tuple(offices_of(user)), works_for_a_firm(user),
    )  # fmt: skip


@require_safe
def task_list(request: SignedInRequest) -> HttpResponseBase:
    """Everything one sees; `show=waiting` and `show=given` are the person's own."""
    demand(can_see_tasks(request.user))
    works = request.user.has_power(Power.WORK_ON_TASKS)
    return TASKS.respond(
        request,
        lambda: seen(request),
        filterset=TaskFilter,
        depends_on=_what_is_seen(request),
        may_export=can_export(request.user),
        bulk=("hand_over",) if works or works_for_a_firm(request.user) else (),
        describe={"project": called(Project.objects.select_related("compound"))},
        template="projects/task_list.html",
        context={
            "shown": request.GET.get("show", ""),
            "may_give": works,
            "here": reverse("projects:tasks"),
        },
    )


@require_safe
def my_tasks(request: SignedInRequest) -> HttpResponse:
    demand(can_see_tasks(request.user))
    return redirect(f"{reverse('projects:tasks')}?show=waiting")


# --- Handing over ------------------------------------------------------------------------


@require_POST
def tasks_hand_over(request: SignedInRequest) -> HttpResponse:
    """Asked first (to whom), then done: all or none of those that this person may pass on."""
    demand(can_see_tasks(request.user))
    rows = TASKS.selected(request, seen(request), filterset=TaskFilter)
    tasks, left_out = _changeable(request, rows)
    place = _common_place(tasks)
    is_asked = request.POST.get("step") == "done" or "find" in request.POST
    form = PassForm(request.POST if is_asked else None, user=request.user, place=place)
    if tasks and is_asked and "find" not in request.POST and form.is_valid():
        try:
            count = hand_over(
                tasks=tasks, user=request.user, hands=hands_of(form), text=form.cleaned_data["text"]
            )
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            sentence = ngettext("{count} task handed over.", "{count} tasks handed over.", count)
            messages.success(request, sentence.format(count=count))
            return redirect("projects:tasks")
    context = {
        "form": form,
        "tasks": tasks[:NAMED],
        "count": len(tasks),
        "unnamed": max(0, len(tasks) - NAMED),
        "left_out": left_out,
        "place": place,
        "is_found": "find" in request.POST,
        **carried(request),
    }
    status = 422 if form.is_bound and "find" not in request.POST and form.errors else 200
    return render(request, "projects/task_hand_over.html", context, status=status)


def hands_of(form: Any) -> Any:
    """What the actions take of a chosen `projects.hands.Hands`."""
    chosen = form.cleaned_data["hands"]
    return {
        "tier": chosen.tier,
        "holder": chosen.holder,
        "organisation": chosen.organisation,
        "person": chosen.person,
    }


def _changeable(request: SignedInRequest, rows: QuerySet[Task]) -> tuple[list[Task], int]:
    """Open tasks that this person holds or gave; how many of the chosen are not."""
    chosen = rows.select_related("holder", "division", "organisation", "person")
    found = list(chosen.order_by("pk")[: MOST_HANDED_OVER + 1])
    mine = [
        task
        for task in found[:MOST_HANDED_OVER]
        if task.state == TaskState.OPEN
        and (can_hold_task(request.user, task) or can_close_task(request.user, task))
    ]
    return mine, rows.order_by().count() - len(mine)


def _common_place(tasks: list[Task]) -> Division | None:
    """The smallest division that holds the places of all: whoever takes them over stands on its line."""
    if not tasks:
        return None
    codes = [task.division_id for task in tasks]
    way = [*ancestors(codes[0]), codes[0]]
    shared = [code for code in way if all(code == one[: len(code)] for one in codes)]
    return Division.objects.filter(pk=shared[-1]).first() if shared else None


# --- Totals ------------------------------------------------------------------------------


@require_safe
def task_totals(request: SignedInRequest) -> HttpResponseBase:
    """Of each kind what is planned and done, by division; a step down the tree at a time, or as a spreadsheet."""
    demand(can_see_tasks(request.user))
    under = _under(request)
    rows = totals_below(Task.objects.visible_to(request.user), under)
    if "export" in request.GET:
        demand(can_export(request.user))
        return _totals_sheet(request, rows, under)
    way = Division.objects.filter(code__in=[*ancestors(under), under]).order_by("code") if under else []
    mine = Division.objects.visible_to(request.user)
    context = {
        "rows": rows,
        "total": sum_of(rows),
        "kinds": [(kind, TaskKind(kind).label, Unit(TASK_UNITS[kind] or "").label) for kind in COUNTED],
        "under": under,
        "way": [one for one in way if mine.filter(pk=one.pk).exists()],
        "places_kind": TaskKind.ILLEGAL_STRUCTURES.value,
        "may_export": can_export(request.user),
    }
    return render(request, "projects/task_totals.html", context)


def _totals_sheet(request: SignedInRequest, rows: list[PlaceRow], under: str) -> FileResponse:
    """What the page shows; whoever watches exports (the audit) is told first."""
    for watcher in board.export_watchers():
        watcher.exported(request, "task_totals", "xlsx", len(rows))
    title, place = _("Totals of tasks"), Division.objects.filter(pk=under).first()
    file = BytesIO()
    write_workbook(title=title, columns=total_columns(), rows=total_rows(rows, sum_of(rows)), to=file)
    file.seek(0)
    words = (title, place.name if place else "", f"{timezone.localdate():%Y-%m-%d}")
    return FileResponse(
        file, as_attachment=True, filename=f"{' '.join(filter(None, words))}.xlsx", content_type=XLSX
    )


def _under(request: SignedInRequest) -> str:
    """The division asked for, else the chosen one, else one's own."""
    asked = request.GET.get("division", "")
    if is_division_code(asked):
        return asked
    scopes = request.user.scopes
    return chosen_division(request) or (scopes[0] if len(scopes) == 1 else "")
