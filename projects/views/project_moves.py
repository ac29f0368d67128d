"""A move of a project along its line: asked on a page of its own, with what follows in words."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from core.posted import posted
from directory.requests import SignedInRequest
from projects.forms.project_moves import MoveForm, add_refusal
from projects.gates import missing_for_next_stage, next_step
from projects.models import MoveKind, Project
from projects.moves import Choice, choice_of, choices_for, consequences
from projects.permissions import can_move_project
from projects.views.shared import demand, find_project


@require_http_methods(["GET", "HEAD", "POST"])
def stage_move(request: SignedInRequest, code: str) -> HttpResponse:
    project = find_project(request, code)
    demand(can_move_project(request.user, project))
    choice = choice_of(request.GET.get("move", ""))
    possible = choices_for(project)
    if choice is None:
        choice = possible[0] if possible else None
    if choice is None:
        return redirect(project)
    form = MoveForm(
        posted(request),
        kind=choice.kind,
        initial={"effective_on": timezone.localdate(), "expected_stage": project.stage},
    )
    if form.is_valid():
        try:
            change = choice.act(project=project, user=request.user, **form.cleaned_data)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _told(project, change.kind, change.get_to_stage_display()))
            return redirect(project)
    return _page(request, project, choice, possible, form)


def _told(project: Project, kind: str, stage: str) -> str:
    name = project.compound.name
    sentences = {
        MoveKind.SUSPEND: _("{name} is suspended."),
        MoveKind.RESUME: _("{name} goes on in “{stage}”."),
        MoveKind.CANCEL: _("{name}: the project is cancelled."),
        MoveKind.SEND_BACK: _("{name} is back in “{stage}”."),
    }
    return sentences.get(MoveKind(kind), _("{name} is in “{stage}” now.")).format(name=name, stage=stage)


def _title(project: Project, choice: Choice) -> str:
    step = next_step(project)
    if choice.kind == MoveKind.ADVANCE and step is not None:
        return _("On to “{stage}”").format(stage=step.label)
    return str(choice.title)


def _page(
    request: SignedInRequest, project: Project, choice: Choice, possible: list[Choice], form: MoveForm
) -> HttpResponse:
    """What lacks is asked for where the move needs it; a move that the line does not allow offers the others."""
    is_possible = choice in possible
    missing = (
        missing_for_next_stage(request.user, project)
        if choice.kind == MoveKind.ADVANCE and is_possible
        else []
    )
    return render(
        request,
        "projects/project_move.html",
        {
            "project": project,
            "compound": project.compound,
            "choice": choice,
            "title": _title(project, choice),
            "others": [other for other in possible if other != choice],
            "is_possible": is_possible,
            "missing": missing,
            "consequences": consequences(project, choice.kind) if is_possible else [],
            "form": form,
        },
        status=422 if form.errors else 200,
    )
