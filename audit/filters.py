"""What the audit can be narrowed to."""

from datetime import datetime, time, timedelta
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.models import AuditEntry, Outcome
from audit.vocabulary import action_choices, kind_label
from core.fields import DayInput
from core.filters import ContainsFilter


class DayFilter(django_filters.DateFilter):
    """Entries from this day on, or up to and with it, in the portal's time zone."""

    def __init__(self, *, until: bool = False, **kwargs: Any) -> None:
        super().__init__(widget=DayInput(), **kwargs)
        self.until = until

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if not value:
            return qs
        midnight = timezone.make_aware(datetime.combine(value, time()))
        return qs.filter(at__lt=midnight + timedelta(days=1)) if self.until else qs.filter(at__gte=midnight)


class ActionFilter(django_filters.ChoiceFilter):
    """One action, or with `session.` all of that kind."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=action_choices, **kwargs)

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        return qs.filter(action__startswith=value) if value.endswith(".") else qs.filter(action=value)


class SubjectFilter(django_filters.CharFilter):
    """One record by `kind:key`, as the links in the list write it; else a part of its name."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        kind, sign, key = value.partition(":")
        if sign and "." in kind:
            return qs.filter(subject_kind=kind, subject_id=key)
        return qs.filter(subject_name__icontains=value) if value else qs


def describe_subject(value: str) -> str:
    kind, sign, key = str(value).partition(":")
    return f"{kind_label(kind)} {key}" if sign and "." in kind else str(value)


class AuditFilter(django_filters.FilterSet):
    since = DayFilter(label=_("From"))
    until = DayFilter(label=_("Until"), until=True)
    person = ContainsFilter(label=_("Person"), fields=("actor_name", "actor__username"), max_length=80)
    action = ActionFilter(label=_("Action"))
    outcome = django_filters.ChoiceFilter(label=_("Outcome"), choices=Outcome.choices)
    subject = SubjectFilter(label=_("Record"), max_length=150)
    address = django_filters.CharFilter(
        label=pgettext_lazy("network", "Address"), lookup_expr="startswith", max_length=45
    )

    class Meta:
        model = AuditEntry
        fields: list[str] = []
