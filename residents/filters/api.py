"""What the API's list of menus can be narrowed to and ordered by."""

import django_filters
from django.utils.translation import gettext_lazy as _

from core.filters import AnyOfFilter
from core.keyset import Order, Term
from directory.fields import DivisionFilter
from projects.filters.api import IN_DIVISION, LONGEST_CODE
from residents.models import Menu, MenuState

# What is being drawn up is the office's own affair.
PUBLIC_STATES = [choice for choice in MenuState.choices if choice[0] != MenuState.DRAFT]
MENU_ORDERS: dict[str, Order] = {
    "closes_at": (Term("closes_at"), Term("id")),
    "opens_at": (Term("opens_at"), Term("id")),
    "id": (Term("id"),),
}


class MenuApiFilter(django_filters.FilterSet):
    division = DivisionFilter(field_name="division_code", help_text=IN_DIVISION)
    state = AnyOfFilter(
        field_name="state", choices=PUBLIC_STATES, help_text=_("Published, counted or voided.")
    )
    project = django_filters.CharFilter(
        field_name="project__code", max_length=LONGEST_CODE, help_text=_("Number of a project.")
    )
    compound = django_filters.CharFilter(
        field_name="project__compound__code", max_length=LONGEST_CODE, help_text=_("Code of a compound.")
    )

    class Meta:
        model = Menu
        fields: list[str] = []
