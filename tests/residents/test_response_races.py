"""The same answer fifty times, a household by several channels at one instant, the close in between."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.utils import timezone

from residents.errors.opinions import QuestionnaireNotOpen
from residents.models import Household, OpenAnswer, Response
from tests.cast import Cast
from tests.database import Databases
from tests.races import at_once, refusals
from tests.residents.asking import answer, answer_openly, doors_of, make_questionnaire
from tests.residents.menus import make_scan

GUARD = "response_in_its_time"


def test_the_same_answer_fifty_times_at_once_is_one(committed_cast: Cast) -> None:
    questionnaire = make_questionnaire(committed_cast)
    door, key = doors_of(questionnaire)[0], uuid.uuid4()
    answers = at_once(*[lambda: answer(questionnaire, door, key=key)] * 50)
    assert refusals(answers) == []
    assert {one.pk for one in answers} == {Response.objects.get().pk}


def test_a_visitors_answer_twenty_times_at_once_is_one(committed_cast: Cast) -> None:
    questionnaire = make_questionnaire(committed_cast, is_per_household=False)
    visitor = uuid.uuid4()
    answers = at_once(*[lambda: answer_openly(questionnaire, visitor=visitor)] * 20)
    assert refusals(answers) == []
    assert {one.pk for one in answers} == {Response.objects.get().pk}


def test_a_household_by_several_channels_at_once_leaves_one_that_counts(committed_cast: Cast) -> None:
    assert _family(committed_cast) == (1, 9, 0)


def test_without_the_lock_only_the_index_holds(committed_cast: Cast, databases: Databases) -> None:
    """The negative control: it is the household's lock that lets all of them land in order."""
    with _without_lock(databases):
        counting, _kept, refused = _family(committed_cast)
    assert counting <= 1
    assert refused > 0


def _family(cast: Cast) -> tuple[int, int, int]:
    """How many count, are kept, were refused, when phones, desk and paper send for one household at once."""
    questionnaire = make_questionnaire(cast)
    door, scan, clerk = doors_of(questionnaire)[0], make_scan(cast), cast.community
    ways = [{}, {"user": clerk, "channel": "desk"}, {"user": clerk, "channel": "paper", "sheet": scan}]
    answers = at_once(
        *[
            lambda number=number: answer(questionnaire, door, [number % 3], **ways[number % 3])
            for number in range(9)
        ]
    )
    kept = Response.objects.filter(questionnaire=questionnaire)
    return kept.counting().count(), kept.count(), len(refusals(answers))


@contextmanager
def _without_lock(databases: Databases) -> Iterator[None]:
    with databases.connect(databases.name) as owner, owner.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_trigger t ON t.tgfoid = p.oid"
            " WHERE t.tgname LIKE %s",
            [f"pgtrigger_{GUARD}_%"],
        )
        ((whole,),) = cursor.fetchall()
        weak = whole.replace("WHERE id = NEW.household_id FOR NO KEY UPDATE", "WHERE id = NEW.household_id")
        assert weak != whole
        cursor.execute(weak.replace("SELECT * INTO held", "PERFORM pg_sleep(0.05); SELECT * INTO held"))
        try:
            yield
        finally:
            cursor.execute(whole)


def test_no_answer_lands_after_the_close(committed_cast: Cast) -> None:
    questionnaire = make_questionnaire(committed_cast, closes_at=timezone.now() + timedelta(seconds=2))

    def late(door: Household) -> None:
        while timezone.now() < questionnaire.closes_at + timedelta(seconds=0.3):
            try:
                answer(questionnaire, door)
            except QuestionnaireNotOpen:
                continue

    at_once(*[lambda door=door: late(door) for door in doors_of(questionnaire)[:3]])
    assert not Response.objects.filter(recorded_at__gte=questionnaire.closes_at).exists()
    assert Response.objects.exists()
    assert not OpenAnswer.objects.exists()
