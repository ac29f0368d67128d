"""What the office types about a questionnaire: its frame, its questions, and answers on somebody's behalf."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.conflicts import FactsForm
from core.fields import WholeNumberField
from core.text import clean_line
from files.forms import RuledFileField
from files.rules import SCANS, FileRule
from residents.forms.answers import AnswerField
from residents.forms.menus import moment_field
from residents.models import Channel, Question, QuestionKind

FACTS = ("title", "introduction", "is_per_household", "opens_at", "closes_at", "shows_results")
SHEET = FileRule(accepted=SCANS)
MOST_OPTIONS, LONGEST_OPTION = 30, 80
WHO = [
    ("True", _("each household once, with its letter")),
    ("False", _("anybody who lives there, from the notice board")),
]
OF_CHOICES = (QuestionKind.SINGLE, QuestionKind.MULTIPLE)


class WhoField(forms.TypedChoiceField):
    def prepare_value(self, value: Any) -> Any:
        return str(value) if isinstance(value, bool) else value


class QuestionnaireForm(FactsForm):
    title = forms.CharField(label=_("Title"), max_length=120)
    introduction = forms.CharField(
        label=_("Introduction for residents"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Plain words: what it is about, and why it is asked now."),
    )  # fmt: skip
    is_per_household = WhoField(
        label=pgettext_lazy("questionnaire", "Who answers"), choices=WHO, coerce="True".__eq__, widget=forms.RadioSelect,
        help_text=_("What anybody may answer is kept without a door and can be answered more than once: it tells what people think and decides nothing."),
    )  # fmt: skip
    opens_at = moment_field(_("Opens"))
    closes_at = moment_field(_("Closes"))
    shows_results = forms.BooleanField(label=_("Residents see the results after the close"), required=False)

    @staticmethod
    def beginning() -> dict[str, Any]:
        """What a new one begins with."""
        morning = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
        return {
            "is_per_household": True, "shows_results": True, "opens_at": morning,
            "closes_at": morning.replace(hour=18) + timedelta(days=14),
        }  # fmt: skip


def facts_of(questionnaire: Any) -> dict[str, Any]:
    """The form's values of a questionnaire, or of a history row of one."""
    found = {name: getattr(questionnaire, name) for name in FACTS}
    return found | {name: timezone.localtime(found[name]) for name in ("opens_at", "closes_at")}


class OptionLines(forms.CharField):
    """Possible answers, one on each line; the same one twice is a slip."""

    def __init__(self, **more: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 6}), max_length=4000, **more)

    def clean(self, value: Any) -> list[str]:
        lines = [clean_line(line) for line in super().clean(value).splitlines()]
        options = list(dict.fromkeys(line for line in lines if line))
        if len(options) > MOST_OPTIONS:
            raise forms.ValidationError(
                _("At most %(most)s possible answers."), params={"most": MOST_OPTIONS}
            )
        if long := next((line for line in options if len(line) > LONGEST_OPTION), None):
            raise forms.ValidationError(
                _("“%(line)s…” is too long: at most %(most)s characters."),
                params={"line": long[:12], "most": LONGEST_OPTION},
            )
        return options

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


class QuestionForm(FactsForm):
    text = forms.CharField(
        label=_("Question"),
        max_length=300,
        help_text=_("One thing at a time, as one would ask it at the door."),
    )
    help_text = forms.CharField(label=_("Explanation"), max_length=300, required=False)
    kind = forms.ChoiceField(
        label=_("Kind of answer"), choices=QuestionKind.choices, widget=forms.RadioSelect
    )
    options = OptionLines(
        label=_("Possible answers"),
        required=False,
        help_text=_("One on each line; for “one of several” and “several of several”."),
    )
    most = WholeNumberField(
        label=_("Tick at most"),
        min_value=1,
        max_value=MOST_OPTIONS,
        required=False,
        help_text=_("For “several of several”; empty: as many as they like."),
    )
    unit = forms.CharField(
        label=_("Unit"),
        max_length=20,
        required=False,
        help_text=_("For numbers, such as: people, ㎡, years."),
    )
    is_required = forms.BooleanField(label=_("Must be answered"), required=False)  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind, options = data.get("kind"), data.get("options") or []
        if kind in OF_CHOICES and len(options) < 2 and "options" not in self.errors:
            self.add_error("options", _("Give at least two possible answers, a line each."))
        # What belongs to another kind is dropped: whoever changes the kind need not empty the fields.
        if kind not in OF_CHOICES:
            data["options"] = []
        if kind != QuestionKind.MULTIPLE:
            data["most"] = None
        if kind != QuestionKind.NUMBER:
            data["unit"] = ""
        return data


class CopyForm(forms.Form):
    like = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


# --- Entered for somebody ---------------------------------------------------------------


class EntryForm(forms.Form):
    """All questions on one page. `key` names this one entry; `received_at` is of paper."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    channel = forms.ChoiceField(
        label=_("How they said it"),
        choices=[(Channel.DESK, _("here or at the door")), (Channel.PHONE, _("by telephone")), (Channel.PAPER, _("on a filled-in sheet"))],
        widget=forms.RadioSelect, initial=Channel.DESK,
    )  # fmt: skip
    received_at = moment_field(
        _("Received"),
        required=False,
        help_text=_("Of paper: when it was handed in. It counts though it is typed later."),
    )
    sheet = RuledFileField(label=_("Photo of the signed sheet"), rule=SHEET, required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        files: Any,
        *,
        questions: Sequence[Question],
        only_paper: bool = False,
    ) -> None:
        super().__init__(data, files, initial={"key": uuid.uuid4(), "received_at": timezone.localtime()})
        self.questions = questions
        for question in questions:
            self.fields[f"q-{question.pk}"] = AnswerField(question)
        if only_paper:
            del self.fields["channel"]

    def rows(self) -> Iterator[tuple[Question, forms.BoundField]]:
        for question in self.questions:
            yield question, self[f"q-{question.pk}"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self._is_paper(data):
            for name in ("received_at", "sheet"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("Of paper this is needed."))
        return data

    def _is_paper(self, data: Mapping[str, Any]) -> bool:
        return "channel" not in self.fields or data.get("channel") == Channel.PAPER

    def said(self) -> dict[str, Any]:
        """`answers`, `key`, `channel`, `received_at` as the action takes them."""
        data = self.cleaned_data
        is_paper = self._is_paper(data)
        return {
            "answers": {question.pk: data[f"q-{question.pk}"] for question in self.questions},
            "key": data["key"], "channel": Channel.PAPER if is_paper else data["channel"],
            "received_at": data["received_at"] if is_paper else None,
        }  # fmt: skip
