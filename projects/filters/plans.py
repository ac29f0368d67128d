"""What the list of plans can be narrowed to. Give it a QuerySet that went through `Plan.objects.visible_to`."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.filters import AnyOfFilter, ContainsFilter, WholeNumberFilter
from directory.fields import DivisionFilter
from projects.models import Plan, PlanKind, PlanState


class YearFilter(WholeNumberFilter):
    """Plans that have the year in them: the annual plan, and the five-year plan around it."""

    def filter(self, qs: QuerySet[Any], value: int | None) -> QuerySet[Any]:
        return qs if value is None else qs.filter(first_year__lte=value, last_year__gte=value)


class StateFilter(AnyOfFilter):
    """Versions that were replaced are listed only when asked for."""

    def filter(self, qs: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        return super().filter(qs, value) if value else qs.exclude(state=PlanState.SUPERSEDED)


class PlanFilter(django_filters.FilterSet):
    q = ContainsFilter(
        label=_("Search"), max_length=80, fields=("title", "document_number", "division__name")
    )
    division = DivisionFilter(field_name="division__code", label=_("Division"))
    year = YearFilter(label=_("Year"), min_value=2000, max_value=2100)
    kind = AnyOfFilter(field_name="kind", label=_("Kind"), choices=PlanKind.choices)
    state = StateFilter(field_name="state", label=_("State"), choices=PlanState.choices)

    class Meta:
        model = Plan
        fields: list[str] = []
