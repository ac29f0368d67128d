"""Filters that refuse what they cannot read: a misspelt answer must not mean "all"."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.fields import DecimalNumberField, MomentField, SeveralChoicesField, WholeNumberField

YES, NO, ANY = "true", "false", "any"
YES_NO = [(YES, pgettext_lazy("answer", "yes")), (NO, pgettext_lazy("answer", "no"))]
# Of a key or a count: what the database's integer holds.
MOST = 2_147_483_647


class WholeNumberFilter(django_filters.NumberFilter):
    field_class = WholeNumberField

    def get_max_validator(self) -> None:
        """The field has its own limits."""


class DecimalNumberFilter(WholeNumberFilter):
    field_class = DecimalNumberField  # type: ignore[assignment]


class MomentFilter(django_filters.Filter):
    field_class = MomentField


class YesNoFilter(django_filters.ChoiceFilter):
    """`true` or `false`, nothing else."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"choices": YES_NO, **kwargs})

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return qs.filter(**{self.field_name: value == YES}) if value else qs


class EndedFilter(django_filters.ChoiceFilter):
    """What has an `ended_on` is left out unless asked for."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"choices": [*YES_NO, (ANY, _("both"))], **kwargs})

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return qs if value == ANY else qs.filter(ended_on__isnull=value != YES)


class SeveralChoicesFilter(django_filters.MultipleChoiceFilter):
    """Several values, the parameter given once for each; `filter` is the subclass's."""

    field_class = SeveralChoicesField


class AnyOfFilter(SeveralChoicesFilter):
    """The field has one of the values."""

    def filter(self, qs: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        return qs.filter(**{f"{self.field_name}__in": value}) if value else qs


class ContainsFilter(django_filters.CharFilter):
    """Text in one of `fields`."""

    def __init__(self, *, fields: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields = fields

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        found = Q()
        for field in self.fields:
            found |= Q(**{f"{field}__icontains": value})
        return qs.filter(found)
