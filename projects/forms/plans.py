"""Plans as forms: drawing up, choosing from the pool, figures of the list, issuing, reasons."""

import json
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.fields import DayInput, DecimalNumberField, WholeNumberField
from core.filters import MOST
from directory.models import Division
from files.forms import RuledFileField
from files.rules import SCANS, FileRule
from projects.models import Plan, PlanEntry, PlanKind
from projects.models.plans import YEARS_OF_A_LONG_PLAN

EARLIEST, LATEST = 2000, 2100
WAN = Decimal(10_000)
CENT = Decimal("0.01")
PLAN_DOCUMENT = FileRule(accepted=SCANS)


class WanField(DecimalNumberField):
    """Yuan or m², typed and shown in units of ten thousand, as plans are written."""

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        typed = super().to_python(value)
        return None if typed is None else (typed * WAN).quantize(CENT, ROUND_HALF_UP)

    def prepare_value(self, value: Any) -> Any:
        return in_wan(value) if isinstance(value, Decimal) else value


def in_wan(value: Decimal | None) -> str:
    """2400000.00 → "240"."""
    if value is None:
        return ""
    text = f"{(value / WAN).normalize():f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _count(**more: Any) -> WholeNumberField:
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return WholeNumberField(
        **{"required": False, "min_value": 0, "max_value": MOST, "widget": widget, **more}
    )


def _amount(digits: int, **more: Any) -> WanField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    limits: dict[str, Any] = {"min_value": 0, "max_value": Decimal(10) ** digits - 1}
    return WanField(**{"required": False, "widget": widget, **limits, **more})


