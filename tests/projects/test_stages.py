"""The line of a project: what moves it, what stops it, in the actions and in the database."""

from contextlib import suppress
from datetime import date, timedelta
from itertools import product

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from core.errors import NotPermitted
from projects.actions.stages import advance, cancel, pass_as_not_required, resume, send_back, suspend
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
from projects.models import DocumentKind, Milestone, MoveKind, Project, Stage, StageChange, Standing
from tests.cast import Cast
from tests.projects.builders import bring_to, make_document, make_project, make_unplanned_project
from tests.projects.schemes import make_approved_scheme


def test_a_planned_project_lacks_the_residents_willingness_first(cast: Cast) -> None:
    project = make_project(cast)
    with pytest.raises(StageIncomplete) as refusal:
        advance(project=project, user=cast.bureau)
    assert "意愿" in refusal.value.message


def test_out_of_the_willingness_an_issued_plan_is_passed_by_itself(cast: Cast) -> None:
    project = make_project(cast)
    make_document(cast, project, DocumentKind.WILLINGNESS_RECORD, by="community")
    advance(project=project, user=cast.bureau)
    project.refresh_from_db()
    assert project.stage == Stage.SCHEME
    assert [change.to_stage for change in project.stage_changes.all()] == [Stage.PLAN, Stage.SCHEME]


def test_without_a_plan_it_waits_at_the_plan(cast: Cast) -> None:
    project = make_unplanned_project(cast)
    make_document(cast, project, DocumentKind.WILLINGNESS_RECORD)
    advance(project=project, user=cast.bureau)
    project.refresh_from_db()
    assert project.stage == Stage.PLAN
    with pytest.raises(StageIncomplete):
        advance(project=project, user=cast.bureau)


def test_a_stage_that_does_not_apply_is_passed_with_its_reason(cast: Cast) -> None:
    project = make_project(cast)
    with pytest.raises(ReasonNeeded):
        pass_as_not_required(project=project, user=cast.bureau, reason=" ")
    pass_as_not_required(project=project, user=cast.bureau, reason="职工代表大会已通过")
    project.refresh_from_db()
    assert project.stage == Stage.PLAN
    with pytest.raises(MoveNotAllowed):
        pass_as_not_required(project=project, user=cast.bureau, reason="不需要计划")


def test_sent_back_one_stage_with_the_reason_and_its_milestone_is_open_again(cast: Cast) -> None:
    project = bring_to(cast, make_project(cast), Stage.SCHEME)
    closing = Milestone.objects.get(project=project, stage=Stage.PLAN, closes_stage=True)
    assert closing.done_on == timezone.localdate()
    send_back(project=project, user=cast.bureau, reason="计划调整")
    project.refresh_from_db()
    assert project.stage == Stage.PLAN
    assert Milestone.objects.filter(pk=closing.pk, done_on__isnull=True).exists()


def test_suspended_it_does_not_move_until_resumed(cast: Cast) -> None:
    project = make_project(cast)
    make_document(cast, project, DocumentKind.WILLINGNESS_RECORD)
    suspend(project=project, user=cast.bureau, reason="资金未到位")
    with pytest.raises(ProjectNotActive):
        advance(project=project, user=cast.bureau)
    resume(project=project, user=cast.bureau)
    advance(project=project, user=cast.bureau)
    project.refresh_from_db()
    assert project.standing == Standing.ACTIVE


def test_cancelled_is_for_good(cast: Cast) -> None:
    project = make_project(cast)
    cancel(project=project, user=cast.bureau, reason="整体征收")
    for act in (resume, suspend):
        with pytest.raises(ProjectOver):
            act(project=project, user=cast.bureau, reason="又要了")
    assert not Project.objects.unfinished().filter(pk=project.pk).exists()


def test_the_page_somebody_else_moved_past_is_told_so(cast: Cast) -> None:
    project = bring_to(cast, make_project(cast), Stage.SCHEME)
    with pytest.raises(ProjectMoved):
        advance(project=project, user=cast.bureau, expected_stage=Stage.WILLINGNESS)


def test_dates_are_neither_in_the_future_nor_before_the_last_step(cast: Cast) -> None:
    project = make_project(cast)
    make_document(cast, project, DocumentKind.WILLINGNESS_RECORD)
    today = timezone.localdate()
    with pytest.raises(DateInFuture):
        advance(project=project, user=cast.bureau, effective_on=today + timedelta(days=1))
    advance(project=project, user=cast.bureau, effective_on=today - timedelta(days=3))
    with pytest.raises(DateBeforeLast):
        send_back(project=project, user=cast.bureau, reason="x", effective_on=today - timedelta(days=4))


def test_the_street_moves_only_what_it_leads(cast: Cast) -> None:
    project = make_project(cast)
    with pytest.raises(NotPermitted):
        suspend(project=project, user=cast.street, reason="x")
    with pytest.raises(NotPermitted):
        suspend(project=project, user=cast.stranger, reason="x")


def test_the_works_start_and_end_by_an_act_of_the_site(cast: Cast) -> None:
    project = make_project(cast)
    project = _jump_to(project, Stage.START, cast)
    with pytest.raises(BySite):
        advance(project=project, user=cast.bureau)


def _jump_to(project: Project, stage: str, cast: Cast) -> Project:
    """Along the line, with an approved scheme on the way."""
    project = bring_to(cast, project, Stage.SCHEME)
    make_approved_scheme(cast, project)
    return bring_to(cast, project, stage)


@pytest.mark.parametrize(("field", "value"), [("stage", Stage.HANDOVER), ("standing", "suspended"), ("started_on", date(2026, 1, 1)), ("percent_done", 50), ("planned_completion_on", date(2026, 1, 1))])  # fmt: skip
def test_no_shell_moves_a_project_past_its_stage_changes(cast: Cast, field: str, value: object) -> None:
    project = make_project(cast)
    with pytest.raises(DatabaseError), transaction.atomic():
        Project.objects.filter(pk=project.pk).update(**{field: value})


def test_no_shell_inserts_a_move_that_the_line_does_not_know(cast: Cast) -> None:
    """From the first stage, without evidence, only three moves of all are open: not required, suspend, cancel."""
    project = make_project(cast)
    done = set()
    for kind, to in product(MoveKind.values, Stage.values):
        change = StageChange(
            project=project, kind=kind, from_stage=project.stage, to_stage=to, effective_on=timezone.localdate(),
            reason="试", by=cast.bureau,
        )  # fmt: skip
        with suppress(DatabaseError), transaction.atomic():
            change.save()
            done.add((kind, to))
            transaction.set_rollback(True)
    assert done == {
        (MoveKind.NOT_REQUIRED, Stage.PLAN),
        (MoveKind.SUSPEND, Stage.WILLINGNESS),
        (MoveKind.CANCEL, Stage.WILLINGNESS),
    }
