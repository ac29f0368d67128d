"""A project's documents: the tab, adding, newer versions, withdrawing, loading and looking."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError
from core.posted import posted
from directory.requests import SignedInRequest
from files.actions import store_upload
from files.models import StoredFile
from files.serving import file_response, preview_response
from projects.actions.documents import add_document, add_version, withdraw_document
from projects.forms.document import PAPER, DocumentForm, DocumentVersionForm, WithdrawForm
from projects.models import Document, DocumentKind, DocumentVersion, Project
from projects.papers import REQUIRED, Addresses, Paper, StagePapers, by_stage, shown, with_versions
from projects.permissions import can_add_documents
from projects.views.shared import demand, find_project, project_page


@require_safe
def documents(request: SignedInRequest, code: str) -> HttpResponse:
    """By stage and kind; `?kind=` narrows to one kind. What was withdrawn stands at the end."""
    project = find_project(request, code)
    may_add = can_add_documents(request.user, project)
    rows = with_versions(project.documents.all())
    kind = request.GET.get("kind", "")
    kinds = [choice for choice in DocumentKind.choices if choice[0] in {row.kind for row in rows}]
    kind = kind if kind in dict(kinds) else ""
    papers = [_paper(project, row, may_add=may_add) for row in rows]
    valid = [paper for paper in papers if paper.document.withdrawn_at is None]
    stages = by_stage(project, valid)
    if kind:
        stages = [_of_kind(stage, kind) for stage in stages]
    context = {
        "stages": [stage for stage in stages if stage.papers or (stage.is_present and not kind)],
        "withdrawn": [paper for paper in papers if paper.document.withdrawn_at is not None],
        "count": len(valid),
        "kinds": kinds,
        "kind": kind,
        "may_add": may_add,
    }
    return project_page(request, "projects/documents.html", project, "documents", context)


def _of_kind(stage: StagePapers, kind: str) -> StagePapers:
    return replace(stage, papers=[paper for paper in stage.papers if paper.document.kind == kind])


def _paper(project: Project, document: Document, *, may_add: bool) -> Paper:
    is_open = may_add and document.withdrawn_at is None
    args = [project.code, document.pk]
    return Paper(
        document=document,
        shown=shown(document, _addresses(project)),
        required_for=document.get_stage_display() if REQUIRED.get(document.stage) == document.kind else "",
        version_url=reverse("projects:document_version", args=args) if is_open else "",
        withdraw_url=reverse("projects:document_withdraw", args=args) if is_open else "",
    )


def _addresses(project: Project) -> Addresses:
    def address(name: str) -> Callable[[DocumentVersion], str]:
        return lambda version: reverse(name, args=[project.code, version.pk])

    return Addresses(load=address("projects:document_file"), look=address("projects:document_preview"))


# --- Writing ----------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def document_add(request: SignedInRequest, code: str) -> HttpResponse:
    """The kind is chosen already where a line of "what is missing" led here (`?kind=`)."""
    project = find_project(request, code)
    demand(can_add_documents(request.user, project))
    form = DocumentForm(
        posted(request), request.FILES or None, project=project, kind=request.GET.get("kind", "")
    )
    if form.is_valid():
        facts = {name: value for name, value in form.cleaned_data.items() if name != "file"}
        kept = _stored(
            request, form, lambda file: add_document(project=project, user=request.user, file=file, **facts)
        )
        if kept:
            messages.success(request, _("The document is kept with the project."))
            return redirect("projects:documents", project.code)
    return _form_page(request, project, form, title=_("Add a document"), button=_("Add"))


@require_http_methods(["GET", "HEAD", "POST"])
def document_version(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    project, document = _changeable(request, code, pk)
    form = DocumentVersionForm(posted(request), request.FILES or None)
    if form.is_valid():
        note = form.cleaned_data["note"]
        if _stored(
            request,
            form,
            lambda file: add_version(document=document, user=request.user, file=file, note=note),
        ):
            messages.success(request, _("The new version is kept; the earlier ones stay."))
            return redirect("projects:documents", project.code)
    title = _("New version: {title}").format(title=document.title)
    return _form_page(request, project, form, title=title, button=_("Add"))


@require_http_methods(["GET", "HEAD", "POST"])
def document_withdraw(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    project, document = _changeable(request, code, pk)
    form = WithdrawForm(posted(request))
    if form.is_valid():
        try:
            withdraw_document(document=document, user=request.user, reason=form.cleaned_data["reason"])
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Withdrawn. It counts no more and stays to be read."))
            return redirect("projects:documents", project.code)
    title = _("Withdraw: {title}").format(title=document.title)
    return _form_page(request, project, form, title=title, button=pgettext("document", "Withdraw"))


def _changeable(request: SignedInRequest, code: str, pk: int) -> tuple[Project, Document]:
    project = find_project(request, code)
    demand(can_add_documents(request.user, project))
    return project, get_object_or_404(project.documents.valid(), pk=pk)


def _stored(request: SignedInRequest, form: forms.Form, keep: Callable[[StoredFile], Any]) -> bool:
    """The bytes first, the row after; a refusal of either stands at the form."""
    upload = form.cleaned_data["file"]
    try:
        file = store_upload(file=upload, name=upload.name, user=request.user, rule=PAPER)
    except DomainError as refusal:
        form.add_error("file", refusal.message)
        return False
    try:
        keep(file)
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return False
    return True


def _form_page(
    request: SignedInRequest, project: Project, form: forms.Form, *, title: str, button: str
) -> HttpResponse:
    context = {
        "project": project,
        "compound": project.compound,
        "form": form,
        "title": title,
        "button": button,
    }
    status = 422 if form.errors else 200
    return render(request, "projects/document_form.html", context, status=status)


# --- Reading ----------------------------------------------------------------------------


@require_safe
def document_file(request: SignedInRequest, code: str, pk: int) -> FileResponse:
    return file_response(_version(request, code, pk).file)


@require_safe
def document_preview(request: SignedInRequest, code: str, pk: int) -> FileResponse:
    return preview_response(_version(request, code, pk).file, small="small" in request.GET)


def _version(request: SignedInRequest, code: str, pk: int) -> DocumentVersion:
    project = find_project(request, code)
    rows = DocumentVersion.objects.filter(document__project=project).select_related("file")
    return get_object_or_404(rows, pk=pk)
