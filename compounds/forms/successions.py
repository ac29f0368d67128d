"""Forms of merge and split."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from compounds.forms.fields import LineField
from compounds.models import Building, Compound
from core.fields import DayInput


class WhyAndWhen(forms.Form):
    """What every merge and split needs."""

    effective_on = forms.DateField(label=_("Effective on"), widget=DayInput())
    reason = LineField(
        label=_("Reason"),
        max_length=300,
        help_text=_("The document or decision; it is kept with the record."),
    )


class MergeForm(WhyAndWhen):
    others = forms.ModelMultipleChoiceField(
        queryset=Compound.objects.none(),
        error_messages={"required": _("Choose at least one other compound.")},
    )

    def __init__(self, *args: Any, offered: models.QuerySet[Compound], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["others"].queryset = offered  # type: ignore[attr-defined]


class SplitForm(WhyAndWhen):
    """Names of the parts (`name-1` …) and for each building the number of its part (`part-<building id>`)."""

    def __init__(
        self, *args: Any, compound: Compound, buildings: Sequence[Building], parts: int, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.buildings, self.parts = buildings, range(1, parts + 1)
        choices = [(str(number), str(number)) for number in self.parts]
        for number in self.parts:
            self.fields[f"name-{number}"] = LineField(
                label=_("Name of part %(number)s") % {"number": number}, max_length=80
            )
        for building in buildings:
            self.fields[f"part-{building.pk}"] = forms.ChoiceField(
                label=building.number, choices=choices, widget=forms.RadioSelect,
                error_messages={"required": _("Say which part this building belongs to.")},
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            used = {cleaned[f"part-{building.pk}"] for building in self.buildings}
            for number in self.parts:
                if str(number) not in used:
                    self.add_error(
                        f"name-{number}",
                        _("No building is assigned to this part. Assign one, or use fewer parts."),
                    )
        return cleaned

    def chosen_parts(self) -> list[tuple[str, list[int]]]:
        """(name, ids of its buildings) of every part."""
        return [
            (
                self.cleaned_data[f"name-{number}"],
                [
                    building.pk
                    for building in self.buildings
                    if self.cleaned_data[f"part-{building.pk}"] == str(number)
                ],
            )
            for number in self.parts
        ]
