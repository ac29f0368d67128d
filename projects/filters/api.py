"""What the API's lists of the programme can be narrowed to and ordered by.

The list of projects takes the page's filters with their names; those that ask after a person
are left out. Give each a QuerySet that shows only what the caller may see.
"""

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.filters import MOST, YES, AnyOfFilter, ContainsFilter, MomentFilter, WholeNumberFilter, YesNoFilter
from core.keyset import Order, Term
from directory.fields import DivisionFilter
from projects.filters.plans import StateFilter, YearFilter
from projects.filters.project import ProgrammeFilter, ProjectFilter
from projects.models import (
    Aspect,
    CatalogueItem,
    Category,
    Plan,
    PlanKind,
    PlanState,
    Programme,
    Project,
    Stage,
    Standing,
    WorkItem,
    WorkItemProgress,
)

LONGEST_CODE = 32
IN_DIVISION = _("Division code of 2, 4, 6, 9 or 12 digits: everything in it.")

PROJECT_ORDERS: dict[str, Order] = {
    "code": (Term("code"),),
    "name": (Term("compound__name"), Term("id")),
    "division": (Term("division_code"), Term("id")),
    "year": (Term("year"), Term("division_code"), Term("id")),
    "percent_done": (Term("percent_done"), Term("id")),
    **{
        name: (Term(name, nullable=True), Term("id"))
        for name in (
            "planned_start_on", "started_on", "planned_completion_on", "forecast_completion_on", "completed_on",
            "last_progress_on",
        )
    },
    "updated_at": (Term("updated_at"), Term("id")),
}  # fmt: skip
WORK_ORDERS: dict[str, Order] = {
    "project": (Term("project__code"), Term("id")),
    "id": (Term("id"),),
    "updated_at": (Term("project__updated_at"), Term("id")),
}
INDICATOR_ORDER: Order = (Term("indicator"), Term("unit"))
PLAN_ORDERS: dict[str, Order] = {
    "year": (Term("first_year"), Term("division_id"), Term("id")),
    "division": (Term("division_id"), Term("first_year"), Term("id")),
    "issued_on": (Term("issued_on", nullable=True), Term("id")),
}
CATALOGUE_ORDER: Order = (Term("code"), Term("id"))


class FinishedFilter(YesNoFilter):
    """Handed over to after-care, or cancelled."""

    def filter(self, qs: QuerySet[Project], value: str) -> QuerySet[Project]:
        finished = Q(standing=Standing.CANCELLED) | Q(stage=Stage.AFTERCARE)
        return qs.filter(finished if value == YES else ~finished) if value else qs


class ProjectApiFilter(ProjectFilter):
    compound = django_filters.CharFilter(
        field_name="compound__code", max_length=LONGEST_CODE, help_text=_("Code of a compound.")
    )
    lead = WholeNumberFilter(
        field_name="lead_id", min_value=1, max_value=MOST, help_text=_("Id of the lead body.")
    )
    client = WholeNumberFilter(
        field_name="client_id", min_value=1, max_value=MOST, help_text=_("Id of the client.")
    )
    finished = FinishedFilter(help_text=_("Handed over to after-care, or cancelled."))
    # Whose work it is, nobody outside needs to ask.
    manager = None  # type: ignore[assignment]
    manager_name = None  # type: ignore[assignment]


