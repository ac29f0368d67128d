"""问卷: drawn up, published, prolonged, voided. How they are answered stands in `residents.actions.responses`."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from compounds.models import Compound
from core.errors import NotPermitted
from core.history import changed_since
from core.integrity import constraints_as_refusals, refusals_of_triggers
from core.text import clean_line
from directory.models import User
from residents.codes import ALPHABET
from residents.errors.households import CompoundReshaped, ReasonNeeded
from residents.errors.opinions import (
    ClosesInPast,
    OnlyLater,
    QuestionChanged,
    QuestionnaireChanged,
    QuestionnaireIncomplete,
    QuestionnaireNotDraft,
    QuestionnaireNotOpen,
    QuestionnaireStillOpen,
    TooManyQuestions,
)
from residents.models import Question, Questionnaire, QuestionnaireState, Round
from residents.permissions import can_run_menus

MOST_QUESTIONS = 40
PUBLIC_CODE_LENGTH = 8
TRIGGERS = {
    "begins_in_living_compound": CompoundReshaped,
    "questionnaire_stays_as_published": QuestionnaireNotDraft,
    "questions_stay_once_published": QuestionnaireNotDraft,
}


class QuestionnaireFacts(TypedDict, total=False):
    title: str
    introduction: str
    is_per_household: bool
    opens_at: datetime
    closes_at: datetime
    shows_results: bool
    round: Round | None


class QuestionFacts(TypedDict, total=False):
    kind: str
    text: str
    help_text: str
    is_required: bool
    options: list[str]
    most: int | None
    unit: str


COPIED = ("kind", "text", "help_text", "is_required", "options", "most", "unit")


# --- Drawn up ---------------------------------------------------------------------------


@transaction.atomic
def draw_up_questionnaire(
    *, compound: Compound, user: User, like: Questionnaire | None = None, **facts: Unpack[QuestionnaireFacts]
) -> Questionnaire:
    """A draft; with `like` it begins with the questions of that one."""
    if not can_run_menus(user, compound.community_id):
        raise NotPermitted
    with constraints_as_refusals(Questionnaire):
        made = Questionnaire.objects.create(compound=compound, drawn_up_by=user, **facts)
    if like is not None:
        Question.objects.bulk_create(
            Question(questionnaire=made, position=place, **{name: getattr(question, name) for name in COPIED})
            for place, question in enumerate(like.questions.all(), start=1)
        )
    return made


@transaction.atomic
def change_questionnaire(
    *, questionnaire: Questionnaire, user: User, expected_version: int | None = None,
    **facts: Unpack[QuestionnaireFacts],
) -> Questionnaire:  # fmt: skip
    """`expected_version` is `core.history.version_of` when the form was shown."""
    questionnaire = _lock_draft(questionnaire, user)
    if expected_version is not None:
        meanwhile = changed_since(questionnaire, expected_version)
        if meanwhile is not None:
            raise QuestionnaireChanged(who=meanwhile.who)
    for name, value in facts.items():
        setattr(questionnaire, name, value)
    with constraints_as_refusals(Questionnaire):
        questionnaire.save()
    return questionnaire


@transaction.atomic
def set_questions(
    *, questionnaire: Questionnaire, user: User, questions: list[QuestionFacts]
) -> list[Question]:
    """The questions of a draft, in their order, in place of those before."""
    questionnaire = _lock_draft(questionnaire, user)
    if len(questions) > MOST_QUESTIONS:
        raise TooManyQuestions(most=MOST_QUESTIONS)
    questionnaire.questions.all().delete()
    made = [
        Question(questionnaire=questionnaire, position=place, **facts)
        for place, facts in enumerate(questions, start=1)
    ]
    with constraints_as_refusals(Question):
        return Question.objects.bulk_create(made)


@transaction.atomic
def add_question(*, questionnaire: Questionnaire, user: User, **facts: Unpack[QuestionFacts]) -> Question:
    """At the end of a draft."""
    questionnaire = _lock_draft(questionnaire, user)
    known = questionnaire.questions.aggregate(last=Max("position"))["last"] or 0
    if questionnaire.questions.count() >= MOST_QUESTIONS:
        raise TooManyQuestions(most=MOST_QUESTIONS)
    with constraints_as_refusals(Question):
        return Question.objects.create(questionnaire=questionnaire, position=known + 1, **facts)


@transaction.atomic
def change_question(
    *, question: Question, user: User, expected_version: int | None = None, **facts: Unpack[QuestionFacts]
) -> Question:
    _lock_draft(question.questionnaire, user)
    question = Question.objects.get(pk=question.pk)
    if expected_version is not None:
        # Its place is no matter of its words.
        meanwhile = changed_since(question, expected_version, facts=COPIED)
        if meanwhile is not None and meanwhile.fields:
            raise QuestionChanged(who=meanwhile.who)
    for name, value in facts.items():
        setattr(question, name, value)
    with constraints_as_refusals(Question):
        question.save()
    return question


@transaction.atomic
def move_question(*, question: Question, user: User, by: int) -> None:
    """So many places down; up with a negative number."""
    questionnaire = _lock_draft(question.questionnaire, user)
    ordered = list(questionnaire.questions.all())
    here = next((place for place, one in enumerate(ordered) if one.pk == question.pk), None)
    if here is None:
        return
    ordered.insert(max(0, min(len(ordered) - 1, here + by)), ordered.pop(here))
    _number(ordered)


@transaction.atomic
def drop_question(*, question: Question, user: User) -> None:
    questionnaire = _lock_draft(question.questionnaire, user)
    Question.objects.filter(pk=question.pk).delete()
    _number(list(questionnaire.questions.all()))


def _number(ordered: list[Question]) -> None:
    """1, 2, 3 …; two may share a place until the transaction ends."""
    for place, question in enumerate(ordered, start=1):
        if question.position != place:
            question.position = place
            question.save(update_fields=["position"])


# --- Published --------------------------------------------------------------------------


def missing_before_publication(questionnaire: Questionnaire, now: datetime) -> list[str]:
    """Sentences; [] when it can be published."""
    missing = []
    if not questionnaire.questions.exists():
        missing.append(QuestionnaireIncomplete().message)
    if questionnaire.closes_at <= now:
        missing.append(ClosesInPast().message)
    return missing


@transaction.atomic
def publish_questionnaire(*, questionnaire: Questionnaire, user: User) -> Questionnaire:
    """From now on the questions stay. It opens at its time; one that anybody may answer gets its address."""
    questionnaire = _lock_draft(questionnaire, user)
    if not questionnaire.questions.exists():
        raise QuestionnaireIncomplete
    if questionnaire.closes_at <= timezone.now():
        raise ClosesInPast
    questionnaire.state = QuestionnaireState.PUBLISHED
    questionnaire.published_by, questionnaire.published_at = user, timezone.now()
    if not questionnaire.is_per_household:
        questionnaire.public_code = "".join(secrets.choice(ALPHABET) for _place in range(PUBLIC_CODE_LENGTH))
    with refusals_of_triggers(TRIGGERS):
        questionnaire.save()
    return questionnaire


@transaction.atomic
def prolong_questionnaire(*, questionnaire: Questionnaire, user: User, closes_at: datetime) -> Questionnaire:
    questionnaire = _lock(questionnaire, user)
    if questionnaire.state != QuestionnaireState.PUBLISHED or questionnaire.closes_at <= timezone.now():
        raise QuestionnaireNotOpen
    if closes_at <= questionnaire.closes_at:
        raise OnlyLater
    questionnaire.closes_at = closes_at
    with refusals_of_triggers(TRIGGERS):
        questionnaire.save(update_fields=["closes_at"])
    return questionnaire


@transaction.atomic
def finish_questionnaire(*, questionnaire: Questionnaire, user: User) -> Questionnaire:
    """All paper is typed: nothing lands any more, and the figures are published. By itself it is so a week after the close."""
    questionnaire = _lock(questionnaire, user)
    if questionnaire.state != QuestionnaireState.PUBLISHED or questionnaire.finished_at is not None:
        raise QuestionnaireNotOpen
    if questionnaire.closes_at > timezone.now():
        raise QuestionnaireStillOpen
    questionnaire.finished_at = timezone.now()
    with refusals_of_triggers(TRIGGERS):
        questionnaire.save(update_fields=["finished_at"])
    return questionnaire


@transaction.atomic
def void_questionnaire(*, questionnaire: Questionnaire, user: User, reason: str) -> Questionnaire:
    """It counts no longer; what was answered is kept."""
    if not clean_line(reason):
        raise ReasonNeeded
    questionnaire = _lock(questionnaire, user)
    if questionnaire.state == QuestionnaireState.VOIDED:
        raise QuestionnaireNotOpen
    questionnaire.state, questionnaire.void_reason = QuestionnaireState.VOIDED, clean_line(reason)
    questionnaire.save(update_fields=["state", "void_reason"])
    return questionnaire


def _lock(questionnaire: Questionnaire, user: User) -> Questionnaire:
    questionnaire = Questionnaire.objects.select_for_update(of=("self",)).get(pk=questionnaire.pk)
    if not can_run_menus(user, questionnaire.division_code):
        raise NotPermitted
    return questionnaire


def _lock_draft(questionnaire: Questionnaire, user: User) -> Questionnaire:
    questionnaire = _lock(questionnaire, user)
    if questionnaire.state != QuestionnaireState.DRAFT:
        raise QuestionnaireNotDraft
    return questionnaire


def facts_of_question(question: Any) -> Mapping[str, Any]:
    """Of a question, or of a history row of one."""
    return {name: getattr(question, name) for name in COPIED}
