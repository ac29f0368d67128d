"""What the list of meetings is narrowed by."""

import django_filters
from django.utils.translation import gettext_lazy as _

from core.filters import AnyOfFilter, ContainsFilter, DayFilter
from directory.fields import DivisionFilter
from residents.models import Meeting, MeetingKind, MeetingState


class MeetingFilter(django_filters.FilterSet):
    q = ContainsFilter(fields=("title", "compound__name", "place"), label=_("Search"), max_length=80)
    division = DivisionFilter(field_name="division_code")
    state = AnyOfFilter(field_name="state", label=_("State"), choices=MeetingState.choices)
    kind = AnyOfFilter(field_name="kind", label=_("Kind of meeting"), choices=MeetingKind.choices)
    begins_from = DayFilter(field_name="begins_at", lookup_expr="date__gte", label=_("Begins from"))
    begins_until = DayFilter(field_name="begins_at", lookup_expr="date__lte", label=_("Begins until"))

    class Meta:
        model = Meeting
        fields: list[str] = []
