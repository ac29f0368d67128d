"""A task's page with its thread, and what is done with it; its files; the tab of a project and a compound."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compounds.views.shared import compound_page, seen_compound
from core.errors import DomainError
from core.posted import posted
from directory.requests import SignedInRequest
from files.models import StoredFile
from files.photos import photos_of_form, receive_photo, removed_of_form
from files.serving import file_response, preview_response
from projects.actions.tasks import (
    add_evidence,
    cancel_task,
    close_task,
    comment,
    hands_in_words,
    move_due,
    pass_on,
    remove_evidence,
    report_done,
    return_task,
)
from projects.forms.task import CommentForm, DueForm, PassForm, ReportForm
from projects.models import Project, Task, TaskEntry, TaskEvidence, TaskFile, TaskState
from projects.models.tasks import TaskQuerySet
from projects.permissions import (
    can_close_task,
    can_comment_on_task,
    can_give_task,
    can_hold_task,
    can_part_task,
    can_see_tasks,
)
from projects.tables.task import STATE_TONES, with_unit
from projects.task_way import path_of, roll_up
from projects.views.shared import demand, find_project, project_page
from projects.views.task_give import stored
from projects.views.task_list import hands_of


def find_task(request: SignedInRequest, pk: int) -> Task:
    """403 for whoever sees no tasks at all, 404 for one that this person does not see."""
    demand(can_see_tasks(request.user) or bool(request.user.current_roles))
    joined = ("division", "project__compound", "compound__community", "parent", "holder", "organisation", "person",
              "given_by")  # fmt: skip
    return get_object_or_404(Task.objects.visible_to(request.user).select_related(*joined), pk=pk)


# --- The page ----------------------------------------------------------------------------


@require_safe
def task(request: SignedInRequest, pk: int) -> HttpResponse:
    return _page(request, find_task(request, pk))


def _page(request: SignedInRequest, found: Task, **sent: Any) -> HttpResponse:
    user, today = request.user, timezone.localdate()
    entries = _thread(found)
    is_open, is_done = found.state == TaskState.OPEN, found.state == TaskState.DONE
    closes = can_close_task(user, found)
    holds = can_hold_task(user, found)
    context = {
        "task": found,
        "hands": hands_in_words(found),
        "tone": STATE_TONES[found.state],
        "is_overdue": found.is_overdue(today),
        "overdue_days": (today - found.due_on).days,
        "path": path_of(found, entries),
        "entries": entries,
        "parts": _rows(Task.objects.visible_to(user).filter(parent=found)),
        "roll": roll_up(found),
        "facts": _facts(found),
        "sees_project": found.project_id is not None
        and Project.objects.visible_to(user).filter(pk=found.project_id).exists(),
        "sees_parent": found.parent_id is not None
        and Task.objects.visible_to(user).filter(pk=found.parent_id).exists(),
        "may_report": is_open and holds,
        "may_pass": is_open and (holds or closes),
        "may_part": is_open and can_part_task(user, found),
        "may_move_due": is_open and closes,
        "may_cancel": is_open and closes,
        "may_decide": is_done and closes,
        "may_comment": can_comment_on_task(user, found),
        "forms": {"comment": CommentForm(), "due": DueForm(initial={"due_on": found.due_on})} | sent,
    }
    status = 422 if any(form.errors for form in sent.values()) else 200
    return render(request, "projects/task.html", context, status=status)


def _thread(found: Task) -> list[TaskEntry]:
    files = TaskFile.objects.select_related("file").order_by("id")
    return list(found.entries.select_related("by").prefetch_related(Prefetch("files", queryset=files)))


def _facts(found: Task) -> list[tuple[str, Any]]:
    """The quantities of a kind that is counted, planned and done."""
    facts: list[tuple[str, Any]] = []
    if found.unit is not None:
        facts += [
            (_("Planned"), with_unit(found.kind, found.quantity_planned)),
            (_("Done"), with_unit(found.kind, found.quantity_done)),
        ]
    if found.places_planned is not None or found.places_done is not None:
        facts += [(_("Places planned"), found.places_planned), (_("Places done"), found.places_done)]
    return facts


def _rows(tasks: TaskQuerySet) -> list[dict[str, Any]]:
    """Tasks as a small table shows them: open ones first, by their day."""
    today = timezone.localdate()
    joined = tasks.select_related("holder", "organisation", "person", "division")
    ordered = sorted(joined, key=lambda one: (one.state != TaskState.OPEN, one.due_on, one.pk))
    return [
        {
            "task": one, "hands": hands_in_words(one), "is_overdue": one.is_overdue(today),
            "tone": STATE_TONES[one.state], "planned": with_unit(one.kind, one.quantity_planned),
            "done": with_unit(one.kind, one.quantity_done),
        }
        for one in ordered
    ]  # fmt: skip


# --- Acts --------------------------------------------------------------------------------


def _tried(
    request: SignedInRequest, found: Task, name: str, form: forms.Form, act: Callable[[], Any], done: str
) -> HttpResponse:
    """Back to the task with a word of what happened, or the task's page with what was wrong."""
    if form.is_valid():
        try:
            act()
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, done)
            return redirect(found)
    return _page(request, found, **{name: form})


