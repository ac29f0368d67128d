"""Fields that several forms of the register share, and where a refusal belongs on them."""

from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.forms.typed import AreaField, CountField, YearField
from compounds.models.register import EARLIEST_BUILT_YEAR, LATEST_BUILT_YEAR
from core import refusals
from core.text import clean_line

YES, NO = "true", "false"
MOST_FORMER_NAMES = 12
LARGEST_COUNT = 2_147_483_647

# Where a constraint's sentence belongs on the form.
FIELD_OF_CONSTRAINT = {
    "compound_name_once_per_community": "name",
    "compound_has_name": "name",
    "compound_in_a_community": "community",
    "compound_built_year_possible": "built_year",
    "compound_built_year_certainty_fits": "built_year",
    "compound_area_positive": "floor_area",
    "compound_position_in_china": "longitude",
    "building_number_once": "number",
    "building_has_number": "number",
    "building_area_positive": "floor_area",
    "building_floors_possible": "floors",
    "building_built_year_possible": "built_year",
}


add_refusal = partial(refusals.add_refusal, fields=FIELD_OF_CONSTRAINT)


class LineField(forms.CharField):
    """One line, as it will be stored."""

    def to_python(self, value: Any) -> str:
        return clean_line(super().to_python(value) or "")


class LinesField(forms.CharField):
    """One entry a line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, (list, tuple)) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        lines = (clean_line(line) for line in str(super().to_python(value)).splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def validate(self, value: Any) -> None:
        super().validate(value)
        if len(value) > MOST_FORMER_NAMES:
            raise forms.ValidationError(_("At most 12 names, one per line."), code="too_many")
        if any(len(line) > 80 for line in value):
            raise forms.ValidationError(_("A name has at most 80 characters."), code="too_long")

    def run_validators(self, value: Any) -> None:
        """`validate` looked at each line."""


class YesNoUnknownField(forms.TypedChoiceField):
    """True, False or, where nobody knows, None."""

    def __init__(self, **kwargs: Any) -> None:
        answers = [
            ("", _("not known")),
            (YES, pgettext_lazy("answer", "yes")),
            (NO, pgettext_lazy("answer", "no")),
        ]
        super().__init__(
            **{
                "choices": answers,
                "required": False,
                "empty_value": None,
                "coerce": lambda text: text == YES,
                **kwargs,
            }
        )

    def prepare_value(self, value: Any) -> Any:
        return {True: YES, False: NO, None: ""}.get(value, value)


def count_field(label: Any, most: int = LARGEST_COUNT, help_text: Any = "") -> CountField:
    return CountField(
        label=label, required=False, min_value=0, max_value=most, help_text=help_text,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip


def area_field(label: Any) -> AreaField:
    return AreaField(
        label=label, required=False, min_value=Decimal("0.01"), max_digits=12, decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip


def choice_field(label: Any, choices: Any, default: str) -> forms.TypedChoiceField:
    """A select that has an answer from the start; nothing sent means that answer."""
    return forms.TypedChoiceField(
        label=label, choices=choices, required=False, initial=default, empty_value=default
    )


def year_field() -> YearField:
    return YearField(
        label=_("Built in (year)"), required=False, min_value=EARLIEST_BUILT_YEAR, max_value=LATEST_BUILT_YEAR,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
