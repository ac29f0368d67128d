"""Start and completion of the works: acts of the building site, by the people who move the project."""

from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Max

from core.board import MissingLine
from core.errors import DomainError, NotPermitted
from core.integrity import violated_constraint
from delivery.errors import CompletedBeforeLastWorks, CompletionIncomplete, StartIncomplete
from delivery.missing import missing_for_completion, missing_for_start
from delivery.permissions import can_start_or_complete
from directory.models import User
from projects.actions.stages import move_by_site
from projects.errors import MoveNotAllowed, ProjectMoved, ProjectNotActive
from projects.models import MoveKind, Project, Stage, StageChange, Standing


@transaction.atomic
def start_works(
    *, project: Project, user: User, effective_on: date, expected_stage: str | None = None
) -> StageChange:
    """开工: the works contract is signed and on file, the contractor is on site, the works have begun."""
    project = _lock(project, user, at=Stage.START, expected_stage=expected_stage)
    _refuse_if_missing(StartIncomplete, missing_for_start(project, on=effective_on))
    return _move(project, user, MoveKind.START, effective_on)


@transaction.atomic
def complete_works(
    *, project: Project, user: User, effective_on: date, expected_stage: str | None = None
) -> StageChange:
    """竣工: every planned work is done to its planned quantity, and there is evidence."""
    project = _lock(project, user, at=Stage.CONSTRUCTION, expected_stage=expected_stage)
    _refuse_if_missing(CompletionIncomplete, missing_for_completion(project))
    last = project.progress_entries.standing().aggregate(last=Max("done_on"))["last"]
    if last is not None and effective_on < last:
        raise CompletedBeforeLastWorks(last=last.isoformat())
    return _move(project, user, MoveKind.COMPLETE, effective_on)


def _lock(project: Project, user: User, *, at: str, expected_stage: str | None) -> Project:
    project = Project.objects.select_for_update(no_key=True, of=("self",)).get(pk=project.pk)
    if not can_start_or_complete(user, project):
        raise NotPermitted
    if expected_stage is not None and expected_stage != project.stage:
        raise ProjectMoved(stage=project.get_stage_display())
    if project.stage != at:
        raise MoveNotAllowed(stage=project.get_stage_display())
    if project.standing != Standing.ACTIVE:
        raise ProjectNotActive(standing=project.get_standing_display())
    return project


def _refuse_if_missing(refusal: type[DomainError], missing: Sequence[MissingLine]) -> None:
    if missing:
        lines = [str(line.text) for line in missing]
        raise refusal(listed="；".join(lines), missing=lines)


_STARTING = ("start_has_contract", "start_has_evidence")
_COMPLETING = ("completion_has_evidence", "completion_has_all_works", "completion_after_last_works")


def _move(project: Project, user: User, kind: str, effective_on: date) -> StageChange:
    """The gates' triggers look once more: what was withdrawn in between is refused in the same words."""
    try:
        with transaction.atomic():
            return move_by_site(project=project, user=user, kind=kind, effective_on=effective_on)
    except IntegrityError as error:
        name = violated_constraint(error)
        if name in _STARTING:
            _refuse_if_missing(StartIncomplete, missing_for_start(project, on=effective_on))
        if name in _COMPLETING:
            _refuse_if_missing(CompletionIncomplete, missing_for_completion(project))
        raise
