"""What every tab of a project's page needs: the project as one may see it, its line, what it lacks."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from compounds.models import ConditionSurvey, PoolEntry, SurveyState
from core.board import FigureValue, MissingLine, board
from core.errors import demand
from directory.models import Division
from directory.powers import Power
from directory.requests import SignedInRequest
from projects.gates import BY_THE_SITE, missing_for_next_stage, next_step
from projects.models import MoveKind, Project, StageChange, Standing
from projects.moves import Choice, choices_for
from projects.permissions import can_edit_project, can_move_project, can_see_programme, can_see_projects
from projects.progression import STANDING_TONES, line_of, stage_badge

PLACE_DIGITS = 6


def find_project(request: SignedInRequest, code: str) -> Project:
    """The project with its compound, bodies and plan joined.

    403 for whoever sees no projects at all, 404 for one that this person does not see.
    """
    demand(can_see_projects(request.user))
    surveys = ConditionSurvey.objects.filter(compound=OuterRef("compound"), state=SurveyState.CONFIRMED)
    rows = Project.objects.visible_to(request.user).annotate(
        is_surveyed=Exists(surveys),
        is_pooled=Exists(PoolEntry.objects.filter(compound=OuterRef("compound"))),
    )
    joined = ("compound__community", "compound__title_owner", "lead", "client", "manager", "plan_entry__plan",
              "before_portal_document")  # fmt: skip
    return get_object_or_404(rows.select_related(*joined), code=code)


@dataclass(frozen=True)
class Strip:
    """下一步还缺: what lacks before the next stage, and whether this person may take it there.

    `by_site` is true where the works themselves move the project on (start, completion).
    """

    next_label: Any
    missing: list[MissingLine]
    may_move: bool
    by_site: bool

    @property
    def is_ready(self) -> bool:
        return not self.missing and not self.by_site


def strip_of(request: SignedInRequest, project: Project) -> Strip | None:
    """None where the line has ended, or the project stands still."""
    step = next_step(project)
    if step is None or not project.is_active:
        return None
    return Strip(
        next_label=step.label,
        missing=missing_for_next_stage(request.user, project),
        may_move=can_move_project(request.user, project),
        by_site=project.stage in BY_THE_SITE,
    )


def project_page(
    request: SignedInRequest,
    template: str,
    project: Project,
    tab: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """Render a tab of a project's page.

    `project` comes from `find_project`; `template` extends projects/project.html and fills
    its block `tab`; `tab` is the key of the board's Tab(subject="project") that is open.
    """
    changes = list(project.stage_changes.select_related("by").order_by("id"))
    return render(
        request,
        template,
        {
            "project": project,
            "compound": project.compound,
            "tab": tab,
            "place": place_names(project.division_code),
            "stage_badge": stage_badge(project),
            "standing_tone": STANDING_TONES[project.standing],
            "line": line_of(
                project,
                changes,
                project.milestones.filter(closes_stage=True),
                today=timezone.localdate(),
                is_surveyed=getattr(project, "is_surveyed", False),
                is_pooled=getattr(project, "is_pooled", False),
            ),
            "changes": changes,
            "halt": _halt(project, changes),
            "strip": strip_of(request, project),
            "key_figures": _figures(request, project),
            "sees_register": request.user.has_power(Power.SEE_REGISTER),
            "plan_url": _plan_url(request, project),
            "may_edit": can_edit_project(request.user, project),
            "moves": _moves(request, project),
            **context,
        },
        status=status,
    )


def _plan_url(request: SignedInRequest, project: Project) -> str:
    """A firm's people see the project but no plan."""
    if project.plan_entry is None or not can_see_programme(request.user):
        return ""
    return reverse("projects:plan", args=[project.plan_entry.plan_id])


def _moves(request: SignedInRequest, project: Project) -> list[Choice]:
    """What the menu offers; the way on stands in the strip."""
    if not can_move_project(request.user, project):
        return []
    return [choice for choice in choices_for(project) if choice.kind != MoveKind.ADVANCE]


def place_names(community: str) -> list[str]:
    """荆州区, 西城街道, 胜利街社区: the way down to a community, from the county on."""
    return Division.objects.way_names(community, from_digits=PLACE_DIGITS)


def _halt(project: Project, changes: Iterable[StageChange]) -> StageChange | None:
    """The change by which the project stands still, with its reason."""
    kind = {Standing.SUSPENDED: MoveKind.SUSPEND, Standing.CANCELLED: MoveKind.CANCEL}.get(
        Standing(project.standing)
    )
    return next((change for change in reversed(list(changes)) if change.kind == kind), None) if kind else None


def _figures(request: SignedInRequest, project: Project) -> list[FigureValue]:
    return [value for block in board.figures("project") for value in block.values(request, project)]
