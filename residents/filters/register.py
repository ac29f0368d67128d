"""What the overview of registers and the list of a compound's doors can be narrowed to."""

from typing import Any

import django_filters
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from compounds.models import Compound
from compounds.numbers import building_number_key
from compounds.reading.cells import CellProblem
from core.filters import (
    NO,
    YES,
    AnyOfFilter,
    ConditionFilter,
    EndedFilter,
    MatchingFilter,
    PresentFilter,
    YesNoFilter,
)
from directory.fields import DivisionFilter
from residents.finding import doors_like
from residents.models import Household, HouseholdUse, Owner, Round, Tenancy
from residents.reading.units import staircase_key


def with_owner() -> Exists:
    """Whether somebody is recorded as a door's owner; the row is a household."""
    return Exists(Owner.objects.current().filter(household=OuterRef("pk")))


def with_link() -> Exists:
    """Whether an owner of the door has other doors too."""
    others = Owner.objects.current().filter(person_link=OuterRef("person_link"))
    others = others.exclude(household=OuterRef("household"))
    return Exists(Owner.objects.current().filter(Exists(others), household=OuterRef("pk")))


# --- The overview -----------------------------------------------------------------------


class HasRegisterFilter(ConditionFilter):
    def condition(self) -> Q:
        return Q(Exists(Household.objects.living().filter(compound=OuterRef("pk"))))


class FiguresDifferFilter(YesNoFilter):
    """Whether the doors in the register are as many as declared; where nothing is declared neither holds."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        same = Q(doors=F("household_count"))
        return qs.filter(household_count__isnull=False).filter(same if value == NO else ~same)


class RoundRunsFilter(ConditionFilter):
    def condition(self) -> Q:
        return Q(Exists(Round.objects.running().filter(compound=OuterRef("pk"))))


class LacksOwnersFilter(YesNoFilter):
    """Compounds with living doors whose owner nobody has recorded."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        lacking = Household.objects.living().filter(~with_owner(), compound=OuterRef("pk"))
        return qs.filter(Exists(lacking)) if value == YES else qs.filter(~Exists(lacking))


class RegisterFilter(django_filters.FilterSet):
    """Of compounds with `doors` annotated (`residents.tables.register.with_registers`)."""

    q = MatchingFilter(label=_("Search"), max_length=80)
    division = DivisionFilter(field_name="community__code")
    declared = PresentFilter(field_name="household_count", label=_("Number of households declared"))
    has_register = HasRegisterFilter(label=_("Doors entered"))
    differs = FiguresDifferFilter(label=_("Differs from the declared figure"))
    lacks_owners = LacksOwnersFilter(label=_("Doors without owner"))
    round = RoundRunsFilter(label=_("Round under way"))
    ended = EndedFilter(label=_("Merged or split up"))

    class Meta:
        model = Compound
        fields: list[str] = []


# --- The doors of a compound --------------------------------------------------------------


class DoorFilter(django_filters.CharFilter):
    """Doors as people write them: 3号楼, 3-2-501, 501."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return qs.filter(doors_like(value)) if value else qs


class BuildingFilter(django_filters.CharFilter):
    """One building in any writing: 3号楼, 3栋, 3."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return qs.filter(building__number_key=building_number_key(value)) if value else qs


class StaircaseFilter(django_filters.CharFilter):
    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return qs.filter(staircase_key=_staircase_key(value)) if value else qs


def _staircase_key(typed: str) -> str:
    try:
        return staircase_key(typed)
    except CellProblem:
        return typed


class HasOwnerFilter(ConditionFilter):
    def condition(self) -> Q:
        return Q(with_owner())


class LinkedFilter(ConditionFilter):
    def condition(self) -> Q:
        return Q(with_link())


class HasAreaFilter(ConditionFilter):
    def condition(self) -> Q:
        return Q(exclusive_area__isnull=False)


class HouseholdFilter(django_filters.FilterSet):
    q = DoorFilter(label=_("Search"), max_length=60)
    building = BuildingFilter(label=_("Building"), max_length=30)
    staircase = StaircaseFilter(label=_("Staircase"), max_length=20)
    use = AnyOfFilter(field_name="use", label=_("Use"), choices=HouseholdUse.choices)
    tenancy = AnyOfFilter(field_name="tenancy", label=_("Tenancy"), choices=Tenancy.choices)
    has_area = HasAreaFilter(label=_("Area recorded"))
    has_owner = HasOwnerFilter(label=_("Owner recorded"))
    linked = LinkedFilter(label=_("Owner of several units"))
    ended = EndedFilter(label=_("Struck off, merged or split"))

    class Meta:
        model = Household
        fields: list[str] = []
