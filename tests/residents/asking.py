"""Questionnaires as tests need them: a compound with doors, one question of each kind, open now."""

import time
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from compounds.models import Compound
from residents.actions.questionnaires import (
    draw_up_questionnaire,
    finish_questionnaire,
    publish_questionnaire,
    set_questions,
)
from residents.actions.responses import respond, respond_openly
from residents.models import Household, Question, Questionnaire, Response
from tests.cast import Cast
from tests.compounds.builders import make_compound
from tests.residents.builders import make_doors

# By a word of each question, what a household answers: 想装 (0), 路灯 and 停车 (0, 2), 4, 3, words.
QUESTIONS: list[dict[str, Any]] = [
    {
        "kind": "single",
        "text": "想不想装电梯？",
        "options": ["想装", "不想装", "无所谓"],
        "is_required": True,
    },
    {"kind": "multiple", "text": "最该修什么？", "options": ["路灯", "下水", "停车"], "most": 2},
    {"kind": "scale", "text": "对小区满意吗？"},
    {"kind": "number", "text": "家里住几个人？", "unit": "人"},
    {"kind": "text", "text": "还有什么要说的？"},
]
USUAL = [0, [0, 2], 4, 3, "楼道太暗"]


def make_questionnaire(
    cast: Cast, *, published: bool = True, doors: int = 4, compound: Compound | None = None,
    questions: list[dict[str, Any]] = QUESTIONS, opens_at: datetime | None = None, closes_at: datetime | None = None,
    **facts: Any,
) -> Questionnaire:  # fmt: skip
    compound = compound or make_compound(cast, f"问卷小区{uuid.uuid4().hex[:6]}")
    if doors:
        make_doors(cast, compound, floors=1, doors=doors)
    now = timezone.now()
    made = draw_up_questionnaire(
        compound=compound, user=cast.bureau, opens_at=opens_at or now - timedelta(hours=1),
        closes_at=closes_at or now + timedelta(days=1), **{"title": "改造意见问卷", **facts},
    )  # fmt: skip
    set_questions(questionnaire=made, user=cast.bureau, questions=questions)  # type: ignore[arg-type]
    return publish_questionnaire(questionnaire=made, user=cast.bureau) if published else made


def wait_for_close(questionnaire: Questionnaire) -> None:
    time.sleep(max(0, (questionnaire.closes_at - timezone.now()).total_seconds()) + 0.01)


def closed_and_finished(cast: Cast, questionnaire: Questionnaire) -> Questionnaire:
    wait_for_close(questionnaire)
    return finish_questionnaire(questionnaire=questionnaire, user=cast.bureau)


def doors_of(questionnaire: Questionnaire) -> list[Household]:
    return list(Household.objects.living().filter(compound=questionnaire.compound_id).by_door())


def asked(questionnaire: Questionnaire) -> list[Question]:
    return list(questionnaire.questions.all())


def by_id(questionnaire: Questionnaire, answers: list[Any]) -> Mapping[int, Any]:
    return {question.pk: answer for question, answer in zip(asked(questionnaire), answers, strict=False)}


def answer(
    questionnaire: Questionnaire, household: Household | None, answers: list[Any] | None = None, **how: Any
) -> Response:
    given = {"key": uuid.uuid4(), **how}
    return respond(
        questionnaire=questionnaire, household=household, answers=by_id(questionnaire, answers or USUAL), **given
    )  # fmt: skip


def answer_openly(questionnaire: Questionnaire, answers: list[Any] | None = None, **how: Any) -> Response:
    given = {"visitor": uuid.uuid4(), "address": b"a" * 16, **how}
    return respond_openly(
        questionnaire=questionnaire, answers=by_id(questionnaire, answers or USUAL), **given
    )
