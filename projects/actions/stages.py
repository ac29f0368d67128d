"""Moves of a project. Each is a row of `StageChange`: inserting it moves the project, the database checks it."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from core.errors import DomainError, NotPermitted
from core.integrity import constraints_as_refusals, violated_constraint
from core.text import clean_line
from directory.models import User
from projects.errors import (
    BySite,
    DateBeforeLast,
    DateInFuture,
    MoveNotAllowed,
    ProjectMoved,
    ProjectNotActive,
    ProjectOver,
    ReasonNeeded,
    StageIncomplete,
)
from projects.gates import BY_THE_SITE, missing_for_next_stage, next_step
from projects.models import MAY_BE_SKIPPED, MoveKind, Project, Stage, StageChange, Standing
from projects.models.stages import STAGE_MOVES, STANDING_MOVES
from projects.permissions import can_move_project


@transaction.atomic
def advance(
    *, project: Project, user: User, effective_on: date | None = None, expected_stage: str | None = None
) -> StageChange:
    """On to the next stage, where nothing is missing.

    `expected_stage` is the stage that the page showed. Out of the willingness a planned project goes on
    through the plan by itself, because the issued plan is all that stage asks for.
    """
    project = _lock(project, user)
    _refuse_if_moved(project, expected_stage)
    _refuse_if_not_active(project)
    if project.stage in BY_THE_SITE:
        raise BySite
    step = next_step(project)
    if step is None:
        raise MoveNotAllowed(stage=project.get_stage_display())
    missing = missing_for_next_stage(user, project)
    if missing:
        lines = [str(line.text) for line in missing]
        raise StageIncomplete(listed="；".join(lines), missing=lines)
    change = _move(project, user, MoveKind.ADVANCE, to=step.stage, effective_on=effective_on)
    if step.stage == Stage.PLAN and project.plan_entry is not None and project.plan_entry.current:
        project.refresh_from_db()
        change = _move(project, user, MoveKind.ADVANCE, to=Stage.SCHEME, effective_on=change.effective_on)
    return change


@transaction.atomic
def pass_as_not_required(
    *, project: Project, user: User, reason: str, effective_on: date | None = None, expected_stage: str | None = None
) -> StageChange:  # fmt: skip
    """Over a stage that does not apply here (no tender required), with the reason."""
    project = _lock(project, user)
    _refuse_if_moved(project, expected_stage)
    _refuse_if_not_active(project)
    step = next_step(project)
    if project.stage not in MAY_BE_SKIPPED or step is None:
        raise MoveNotAllowed(stage=project.get_stage_display())
    return _move(
        project, user, MoveKind.NOT_REQUIRED, to=step.stage, reason=reason, effective_on=effective_on
    )


@transaction.atomic
def send_back(
    *, project: Project, user: User, reason: str, effective_on: date | None = None, expected_stage: str | None = None
) -> StageChange:  # fmt: skip
    """One stage back, with the reason; never behind a start that has happened."""
    project = _lock(project, user)
    _refuse_if_moved(project, expected_stage)
    _refuse_if_not_active(project)
    earlier = [to for before, to in STAGE_MOVES[MoveKind.SEND_BACK] if before == project.stage]
    if not earlier:
        raise MoveNotAllowed(stage=project.get_stage_display())
    return _move(project, user, MoveKind.SEND_BACK, to=earlier[0], reason=reason, effective_on=effective_on)


@transaction.atomic
def suspend(
    *, project: Project, user: User, reason: str, effective_on: date | None = None, expected_stage: str | None = None
) -> StageChange:  # fmt: skip
    """The project stands still until it is resumed; its open milestones do not count as late meanwhile."""
    project = _lock(project, user)
    _refuse_if_moved(project, expected_stage)
    return _change_standing(project, user, MoveKind.SUSPEND, reason=reason, effective_on=effective_on)


@transaction.atomic
def resume(
    *, project: Project, user: User, reason: str = "", effective_on: date | None = None, expected_stage: str | None = None
) -> StageChange:  # fmt: skip
    project = _lock(project, user)
    _refuse_if_moved(project, expected_stage)
    return _change_standing(project, user, MoveKind.RESUME, reason=reason, effective_on=effective_on)


@transaction.atomic
def cancel(
    *, project: Project, user: User, reason: str, effective_on: date | None = None, expected_stage: str | None = None
) -> StageChange:  # fmt: skip
    """For good; the compound may begin a new project."""
    project = _lock(project, user)
    _refuse_if_moved(project, expected_stage)
    return _change_standing(project, user, MoveKind.CANCEL, reason=reason, effective_on=effective_on)


def move_by_site(
    *, project: Project, user: User, kind: str, effective_on: date, reason: str = ""
) -> StageChange:
    """Start and completion of the works: called by `delivery` inside its own transaction and lock."""
    ((_before, after),) = STAGE_MOVES[kind]
    return _move(project, user, kind, to=after, reason=reason, effective_on=effective_on)


def _change_standing(
    project: Project, user: User, kind: str, *, reason: str, effective_on: date | None
) -> StageChange:
    legal = [before for before, _after in STANDING_MOVES[kind]]
    if project.standing not in legal or project.stage == Stage.AFTERCARE:
        raise ProjectOver(standing=project.get_standing_display())
    return _move(project, user, kind, to=project.stage, reason=reason, effective_on=effective_on)


def _lock(project: Project, user: User) -> Project:
    project = Project.objects.select_for_update(no_key=True, of=("self",)).get(pk=project.pk)
    if not can_move_project(user, project):
        raise NotPermitted
    return project


def _refuse_if_moved(project: Project, expected_stage: str | None) -> None:
    if expected_stage is not None and expected_stage != project.stage:
        raise ProjectMoved(stage=project.get_stage_display())


def _refuse_if_not_active(project: Project) -> None:
    if project.standing == Standing.SUSPENDED:
        raise ProjectNotActive(standing=project.get_standing_display())
    if project.standing == Standing.CANCELLED:
        raise ProjectOver(standing=project.get_standing_display())


def _move(
    project: Project, user: User, kind: str, *, to: str, effective_on: date | None, reason: str = ""
) -> StageChange:
    reason = clean_line(reason)
    if not reason and kind in (MoveKind.NOT_REQUIRED, MoveKind.SEND_BACK, MoveKind.SUSPEND, MoveKind.CANCEL):
        raise ReasonNeeded
    day = effective_on or timezone.localdate()
    if day > timezone.localdate():
        raise DateInFuture(day=day.isoformat())
    last = project.stage_changes.order_by("-id").values_list("effective_on", flat=True).first()
    if last is not None and day < last:
        raise DateBeforeLast(day=day.isoformat(), last=last.isoformat())
    change = StageChange(
        project=project, kind=kind, from_stage=project.stage, to_stage=to, effective_on=day, reason=reason, by=user
    )  # fmt: skip
    return insert_change(change)


# The sentences of what the trigger refuses, by the name it gives.
_REFUSALS: dict[str, type[DomainError]] = {
    "stage_change_from_here": ProjectMoved,
    "stage_change_legal": MoveNotAllowed,
}


def insert_change(change: StageChange) -> StageChange:
    """Write the row; what the database refuses becomes a refusal with its sentence."""
    try:
        with constraints_as_refusals(StageChange, Project):
            change.save(force_insert=True)
    except IntegrityError as error:
        refusal = _REFUSALS.get(violated_constraint(error))
        if refusal is None:
            raise
        raise refusal(stage=change.project.get_stage_display()) from error
    return change
