"""Answers to questions, in the one shape in which they are kept, whatever form or program they come from."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from core.fields import levelled
from core.text import clean_text
from residents.errors.opinions import AnswerUnfit
from residents.models import Question, QuestionKind

HIGHEST_ON_SCALE = 5
LARGEST_NUMBER = 10**9
LONGEST_WORDS = 2000
# As typed: anything longer is no answer to any question.
LONGEST_TYPED = 20


class NotFitting(Exception):
    """One answer, with a sentence for whoever gave it."""


def fit_answers(questions: Sequence[Question], answers: Mapping[int, Any]) -> dict[str, Any]:
    """The answers by the question's id as text; empty ones are left out. Raises `AnswerUnfit`."""
    found: dict[str, Any] = {}
    for place, question in enumerate(questions, start=1):
        try:
            fitting = fit_answer(question, answers.get(question.pk))
        except NotFitting as error:
            raise AnswerUnfit(question=place, reason=str(error)) from error
        if fitting is not None:
            found[str(question.pk)] = fitting
    return found


def fit_answer(question: Question, given: Any) -> Any:
    """None for no answer. Raises `NotFitting` with a sentence for whoever answers."""
    if given is None or given == [] or (isinstance(given, str) and not clean_text(given)):
        if question.is_required:
            raise NotFitting(_("please answer this one."))
        return None
    return _FIT[QuestionKind(question.kind)](question, given)


def _words(_question: Question, given: Any) -> str:
    if not isinstance(given, str):
        raise NotFitting(_unknown())
    words = clean_text(given)
    if len(words) > LONGEST_WORDS:
        raise NotFitting(_("please say it in at most {most} characters.").format(most=LONGEST_WORDS))
    return words


def _number(_question: Question, given: Any) -> int:
    try:
        return _between(given, 0, LARGEST_NUMBER)
    except NotFitting as error:
        raise NotFitting(_("please write a whole number, in digits.")) from error


def _places(question: Question, given: Any) -> list[int]:
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise NotFitting(_unknown())
    places = sorted({_between(one, 0, len(question.options) - 1) for one in given})
    if question.most is not None and len(places) > question.most:
        raise NotFitting(_("please tick at most {most}.").format(most=question.most))
    return places


def _between(given: Any, low: int, high: int) -> int:
    """Digits as people type them, full-width too; nothing that Python would read as a number besides."""
    if isinstance(given, str):
        text = levelled(given[:LONGEST_TYPED])
        given = int(text) if text.isascii() and text.isdecimal() else None
    if type(given) is not int or not low <= given <= high:
        raise NotFitting(_unknown())
    return given


_FIT: dict[QuestionKind, Callable[[Question, Any], Any]] = {
    QuestionKind.SINGLE: lambda question, given: _between(given, 0, len(question.options) - 1),
    QuestionKind.MULTIPLE: _places,
    QuestionKind.SCALE: lambda _question, given: _between(given, 1, HIGHEST_ON_SCALE),
    QuestionKind.NUMBER: _number,
    QuestionKind.TEXT: _words,
}


def _unknown() -> str:
    return _("this answer is not among the possible ones.")


def in_words(question: Question, kept: Any) -> str:
    """A kept answer as it is read; "" for none."""
    if kept is None:
        return ""
    match question.kind:
        case QuestionKind.SINGLE:
            return _option(question, kept)
        case QuestionKind.MULTIPLE:
            return "、".join(_option(question, place) for place in kept)
        case QuestionKind.SCALE:
            return f"{kept} / {HIGHEST_ON_SCALE}"
        case QuestionKind.NUMBER:
            return f"{kept:,} {question.unit}".strip()
    return str(kept)


def _option(question: Question, place: int) -> str:
    return str(question.options[place])
