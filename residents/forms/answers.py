"""The field in which one question is answered: the same on a resident's page, at the desk, and in a preview."""

import json
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from residents.answering import HIGHEST_ON_SCALE, LONGEST_WORDS, NotFitting, fit_answer
from residents.models import Question, QuestionKind


def scale_choices() -> list[tuple[str, str]]:
    """The ends are named, whatever is asked."""
    words = {1: _now("1, the lowest"), HIGHEST_ON_SCALE: _now("5, the highest")}
    return [(str(one), words.get(one, str(one))) for one in range(1, HIGHEST_ON_SCALE + 1)]


def choices_of(question: Question, *, may_skip: bool) -> list[tuple[str, str]]:
    options = [(str(place), str(option)) for place, option in enumerate(question.options)]
    found = scale_choices() if question.kind == QuestionKind.SCALE else options
    # What is ticked once can be taken back.
    return [*found, (LEFT_OUT, _now("I leave this one out"))] if may_skip else found


def widget_of(question: Question, *, may_skip: bool) -> forms.Widget:
    match question.kind:
        case QuestionKind.SINGLE | QuestionKind.SCALE:
            return forms.RadioSelect(
                choices=choices_of(question, may_skip=may_skip and not question.is_required)
            )
        case QuestionKind.MULTIPLE:
            return forms.CheckboxSelectMultiple(choices=choices_of(question, may_skip=False))
        case QuestionKind.NUMBER:
            return forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": "20"})
    return forms.Textarea(attrs={"rows": 4, "maxlength": str(LONGEST_WORDS)})


# An empty value would be ticked before anybody has looked at the question.
LEFT_OUT = "-"


class AnswerField(forms.Field):
    """Gives the answer as it is kept, None for none. `initial` is what was kept."""

    def __init__(self, question: Question, *, may_skip: bool = True, **more: Any) -> None:
        self.question = question
        super().__init__(
            label=question.text, required=False, widget=widget_of(question, may_skip=may_skip), **more
        )

    def clean(self, value: Any) -> Any:
        if value == LEFT_OUT and self.question.kind in (QuestionKind.SINGLE, QuestionKind.SCALE):
            value = None
        try:
            return fit_answer(self.question, value)
        except NotFitting as reason:
            raise ValidationError(capfirst(str(reason))) from reason

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return [str(one) for one in value]
        return "" if value is None else str(value)


class AnswerForm(forms.Form):
    """One question of a resident's page."""

    def __init__(self, data: Any, *, question: Question, kept: Any) -> None:
        super().__init__(data)
        self.fields["answer"] = AnswerField(question, initial=kept)


class KeptAnswers(forms.Field):
    """A hidden field with all answers as the check page showed them: whoever sends it sends what stood there."""

    widget = forms.HiddenInput
    default_error_messages = {"unreadable": _("This page could not be read. Go back and try again.")}

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def to_python(self, value: Any) -> dict[int, Any]:
        try:
            found = json.loads(value or "")
            return {int(key): answer for key, answer in found.items()}
        except (ValueError, AttributeError, RecursionError) as error:
            raise ValidationError(self.error_messages["unreadable"]) from error


class SubmitForm(forms.Form):
    key = forms.UUIDField(widget=forms.HiddenInput)
    answers = KeptAnswers(required=False)

    def __init__(self, data: Any = None, *, answers: Any = None) -> None:
        super().__init__(data, initial={"key": uuid.uuid4(), "answers": answers})
