"""What the office types about a meeting: announced, who came, then held."""

import re
from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compounds.models import Compound
from core.conflicts import FactsForm
from core.fields import WholeNumberField
from core.refusals import add_refusal as add_refusal_to
from residents.actions.meetings import DecisionFacts
from residents.forms.menus import moment_field
from residents.forms.opinions import DoorField, KeyForm, photo_field
from residents.models import MeetingKind

FACTS = ("title", "kind", "begins_at", "place", "agenda")
DECISIONS, SHOWN_AT_ONCE = 10, 3
LARGEST = 100_000
LONGEST_GUEST = 80
COUNTS: tuple[tuple[str, Any], ...] = (
    ("favour", _("In favour")),
    ("against", _("Against")),
    ("abstained", _("Abstained")),
)
FIELD_OF_REFUSAL = {
    "meeting_held_has_minutes": "minutes",
    "meeting_cancelled_says_why": "reason",
    "more_hands_than_people": "attended_count",
}
_BETWEEN = re.compile(r"[\n,，、;；]+")


def add_refusal(form: forms.BaseForm, refusal: Any) -> None:
    add_refusal_to(form, refusal, fields=FIELD_OF_REFUSAL)


class MeetingForm(FactsForm):
    title = forms.CharField(label=_("About"), max_length=120)
    kind = forms.ChoiceField(
        label=_("Kind of meeting"), choices=MeetingKind.choices,
        help_text=_("A representatives’ meeting is announced to the representatives only; all read what it decided."),
    )  # fmt: skip
    begins_at = moment_field(_("Begins"))
    place = forms.CharField(label=_("Meeting place"), max_length=120)
    agenda = forms.CharField(
        label=_("Agenda"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Residents read it: one point on each line."),
    )  # fmt: skip

    def shown(self, name: str, value: Any) -> str:
        if name == "begins_at" and value is not None:
            return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
        return super().shown(name, value)


def facts_of(meeting: Any) -> dict[str, Any]:
    """The form's values of a meeting, or of a history row of one."""
    return {name: getattr(meeting, name) for name in FACTS}


class DoorCameForm(forms.Form):
    """One door in a hurry, as it is said at the entrance: 3-2-501."""

    door = DoorField(
        label=_("Door called out"), max_length=60, widget=forms.TextInput(attrs={"placeholder": "3-2-501"})
    )

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["door"].compound = compound  # type: ignore[attr-defined]


class HoldForm(forms.Form):
    """Minutes, how many came, guests, and the decisions (`decision-1`, `favour-1` …)."""

    minutes = forms.CharField(label=_("Minutes"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 8}))
    attended_count = WholeNumberField(label=_("Residents present"), min_value=0, max_value=LARGEST)
    guests = forms.CharField(
        label=_("Guests by their office"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For example: designer, street office. No names."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, DECISIONS + 1):
            self.fields[f"decision-{number}"] = forms.CharField(
                label=_("Decision {number}").format(number=number), required=False, max_length=500
            )
            for name, label in COUNTS:
                self.fields[f"{name}-{number}"] = WholeNumberField(
                    label=label, required=False, min_value=0, max_value=LARGEST
                )

    def first_decisions(self) -> Iterator[tuple[Any, ...]]:
        return self._decision_fields(1, SHOWN_AT_ONCE)

    def further_decisions(self) -> Iterator[tuple[Any, ...]]:
        return self._decision_fields(SHOWN_AT_ONCE + 1, DECISIONS)

    @property
    def is_long(self) -> bool:
        """Whether one of the further decisions is filled in, or wrong."""
        names = ("decision", *(name for name, _label in COUNTS))
        further = range(SHOWN_AT_ONCE + 1, DECISIONS + 1)
        return any(self[f"{name}-{number}"].value() for name in names for number in further)

    def _decision_fields(self, first: int, last: int) -> Iterator[tuple[Any, ...]]:
        for number in range(first, last + 1):
            yield tuple(self[f"{name}-{number}"] for name in ("decision", "favour", "against", "abstained"))

    def clean_guests(self) -> list[str]:
        guests = [part.strip() for part in _BETWEEN.split(self.cleaned_data["guests"]) if part.strip()]
        if any(len(guest) > LONGEST_GUEST for guest in guests):
            raise forms.ValidationError(_("One of them is longer than 80 characters."))
        return guests

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        present = cleaned.get("attended_count")
        for number in range(1, DECISIONS + 1):
            counts = [cleaned.get(f"{name}-{number}") for name, _label in COUNTS]
            given = [one for one in counts if one is not None]
            if given and not cleaned.get(f"decision-{number}"):
                self.add_error(f"decision-{number}", _("Write what was decided."))
            elif given and len(given) < len(counts):
                self.add_error(f"favour-{number}", _("Give all three counts, or none."))
            elif present is not None and sum(given) > present:
                told = _("{hands} hands, but only {present} residents were present.")
                self.add_error(f"favour-{number}", told.format(hands=sum(given), present=present))
        return cleaned

    def decisions(self) -> list[DecisionFacts]:
        told = self.cleaned_data
        return [
            DecisionFacts(
                told[f"decision-{n}"], told[f"favour-{n}"], told[f"against-{n}"], told[f"abstained-{n}"]
            )
            for n in range(1, DECISIONS + 1)
            if told[f"decision-{n}"]
        ]


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is cancelled"), max_length=300, help_text=_("Residents read this sentence.")
    )


class PaperForm(KeyForm):
    """A picture of the signed list, of the board, of the room."""

    picture = photo_field(
        help_text=_("Signed lists show names: only whoever enters for residents sees them.")
    )
    caption = forms.CharField(label=_("Caption"), required=False, max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["picture"].required = True
