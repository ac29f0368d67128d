"""问卷: drawn up, published, answered."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Compound
from core.errors import NotPermitted
from core.integrity import constraints_as_refusals, refusals_of_triggers
from core.text import clean_line, clean_text
from directory.models import User
from files.models import StoredFile
from residents.errors.households import ReasonNeeded
from residents.errors.opinions import (
    AnswerUnfit,
    ClosesInPast,
    HouseholdElsewhere,
    KeyUsed,
    OnlyLater,
    QuestionnaireIncomplete,
    QuestionnaireNotDraft,
    QuestionnaireNotOpen,
)
from residents.models import (
    Channel,
    Household,
    Question,
    QuestionKind,
    Questionnaire,
    QuestionnaireState,
    Response,
    Round,
)
from residents.permissions import can_enter_for_residents, can_run_menus

HIGHEST_ON_SCALE = 5
LONGEST_WORDS = 2000
TRIGGERS = {
    "response_in_its_time": QuestionnaireNotOpen,
    "response_of_compound": HouseholdElsewhere,
    "response_of_household": HouseholdElsewhere,
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


@transaction.atomic
def draw_up_questionnaire(
    *, compound: Compound, user: User, **facts: Unpack[QuestionnaireFacts]
) -> Questionnaire:
    if not can_run_menus(user, compound.community_id):
        raise NotPermitted
    with constraints_as_refusals(Questionnaire):
        return Questionnaire.objects.create(compound=compound, drawn_up_by=user, **facts)


@transaction.atomic
def change_questionnaire(
    *, questionnaire: Questionnaire, user: User, **facts: Unpack[QuestionnaireFacts]
) -> Questionnaire:
    questionnaire = _lock_draft(questionnaire, user)
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
    questionnaire.questions.all().delete()
    made = [
        Question(questionnaire=questionnaire, position=place, **facts)
        for place, facts in enumerate(questions, start=1)
    ]
    with constraints_as_refusals(Question):
        return Question.objects.bulk_create(made)


@transaction.atomic
def publish_questionnaire(*, questionnaire: Questionnaire, user: User) -> Questionnaire:
    """From now on the questions stay. It opens at its time."""
    questionnaire = _lock_draft(questionnaire, user)
    if not questionnaire.questions.exists():
        raise QuestionnaireIncomplete
    if questionnaire.closes_at <= timezone.now():
        raise ClosesInPast
    questionnaire.state = QuestionnaireState.PUBLISHED
    questionnaire.published_by, questionnaire.published_at = user, timezone.now()
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


@transaction.atomic
def respond(
    *, questionnaire: Questionnaire, answers: Mapping[int, Any], key: uuid.UUID, household: Household | None = None,
    user: User | None = None, channel: str = Channel.WEB, received_at: datetime | None = None,
    sheet: StoredFile | None = None,
) -> Response:  # fmt: skip
    """Keep an answered sheet; a household's earlier one is superseded. `answers` by question id.

    The same `key` again (a phone that did not hear the answer) gives the same row; with other answers it is refused.
    """
    if user is not None and not can_enter_for_residents(user, questionnaire.division_code):
        raise NotPermitted
    fitting = fit_answers(list(questionnaire.questions.all()), answers)
    known = Response.objects.filter(questionnaire=questionnaire, key=key).first()
    if known is not None:
        return _same(known, fitting)
    with refusals_of_triggers(TRIGGERS):
        made = Response(
            questionnaire=questionnaire, household=household, channel=channel if user is not None else Channel.WEB,
            answers=fitting, entered_by=user, sheet=sheet, key=key,
        )  # fmt: skip
        made.received_at = received_at or timezone.now()
        made.save(force_insert=True)
    return made


def _same(known: Response, answers: dict[str, Any]) -> Response:
    if known.answers != answers:
        raise KeyUsed
    return known


# --- Answers ----------------------------------------------------------------------------


def fit_answers(questions: list[Question], answers: Mapping[int, Any]) -> dict[str, Any]:
    """The answers in the shape they are kept in; empty ones are left out. Raises `AnswerUnfit`."""
    found: dict[str, Any] = {}
    for place, question in enumerate(questions, start=1):
        given = answers.get(question.pk)
        if given in (None, "", []):
            if question.is_required:
                raise AnswerUnfit(question=place, reason=_("please answer this one."))
            continue
        found[str(question.pk)] = _fit(question, given, place)
    return found


def _fit(question: Question, given: Any, place: int) -> Any:
    try:
        match question.kind:
            case QuestionKind.SINGLE:
                return _place_of_option(question, given)
            case QuestionKind.MULTIPLE:
                return _places_of_options(question, given)
            case QuestionKind.SCALE:
                return _between(int(given), 1, HIGHEST_ON_SCALE)
            case QuestionKind.NUMBER:
                return _between(int(given), 0, 10**9)
    except (TypeError, ValueError) as error:
        raise AnswerUnfit(question=place, reason=_("this answer is not among the possible ones.")) from error
    return clean_text(str(given))[:LONGEST_WORDS]


def _between(value: int, low: int, high: int) -> int:
    if not low <= value <= high:
        raise ValueError
    return value


def _place_of_option(question: Question, given: Any) -> int:
    return _between(int(given), 0, len(question.options) - 1)


def _places_of_options(question: Question, given: Any) -> list[int]:
    places = sorted({_place_of_option(question, one) for one in given})
    if question.most is not None and len(places) > question.most:
        raise ValueError
    return places


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
