"""The form of a compound's facts, and of its position alone."""

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.forms.clusters import cluster_names
from compounds.forms.communities import community_field
from compounds.forms.fields import (
    LineField,
    LinesField,
    YesNoUnknownField,
    area_field,
    choice_field,
    count_field,
    year_field,
)
from compounds.forms.typed import degree_field, position_problem
from compounds.models import BuiltYearCertainty, Cluster, Compound, Heritage, ManagementState
from compounds.positions import CoordinateSystem
from core.conflicts import FactsForm
from core.fields import Picker
from directory.models import Division, Organisation, User
from directory.models.organisations import WORKS_ANYWHERE
from directory.powers import Power


def title_owners(user: User, current: int | None = None) -> models.QuerySet[Organisation]:
    """Who may own a compound's title: no firm that merely works there."""
    offered = Organisation.objects.visible_to(user).active().exclude(kind__in=WORKS_ANYWHERE)
    return (offered | Organisation.objects.filter(pk=current)).distinct() if current else offered


class CompoundForm(FactsForm):
    """The facts of a compound. `for_user` gives the pickers what this person may choose."""

    name = LineField(label=_("Name"), max_length=80)
    former_names = LinesField(
        label=_("Former names"), required=False, help_text=_("One per line. Search finds them too."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    # Which field it is depends on how many there are: `community_field`.
    community: forms.Field = forms.ChoiceField(label=_("Community"), widget=Picker())
    address = LineField(label=_("Address"), max_length=200, required=False)
    cluster_name = LineField(
        label=_("Cluster"), max_length=60, required=False,
        help_text=_("Neighbouring compounds that are planned together. A new name makes a new cluster of the county."),
        widget=forms.TextInput(attrs={"list": "cluster-names", "autocomplete": "off"}),
    )  # fmt: skip
    built_year = year_field()
    built_year_certainty = choice_field(
        _("The year is"), BuiltYearCertainty.choices, BuiltYearCertainty.UNKNOWN
    )
    heritage = choice_field(_("Heritage constraint"), Heritage.choices, Heritage.NONE)
    title_owner = forms.ModelChoiceField(
        label=_("Title-owner unit"), queryset=Organisation.objects.none(), required=False, widget=Picker(),
        empty_label=_("none, or not known"),
        help_text=_("The unit that built it for its staff and is still responsible for it."),
    )  # fmt: skip
    new_title_owner = LineField(
        label=_("Or a unit that is not listed"), max_length=120, required=False,
        help_text=_("It is added to the county's organisations as a title-owner unit."),
    )  # fmt: skip
    management_state = choice_field(_("Managed by"), ManagementState.choices, ManagementState.UNKNOWN)
    has_owners_committee = YesNoUnknownField(label=_("Owners' committee"))
    has_repair_fund = YesNoUnknownField(label=_("Repair fund paid in"))
    building_count = count_field(pgettext_lazy("figure", "Buildings"))
    staircase_count = count_field(pgettext_lazy("figure", "Staircases"))
    household_count = count_field(pgettext_lazy("figure", "Households"))
    floor_area = area_field(_("Floor area (m²)"))
    longitude = degree_field(_("Longitude"))
    latitude = degree_field(_("Latitude"))
    coordinate_system = choice_field(_("Coordinate system"), CoordinateSystem.choices, CoordinateSystem.WGS84)
    notes = forms.CharField(
        label=_("Notes"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, user: User, compound: Compound | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = compound.community_id if compound else ""
        scopes = user.scopes_for(Power.CREATE_COMPOUNDS)
        self.fields["community"] = community_field(scopes, also=here, blank=compound is None)
        owner = compound.title_owner_id if compound else None
        self.fields["title_owner"].queryset = title_owners(user, current=owner)  # type: ignore[attr-defined]
        self.cluster_names = cluster_names((*scopes, here) if here else scopes)

    def clean_community(self) -> Division:
        return Division.objects.get(pk=self.cleaned_data["community"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._check_position(cleaned)
        if cleaned.get("title_owner") and cleaned.get("new_title_owner"):
            self.add_error("new_title_owner", _("Choose a listed unit or name a new one, not both."))
        return cleaned

    def _check_position(self, cleaned: dict[str, Any]) -> None:
        if {"longitude", "latitude"} & self.errors.keys():
            return
        longitude, latitude = cleaned.get("longitude"), cleaned.get("latitude")
        if (longitude is None) != (latitude is None):
            missing = "longitude" if longitude is None else "latitude"
            self.add_error(missing, _("Give longitude and latitude, or neither."))
        elif (
            longitude is not None
            and latitude is not None
            and (problem := position_problem(longitude, latitude))
        ):
            self.add_error("longitude", problem)


def facts_of(compound: Any) -> dict[str, Any]:
    """The form's values of a compound, or of a history row of one: cleaned values, not texts."""
    taken_over = [
        name
        for name in CompoundForm.base_fields
        if name not in ("cluster_name", "new_title_owner", "version")
    ]
    facts = {name: getattr(compound, name) for name in taken_over}
    cluster = Cluster.objects.filter(pk=compound.cluster_id).first() if compound.cluster_id else None
    return facts | {"cluster_name": cluster.name if cluster else "", "new_title_owner": ""}


def initial_of(facts: dict[str, Any]) -> dict[str, Any]:
    """`facts_of` as a form's initial values."""
    return facts | {"community": facts["community"].pk}


class PositionForm(forms.Form):
    """A position as typed, for the preview on the map."""

    longitude = degree_field(_("Longitude"))
    latitude = degree_field(_("Latitude"))
    system = forms.ChoiceField(choices=CoordinateSystem.choices)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            longitude, latitude = cleaned["longitude"], cleaned["latitude"]
            if longitude is None or latitude is None:
                raise forms.ValidationError(_("Give longitude and latitude, or neither."))
            if problem := position_problem(longitude, latitude):
                raise forms.ValidationError(problem)
        return cleaned
