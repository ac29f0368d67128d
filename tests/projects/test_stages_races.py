"""Two people move a project at the same instant, on real commits. Each guard is proven by taking it away."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Barrier
from unittest import mock

import pytest
from django.db import transaction
from django.db.models import QuerySet

from projects.actions import stages
from projects.actions.projects import begin_project
from projects.actions.stages import advance, suspend
from projects.errors import ProjectMoved, ProjectOver, ProjectUnfinished
from projects.models import Project, Stage, StageChange
from tests.cast import Cast
from tests.compounds.builders import make_pooled
from tests.database import Databases
from tests.projects.builders import make_document, make_unplanned_project
from tests.races import at_once, refusals

PEOPLE = 6


@contextmanager
def without_row_locks() -> Iterator[None]:
    """SELECT … FOR UPDATE becomes a plain SELECT."""
    with mock.patch.object(QuerySet, "select_for_update", lambda self, *args, **kwargs: self.all()):
        yield


@contextmanager
def without_the_guard(databases: Databases) -> Iterator[None]:
    """The trigger that compares a move with where the project is, switched off by the owner."""
    switch = "ALTER TABLE projects_stagechange {} TRIGGER {}"
    with databases.connect(databases.name, role="owner") as owner, owner.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'pgtrigger_stage_change_is_legal%%'")
        ((name,),) = cursor.fetchall()
        cursor.execute(switch.format("DISABLE", name))
        try:
            yield
        finally:
            cursor.execute(switch.format("ENABLE", name))


@pytest.fixture
def project(committed_cast: Cast) -> Project:
    """Nothing is missing for its next stage."""
    project = make_unplanned_project(committed_cast)
    make_document(committed_cast, project, "willingness_record")
    return project


def test_of_all_who_press_at_once_one_moves_it(committed_cast: Cast, project: Project) -> None:
    bureau = committed_cast.bureau

    def press() -> StageChange:
        return advance(project=project, user=bureau, expected_stage=Stage.WILLINGNESS)

    answers = at_once(*[press] * PEOPLE)
    assert [type(refusal) for refusal in refusals(answers)] == [ProjectMoved] * (PEOPLE - 1)
    assert StageChange.objects.filter(project=project).count() == 1
    project.refresh_from_db()
    assert project.stage == Stage.PLAN


def moved_by_two_who_both_looked(project: Project, cast: Cast) -> list[Exception]:
    """Both have read the project before either writes."""
    bureau, both_have_looked = cast.bureau, Barrier(2)
    look = stages._refuse_if_not_active

    def look_together(project: Project) -> None:
        look(project)
        both_have_looked.wait(10)

    def press() -> StageChange:
        return advance(project=project, user=bureau, expected_stage=Stage.WILLINGNESS)

    with without_row_locks(), mock.patch.object(stages, "_refuse_if_not_active", look_together):
        return refusals(at_once(press, press))


def test_without_the_lock_the_database_still_refuses_the_second(
    committed_cast: Cast, project: Project
) -> None:
    found = moved_by_two_who_both_looked(project, committed_cast)
    assert [type(refusal) for refusal in found] == [ProjectMoved]
    assert StageChange.objects.filter(project=project).count() == 1


def test_control_without_lock_and_guard_it_moves_twice(
    committed_cast: Cast, project: Project, databases: Databases
) -> None:
    with without_the_guard(databases):
        found = moved_by_two_who_both_looked(project, committed_cast)
    assert found == []
    assert StageChange.objects.filter(project=project).count() == 2


def test_of_a_move_and_a_suspension_at_once_both_or_one_hold(committed_cast: Cast, project: Project) -> None:
    bureau = committed_cast.bureau
    answers = at_once(
        lambda: advance(project=project, user=bureau, expected_stage=Stage.WILLINGNESS),
        lambda: suspend(project=project, user=bureau, reason="资金未到位"),
        lambda: suspend(project=project, user=bureau, reason="资金未到位"),
    )
    project.refresh_from_db()
    kinds = list(project.stage_changes.values_list("kind", flat=True))
    assert project.standing == "suspended"
    assert kinds in (["advance", "suspend"], ["suspend"])
    assert sum(isinstance(refusal, ProjectOver) for refusal in refusals(answers)) == 1


def test_one_compound_begins_one_project(committed_cast: Cast) -> None:
    compound, bureau = make_pooled(committed_cast), committed_cast.bureau

    def begin() -> Project:
        with transaction.atomic():
            return begin_project(compound=compound, user=bureau, year=2027)

    answers = at_once(*[begin] * PEOPLE)
    assert [type(refusal) for refusal in refusals(answers)] == [ProjectUnfinished] * (PEOPLE - 1)
    assert Project.objects.filter(compound=compound).count() == 1
