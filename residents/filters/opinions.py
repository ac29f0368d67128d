"""What the register of opinions is narrowed to."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.models import Compound, Topic
from core.filters import AnyOfFilter, ConditionFilter, DayFilter
from directory.fields import DivisionFilter
from projects.filters.task import Today
from residents.models import Adoption, Channel, Opinion, OpinionCategory, OpinionState

MINE, NOBODYS = "mine", "nobody"


def overdue() -> Q:
    """By the database's clock: declared once, it still means today tomorrow."""
    return Q(state=OpinionState.OPEN, due_on__lt=Today())


class OpinionSearchFilter(django_filters.CharFilter):
    """In the words, the compound's names (also in pinyin), or the running number (№12, 12)."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        words, number = Q(text__icontains=value), value.strip("№# ")
        if number.isascii() and number.isdigit() and len(number) < 9:
            return qs.filter(words | Q(number=int(number)))
        return qs.filter(words | Q(compound__in=Compound.objects.matching(value).values("pk")))


class WhoseFilter(django_filters.ChoiceFilter):
    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if value == MINE:
            return qs.filter(is_mine=True)
        return qs.filter(owner__isnull=True) if value == NOBODYS else qs


class OverdueFilter(ConditionFilter):
    def condition(self) -> Q:
        return overdue()


class JoinedFilter(ConditionFilter):
    def condition(self) -> Q:
        return Q(merged_into__isnull=False)


class OpinionFilter(django_filters.FilterSet):
    q = OpinionSearchFilter(label=_("Search"), max_length=80)
    whose = WhoseFilter(label=_("Who answers"), choices=((MINE, _("I")), (NOBODYS, _("nobody yet"))))
    overdue = OverdueFilter(label=_("Answer overdue"))
    division = DivisionFilter(field_name="division_code")
    compound = django_filters.CharFilter(field_name="compound__code", label=_("Compound"), max_length=20)
    topic = AnyOfFilter(field_name="category__topic", label=_("Problem class"), choices=Topic.choices)
    category = django_filters.ModelChoiceFilter(label=_("Category"), queryset=OpinionCategory.objects.all())
    state = AnyOfFilter(field_name="state", label=_("State"), choices=OpinionState.choices)
    channel = AnyOfFilter(
        field_name="channel", label=pgettext_lazy("opinion", "Came in"), choices=Channel.choices
    )
    adoption = AnyOfFilter(field_name="adoption", label=_("Adopted or not"), choices=Adoption.choices)
    joined = JoinedFilter(label=_("Joined with another"))
    received_from = DayFilter(field_name="received_at", lookup_expr="date__gte", label=_("Received from"))
    received_until = DayFilter(field_name="received_at", lookup_expr="date__lte", label=_("Received until"))

    class Meta:
        model = Opinion
        fields: list[str] = []
