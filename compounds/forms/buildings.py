"""The form of a building."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.forms.fields import LineField, area_field, choice_field, count_field, year_field
from compounds.models import Building, BuildingStructure, Compound
from compounds.numbers import building_number_key


class BuildingForm(forms.Form):
    number = LineField(
        label=_("Number"), max_length=30, help_text=_("As written on the building: 3号楼, 3栋, A座.")
    )
    floors = count_field(_("Floors"), 120)
    staircase_count = count_field(pgettext_lazy("figure", "Staircases"), 32_767)
    household_count = count_field(pgettext_lazy("figure", "Households"))
    lift_count = count_field(_("Lifts"), 32_767)
    structure = choice_field(_("Structure"), BuildingStructure.choices, BuildingStructure.UNKNOWN)
    floor_area = area_field(_("Floor area (m²)"))
    built_year = year_field()
    notes = LineField(label=_("Notes"), max_length=300, required=False)

    def __init__(
        self, *args: Any, compound: Compound, building: Building | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.compound, self.building = compound, building

    def clean_number(self) -> str:
        """The database decides; here the other building is named, so that people see why."""
        number: str = self.cleaned_data["number"]
        same = self.compound.buildings.filter(number_key=building_number_key(number))
        if self.building is not None:
            same = same.exclude(pk=self.building.pk)
        other = same.first()
        if other is not None:
            raise forms.ValidationError(
                _(
                    "%(number)s is the same building as %(other)s, which is listed already: 3号楼, 3栋, 3# and 三号楼 mean one."
                ),
                code="same_number",
                params={"number": number, "other": other.number},
            )
        return number
