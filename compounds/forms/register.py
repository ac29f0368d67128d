"""Forms of the register: a compound's facts, a building, merge and split, a bulk act."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.models import (
    Building,
    BuildingStructure,
    BuiltYearCertainty,
    Cluster,
    Compound,
    Heritage,
    ManagementState,
)
from compounds.models.register import EARLIEST_BUILT_YEAR, LATEST_BUILT_YEAR
from compounds.numbers import building_number_key
from compounds.positions import CoordinateSystem
from core.errors import DomainError
from core.fields import DecimalNumberField, WholeNumberField
from core.text import clean_line, search_text
from directory.codes import outermost
from directory.models import Division, Organisation, User
from directory.models.divisions import Level
from directory.models.organisations import WORKS_ANYWHERE
from directory.powers import Power

YES, NO = "true", "false"
MOST_FORMER_NAMES = 12
LARGEST_COUNT = 2_147_483_647
# The westernmost longitude of China lies east of its northernmost latitude: an exchange can be told.
LEAST_LONGITUDE = 73

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


def add_refusal(form: forms.Form, refusal: DomainError) -> None:
    """An action's refusal as an error of the form, at the field it is about where that is known."""
    field = FIELD_OF_CONSTRAINT.get(str(refusal.details.get("constraint", "")))
    form.add_error(field if field in form.fields else None, refusal.message)


# --- Pickers ----------------------------------------------------------------------------


class Picker(forms.Select):
    """A select that a script makes searchable by text and pinyin initials (static/compounds/picker.js)."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"data-picker": "", **(attrs or {})})

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, label, *args, **kwargs)
        if value:
            option["attrs"]["data-search"] = search_text(str(label))
        return option


def community_choices(scopes: Iterable[str], also: str = "") -> list[tuple[str, list[tuple[str, str]]]]:
    """Living communities below these divisions, grouped by sub-district; `also` is offered whatever it is."""
    scopes = outermost(scopes)
    rows = Division.objects.below(scopes).living() if scopes else Division.objects.none()
    rows = rows | Division.objects.filter(code=also) if also else rows
    communities = list(rows.communities().values_list("code", "name"))
    above = {code[:length] for code, _name in communities for length in (Level.COUNTY, Level.STREET)}
    names = dict(Division.objects.filter(code__in=above).values_list("code", "name"))
    several_counties = len({code[: Level.COUNTY] for code, _name in communities}) > 1
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for code, name in communities:
        street = names.get(code[: Level.STREET], "")
        county = names.get(code[: Level.COUNTY], "") if several_counties else ""
        groups[f"{county} {street}".strip()].append((code, name))
    return list(groups.items())


def title_owners(user: User, current: int | None = None) -> models.QuerySet[Organisation]:
    """Who may own a compound's title: no firm that merely works there."""
    offered = Organisation.objects.visible_to(user).active().exclude(kind__in=WORKS_ANYWHERE)
    return (offered | Organisation.objects.filter(pk=current)).distinct() if current else offered


def cluster_names(scopes: Iterable[str]) -> list[str]:
    """Names of clusters in these divisions, for a box that suggests them."""
    below = models.Q(pk__in=[])
    for code in outermost(scopes):
        below |= models.Q(division__code__startswith=code[: Level.COUNTY])
    return list(dict.fromkeys(Cluster.objects.filter(below).order_by("name").values_list("name", flat=True)))


# --- Small fields -----------------------------------------------------------------------


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
            raise forms.ValidationError(_("At most 12 names, one a line."), code="too_many")
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


def count_field(label: Any, most: int = LARGEST_COUNT, help_text: Any = "") -> WholeNumberField:
    return WholeNumberField(
        label=label, required=False, min_value=0, max_value=most, help_text=help_text,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip


def area_field(label: Any) -> DecimalNumberField:
    return DecimalNumberField(
        label=label, required=False, min_value=Decimal("0.01"), max_digits=12, decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip


def choice_field(label: Any, choices: Any, default: str) -> forms.TypedChoiceField:
    """A select that has an answer from the start; nothing sent means that answer."""
    return forms.TypedChoiceField(
        label=label, choices=choices, required=False, initial=default, empty_value=default
    )


def year_field() -> WholeNumberField:
    return WholeNumberField(
        label=_("Built in (year)"), required=False, min_value=EARLIEST_BUILT_YEAR, max_value=LATEST_BUILT_YEAR,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip


def degree_field(label: Any) -> DecimalNumberField:
    return DecimalNumberField(
        label=label, required=False, max_digits=9, decimal_places=6,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip


# --- A compound -------------------------------------------------------------------------


class CompoundForm(forms.Form):
    """The facts of a compound. `for_user` gives the pickers what this person may choose."""

    name = LineField(label=_("Name"), max_length=80)
    former_names = LinesField(
        label=_("Former names"), required=False, help_text=_("One a line. Searching finds them too."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    community = forms.ChoiceField(label=_("Community"), widget=Picker())
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
        help_text=_("The unit that built it for its staff and still answers for it."),
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
    # `compound_version` of when the form was shown.
    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, compound: Compound | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = compound.community_id if compound else ""
        scopes = user.scopes_for(Power.CREATE_COMPOUNDS)
        groups = community_choices(scopes, also=here)
        blank = [] if compound else [("", _("choose"))]
        self.fields["community"].choices = [*blank, *groups]  # type: ignore[attr-defined]
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
        elif longitude is not None and latitude is not None and longitude < LEAST_LONGITUDE <= latitude:
            self.add_error(
                "longitude", _("Longitude and latitude look exchanged: longitude is the larger one in China.")
            )

    def facts(self) -> dict[str, Any]:
        """What the actions take; `version` goes its own way."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def shown(self, name: str, value: Any) -> str:
        """A cleaned value as this form would show it, for the comparison after a conflict."""
        field = self.fields[name]
        if isinstance(value, list):
            return "、".join(value)
        if isinstance(value, Division):
            return value.name
        if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
            return str(dict(field.choices).get(field.prepare_value(value) or "", value))  # type: ignore[arg-type]
        return "" if value is None else str(value)


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


# --- A building -------------------------------------------------------------------------


class BuildingForm(forms.Form):
    number = LineField(
        label=_("Number"), max_length=30, help_text=_("As it is written at the house: 3号楼, 3栋, A座.")
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


# --- Merge and split --------------------------------------------------------------------


class WhyAndWhen(forms.Form):
    """What every merge and split needs."""

    effective_on = forms.DateField(label=_("Effective on"), widget=forms.DateInput(attrs={"type": "date"}))
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
                        _("No building goes to this part. Give it one, or have fewer parts."),
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


# --- Bulk acts --------------------------------------------------------------------------


class ClusterForm(forms.Form):
    cluster_name = LineField(
        label=_("Cluster"), max_length=60, required=False,
        help_text=_("A new name makes a new cluster. Leave it empty to take the compounds out of their clusters."),
        widget=forms.TextInput(attrs={"list": "cluster-names", "autocomplete": "off"}),
    )  # fmt: skip


class PositionForm(forms.Form):
    """A position as typed, for the preview on the map."""

    longitude = forms.DecimalField(min_value=73, max_value=136, max_digits=12, decimal_places=9)
    latitude = forms.DecimalField(min_value=3, max_value=54, max_digits=12, decimal_places=9)
    system = forms.ChoiceField(choices=CoordinateSystem.choices)
