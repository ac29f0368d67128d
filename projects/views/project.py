"""Tabs of a project's page: overview and history; the document of a project from before the portal."""

from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.board import board
from core.changelog import log_page
from core.figures import money
from core.text import listed
from directory.requests import SignedInRequest
from files.serving import file_response
from projects.lead import lead_by_rule
from projects.models import LeadKind, Milestone, Programme, Project
from projects.projectlog import KINDS, changes_of, latest_of
from projects.views.shared import find_project, project_page

LATEST, NEXT_MILESTONES = 6, 5


@require_safe
def overview(request: SignedInRequest, code: str) -> HttpResponse:
    project = find_project(request, code)
    rule = lead_by_rule(project.compound)
    return project_page(
        request,
        "projects/project_overview.html",
        project,
        "overview",
        {
            "facts": _facts(project),
            "lead": project.lead or "",
            "lead_label": project.get_lead_kind_display(),
            "lead_rule": LeadKind(rule).label,
            "led_by_rule": project.lead_kind == rule,
            "parties": list(project.parties.select_related("organisation")),
            "related_works": list(project.related_works.select_related("organisation")),
            "milestones": _next_milestones(project),
            "latest": latest_of(project, most=LATEST),
            "panels": [
                render_to_string(panel.template, panel.context(request, project), request)
                for panel in board.panels("project", request.user)
            ],
        },
    )


def _facts(project: Project) -> list[tuple[str, Any]]:
    """The description list; what nobody recorded shows as a dash."""
    programmes = dict(Programme.choices)
    reported = project.reported_investment
    return [
        (_("Client"), project.client or ""),
        (_("Responsible person"), project.manager or ""),
        (_("Counted under"), listed(programmes.get(name, name) for name in project.programmes)),
        (_("Plan"), project.plan_entry.plan if project.plan_entry else _("not in a plan yet")),
        (_("Households"), project.compound.household_count),
        *([(_("Investment as reported"), money(reported))] if reported else []),
        (_("Notes"), project.notes),
    ]


def _next_milestones(project: Project) -> list[tuple[Milestone, bool]]:
    """The open ones that come first, and whether they are late."""
    today = timezone.localdate()
    waiting = project.milestones.filter(done_on__isnull=True).select_related("organisation")
    return [
        (milestone, project.is_active and milestone.is_late(today))
        for milestone in waiting.order_by("due_on", "position", "id")[:NEXT_MILESTONES]
    ]


@require_safe
def history(request: SignedInRequest, code: str) -> HttpResponse:
    project = find_project(request, code)
    log = log_page(request, KINDS, partial(changes_of, project))
    return project_page(request, "projects/project_history.html", project, "history", {"log": log})


@require_safe
def before_portal(request: SignedInRequest, code: str) -> HttpResponseBase:
    """The proof that a project began before the portal."""
    project = find_project(request, code)
    if project.before_portal_document is None:
        raise Http404
    return file_response(project.before_portal_document)
