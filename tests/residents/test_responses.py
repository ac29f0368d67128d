"""What lands as an answer, what counts, and what is refused: by the actions, and by the database where they are bypassed."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.errors import DomainError, NotPermitted
from core.integrity import violated_constraint
from residents.actions import responses as limits
from residents.actions.questionnaires import (
    add_question,
    change_question,
    drop_question,
    finish_questionnaire,
    move_question,
    prolong_questionnaire,
    publish_questionnaire,
    void_questionnaire,
)
from residents.actions.responses import forget_old_traces, keep_draft, respond
from residents.errors.opinions import (
    AnswerUnfit,
    HouseholdElsewhere,
    KeyUsed,
    OnlyLater,
    QuestionnaireIncomplete,
    QuestionnaireNotDraft,
    QuestionnaireNotOpen,
    QuestionnaireNotOpenYet,
    QuestionnaireStillOpen,
    SheetOfPaperNeeded,
    TooManyAnswersAtOnce,
)
from residents.models import OpenAnswer, Questionnaire, Response, ResponseDraft
from tests.cast import Cast
from tests.residents.asking import (
    USUAL,
    answer,
    answer_openly,
    asked,
    by_id,
    closed_and_finished,
    doors_of,
    make_questionnaire,
    wait_for_close,
)
from tests.residents.builders import make_doors
from tests.residents.menus import make_scan, soon

pytestmark = pytest.mark.django_db


def test_each_kind_is_kept_in_its_shape(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast)
    made = answer(
        questionnaire, doors_of(questionnaire)[0], ["0", ["2", "0", "2"], "５", "3", " 楼道太暗\u202e "]
    )
    assert list(made.answers.values()) == [0, [0, 2], 5, 3, "楼道太暗"]
    assert len(made.receipt) == 8
    assert made.division_code == questionnaire.division_code


@pytest.mark.parametrize(
    ("place", "given"),
    [
        (0, None), (0, 3), (0, -1), (0, "x"), (0, [0]), (0, True), (0, 2**63), (0, "1_0"), (0, "9" * 4000),
        (1, [0, 1, 2]), (1, "01"), (1, [[0]]), (1, {"0": 1}),
        (2, 0), (2, 6), (2, float("nan")), (2, "NaN"), (2, "1e400"), (2, float("inf")),
        (3, -1), (3, 10**9 + 1), (3, 1.5), (3, "٣x"),
        (4, "长" * 2001), (4, ["words"]),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_its_place(cast: Cast, place: int, given: Any) -> None:
    questionnaire = make_questionnaire(cast)
    answers = [*USUAL]
    answers[place] = given
    with pytest.raises(AnswerUnfit) as refused:
        answer(questionnaire, doors_of(questionnaire)[0], answers)
    assert refused.value.details["question"] == place + 1
    assert not Response.objects.exists()


def test_controls_and_surrogates_are_dropped_from_words(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast)
    made = answer(questionnaire, doors_of(questionnaire)[0], [0, None, None, None, "a\x00b\ud800c\ufeff"])
    assert list(made.answers.values()) == [0, "abc"]
    nothing = answer(questionnaire, doors_of(questionnaire)[1], [0, [], "", " ", "\u200b"])
    assert list(nothing.answers.values()) == [0]


def test_the_sheet_received_last_counts_whatever_way_it_came_and_whenever_it_was_typed(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast)
    door = doors_of(questionnaire)[0]
    first = answer(questionnaire, door)
    desk = answer(questionnaire, door, [1], user=cast.community, channel="desk")
    paper = answer(
        questionnaire, door, [2], user=cast.community, channel="paper", sheet=make_scan(cast),
        received_at=timezone.now() - timedelta(minutes=30),
    )  # fmt: skip
    first.refresh_from_db()
    desk.refresh_from_db()
    assert (first.superseded_at is None, desk.superseded_at is None, paper.superseded_at is None) == (
        False,
        True,
        False,
    )
    assert Response.objects.counting().get() == desk


def test_the_same_key_gives_the_same_sheet_and_another_content_is_refused(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast, closes_at=soon())
    door, other = doors_of(questionnaire)[:2]
    key = uuid.uuid4()
    made = answer(questionnaire, door, key=key)
    assert answer(questionnaire, door, key=key) == made
    for household, answers in ((door, [1]), (other, USUAL)):
        with pytest.raises(KeyUsed):
            answer(questionnaire, household, answers, key=key)
    wait_for_close(questionnaire)
    # A phone that did not hear the answer asks again after the close.
    assert answer(questionnaire, door, key=key) == made
    with pytest.raises(QuestionnaireNotOpen):
        answer(questionnaire, door)


def test_paper_received_in_time_is_typed_after_the_close_and_only_paper(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast, closes_at=soon())
    door, early = doors_of(questionnaire)[0], timezone.now()
    wait_for_close(questionnaire)
    scan = make_scan(cast)
    answer(questionnaire, door, user=cast.community, channel="paper", sheet=scan, received_at=early)
    for how in ({"channel": "phone"}, {"channel": "paper", "sheet": scan}):
        with pytest.raises(QuestionnaireNotOpen):
            answer(questionnaire, door, user=cast.community, **how)


def test_once_it_is_finished_no_paper_lands_any_more(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast, closes_at=soon())
    early, scan = timezone.now(), make_scan(cast)
    with pytest.raises(QuestionnaireStillOpen):
        finish_questionnaire(questionnaire=questionnaire, user=cast.bureau)
    closed_and_finished(cast, questionnaire)
    with pytest.raises(QuestionnaireNotOpen):
        answer(
            questionnaire, doors_of(questionnaire)[0], user=cast.community, channel="paper", sheet=scan, received_at=early
        )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Questionnaire.objects.filter(pk=questionnaire.pk).update(finished_at=None)


def test_who_may_not_enter_and_what_lacks_its_sheet_is_refused(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast)
    door = doors_of(questionnaire)[0]
    with pytest.raises(NotPermitted):
        answer(questionnaire, door, user=cast.auditor, channel="desk")
    with pytest.raises(SheetOfPaperNeeded):
        answer(questionnaire, door, user=cast.community, channel="paper")
    (elsewhere, *_rest) = make_doors(cast)
    for household in (elsewhere, None):
        with pytest.raises(HouseholdElsewhere):
            answer(questionnaire, household)


@pytest.mark.parametrize("state", ["draft", "early", "voided"])
def test_nothing_lands_before_it_opens_or_after_it_was_voided(cast: Cast, state: str) -> None:
    ahead = timezone.now() + timedelta(hours=1)
    questionnaire = make_questionnaire(
        cast, published=state != "draft", opens_at=ahead if state == "early" else None
    )
    if state == "voided":
        void_questionnaire(questionnaire=questionnaire, user=cast.bureau, reason="题目有误")
    refusal: type[DomainError] = QuestionnaireNotOpen if state == "voided" else QuestionnaireNotOpenYet
    with pytest.raises(refusal):
        answer(questionnaire, doors_of(questionnaire)[0])
    questionnaire.refresh_from_db()
    kept = keep_draft(questionnaire=questionnaire, household=doors_of(questionnaire)[0], answers={})
    assert kept is None


# --- Open to anybody --------------------------------------------------------------------


def test_where_anybody_may_answer_no_sheet_names_a_household(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast, is_per_household=False)
    assert len(questionnaire.public_code) == 8
    one, two = answer_openly(questionnaire), answer_openly(questionnaire)
    assert one != two
    assert Response.objects.counting().filter(household__isnull=True).count() == 2
    with pytest.raises(HouseholdElsewhere):
        answer(questionnaire, doors_of(questionnaire)[0])


def test_a_flood_from_one_address_is_refused_and_a_repeated_tap_is_none(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "FROM_ONE_ADDRESS", 2)
    questionnaire = make_questionnaire(cast, is_per_household=False)
    visitor = uuid.uuid4()
    answer_openly(questionnaire, visitor=visitor)
    answer_openly(questionnaire)
    with pytest.raises(TooManyAnswersAtOnce):
        answer_openly(questionnaire)
    assert answer_openly(questionnaire, visitor=visitor)
    answer_openly(questionnaire, address=b"b" * 16)
    monkeypatch.setattr(limits, "ALTOGETHER", 3)
    with pytest.raises(TooManyAnswersAtOnce):
        answer_openly(questionnaire, address=b"c" * 16)


def test_a_flood_of_begun_answers_fills_no_table(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ALTOGETHER", 2)
    questionnaire = make_questionnaire(cast, is_per_household=False)
    first = uuid.uuid4()
    for visitor in (first, uuid.uuid4()):
        keep_draft(questionnaire=questionnaire, visitor=visitor, answers={})
    with pytest.raises(TooManyAnswersAtOnce):
        keep_draft(questionnaire=questionnaire, visitor=uuid.uuid4(), answers={})
    # Whoever had begun goes on.
    assert keep_draft(questionnaire=questionnaire, visitor=first, answers={"1": 0})


def test_whoever_begins_without_end_shuts_nobody_else_out(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "FROM_ONE_ADDRESS", 2)
    questionnaire = make_questionnaire(cast, is_per_household=False)

    def begin(address: bytes) -> object:
        return keep_draft(questionnaire=questionnaire, visitor=uuid.uuid4(), address=address, answers={})

    assert begin(b"a" * 16)
    assert begin(b"a" * 16)
    with pytest.raises(TooManyAnswersAtOnce):
        begin(b"a" * 16)
    assert begin(b"b" * 16)
    # What is begun takes no room from what is sent.
    assert answer_openly(questionnaire, address=b"a" * 16)


def test_traces_are_forgotten(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast, is_per_household=False)
    answer_openly(questionnaire)
    keep_draft(questionnaire=questionnaire, visitor=uuid.uuid4(), answers={})
    assert forget_old_traces() == 0
    OpenAnswer.objects.update(at=timezone.now() - timedelta(days=2))
    ResponseDraft.objects.update(updated_at=timezone.now() - timedelta(days=40))
    assert forget_old_traces() == 3


# --- Drawn up ---------------------------------------------------------------------------


def test_questions_move_and_go_while_it_is_a_draft_and_stay_afterwards(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast, published=False)
    first, second, *_rest = asked(questionnaire)
    move_question(question=first, user=cast.bureau, by=1)
    assert asked(questionnaire)[:2] == [second, first]
    move_question(question=second, user=cast.bureau, by=-5)
    drop_question(question=first, user=cast.bureau)
    assert [one.position for one in asked(questionnaire)] == [1, 2, 3, 4]
    publish_questionnaire(questionnaire=questionnaire, user=cast.bureau)
    for act in (
        lambda: add_question(questionnaire=questionnaire, user=cast.bureau, kind="text", text="?"),
        lambda: change_question(question=second, user=cast.bureau, text="?"),
        lambda: drop_question(question=second, user=cast.bureau),
    ):
        with pytest.raises(QuestionnaireNotDraft):
            act()
    with pytest.raises(NotPermitted):
        prolong_questionnaire(
            questionnaire=questionnaire, user=cast.community, closes_at=timezone.now() + timedelta(days=9)
        )
    with pytest.raises(OnlyLater):
        prolong_questionnaire(questionnaire=questionnaire, user=cast.bureau, closes_at=timezone.now())


def test_an_empty_one_is_not_published(cast: Cast) -> None:
    with pytest.raises(QuestionnaireIncomplete):
        make_questionnaire(cast, questions=[])


# --- Past the actions -------------------------------------------------------------------


def test_the_database_refuses_what_no_action_would_write(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast)
    door = doors_of(questionnaire)[0]
    made = answer(questionnaire, door)
    question = asked(questionnaire)[0]
    for constraint, write in {
        "response_gives_way_to_another": lambda: Response.objects.filter(pk=made.pk).update(superseded_at=timezone.now()),
        "keeps_what_it_said": lambda: Response.objects.filter(pk=made.pk).update(answers={}),
        "questions_stay_once_published": lambda: type(question).objects.filter(pk=question.pk).update(text="另一题"),
        "questionnaire_stays_as_published": lambda: Questionnaire.objects.filter(pk=questionnaire.pk).update(
            closes_at=timezone.now()
        ),
        "response_channel_known": lambda: respond(
            questionnaire=questionnaire, household=door, answers=by_id(questionnaire, USUAL), key=uuid.uuid4(),
            user=cast.community, channel="chat",
        ),
    }.items():  # fmt: skip
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            write()
        assert violated_constraint(refused.value) == constraint
