"""Giving a task: from a project's page, a compound's, a whole task, or alone; the finder of hands."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from compounds.models import Compound
from core.errors import DomainError
from core.posted import posted
from directory.models import Division
from directory.powers import Power
from directory.requests import SignedInRequest
from files.actions import store_upload
from files.models import StoredFile
from projects.actions.tasks import give_task
from projects.forms.task import ATTACHMENT, GiveForm, HandsForm
from projects.models import Project, Task, TaskState
from projects.models.tasks import offices_of
from projects.permissions import can_give_task, can_part_task, can_see_tasks
from projects.views.shared import demand
from projects.views.task_list import hands_of


@dataclass(frozen=True, kw_only=True)
class About:
    """What a new task is about; `place` is None where it is still to be chosen."""

    place: Division | None = None
    project: Project | None = None
    compound: Compound | None = None
    parent: Task | None = None


def about(request: SignedInRequest) -> About:
    """`?project=` a project's number, `?compound=` a compound's code, `?parent=` a task: only what one sees."""
    values = request.GET
    if values.get("parent"):
        return _of_parent(request, values["parent"])
    if values.get("project"):
        seen = Project.objects.visible_to(request.user).select_related("compound__community")
        project = get_object_or_404(seen, code=values["project"][:32])
        return About(place=project.compound.community, project=project, compound=project.compound)
    if values.get("compound"):
        known = Compound.objects.visible_to(request.user).select_related("community")
        compound = get_object_or_404(known, code=values["compound"][:32])
        return About(place=compound.community, compound=compound)
    return About()


def _of_parent(request: SignedInRequest, typed: str) -> About:
    if not (typed.isascii() and typed.isdigit() and len(typed) < 19):
        raise Http404
    joined = ("division", "project__compound__community", "compound__community")
    parent = get_object_or_404(Task.objects.visible_to(request.user).select_related(*joined), pk=typed)
    demand(can_part_task(request.user, parent) and parent.state == TaskState.OPEN)
    narrow = parent.project is not None or parent.compound is not None
    return About(
        place=parent.division if narrow or not parent.division.children.exists() else None, project=parent.project,
        compound=parent.compound, parent=parent,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def task_give(request: SignedInRequest) -> HttpResponse:
    told = about(request)
    if told.parent is None:
        demand(request.user.has_power(Power.WORK_ON_TASKS))
    if told.place is not None and told.parent is None:
        demand(can_give_task(request.user, told.place.code))
    is_find = "find" in request.POST
    form = GiveForm(
        posted(request), request.FILES or None, user=request.user, place=told.place, project=told.project,
        compound=told.compound, initial=_initial(request, told),
    )  # fmt: skip
    if told.parent is not None and told.place is None:
        choose: Any = form.fields["division"]
        choose.queryset = Division.objects.living().below([told.parent.division_id])
    if form.is_bound and not is_find and form.is_valid():
        given = _given(request, told, form)
        if given is not None:
            messages.success(request, _("The task is given."))
            return redirect(given)
    status = 422 if form.is_bound and not is_find and form.errors else 200
    context = {"form": form, "about": told, "is_found": is_find, "places": form.chosen_place}
    return render(request, "projects/task_give.html", context, status=status)


def _initial(request: SignedInRequest, told: About) -> dict[str, Any]:
    if told.parent is not None:
        parent = told.parent
        facts = {"kind": parent.kind, "title": parent.title, "due_on": parent.due_on}
        return facts | {"division": parent.division_id}
    return {"division": next(iter(offices_of(request.user)), None)}


def _given(request: SignedInRequest, told: About, form: GiveForm) -> Task | None:
    place = form.chosen_place
    files = stored(request, form, form.cleaned_data["attachments"])
    if files is None or place is None:
        return None
    try:
        return give_task(
            division=place, user=request.user, hands=hands_of(form), files=files, project=told.project,
            compound=told.compound, parent=told.parent, **form.facts(),
        )  # fmt: skip
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return None


def stored(request: SignedInRequest, form: forms.Form, uploads: list[Any]) -> list[StoredFile] | None:
    """The bytes of what was attached; None where one was refused, which the form then says."""
    kept = []
    for upload in uploads:
        try:
            kept.append(store_upload(file=upload, name=upload.name, user=request.user, rule=ATTACHMENT))
        except DomainError as refusal:
            form.add_error("attachments", f"{upload.name}: {refusal.message}")
            return None
    return kept


# --- The finder --------------------------------------------------------------------------


@require_safe
def task_hands(request: SignedInRequest) -> HttpResponse:
    """What the finder of a form shows while one types: `hands_q` at a place, with its compound where there is one."""
    demand(can_see_tasks(request.user))
    code = request.GET.get("hands_place") or request.GET.get("division") or ""
    place = get_object_or_404(_places(request), pk=code[:12])
    compound = None
    if request.GET.get("hands_compound"):
        known = Compound.objects.visible_to(request.user).select_related("community")
        compound = get_object_or_404(known, code=request.GET["hands_compound"][:32])
    form = HandsForm(request.GET, user=request.user, place=place, compound=compound)
    return render(request, "projects/task_hands_found.html", {"form": form})


def _places(request: SignedInRequest) -> Any:
    """Divisions that one sees, and the places of tasks that one sees (a firm has no division)."""
    tasks = Task.objects.visible_to(request.user).values("division")
    return Division.objects.visible_to(request.user) | Division.objects.filter(pk__in=tasks)