class TargetsForm(forms.Form):
    """What a plan promises."""

    title = forms.CharField(label=_("Title"), max_length=120)
    target_compounds = _count(label=_("Target: compounds"))
    target_households = _count(label=_("Target: households"))
    target_area = _amount(10, label=_("Target: floor area (10,000 m²)"))
    target_investment = _amount(14, label=_("Target: investment (10,000 yuan)"))
    notes = forms.CharField(
        label=_("Notes"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    FACTS = ("title", "target_compounds", "target_households", "target_area", "target_investment", "notes")

    @property
    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.FACTS}

    @classmethod
    def of(cls, plan: Plan) -> dict[str, Any]:
        return {name: getattr(plan, name) for name in cls.FACTS}


class NewPlanForm(TargetsForm):
    """For which division, of which kind and for which year."""

    division = forms.ModelChoiceField(label=_("For"), queryset=Division.objects.none(), empty_label=None)
    kind = forms.ChoiceField(label=_("Kind"), choices=PlanKind.choices)
    first_year = WholeNumberField(
        label=_("Year"), min_value=EARLIEST, max_value=LATEST,
        help_text=_("For a five-year plan, its first year."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    field_order = ["division", "kind", "first_year", "title"]

    def __init__(self, *args: Any, divisions: Sequence[Division], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["division"]
        field.queryset = Division.objects.filter(pk__in=[division.pk for division in divisions])
        self.fields["title"].required = False
        self.fields["title"].help_text = _("If empty, it is named after division and year.")

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if not data.get("title") and {"division", "kind", "first_year"} <= data.keys():
            data["title"] = title_of(data["division"], data["kind"], data["first_year"])
        return data


def title_of(division: Division, kind: str, year: int) -> str:
    if kind == PlanKind.ANNUAL:
        return _now("{division}: annual plan {year}").format(division=division.name, year=year)
    last = year + YEARS_OF_A_LONG_PLAN - 1
    return _now("{division}: five-year plan {first}–{last}").format(
        division=division.name, first=year, last=last
    )


def _offer_years(form: forms.Form, plan: Plan) -> None:
    """The plan's years to choose from; of an annual plan there is nothing to choose."""
    field: Any = form.fields["year"]
    field.choices = [(year, str(year)) for year in plan.years]
    if len(plan.years) == 1:
        field.required, field.empty_value, field.widget = False, plan.first_year, forms.HiddenInput()
        form.initial.setdefault("year", plan.first_year)


class DrawForm(forms.Form):
    """The N most urgent, for one of the plan's years."""

    count = _count(label=_("How many"), required=True, min_value=1, max_value=1000)
    year = forms.TypedChoiceField(label=_("Year"), coerce=int)

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_years(self, plan)


class ChooseForm(forms.Form):
    """Compounds ticked in the pool's order; `reason` is needed where one goes before a more urgent one."""

    reason = forms.CharField(
        label=_("Reason for going first"), max_length=300, required=False,
        help_text=_("Needed only if a more urgent compound is left out; it is shown in the plan beside the compound."),
    )  # fmt: skip
    year = forms.TypedChoiceField(label=_("Year"), coerce=int)

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_years(self, plan)


class EntryForm(forms.Form):
    """A line of the list. What the page showed comes back beside it: only what was changed is written."""

    building_count = _count(label=pgettext_lazy("figure", "Buildings"))
    household_count = _count(label=pgettext_lazy("figure", "Households"))
    floor_area = DecimalNumberField(
        label=_("Floor area (m²)"), required=False, max_digits=12, decimal_places=2, min_value=Decimal("0.01"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip
    estimated_investment = _amount(14, label=_("Estimated investment (10,000 yuan)"))
    jump_reason = forms.CharField(label=_("Reason for going first"), max_length=300, required=False)
    year = forms.TypedChoiceField(label=_("Year"), coerce=int, required=False)

    FACTS = ("building_count", "household_count", "floor_area", "estimated_investment", "jump_reason")

    def __init__(self, data: Any = None, *, entry: PlanEntry, plan: Plan) -> None:
        self.entry = entry
        names = [*self.FACTS, *(["year"] if len(plan.years) > 1 else [])]
        initial = {name: getattr(entry, name) for name in names}
        super().__init__(data, initial=initial, prefix=f"e{entry.pk}")
        if "year" in names:
            self.fields["year"].choices = [(year, str(year)) for year in plan.years]  # type: ignore[attr-defined]
        else:
            del self.fields["year"]
        for field in self.fields.values():
            label = _now("{field}, {compound}").format(field=field.label, compound=entry.compound.name)
            field.widget.attrs["aria-label"] = label

    @property
    def cells(self) -> dict[str, forms.BoundField]:
        return {name: self[name] for name in self.fields}

    @property
    def twin(self) -> tuple[str, str]:
        """Name and value of the hidden input that tells what the page showed, all fields in one."""
        name = self.add_prefix("seen")
        return name, self.data[name] if name in self.data else json.dumps(self._stored())

    def _stored(self) -> dict[str, str]:
        found = {name: field.prepare_value(self.initial.get(name)) for name, field in self.fields.items()}
        return {name: "" if value is None else str(value) for name, value in found.items()}

    def _shown(self) -> dict[str, Any]:
        try:
            shown = json.loads(self.data.get(self.add_prefix("seen"), "{}"))
        except ValueError:
            return {}
        return shown if isinstance(shown, dict) else {}

    @property
    def mine(self) -> dict[str, Any]:
        """{field: value} of what the person changed on the page; the rest may have been changed by others."""
        shown = self._shown()
        typed = {name: self.data.get(self.add_prefix(name)) for name in self.fields}
        return {
            name: self.cleaned_data[name]
            for name, text in typed.items()
            if text is not None and text != shown.get(name, "")
        }

    def overtaken(self) -> list[str]:
        """Labels of fields that this person changed and somebody else meanwhile, too."""
        shown, stored = self._shown(), self._stored()
        return [str(self.fields[name].label) for name in self.mine if shown.get(name, "") != stored[name]]


class IssueForm(forms.Form):
    document_number = forms.CharField(
        label=_("Document number"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Such as 荆区住建〔2026〕12号."),
    )  # fmt: skip
    issued_on = forms.DateField(label=_("Issued on"), widget=DayInput())
    file = RuledFileField(rule=PLAN_DOCUMENT, label=_("Document (scan)"), required=False)

    def clean_issued_on(self) -> date:
        day: date = self.cleaned_data["issued_on"]
        if day > timezone.localdate():
            raise ValidationError(_("This day has not come yet."))
        return day


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Give the reason; it is kept with the record.")},
    )  # fmt: skip