@require_http_methods(["GET", "HEAD", "POST"])
def task_pass(request: SignedInRequest, pk: int) -> HttpResponse:
    found = find_task(request, pk)
    demand(can_hold_task(request.user, found) or can_close_task(request.user, found))
    is_find = "find" in request.POST
    form = PassForm(
        posted(request),
        user=request.user,
        place=found.division,
        project=found.project,
        compound=found.compound,
    )
    if form.is_bound and not is_find and form.is_valid():
        try:
            pass_on(task=found, user=request.user, hands=hands_of(form), text=form.cleaned_data["text"])
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The task is passed on."))
            return _back(request, found)
    status = 422 if form.is_bound and not is_find and form.errors else 200
    context = {"task": found, "form": form, "is_found": is_find, "hands": hands_in_words(found)}
    return render(request, "projects/task_pass.html", context, status=status)


def _back(request: SignedInRequest, found: Task) -> HttpResponse:
    """To the task where one still sees it, else to what is left to do."""
    if Task.objects.visible_to(request.user).filter(pk=found.pk).exists():
        return redirect(found)
    return redirect("projects:my_tasks")


@require_http_methods(["GET", "HEAD", "POST"])
def task_report(request: SignedInRequest, pk: int) -> HttpResponse:
    """Done, with evidence. Photos of a phone come one by one before; without scripts they come with the form."""
    found = find_task(request, pk)
    demand(can_hold_task(request.user, found))
    rolled = roll_up(found)
    form = ReportForm(posted(request), request.FILES or None, task=found, rolled_up=rolled.done)
    removed = _remove_chosen(request, found)
    if form.is_bound and not removed and form.is_valid() and _reported(request, found, form):
        messages.success(request, _("Reported done. Whoever gave the task looks at it and closes it."))
        return redirect(found)
    status = 422 if form.is_bound and not removed and form.errors else 200
    context = {
        "task": found,
        "form": form,
        "roll": rolled,
        "photos": list(found.evidence.select_related("file")),
        "is_open": found.state == TaskState.OPEN,
    }
    return render(request, "projects/task_report.html", context, status=status)


def _remove_chosen(request: SignedInRequest, found: Task) -> bool:
    """The button of a photo, where no script runs."""
    chosen = removed_of_form(request.POST)
    if chosen is None:
        return False
    remove_evidence(evidence=get_object_or_404(found.evidence.all(), pk=chosen), user=request.user)
    return True


def _reported(request: SignedInRequest, found: Task, form: ReportForm) -> bool:
    documents = stored(request, form, form.cleaned_data["attachments"])
    if documents is None or not _keep_photos(request, found, form):
        return False
    facts = {name: value for name, value in form.cleaned_data.items() if name != "attachments"}
    try:
        report_done(task=found, user=request.user, files=documents, **facts)
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return False
    return True


def _keep_photos(request: SignedInRequest, found: Task, form: forms.Form) -> bool:
    """Photos that came with the form itself."""
    refusals = photos_of_form(
        request.FILES.getlist("photos_"), place=f"task:{found.pk}", user=request.user,
        known=partial(_known_photo, found), attach=partial(_attach, request, found),
    )  # fmt: skip
    for sentence in refusals:
        form.add_error(None, sentence)
    return not refusals


def _known_photo(found: Task, key: UUID) -> TaskEvidence | None:
    return found.evidence.filter(key=key).first()


def _attach(request: SignedInRequest, found: Task, file: StoredFile, sent: dict[str, Any]) -> TaskEvidence:
    return add_evidence(task=found, user=request.user, file=file, key=sent["key"])


