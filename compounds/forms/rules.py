"""New versions of the eligibility rule and of the urgency formula."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compounds.actions.rules import LARGEST_WEIGHT
from compounds.judging.urgency import PARTS
from compounds.judging.words import PART_LABELS
from compounds.models.register import EARLIEST_BUILT_YEAR, LATEST_BUILT_YEAR
from compounds.models.survey import WORST
from core.fields import DayInput, WholeNumberField

# A version may be entered after the meeting that decided it, not before the programme began.
OLDEST, FURTHEST = date(2000, 1, 1), timedelta(days=3 * 366)


class PublishForm(forms.Form):
    """From when, and on what basis: of every version."""

    effective_from = forms.DateField(
        label=_("In force from"), widget=DayInput(),
        help_text=_("From a later day on, the scores change at the beginning of that day."),
    )  # fmt: skip
    basis = forms.CharField(
        label=_("Basis"), max_length=300, help_text=_("The document or meeting that decided it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Name the document or meeting that decided it.")},
    )  # fmt: skip

    def clean_effective_from(self) -> date:
        day: date = self.cleaned_data["effective_from"]
        if not OLDEST <= day <= timezone.localdate() + FURTHEST:
            raise ValidationError(_("Choose a day between 2000 and three years from now."))
        return day


def _number(**more: Any) -> WholeNumberField:
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return WholeNumberField(widget=widget, **more)


class EligibilityForm(PublishForm):
    built_before = _number(
        label=_("Built before (year)"), min_value=EARLIEST_BUILT_YEAR, max_value=LATEST_BUILT_YEAR
    )
    environment_minimum = _number(
        label=_("Dirt and disorder: at least (0–4)"), min_value=0, max_value=WORST,
        help_text=_("Score of the survey that must be reached; 0 asks for nothing."),
    )  # fmt: skip
    facilities_minimum = _number(
        label=_("Facilities: at least (0–4)"), min_value=0, max_value=WORST,
        help_text=_("The worst of buildings, municipal services and the five problem classes must reach it."),
    )  # fmt: skip
    wish_percent = _number(
        label=_("Wish: at least (%)"), min_value=0, max_value=100,
        help_text=_("Share of the households asked that want the renovation."),
    )  # fmt: skip
    field_order = ["built_before", "environment_minimum", "facilities_minimum", "wish_percent"]

    LIMITS = ("built_before", "environment_minimum", "facilities_minimum", "wish_percent")

    @property
    def limits(self) -> dict[str, int]:
        return {name: self.cleaned_data[name] for name in self.LIMITS}


class FormulaForm(PublishForm):
    """`weight_<part>` for each part of the formula."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for part in PARTS:
            field = _number(label=PART_LABELS[part], min_value=0, max_value=LARGEST_WEIGHT)
            field.widget.attrs["data-weight"] = part
            self.fields[f"weight_{part}"] = field

    def clean(self) -> dict[str, Any]:
        weights = [self.cleaned_data.get(f"weight_{part}") for part in PARTS]
        if None not in weights and not any(weights):
            raise ValidationError(_("At least one weight must be greater than 0."))
        return self.cleaned_data

    @property
    def weights(self) -> dict[str, int]:
        return {part: self.cleaned_data[f"weight_{part}"] for part in PARTS}
