"""What the list of menus is narrowed by."""

import django_filters
from django.utils.translation import gettext_lazy as _

from core.filters import AnyOfFilter, ContainsFilter
from directory.fields import DivisionFilter
from residents.models import Menu, MenuState


class MenuFilter(django_filters.FilterSet):
    q = ContainsFilter(fields=("project__compound__name", "title"), label=_("Search"), max_length=80)
    division = DivisionFilter(field_name="division_code")
    state = AnyOfFilter(field_name="state", label=_("State"), choices=MenuState.choices)

    class Meta:
        model = Menu
        fields: list[str] = []
