"""The overview tab of a project's page."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from directory.requests import SignedInRequest
from projects.models import Project
from projects.views.shared import find_project, project_page


def overview(request: SignedInRequest, code: str) -> HttpResponse:
    project = find_project(request, code)
    return project_page(
        request, "projects/project_overview.html", project, "overview", {"facts": _facts(project)}
    )


def _facts(project: Project) -> list[tuple[str, Any]]:
    """The description list; what nobody recorded shows as a dash."""
    return [
        (_("Led by"), project.lead or project.get_lead_kind_display()),
        (_("Client"), project.client or ""),
        (_("Responsible person"), project.manager or ""),
    ]
