"""New versions of a catalogue item, items of one's own, and the lines of a timetable template."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.models import Topic
from core.fields import DecimalNumberField, WholeNumberField, levelled
from projects.actions.catalogue import ItemFacts, TimetableLine
from projects.models import Answerable, Aspect, CatalogueItem, Category, Stage
from projects.models.catalogue import Unit

# Days are counted in a year without 29 February.
COMMON_YEAR = date(2025, 1, 1)
YEARS_AHEAD = 3
SPARE_LINES = 3


def _cost(label: Any) -> DecimalNumberField:
    return DecimalNumberField(
        label=label, min_value=0, max_digits=12, decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip


class ItemForm(forms.Form):
    name_zh = forms.CharField(label=_("Name (Chinese)"), max_length=60)
    name_en = forms.CharField(label=_("Name (English)"), max_length=80, required=False)
    category = forms.ChoiceField(label=_("Category"), choices=Category.choices)
    aspect = forms.ChoiceField(label=_("Aspect"), choices=Aspect.choices)
    unit = forms.ChoiceField(label=_("Unit"), choices=Unit.choices)
    unit_cost_low = _cost(_("Unit cost from (yuan)"))
    unit_cost = _cost(_("Usual unit cost (yuan)"))
    unit_cost_high = _cost(_("Unit cost to (yuan)"))
    warranty_years = WholeNumberField(
        label=_("Warranty (years)"), min_value=0, max_value=50,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    indicator = forms.SlugField(
        label=_("Statistical indicator"), max_length=40, required=False,
        help_text=_("The indicator its quantities are added up under; if empty, they are counted nowhere."),
        widget=forms.TextInput(attrs={"list": "indicators", "autocomplete": "off"}),
    )  # fmt: skip
    topics = forms.MultipleChoiceField(
        label=_("Shortfalls of the survey it answers"), choices=Topic.choices, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    basis = forms.CharField(
        label=pgettext_lazy("catalogue", "Source"), max_length=200, help_text=_("The document, price list or meeting it is based on."),
        error_messages={"required": _("Name the document, price list or meeting it is based on.")},
    )  # fmt: skip

    FACTS = ("name_zh", "name_en", "category", "aspect", "unit", "unit_cost_low", "unit_cost", "unit_cost_high",
             "warranty_years", "indicator", "topics", "basis")  # fmt: skip

    @property
    def facts(self) -> ItemFacts:
        found: ItemFacts = {name: self.cleaned_data[name] for name in self.FACTS}  # type: ignore[assignment]
        return found

    @classmethod
    def of(cls, item: CatalogueItem) -> dict[str, Any]:
        """The item's own source is not that of its next version."""
        return {name: getattr(item, name) for name in cls.FACTS if name != "basis"}

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        costs: list[Decimal | None] = [
            data.get(name) for name in ("unit_cost_low", "unit_cost", "unit_cost_high")
        ]
        low, usual, high = costs
        if low is not None and usual is not None and high is not None and not low <= usual <= high:
            self.add_error("unit_cost", _("The usual unit cost lies between the lowest and the highest."))
        return data


class OwnItemForm(ItemForm):
    code = forms.RegexField(
        label=_("Code"), regex=r"^[A-Z][0-9A-Z-]{1,11}$", max_length=12,
        help_text=_("A capital letter followed by digits or letters, such as B80."),
        error_messages={"invalid": _("A code is a capital letter followed by digits or letters, such as B80.")},
    )  # fmt: skip
    field_order = ["code", *ItemForm.FACTS]

    def __init__(self, *args: Any, taken: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._taken = taken

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if code in self._taken:
            raise ValidationError(_("This code exists already: publish a new version of that item."))
        return code


# --- The timetable ----------------------------------------------------------------------


def day_words(day: int) -> tuple[int, str]:
    """Days after 1 January of the plan year as (years ahead, "06-30")."""
    there = COMMON_YEAR + timedelta(days=day % 365)
    return day // 365, f"{there:%m-%d}"


class MonthDayField(forms.CharField):
    """06-30, also 6-30, 6.30, 6/30 and 6月30日; gives the days after 1 January of a common year."""

    def to_python(self, value: Any) -> Any:
        text = levelled(super().to_python(value) or "")
        if not text:
            return None
        found = re.fullmatch(r"(\d{1,2})\s*[-./月]\s*(\d{1,2})日?", text)
        wrong = ValidationError(_("Write month and day, such as 06-30."), code="invalid")
        if found is None:
            raise wrong
        try:
            return (date(COMMON_YEAR.year, int(found[1]), int(found[2])) - COMMON_YEAR).days
        except ValueError:
            raise wrong from None


class LineForm(forms.Form):
    """A milestone. A line without a name is left out."""

    stage = forms.ChoiceField(label=_("Stage"), choices=Stage.choices, required=False)
    name_zh = forms.CharField(label=_("Milestone (Chinese)"), max_length=80, required=False)
    name_en = forms.CharField(label=_("Milestone (English)"), max_length=80, required=False)
    answerable = forms.ChoiceField(label=_("Who answers for it"), choices=Answerable.choices, required=False)
    year = forms.TypedChoiceField(
        label=_("In which year"), coerce=int, empty_value=0, required=False,  # type: ignore[arg-type]
        choices=[(0, _("plan year")), (1, _("the year after")), (2, _("two years after"))],
    )  # fmt: skip
    day = MonthDayField(label=_("Day"), required=False)
    closes = forms.BooleanField(label=_("Ends its stage"), required=False)

    def __init__(self, data: Any = None, *, number: int, **kwargs: Any) -> None:
        super().__init__(data, prefix=f"l{number}", **kwargs)
        for field in self.fields.values():
            words = _now("{field}, line {number}").format(field=field.label, number=number)
            field.widget.attrs["aria-label"] = words

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("name_zh") and data.get("day") is None and "day" not in self.errors:
            self.add_error("day", _("Write month and day, such as 06-30."))
        if data.get("name_en") and not data.get("name_zh"):
            self.add_error("name_zh", _("The Chinese name is needed."))
        return data

    @property
    def is_filled(self) -> bool:
        return bool(self.cleaned_data.get("name_zh"))

    @property
    def line(self) -> TimetableLine:
        data = self.cleaned_data
        kept: Any = {name: data[name] for name in ("stage", "name_zh", "name_en", "answerable", "closes")}
        kept["day"] = data["year"] * 365 + data["day"]
        return kept


class TimetableForm(forms.Form):
    """The source; the lines are `LineForm`s beside it."""

    basis = forms.CharField(
        label=pgettext_lazy("catalogue", "Source"), max_length=200, help_text=_("The document or meeting it is based on."),
        error_messages={"required": _("Name the document or meeting it is based on.")},
    )  # fmt: skip
    count = forms.IntegerField(min_value=1, max_value=60, widget=forms.HiddenInput)


def line_forms(data: Any, lines: list[dict[str, Any]]) -> list[LineForm]:
    """One form per line of the template and a few empty ones; of a sent page as many as it had."""
    if data is not None:
        text = data.get("count", "")
        count = min(int(text), 60) if text.isascii() and text.isdigit() and len(text) < 4 else 0
        return [LineForm(data, number=number) for number in range(1, count + 1)]
    found = []
    for number, line in enumerate(lines, 1):
        year, day = day_words(line["day"])
        found.append(LineForm(number=number, initial={**line, "year": year, "day": day}))
    return found + [LineForm(number=len(lines) + step) for step in range(1, SPARE_LINES + 1)]
