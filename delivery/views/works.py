"""Start and completion of the works: what is missing, what follows, and the day."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.board import MissingLine
from core.errors import DomainError
from delivery.actions.works import complete_works, start_works
from delivery.forms import WorksForm
from delivery.missing import missing_for_completion, missing_for_start
from delivery.permissions import can_start_or_complete
from delivery.views.shared import demand, find_project, site_page
from directory.requests import SignedInRequest
from projects.models import DocumentKind, Project, Stage


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: SignedInRequest, code: str) -> HttpResponse:
    context = {"contracts": lambda project: project.contracts.of_works().select_related("organisation")}
    return _act(
        request, code, stage=Stage.START, act=start_works, missing=missing_for_start, template="delivery/start.html",
        name=_("Start of works"),
        said=_("The works have started. Progress can be reported from now on."), kind=DocumentKind.START_EVIDENCE,
        context=context,
    )  # fmt: skip


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def complete(request: SignedInRequest, code: str) -> HttpResponse:
    return _act(
        request, code, stage=Stage.CONSTRUCTION, act=complete_works, missing=missing_for_completion,
        template="delivery/complete.html", kind=DocumentKind.COMPLETION_EVIDENCE, context={},
        name=_("Completion of works"),
        said=_("The works are completed. The project waits for its acceptance."),
    )  # fmt: skip


def _act(
    request: SignedInRequest, code: str, *, stage: Stage, act: Callable[..., Any],
    missing: Callable[[Project], list[MissingLine]], template: str, name: str, said: str, kind: DocumentKind,
    context: dict[str, Callable[[Project], Any]],
) -> HttpResponse:  # fmt: skip
    project = find_project(request, code)
    demand(can_start_or_complete(request.user, project))
    form = WorksForm(request.POST if request.method == "POST" else None, project=project)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            act(
                project=project,
                user=request.user,
                effective_on=facts["effective_on"],
                expected_stage=facts["stage"],
            )
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, said)
            return redirect("projects:detail", project.code)
    shown = {
        "act": name,
        "form": form,
        "is_here": project.stage == stage and project.is_active,
        "missing": missing(project) if project.stage == stage else [],
        "evidence": project.documents.valid().filter(kind=kind),
        **{name: of(project) for name, of in context.items()},
    }
    return site_page(request, template, project, shown, status=422 if form.errors else 200)