class WorkFilter(django_filters.FilterSet):
    project = django_filters.CharFilter(
        field_name="project__code", max_length=LONGEST_CODE, help_text=_("Number of a project.")
    )
    division = DivisionFilter(field_name="division_code", help_text=IN_DIVISION)
    year = WholeNumberFilter(
        field_name="project__year", min_value=2000, max_value=2100, help_text=_("Plan year of the project.")
    )
    standing = AnyOfFilter(
        field_name="project__standing", choices=Standing.choices, help_text=_("Standing of the project.")
    )
    item = django_filters.CharFilter(
        field_name="catalogue_item__code",
        max_length=12,
        help_text=_("Code in the works catalogue, such as B08."),
    )
    indicator = django_filters.CharFilter(
        field_name="catalogue_item__indicator", max_length=40, help_text=_("Statistical indicator.")
    )
    category = AnyOfFilter(
        field_name="catalogue_item__category",
        choices=Category.choices,
        help_text=_("Basic, improve or upgrade."),
    )
    aspect = AnyOfFilter(
        field_name="catalogue_item__aspect", choices=Aspect.choices, help_text=_("One of the five aspects.")
    )
    updated_since = MomentFilter(
        field_name="project__updated_at",
        lookup_expr="gte",
        help_text=_("The project changed at this moment or later; ISO 8601 with zone."),
    )

    class Meta:
        model = WorkItem
        fields: list[str] = []


class NotCancelledFilter(AnyOfFilter):
    """Without it all but cancelled projects."""

    def filter(self, qs: QuerySet[WorkItemProgress], value: list[str]) -> QuerySet[WorkItemProgress]:
        return super().filter(qs, value) if value else qs.exclude(project__standing=Standing.CANCELLED)


class ProgrammesOfProjectFilter(ProgrammeFilter):
    def filter(self, qs: QuerySet[WorkItemProgress], value: list[str]) -> QuerySet[WorkItemProgress]:
        return qs.filter(project__programmes__overlap=value) if value else qs


class IndicatorFilter(django_filters.FilterSet):
    division = DivisionFilter(field_name="project__division_code", help_text=IN_DIVISION)
    year = WholeNumberFilter(
        field_name="project__year", min_value=2000, max_value=2100, help_text=_("Plan year of the projects.")
    )
    stage = AnyOfFilter(
        field_name="project__stage", choices=Stage.choices, help_text=_("Stage of the projects.")
    )
    standing = NotCancelledFilter(
        field_name="project__standing",
        choices=Standing.choices,
        help_text=_("Standing of the projects; without it all but cancelled ones."),
    )
    programme = ProgrammesOfProjectFilter(
        choices=Programme.choices, help_text=_("Counted under one of these programmes.")
    )

    class Meta:
        model = WorkItemProgress
        fields: list[str] = []


class PlanApiFilter(django_filters.FilterSet):
    """The filters of the page, with what the documentation says of them."""

    q = ContainsFilter(
        fields=("title", "document_number", "division__name"),
        max_length=80,
        help_text=_("Part of the title, the document number or the division's name."),
    )
    division = DivisionFilter(field_name="division__code", help_text=IN_DIVISION)
    year = YearFilter(
        min_value=2000,
        max_value=2100,
        help_text=_("Annual plan of this year, and the five-year plan around it."),
    )
    kind = AnyOfFilter(field_name="kind", choices=PlanKind.choices, help_text=_("Annual or five-year plan."))
    state = StateFilter(
        field_name="state",
        choices=PlanState.choices,
        help_text=_("State of the plan; without it all but replaced versions."),
    )

    class Meta:
        model = Plan
        fields: list[str] = []


class InForceFilter(DivisionFilter):
    """The view has chosen the rows: what is in force at a place is no condition on single rows."""

    def filter(self, qs: QuerySet[CatalogueItem], value: str) -> QuerySet[CatalogueItem]:
        return qs


class CatalogueFilter(django_filters.FilterSet):
    division = InForceFilter(
        help_text=_("Division where the catalogue is in force; without it the caller's own.")
    )
    category = AnyOfFilter(
        field_name="category", choices=Category.choices, help_text=_("Basic, improve or upgrade.")
    )
    aspect = AnyOfFilter(field_name="aspect", choices=Aspect.choices, help_text=_("One of the five aspects."))
    indicator = django_filters.CharFilter(
        field_name="indicator", max_length=40, help_text=_("Statistical indicator.")
    )
    offered = YesNoFilter(
        field_name="is_offered",
        help_text=_("Whether it may be put into new schemes; a body can withdraw an item."),
    )

    class Meta:
        model = CatalogueItem
        fields: list[str] = []
