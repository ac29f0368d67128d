"""What the list of schemes can be narrowed to. Give it a QuerySet that went through `visible_to(user)`."""

import django_filters
from django.utils.translation import gettext_lazy as _

from core.filters import AnyOfFilter
from directory.fields import DivisionFilter
from projects.models import Project, Scheme, SchemeState
from projects.models.scheme import SchemeQuerySet

WAITING = {
    "sign": _("my office's signature"),
    "notice": _("the public notice"),
    "answer": _("an answer to an objection"),
    "approve": _("my approval"),
}


class WaitingFilter(django_filters.ChoiceFilter):
    """What waits for the person who asks: `projects.tables.scheme.listed` tells it of each row."""

    def filter(self, qs: SchemeQuerySet, value: str) -> SchemeQuerySet:
        return qs.filter(**{f"waits_{value}": True}) if value in WAITING else qs


class SearchFilter(django_filters.CharFilter):
    def filter(self, qs: SchemeQuerySet, value: str) -> SchemeQuerySet:
        return qs.filter(project__in=Project.objects.all().matching(value).values("pk")) if value else qs


class SchemeFilter(django_filters.FilterSet):
    q = SearchFilter(label=_("Search"), max_length=80)
    division = DivisionFilter(field_name="division_code", label=_("Division"))
    state = AnyOfFilter(field_name="state", label=_("State"), choices=SchemeState.choices)
    waiting = WaitingFilter(label=_("Waits for"), choices=list(WAITING.items()))

    class Meta:
        model = Scheme
        fields: list[str] = []
