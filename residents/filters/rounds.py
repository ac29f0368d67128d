"""What the list of rounds of visits is narrowed by."""

import django_filters
from django.utils.translation import gettext_lazy as _

from core.filters import AnyOfFilter, ContainsFilter
from directory.fields import DivisionFilter
from residents.models import Round
from residents.tables.rounds import STATES


class RoundFilter(django_filters.FilterSet):
    q = ContainsFilter(fields=("compound__name", "title"), label=_("Search"), max_length=80)
    division = DivisionFilter(field_name="division_code")
    state = AnyOfFilter(field_name="state", label=_("State"), choices=STATES)

    class Meta:
        model = Round
        fields: list[str] = []
