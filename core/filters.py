"""Filters that refuse what they cannot read: a misspelt answer must not mean "all"."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.fields import (
    DayField,
    DayInput,
    DecimalNumberField,
    MomentField,
    SeveralChoicesField,
    WholeNumberField,
)

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


class ChangedSinceFilter(MomentFilter):
    """What a poller asks: the row was stamped at this moment or later."""

    def __init__(self, **kwargs: Any) -> None:
        told = _("Changed at this moment or later; ISO 8601 with zone, such as 2026-11-20T08:00:00+08:00.")
        usual = {"field_name": "updated_at", "label": _("Changed since"), "help_text": told}
        super().__init__(**{**usual, "lookup_expr": "gte", **kwargs})


class DayFilter(django_filters.DateFilter):
    """A bound of a date, that day included."""

    field_class = DayField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=DayInput(), **kwargs)


class YesNoFilter(django_filters.ChoiceFilter):
    """`true` or `false`, nothing else."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"choices": YES_NO, **kwargs})

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return qs.filter(**{self.field_name: value == YES}) if value else qs


class ConditionFilter(YesNoFilter):
    """Whether a row fits the condition that the subclass says."""

    def condition(self) -> Q:
        raise NotImplementedError

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        return qs.filter(self.condition() if value == YES else ~self.condition())


class PresentFilter(YesNoFilter):
    """Whether the field has a value."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return qs.filter(**{f"{self.field_name}__isnull": value == NO}) if value else qs


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


class MatchingFilter(django_filters.CharFilter):
    """Rows whose QuerySet knows `matching(typed)`."""

    def filter(self, qs: Any, value: str) -> Any:
        return qs.matching(value) if value else qs


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