@require_POST
def task_comment(request: SignedInRequest, pk: int) -> HttpResponse:
    found = find_task(request, pk)
    demand(can_comment_on_task(request.user, found))
    form = CommentForm(request.POST, request.FILES or None)
    files = stored(request, form, form.cleaned_data["attachments"]) if form.is_valid() else None
    return _tried(
        request, found, "comment", form,
        lambda: comment(task=found, user=request.user, text=form.cleaned_data["text"], files=files or []),
        _("Your comment is in the thread."),
    )  # fmt: skip


@require_POST
def task_due(request: SignedInRequest, pk: int) -> HttpResponse:
    found = find_task(request, pk)
    demand(can_close_task(request.user, found))
    form = DueForm(request.POST)
    return _tried(
        request, found, "due", form,
        lambda: move_due(task=found, user=request.user, **form.cleaned_data), _("The day is moved."),
    )  # fmt: skip


def _reason(request: SignedInRequest) -> str:
    return request.POST.get("reason", "")[:300]


@require_POST
def task_return(request: SignedInRequest, pk: int) -> HttpResponse:
    found = find_task(request, pk)
    demand(can_close_task(request.user, found))
    return_task(task=found, user=request.user, reason=_reason(request))
    messages.success(request, _("Returned. Its holder is told what to correct."))
    return redirect(found)


@require_POST
def task_close(request: SignedInRequest, pk: int) -> HttpResponse:
    found = find_task(request, pk)
    demand(can_close_task(request.user, found))
    close_task(task=found, user=request.user)
    messages.success(request, _("The task is closed."))
    return redirect(found)


@require_POST
def task_cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    found = find_task(request, pk)
    demand(can_close_task(request.user, found))
    cancel_task(task=found, user=request.user, reason=_reason(request))
    messages.success(request, _("The task is cancelled."))
    return redirect(found)


# --- Files -------------------------------------------------------------------------------


@require_POST
def task_evidence(request: SignedInRequest, pk: int) -> HttpResponse:
    """One photo from the phone's queue."""
    found = find_task(request, pk)
    demand(can_hold_task(request.user, found))

    def tile(photo: TaskEvidence) -> HttpResponse:
        return render(request, "projects/task_photo.html", {"task": found, "photo": photo})

    return receive_photo(
        request, known=partial(_known_photo, found), attach=partial(_attach, request, found), tile=tile
    )


@require_POST
def task_evidence_remove(request: SignedInRequest, pk: int, evidence: int) -> HttpResponse:
    found = find_task(request, pk)
    demand(can_hold_task(request.user, found))
    remove_evidence(evidence=get_object_or_404(found.evidence.all(), pk=evidence), user=request.user)
    return redirect("projects:task_report", found.pk)


@require_safe
def task_evidence_photo(request: SignedInRequest, pk: int, evidence: int) -> FileResponse:
    found = find_task(request, pk)
    row = get_object_or_404(found.evidence.select_related("file"), pk=evidence)
    return preview_response(row.file, small="small" in request.GET)


@require_safe
def task_file(request: SignedInRequest, pk: int, file: int) -> FileResponse:
    return file_response(_file(request, pk, file))


@require_safe
def task_file_preview(request: SignedInRequest, pk: int, file: int) -> FileResponse:
    return preview_response(_file(request, pk, file), small="small" in request.GET)


def _file(request: SignedInRequest, pk: int, file: int) -> StoredFile:
    found = find_task(request, pk)
    return get_object_or_404(TaskFile.objects.filter(entry__task=found).select_related("file"), pk=file).file


# --- On other pages ----------------------------------------------------------------------


@require_safe
def of_project(request: SignedInRequest, code: str) -> HttpResponse:
    """The tab "tasks" of a project's page."""
    project = find_project(request, code)
    rows = _rows(Task.objects.visible_to(request.user).filter(project=project))
    context = {"rows": rows, "may_give": can_give_task(request.user, project.division_code)}
    return project_page(request, "projects/task_of_project.html", project, "tasks", context)


@require_safe
def of_compound(request: SignedInRequest, code: str) -> HttpResponse:
    """The tab "tasks" of a compound's page."""
    compound = seen_compound(request, code)
    demand(can_see_tasks(request.user))
    rows = _rows(Task.objects.visible_to(request.user).filter(compound=compound))
    context = {"rows": rows, "may_give": can_give_task(request.user, compound.community_id)}
    return compound_page(request, "projects/task_of_compound.html", compound, "tasks", context)
