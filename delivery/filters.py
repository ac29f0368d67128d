"""What the lists of the building site can be narrowed to: one declaration for page and API."""

from datetime import date, timedelta
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.filters import (
    MOST,
    AnyOfFilter,
    ChangedSinceFilter,
    ConditionFilter,
    DayFilter,
    MomentFilter,
    WholeNumberFilter,
)
from core.keyset import Order, Term
from delivery.lights import LIGHT_CHOICES
from delivery.models import Contract, ContractKind, ProgressEntry, ProgressSource
from directory.fields import DivisionFilter
from projects.models import Category, Project

# A site from which nothing was heard for so long is asked what is the matter.
QUIET = timedelta(days=14)

ENTRY_ORDERS: dict[str, Order] = {
    "recorded_at": (Term("recorded_at"), Term("id")),
    "done_on": (Term("done_on"), Term("id")),
}
CONTRACT_ORDERS: dict[str, Order] = {
    "updated_at": (Term("updated_at"), Term("id")),
    "signed_on": (Term("signed_on"), Term("id")),
    "amount": (Term("amount"), Term("id")),
}


class ProjectSearchFilter(django_filters.CharFilter):
    """The compound's names, address or code, also in pinyin; `to` is the way to the project ("" is the row)."""

    def __init__(self, *, to: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.to = to

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        return qs.filter(**{f"{self.to or 'pk'}__in": Project.objects.matching(value).values("pk")})


class QuietFilter(ConditionFilter):
    """Nothing was reported for two weeks, or nothing ever since a start that long ago."""

    def condition(self) -> Q:
        return is_quiet(timezone.localdate())


def is_quiet(today: date) -> Q:
    last = today - QUIET
    return Q(last_progress_on__lt=last) | Q(last_progress_on__isnull=True, started_on__lt=last)


class AllDoneFilter(ConditionFilter):
    def condition(self) -> Q:
        return Q(percent_done=100)


class TakenBackFilter(ConditionFilter):
    """`true`: what was taken back and what took it back; `false`: what stands."""

    def condition(self) -> Q:
        return ~Q(reverses__isnull=True, reversal__isnull=True)


class SiteFilter(django_filters.FilterSet):
    """Projects under construction; give it rows that went through `with_light`."""

    q = ProjectSearchFilter(label=_("Search"), max_length=80)
    division = DivisionFilter(field_name="division_code")
    light = AnyOfFilter(field_name="light", label=_("Status light"), choices=LIGHT_CHOICES)
    year = WholeNumberFilter(field_name="year", label=_("Plan year"), min_value=2000, max_value=2100)
    quiet = QuietFilter(label=_("No report for 14 days"))
    done = AllDoneFilter(label=_("All works done"))

    class Meta:
        model = Project
        fields: list[str] = []


class EntryFilter(django_filters.FilterSet):
    q = ProjectSearchFilter(
        to="project", label=_("Search"), max_length=80,
        help_text=_("Part of the compound's name, a former name, the address or the code; or the project's number."),
    )  # fmt: skip
    project = django_filters.CharFilter(
        field_name="project__code",
        label=_("Project number"),
        max_length=32,
        help_text=_("A project's number."),
    )
    division = DivisionFilter(field_name="division_code")
    work_item = WholeNumberFilter(
        field_name="work_item_id",
        label=_("Work item"),
        min_value=1,
        max_value=MOST,
        help_text=_("Id of a work item."),
    )
    category = AnyOfFilter(
        field_name="work_item__catalogue_item__category", label=_("Category"), choices=Category.choices,
        help_text=_("Category of the work."),
    )  # fmt: skip
    done_from = DayFilter(
        field_name="done_on",
        lookup_expr="gte",
        label=_("Done from"),
        help_text=_("Done on this day or later."),
    )
    done_to = DayFilter(
        field_name="done_on",
        lookup_expr="lte",
        label=_("Done to"),
        help_text=_("Done on this day or earlier."),
    )
    taken_back = TakenBackFilter(
        label=_("Taken back"),
        help_text=_(
            "`true`: entries that were taken back and those that took them back; `false`: what stands."
        ),
    )
    source = AnyOfFilter(
        field_name="source", label=_("Where it comes from"), choices=ProgressSource.choices,
        help_text=_("Reported from the site, or done before the portal."),
    )  # fmt: skip
    updated_since = MomentFilter(
        field_name="recorded_at", lookup_expr="gte", label=_("Saved since"),
        help_text=_("Saved at this moment or later; ISO 8601 with zone, such as 2026-11-20T08:00:00+08:00."),
    )  # fmt: skip

    class Meta:
        model = ProgressEntry
        fields: list[str] = []


class EntryPageFilter(EntryFilter):
    """The same on a page, where people know firms by name."""

    firm = django_filters.CharFilter(
        field_name="organisation__name", lookup_expr="icontains", label=_("Firm or office"), max_length=80
    )


class LinkedProjectFilter(django_filters.CharFilter):
    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        return qs.filter(pk__in=Contract.objects.filter(projects__code=value).values("pk"))


class LinkedSearchFilter(django_filters.CharFilter):
    """By number, title, or the compound of one of its projects."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        projects = Project.objects.matching(value).values("pk")
        linked = Contract.objects.filter(projects__in=projects).values("pk")
        return qs.filter(Q(number__icontains=value) | Q(title__icontains=value) | Q(pk__in=linked))


class ContractDivisionFilter(DivisionFilter):
    """Contracts of the county, or with a project in the division."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        linked = Contract.objects.filter(projects__division_code__startswith=value).values("pk")
        return qs.filter(Q(division_code__startswith=value) | Q(pk__in=linked))


class ContractFilter(django_filters.FilterSet):
    q = LinkedSearchFilter(
        label=_("Search"), max_length=80, help_text=_("Part of the number, the title or a compound's name.")
    )
    project = LinkedProjectFilter(
        label=_("Project number"), max_length=32, help_text=_("A project's number.")
    )
    division = ContractDivisionFilter(
        label=_("Division"),
        help_text=_("Division code of 2, 4, 6, 9 or 12 digits: contracts with a project in it."),
    )  # fmt: skip
    kind = AnyOfFilter(
        field_name="kind", label=_("Kind"), choices=ContractKind.choices, help_text=_("Kind of contract.")
    )
    signed_from = DayFilter(
        field_name="signed_on",
        lookup_expr="gte",
        label=_("Signed from"),
        help_text=_("Signed on this day or later."),
    )
    signed_to = DayFilter(
        field_name="signed_on",
        lookup_expr="lte",
        label=_("Signed to"),
        help_text=_("Signed on this day or earlier."),
    )
    updated_since = ChangedSinceFilter()

    class Meta:
        model = Contract
        fields: list[str] = []


class ContractPageFilter(ContractFilter):
    firm = django_filters.CharFilter(
        field_name="organisation__name", lookup_expr="icontains", label=_("Signed with"), max_length=80
    )
