"""What the list of projects can be narrowed to.

Give it a QuerySet that went through `Project.objects.visible_to(user)`.
"""

from datetime import timedelta
from typing import Any

import django_filters
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.filters import (
    MOST,
    AnyOfFilter,
    ChangedSinceFilter,
    ConditionFilter,
    DayFilter,
    MatchingFilter,
    PresentFilter,
    WholeNumberFilter,
    YesNoFilter,
)
from directory.fields import DivisionFilter
from directory.models import Organisation, User
from projects.gates import ready_to_advance
from projects.models import LeadKind, Milestone, Origin, Programme, Project, Stage, Standing

SOON = timedelta(days=30)
UNDER_WAY = "under_way"


class ProgrammeFilter(AnyOfFilter):
    def filter(self, qs: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        return qs.filter(programmes__overlap=value) if value else qs


def open_milestones(**conditions: Any) -> Exists:
    """Whether a project has a milestone that is not done and fits these conditions."""
    return Exists(Milestone.objects.filter(project=OuterRef("pk"), done_on__isnull=True, **conditions))


def late() -> Q:
    """Under way, with a milestone past its day that is not done."""
    return Q(open_milestones(due_on__lt=timezone.localdate()), standing=Standing.ACTIVE)


class LateFilter(ConditionFilter):
    def condition(self) -> Q:
        return late()


class DueSoonFilter(ConditionFilter):
    def condition(self) -> Q:
        today = timezone.localdate()
        return Q(open_milestones(due_on__range=(today, today + SOON)), standing=Standing.ACTIVE)


class SlippingFilter(ConditionFilter):
    def condition(self) -> Q:
        return Q(forecast_completion_on__gt=F("planned_completion_on"))


class ReadyFilter(ConditionFilter):
    def condition(self) -> Q:
        return Q(pk__in=ready_to_advance(Project.objects.all()).values("pk"))


class PersonFilter(django_filters.CharFilter):
    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return qs.filter(manager__in=User.objects.all().searched(value).values("pk")) if value else qs  # type: ignore[attr-defined]


class BodyFilter(django_filters.CharFilter):
    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        return qs.filter(**{f"{self.field_name}__in": Organisation.objects.searched(value).values("pk")})


class StandingFilter(AnyOfFilter):
    """`under_way` is short for what is neither cancelled nor handed over."""

    def filter(self, qs: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        if not value:
            return qs
        wanted = Q(standing__in=value)
        if UNDER_WAY in value:
            wanted |= ~Q(standing=Standing.CANCELLED) & ~Q(stage=Stage.AFTERCARE)
        return qs.filter(wanted)


class ProjectFilter(django_filters.FilterSet):
    """`help_text` is what the API's documentation says of a parameter."""

    q = MatchingFilter(
        label=_("Search"),
        max_length=80,
        help_text=_(
            "Part of the compound's name, former name or address, also in pinyin; project or compound number."
        ),
    )
    division = DivisionFilter(field_name="division_code")
    year = WholeNumberFilter(
        field_name="year",
        label=_("Plan year"),
        min_value=2000,
        max_value=2100,
        help_text=_("Year of the annual plan."),
    )
    stage = AnyOfFilter(
        field_name="stage", label=_("Stage"), choices=Stage.choices, help_text=_("Stage of the line.")
    )
    standing = StandingFilter(
        label=_("Standing"),
        choices=[(UNDER_WAY, _("not finished")), *Standing.choices],
        help_text=_("Under way, suspended or cancelled; `under_way`: neither cancelled nor handed over."),
    )
    late = LateFilter(label=_("Late"), help_text=_("A milestone is past its day and not done."))
    due_soon = DueSoonFilter(
        label=_("Due within 30 days"), help_text=_("A milestone falls due within thirty days.")
    )
    ready = ReadyFilter(
        label=_("Nothing missing"),
        help_text=_("Everything is there for the next stage; an office takes it on."),
    )
    slipping = SlippingFilter(
        label=_("Timetable behind the first plan"),
        help_text=_("The completion by today's timetable lies behind its first plan."),
    )
    lead_kind = AnyOfFilter(
        field_name="lead_kind",
        label=_("Led by"),
        choices=LeadKind.choices,
        help_text=_("Kind of the lead body."),
    )
    lead_name = BodyFilter(
        field_name="lead",
        label=_("Lead body"),
        max_length=80,
        help_text=_("Part of its name, also in pinyin."),
    )
    client_name = BodyFilter(
        field_name="client",
        label=_("Client"),
        max_length=80,
        help_text=_("Part of its name, also in pinyin."),
    )
    manager_name = PersonFilter(
        label=_("Responsible person"), max_length=60, help_text=_("Part of the name, also in pinyin.")
    )
    manager = WholeNumberFilter(
        field_name="manager_id",
        label=_("Responsible person"),
        min_value=1,
        max_value=MOST,
        help_text=_("Id of a user."),
    )
    has_manager = PresentFilter(
        field_name="manager", label=_("Has a responsible person"), help_text=_("Whether somebody is named.")
    )
    programme = ProgrammeFilter(
        label=_("Programme"), choices=Programme.choices, help_text=_("Counted under one of these programmes.")
    )
    planned = PresentFilter(
        field_name="plan_entry", label=_("In a plan"), help_text=_("Whether an annual plan has it.")
    )
    origin = AnyOfFilter(
        field_name="origin",
        label=_("Origin"),
        choices=Origin.choices,
        help_text=_("Begun in the portal or before it."),
    )
    started_from = DayFilter(
        field_name="started_on",
        lookup_expr="gte",
        label=_("Started from"),
        help_text=_("Works started on this day or later."),
    )
    started_to = DayFilter(
        field_name="started_on",
        lookup_expr="lte",
        label=_("Started until"),
        help_text=_("Works started on this day or earlier."),
    )
    completed_from = DayFilter(
        field_name="completed_on",
        lookup_expr="gte",
        label=_("Completed from"),
        help_text=_("Works completed on this day or later."),
    )
    completed_to = DayFilter(
        field_name="completed_on",
        lookup_expr="lte",
        label=_("Completed until"),
        help_text=_("Works completed on this day or earlier."),
    )
    lacks_households = YesNoFilter(
        field_name="compound__household_count__isnull",
        label=_("No number of households"),
        help_text=_("Whether the compound's number of households is not recorded."),
    )
    lacks_area = YesNoFilter(
        field_name="compound__floor_area__isnull",
        label=_("No floor area"),
        help_text=_("Whether the compound's floor area is not recorded."),
    )
    compound = WholeNumberFilter(
        field_name="compound_id",
        label=_("Compound"),
        min_value=1,
        max_value=MOST,
        help_text=_("Id of a compound."),
    )
    updated_since = ChangedSinceFilter()

    class Meta:
        model = Project
        fields: list[str] = []
