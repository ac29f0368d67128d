"""Two people at the same instant, on real commits. Each guard is proven by taking it away."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from threading import Barrier
from unittest import mock

import pytest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from compounds.actions import pool
from compounds.actions.pool import move_to_batch
from compounds.actions.register import add_building, next_codes, update_compound
from compounds.actions.successions import merge_compounds
from compounds.actions.surveys import begin_survey
from compounds.errors import AlreadyThere, CompoundEnded
from compounds.models import Batch, Building, Compound, ConditionSurvey, PoolEntry
from core.integrity import ConstraintRefused
from directory.models import Division
from tests.cast import MINZHU, Cast
from tests.compounds.builders import make_building, make_compound
from tests.races import at_once, refusals

ROUNDS = 8


@contextmanager
def without_row_locks() -> Iterator[None]:
    """The negative control: SELECT … FOR UPDATE becomes a plain SELECT."""
    with mock.patch.object(QuerySet, "select_for_update", lambda self, *args, **kwargs: self.all()):
        yield


def numbers_given_at_once() -> list[str]:
    def take() -> list[str]:
        with transaction.atomic():
            return next_codes(county="421003", count=3)

    answers = at_once(*[take] * ROUNDS)
    return [code for codes in answers if isinstance(codes, list) for code in codes]


def test_no_code_is_given_twice(committed_cast: Cast) -> None:
    codes = numbers_given_at_once()
    assert len(codes) == len(set(codes)) == 3 * ROUNDS


def test_without_the_counters_lock_codes_are_given_twice(committed_cast: Cast) -> None:
    with without_row_locks():
        rounds = (numbers_given_at_once() for _ in range(30))
        assert any(len(codes) > len(set(codes)) for codes in rounds)


def test_two_moves_of_one_compound_leave_one_current_entry(committed_cast: Cast) -> None:
    compound, bureau = make_compound(committed_cast), committed_cast.bureau

    def move() -> object:
        return move_to_batch(compounds=[compound], batch=Batch.RESERVE, user=bureau, reason="同时")

    answers = at_once(*[move] * ROUNDS)
    assert [type(refusal) for refusal in refusals(answers)] == [AlreadyThere] * (ROUNDS - 1)
    assert PoolEntry.objects.filter(compound=compound).count() == 1


def test_without_the_lock_the_database_still_keeps_one_current_entry(committed_cast: Cast) -> None:
    compound, bureau = make_compound(committed_cast), committed_cast.bureau
    both_have_looked = Barrier(2)

    def look_together(*args: object) -> None:
        both_have_looked.wait(10)

    def move() -> object:
        return move_to_batch(compounds=[compound], batch=Batch.RESERVE, user=bureau, reason="同时")

    with without_row_locks(), mock.patch.object(pool, "_refuse_standing_still", look_together):
        answers = at_once(move, move)
    # The guard that people meet is gone: now it is the unique constraint that refuses.
    assert [type(refusal) for refusal in refusals(answers)] == [IntegrityError]
    assert PoolEntry.objects.current().filter(compound=compound).count() == 1


def test_two_bulk_moves_in_opposite_order_do_not_block_each_other(committed_cast: Cast) -> None:
    compounds = [make_compound(committed_cast) for _ in range(6)]
    bureau = committed_cast.bureau
    answers = at_once(
        lambda: move_to_batch(compounds=compounds, batch=Batch.RESERVE, user=bureau, reason="甲"),
        lambda: move_to_batch(compounds=compounds[::-1], batch=Batch.PREPARING, user=bureau, reason="乙"),
    )
    assert not refusals(answers)
    assert PoolEntry.objects.current().count() == len(compounds)


def test_two_surveyors_at_one_door_open_one_survey(committed_cast: Cast) -> None:
    compound, worker = make_compound(committed_cast), committed_cast.community
    answers = at_once(*[lambda: begin_survey(compound=compound, user=worker)] * ROUNDS)
    assert not refusals(answers)
    assert ConditionSurvey.objects.count() == 1


def test_two_people_add_the_same_building(committed_cast: Cast) -> None:
    compound, bureau = make_compound(committed_cast), committed_cast.bureau
    answers = at_once(
        *[
            lambda number=number: add_building(compound=compound, user=bureau, number=number)
            for number in ("3栋", "三号楼")
        ]
    )
    assert [type(refusal) for refusal in refusals(answers)] == [ConstraintRefused]
    assert Building.objects.count() == 1


def test_a_building_added_during_a_merge_lands_in_the_merged_compound_or_is_refused(
    committed_cast: Cast,
) -> None:
    into, other, bureau = make_compound(committed_cast), make_compound(committed_cast), committed_cast.bureau
    make_building(committed_cast, other, "1栋")
    answers = at_once(
        lambda: merge_compounds(
            into=into, others=[other], user=bureau, effective_on=date(2026, 5, 1), reason="连片"
        ),
        lambda: add_building(compound=other, user=bureau, number="2栋"),
    )
    assert {type(refusal) for refusal in refusals(answers)} <= {CompoundEnded}
    assert not other.buildings.exists()
    assert into.buildings.count() == 2 - len(refusals(answers))


@pytest.mark.parametrize("round_", range(3))
def test_two_moves_to_another_community_keep_rows_and_compound_together(
    committed_cast: Cast, round_: int
) -> None:
    compound, bureau = make_compound(committed_cast), committed_cast.bureau
    building = make_building(committed_cast, compound, "1栋")
    there = Division.objects.get(pk=MINZHU)
    answers = at_once(
        lambda: update_compound(compound=compound, user=bureau, community=there),
        lambda: begin_survey(compound=compound, user=bureau),
        lambda: move_to_batch(compounds=[compound], batch=Batch.RESERVE, user=bureau, reason="同时"),
    )
    assert not refusals(answers)
    building.refresh_from_db()
    codes = {
        building.division_code,
        ConditionSurvey.objects.get().division_code,
        PoolEntry.objects.get().division_code,
    }
    assert codes == {MINZHU} == {Compound.objects.get(pk=compound.pk).community_id}
