"""Every way round the line that a shell of the role `app` has: the database refuses, as the owner's control shows."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from psycopg2 import errors

from projects.models import Project, Stage, StageChange
from tests.cast import Cast
from tests.database import Databases
from tests.projects.builders import make_document, make_project, make_unplanned_project


def refused(sql: str, *parameters: str | int) -> Exception:
    """The statement fails for `app`; what refused it."""
    with pytest.raises(DatabaseError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
    assert refusal.value.__cause__ is not None
    return refusal.value.__cause__  # type: ignore[return-value]


@pytest.fixture
def project(cast: Cast) -> Project:
    return make_project(cast)


@pytest.mark.parametrize("column", ["stage = 'acceptance'", "standing = 'cancelled'", "started_on = now()",
                                    "completed_on = now()", "code = 'x'", "origin = 'before_portal'"])  # fmt: skip
def test_a_projects_place_is_not_updated(project: Project, column: str) -> None:
    assert isinstance(
        refused(f"UPDATE projects_project SET {column} WHERE id = {project.pk}"), errors.CheckViolation
    )


@pytest.mark.parametrize(
    "prelude",
    [
        "SET LOCAL pgtrigger.ignore = 'projects.Project:project_kept_columns'",
        "SELECT set_config('pgtrigger.ignore', '{projects_project:pgtrigger_project_kept_columns}', true)",
    ],
)
def test_nor_with_pgtriggers_off_switch(project: Project, prelude: str) -> None:
    sql = f"{prelude}; UPDATE projects_project SET stage = 'acceptance' WHERE id = {project.pk}"
    assert isinstance(refused(sql), errors.CheckViolation)


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE projects_project DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "DROP TABLE projects_stagechange CASCADE",
        "UPDATE projects_stagechange SET to_stage = 'handover'",
        "DELETE FROM projects_stagechange",
        "TRUNCATE projects_stagechange CASCADE",
    ],
)
def test_what_app_has_no_right_to(project: Project, sql: str) -> None:
    assert isinstance(refused(sql), errors.InsufficientPrivilege)


def test_a_project_is_not_deleted(project: Project) -> None:
    assert isinstance(refused(f"DELETE FROM projects_project WHERE id = {project.pk}"), errors.RaiseException)
    assert Project.objects.filter(pk=project.pk).exists()


def test_a_project_is_not_born_further_on(cast: Cast, project: Project) -> None:
    copied = "compound_id, year, lead_kind, origin, lead_reason, notes, programmes, created_by_id, created_at, updated_at"
    for stage, standing in (("handover", "active"), ("willingness", "suspended"), ("aftercare", "cancelled")):
        refusal = refused(
            f"INSERT INTO projects_project ({copied}, code, stage, standing, percent_done, division_code)"
            f" SELECT {copied}, code || 'x', %s, %s, 0, division_code FROM projects_project WHERE id = %s",
            stage, standing, project.pk,
        )  # fmt: skip
        assert isinstance(refusal, errors.CheckViolation)


def change(project: Project, cast: Cast, **facts: object) -> StageChange:
    given = {"kind": "advance", "from_stage": project.stage, "to_stage": "plan", "effective_on": timezone.localdate(),
             "reason": "试"}  # fmt: skip
    return StageChange(project=project, by=cast.bureau, **{**given, **facts})


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [
        ({}, "stage_change_has_evidence"),
        ({"from_stage": "scheme", "to_stage": "joint_review"}, "stage_change_from_here"),
        ({"to_stage": "acceptance"}, "stage_change_legal"),
        ({"kind": "start", "to_stage": "construction"}, "stage_change_legal"),
        ({"kind": "not_required", "effective_on": date(2199, 1, 1)}, "stage_change_not_in_future"),
        ({"kind": "not_required", "reason": ""}, "stage_change_has_reason"),
        ({"kind": "resume", "to_stage": "willingness"}, "stage_change_legal"),
        ({"kind": "cancel", "to_stage": "aftercare"}, "stage_change_legal"),
        ({"kind": "entered", "to_stage": "aftercare"}, "stage_change_entered_before_go_live"),
        ({"kind": "not_required", "started_on": date(2020, 1, 1)}, "stage_change_dates_only_entered"),
    ],
)
def test_an_illegal_move_is_not_inserted(
    cast: Cast, project: Project, facts: dict[str, object], constraint: str
) -> None:
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        change(project, cast, **facts).save(force_insert=True)
    assert refusal.value.__cause__.diag.constraint_name == constraint  # type: ignore[union-attr]


def test_a_withdrawn_paper_is_no_evidence(cast: Cast) -> None:
    project = make_unplanned_project(cast)
    paper = make_document(cast, project, "willingness_record")
    type(paper).objects.filter(pk=paper.pk).update(
        withdrawn_at=timezone.now(), withdrawn_by=cast.bureau, withdrawal_reason="错传"
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        change(project, cast).save(force_insert=True)


def test_a_milestone_that_closes_a_stage_moves_only_with_it(project: Project) -> None:
    for column in ("done_on = now()", "due_on = now()", "planned_on = now()"):
        sql = f"UPDATE projects_milestone SET {column} WHERE project_id = {project.pk} AND stage = 'willingness' AND closes_stage"
        assert isinstance(refused(sql), errors.CheckViolation)


def test_control_with_the_triggers_off_the_owner_could(committed_cast: Cast, databases: Databases) -> None:
    """The same statement as above, by who may switch triggers off: it was the guard that refused, not the grammar."""
    project = make_unplanned_project(committed_cast)
    with databases.connect(databases.name, role="owner") as owner, owner.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("ALTER TABLE projects_project DISABLE TRIGGER USER")
        cursor.execute("UPDATE projects_project SET stage = 'scheme' WHERE id = %s", [project.pk])
        cursor.execute("SELECT stage FROM projects_project WHERE id = %s", [project.pk])
        assert cursor.fetchone() == (Stage.SCHEME,)
        cursor.execute("ROLLBACK")
