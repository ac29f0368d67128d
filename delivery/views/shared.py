"""What the pages of the building site need: the entry as one may see it, photos, the way back."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from delivery.models import ProgressEntry, ProgressPhoto
from delivery.permissions import can_report_progress
from directory.requests import SignedInRequest
from projects.models import Project, WorkItem
from projects.views.shared import demand, find_project

JOINED = (
    "work_item__catalogue_item",
    "work_item__progress",
    "by",
    "organisation",
    "reverses",
    "reversal__by",
)

__all__ = ["demand", "find_entry", "find_item", "find_photo", "find_project", "site_page"]


def find_entry(request: SignedInRequest, code: str, pk: int) -> tuple[Project, ProgressEntry]:
    """404 for an entry of another project, or one of a project that this person does not see."""
    project = find_project(request, code)
    entry = get_object_or_404(project.progress_entries.select_related(*JOINED), pk=pk)
    entry.project = project
    return project, entry


def find_item(project: Project, pk: int) -> WorkItem:
    """A work item of the scheme in force."""
    items = project.work_items.filter(progress__planned__gt=0).select_related("catalogue_item", "progress")
    return get_object_or_404(items, pk=pk)


def find_photo(request: SignedInRequest, code: str, pk: int, photo: int) -> ProgressPhoto:
    _project, entry = find_entry(request, code, pk)
    return get_object_or_404(entry.photos.select_related("file"), pk=photo)


def site_page(
    request: SignedInRequest, template: str, project: Project, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page of its own, narrow, for a phone: one thing at a time."""
    return render(
        request,
        template,
        {
            "project": project,
            "compound": project.compound,
            "may_report": project.is_active and can_report_progress(request.user, project),
            **context,
        },
        status=status,
    )
