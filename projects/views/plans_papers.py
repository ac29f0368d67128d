"""Documents of a division's programme that hang on its plan: overall scheme, guideline, road map, task book."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError
from core.posted import posted
from directory.requests import SignedInRequest
from files.actions import store_upload
from files.documents import Document as Shown
from files.documents import Version
from files.serving import file_response, preview_response
from projects.actions.documents import add_programme_document, add_version
from projects.forms.plans_papers import PAPER, PaperForm, PaperVersionForm
from projects.models import Document, DocumentVersion, Plan
from projects.permissions import can_keep_programme_documents
from projects.views.plans_shared import find_plan, plan_page
from projects.views.shared import demand


def shown_documents(plan: Plan) -> list[dict[str, Any]]:
    """The plan's documents with their versions; two statements."""
    versions = DocumentVersion.objects.select_related("file", "uploaded_by")
    rows = plan.documents.valid().prefetch_related(Prefetch("versions", queryset=versions))
    return [{"document": row, "shown": _shown(plan, row)} for row in rows.order_by("kind", "-id")]


def _shown(plan: Plan, document: Document) -> Shown:
    return Shown.of(
        document.title,
        [
            Version(
                number=version.number,
                file=version.file,
                added_at=version.uploaded_at,
                added_by=str(version.uploaded_by),
                url=reverse("projects:plan_paper", args=[plan.pk, version.pk]),
                preview_url=reverse("projects:plan_paper_preview", args=[plan.pk, version.pk]),
                thumbnail_url=reverse("projects:plan_paper_preview", args=[plan.pk, version.pk]) + "?small=1",
                note=version.note,
            )
            for version in document.versions.all()
        ],
    )


def _version(request: SignedInRequest, pk: int, version: int) -> DocumentVersion:
    plan = find_plan(request, pk)
    rows = DocumentVersion.objects.filter(document__plan=plan).select_related("file")
    return get_object_or_404(rows, pk=version)


@require_safe
def paper(request: SignedInRequest, pk: int, version: int) -> FileResponse:
    return file_response(_version(request, pk, version).file)


@require_safe
def paper_preview(request: SignedInRequest, pk: int, version: int) -> FileResponse:
    return preview_response(_version(request, pk, version).file, small="small" in request.GET)


@require_http_methods(["GET", "HEAD", "POST"])
def paper_add(request: SignedInRequest, pk: int) -> HttpResponse:
    plan = find_plan(request, pk)
    demand(can_keep_programme_documents(request.user, plan))
    form = PaperForm(posted(request), request.FILES or None)
    if form.is_valid():
        data = form.cleaned_data
        return _stored(
            request, plan, form,
            lambda file: add_programme_document(
                plan=plan, user=request.user, file=file,
                **{name: data[name] for name in ("kind", "title", "number", "dated_on")},
            ),
        )  # fmt: skip
    return _page(request, plan, form, _("Add a document"))


@require_http_methods(["GET", "HEAD", "POST"])
def paper_version(request: SignedInRequest, pk: int, document: int) -> HttpResponse:
    plan = find_plan(request, pk)
    demand(can_keep_programme_documents(request.user, plan))
    found = get_object_or_404(plan.documents.valid(), pk=document)
    form = PaperVersionForm(posted(request), request.FILES or None)
    if form.is_valid():
        note = form.cleaned_data["note"]
        return _stored(
            request, plan, form,
            lambda file: add_version(document=found, user=request.user, file=file, note=note),
        )  # fmt: skip
    return _page(request, plan, form, _("New version: {title}").format(title=found.title))


def _stored(request: SignedInRequest, plan: Plan, form: forms.Form, keep: Any) -> HttpResponse:
    upload = form.cleaned_data["file"]
    try:
        keep(store_upload(file=upload, name=upload.name, user=request.user, rule=PAPER))
    except DomainError as refusal:
        form.add_error("file", refusal.message)
        return _page(request, plan, form, _("Add a document"))
    messages.success(request, _("The document is kept with the plan."))
    return redirect(f"{plan.get_absolute_url()}#documents")


def _page(request: SignedInRequest, plan: Plan, form: forms.Form, heading: str) -> HttpResponse:
    context = {"form": form, "form_heading": heading}
    return plan_page(request, "projects/plan_paper.html", plan, context, status=422 if form.errors else 200)
