"""Forms of doors: their facts, several at once, and what makes several of one or one of several."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.forms.fields import LineField, choice_field
from compounds.forms.typed import AreaField
from compounds.models import Building, Compound
from compounds.reading.cells import CellProblem
from core.conflicts import FactsForm
from core.errors import DomainError
from core.fields import DayField, DayInput, WholeNumberField
from residents.actions.households import HouseholdFacts
from residents.errors.households import EndsInFuture
from residents.models import Household, HouseholdUse, Tenancy
from residents.reading.units import HIGHEST_FLOOR, LOWEST_FLOOR, staircase_key, unit_key

FEWEST_PARTS, MOST_PARTS = 2, 9
KEEP = ""

# Where a constraint's sentence belongs on the form.
FIELD_OF_CONSTRAINT = {
    "household_door_once": "unit",
    "household_has_door": "unit",
    "household_area_possible": "exclusive_area",
    "household_floor_possible": "floor",
}


def add_refusal(form: forms.Form, refusal: DomainError) -> None:
    """An action's refusal as an error of the form, at the field it is about where that is known."""
    field = FIELD_OF_CONSTRAINT.get(str(refusal.details.get("constraint", "")), "")
    form.add_error(field if field in form.fields else None, refusal.message)


class StaircaseField(LineField):
    """A staircase in any writing; empty where a building has only one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": _("Staircase"), "max_length": 20, "required": False, **kwargs})

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        _demand_readable(staircase_key, text)
        return text


class UnitField(LineField):
    """A door's number in any writing."""

    def __init__(self, **kwargs: Any) -> None:
        usual = {"label": pgettext_lazy("of a household", "Door number"), "max_length": 30}
        super().__init__(**{**usual, **kwargs})

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if text:
            _demand_readable(unit_key, text)
        return text


def _demand_readable(read: Any, text: str) -> None:
    try:
        read(text)
    except CellProblem as problem:
        raise forms.ValidationError(str(problem)) from problem


def floor_field() -> WholeNumberField:
    return WholeNumberField(
        label=_("Floor"), required=False, min_value=LOWEST_FLOOR, max_value=HIGHEST_FLOOR,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}), help_text=_("−1 is the first cellar."),
    )  # fmt: skip


def exclusive_area_field() -> AreaField:
    return AreaField(
        label=_("Exclusive area (m²)"), required=False, min_value=Decimal("0.01"), max_digits=8, decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip


class HouseholdForm(FactsForm):
    """What is recorded of a door. Nothing of it is about people."""

    building = forms.ModelChoiceField(label=_("Building"), queryset=Building.objects.none())
    staircase = StaircaseField(
        help_text=_("As people write it: 2单元. Empty where the building has only one.")
    )
    floor = floor_field()
    unit = UnitField(help_text=_("As on the door: 501, 东户, 商铺3."))
    exclusive_area = exclusive_area_field()
    use = choice_field(_("Use"), HouseholdUse.choices, HouseholdUse.UNKNOWN)
    tenancy = choice_field(_("Tenancy"), Tenancy.choices, Tenancy.UNKNOWN)

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["building"].queryset = compound.buildings.all()  # type: ignore[attr-defined]


FACTS = ("building", "staircase", "floor", "unit", "exclusive_area", "use", "tenancy")


def facts_of(household: Any) -> dict[str, Any]:
    """The form's values of a household, or of a history row of one."""
    return {name: getattr(household, name) for name in FACTS}


class UseForm(forms.Form):
    """Use and tenancy of several doors; what is left empty stays as it is."""

    use = forms.ChoiceField(label=_("Use"), required=False)
    tenancy = forms.ChoiceField(label=_("Tenancy"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("use", HouseholdUse.choices), ("tenancy", Tenancy.choices)):
            field: Any = self.fields[name]
            field.choices = [(KEEP, _("as it is")), *choices]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not any(cleaned.get(name) for name in ("use", "tenancy")):
            raise forms.ValidationError(_("Choose a use or a tenancy."))
        return cleaned


# --- Doors that end -----------------------------------------------------------------------


class WhyAndWhen(forms.Form):
    effective_on = DayField(label=_("Effective on"), widget=DayInput())
    reason = LineField(
        label=_("Reason"),
        max_length=300,
        help_text=_("The document or decision; it is kept with the household."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["effective_on"].initial = timezone.localdate()

    def clean_effective_on(self) -> date:
        day: date = self.cleaned_data["effective_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(EndsInFuture().message)
        return day


class SplitForm(WhyAndWhen):
    """`unit-1`, `area-1` … of each new door."""

    def __init__(self, *args: Any, household: Household, parts: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.household = household
        self.parts = range(1, parts + 1)
        for number in self.parts:
            label = _("Door number of part %(number)s") % {"number": number}
            self.fields[f"unit-{number}"] = UnitField(label=label)
            self.fields[f"area-{number}"] = exclusive_area_field()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        seen: dict[str, int] = {}
        taken = self._taken()
        for number in self.parts:
            unit = cleaned.get(f"unit-{number}")
            if not unit:
                continue
            key = unit_key(unit, self.household.floor)
            if seen.setdefault(key, number) != number:
                self.add_error(f"unit-{number}", _("Another part has this number."))
            elif key in taken:
                self.add_error(f"unit-{number}", _("This door is already in the register."))
        return cleaned

    def _taken(self) -> set[str]:
        """The database decides; here the part is named."""
        own = self.household
        neighbours = Household.objects.living().filter(
            building=own.building_id, staircase_key=own.staircase_key
        )
        return set(neighbours.exclude(pk=own.pk).values_list("unit_key", flat=True))

    def doors(self) -> list[HouseholdFacts]:
        return [
            {"unit": self.cleaned_data[f"unit-{n}"], "exclusive_area": self.cleaned_data[f"area-{n}"]}
            for n in self.parts
        ]


class MergeForm(WhyAndWhen):
    """What the one door is called that several become."""

    staircase = StaircaseField()
    floor = floor_field()
    unit = UnitField()
    exclusive_area = exclusive_area_field()

    def into(self) -> HouseholdFacts:
        told = self.cleaned_data
        return {
            "staircase": told["staircase"],
            "floor": told["floor"],
            "unit": told["unit"],
            "exclusive_area": told["exclusive_area"],
        }


class StrikeForm(WhyAndWhen):
    pass


def summed_area(households: list[Household]) -> Decimal | None:
    known = [one.exclusive_area for one in households if one.exclusive_area is not None]
    return sum(known, Decimal(0)) if len(known) == len(households) else None
