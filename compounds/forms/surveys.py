"""The condition survey as it is filled in on a phone, and the bureau's answer to it."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from compounds.actions.surveys import Finding, SurveyFacts, survey_version
from compounds.judging.topics import ANCHORS, SCORE_WORDS, TOPIC_GROUPS
from compounds.models import ConditionSurvey, Topic
from core.fields import DayInput, WholeNumberField
from core.text import without_invisible
from files.forms import PhotoForm

FACTS = ("surveyed_on", "asked_households", "wishing_households", "has_hazard", "hazards", "notes")
MOST_HOUSEHOLDS = 100_000


def stored_findings(survey: ConditionSurvey) -> dict[str, Finding]:
    return {
        finding.topic: {"score": finding.score, "note": finding.note} for finding in survey.findings.all()
    }


class LongText(forms.CharField):
    """Several lines; what cannot be seen is dropped."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value: Any) -> str:
        return without_invisible(super().clean(value))


class SurveyForm(forms.Form):
    """`score_<topic>` and `note_<topic>` for each topic, and the facts of the whole.

    What is valid can be saved although something else is not (`facts`, `findings`): on a phone
    nothing typed may get lost because another field is still wrong.
    """

    surveyed_on = forms.DateField(label=_("Surveyed on"), widget=DayInput())
    asked_households = WholeNumberField(
        label=_("Households asked"), min_value=0, max_value=MOST_HOUSEHOLDS, required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    wishing_households = WholeNumberField(
        label=_("Of these want the renovation"), min_value=0, max_value=MOST_HOUSEHOLDS, required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    has_hazard = forms.BooleanField(label=_("There is danger to life or limb"), required=False)
    hazards = LongText(
        label=_("What is dangerous, and where"), max_length=2000, required=False,
        help_text=_("For example: cladding loose at building 3, east gable."),
    )  # fmt: skip
    notes = LongText(label=_("Further remarks"), max_length=4000, required=False)
    version = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)

    def __init__(self, data: QueryDict | None = None, *, survey: ConditionSurvey) -> None:
        self.survey = survey
        self.stored = stored_findings(survey)
        super().__init__(data, initial=self._stored_values())
        self.fields["surveyed_on"].widget.attrs["max"] = timezone.localdate().isoformat()
        for topic in Topic:
            self.fields[f"score_{topic}"] = forms.TypedChoiceField(
                label=topic.label, choices=list(SCORE_WORDS.items()), coerce=int, empty_value=None, required=False,
                widget=forms.RadioSelect,
            )  # fmt: skip
            self.fields[f"note_{topic}"] = forms.CharField(
                label=format_lazy("{} · {}", topic.label, _("note")), max_length=500, required=False,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )  # fmt: skip

    def _stored_values(self) -> dict[str, Any]:
        values: dict[str, Any] = {name: getattr(self.survey, name) for name in FACTS}
        values["version"] = survey_version(self.survey)
        for topic, finding in self.stored.items():
            values[f"score_{topic}"], values[f"note_{topic}"] = finding["score"], finding["note"]
        return values

    def clean_surveyed_on(self) -> date:
        day: date = self.cleaned_data["surveyed_on"]
        if day > timezone.localdate():
            raise ValidationError(_("The day lies in the future."))
        if day.year < 2000:
            raise ValidationError(_("The day lies too far back."))
        return day

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        asked, wishing = data.get("asked_households"), data.get("wishing_households")
        if asked is not None and wishing is not None and wishing > asked:
            self._wrong_together(
                "wishing_households", "asked_households", _("More households want it than were asked.")
            )
        if data.get("has_hazard") and not data.get("hazards", "").strip():
            self._wrong_together("hazards", "has_hazard", _("Describe the hazard."))
        for topic in Topic.values:
            if data.get(f"note_{topic}") and data.get(f"score_{topic}") is None:
                self.add_error(f"score_{topic}", _("Add a score: a note alone is not saved."))
        return data

    def _wrong_together(self, field: str, partner: str, sentence: Promise) -> None:
        """The error stands at one field; neither of the two is saved."""
        self.add_error(field, str(sentence))
        self.cleaned_data.pop(partner, None)

    @property
    def facts(self) -> SurveyFacts:
        """The facts that are valid."""
        valid: SurveyFacts = {}
        for name in FACTS:
            if name in self.cleaned_data:
                valid[name] = self.cleaned_data[name]  # type: ignore[literal-required]
        return valid

    @property
    def findings(self) -> dict[str, Finding]:
        """Topics as scored here; a topic with an error stays as it is stored."""
        found: dict[str, Finding] = {}
        for topic in Topic.values:
            if self.errors.keys() & {f"score_{topic}", f"note_{topic}"}:
                if topic in self.stored:
                    found[topic] = self.stored[topic]
            elif self.cleaned_data.get(f"score_{topic}") is not None:
                found[topic] = {
                    "score": self.cleaned_data[f"score_{topic}"],
                    "note": self.cleaned_data[f"note_{topic}"],
                }
        return found

    def differences(self) -> list[tuple[str, str, str]]:
        """(label, what is stored now, what was sent here) where the two differ, in words."""
        rows = []
        for name, field in self.fields.items():
            if name == "version":
                continue
            theirs, mine = self.initial.get(name), self.cleaned_data.get(name)
            if (theirs if theirs is not None else "") != (mine if mine is not None else ""):
                rows.append(
                    (
                        str(field.label),
                        str("" if theirs is None else theirs),
                        str("" if mine is None else mine),
                    )
                )
        return rows

    def groups(self, *, photos: Mapping[str, Iterable[Any]], before: Mapping[str, Finding]) -> list[Any]:
        """The topics in their groups, each with its fields, anchors, photos and last survey's finding."""
        return [
            {
                "key": key,
                "label": label,
                "topics": [
                    {
                        "topic": topic,
                        "label": topic.label,
                        "score": self[f"score_{topic}"],
                        "note": self[f"note_{topic}"],
                        "anchors": list(zip((0, 2, 4), ANCHORS[topic], strict=True)),
                        "photos": photos.get(topic, []),
                        "before": before.get(topic),
                        "is_done": self[f"score_{topic}"].value() not in (None, ""),
                    }
                    for topic in topics
                ],
            }
            for key, label, topics in TOPIC_GROUPS
        ]


class SurveyPhotoForm(PhotoForm):
    """One photo as the phone's queue sends it, of a topic or of the compound as a whole."""

    topic = forms.ChoiceField(choices=[("", ""), *Topic.choices], required=False)


class ReturnForm(forms.Form):
    reason = forms.CharField(
        label=_("What needs to be corrected"), max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The community reads this sentence at the top of the survey."),
        error_messages={"required": _("Say what needs to be corrected.")},
    )  # fmt: skip
