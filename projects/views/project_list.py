"""The list of projects."""

from django.http.response import HttpResponseBase

from directory.requests import SignedInRequest
from projects.models import Project
from projects.permissions import can_see_projects
from projects.tables.project import PROJECTS
from projects.views.shared import demand


def project_list(request: SignedInRequest) -> HttpResponseBase:
    demand(can_see_projects(request.user))
    return PROJECTS.respond(request, Project.objects.visible_to(request.user))
