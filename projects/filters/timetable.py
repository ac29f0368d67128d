"""What the timeline of a year can be narrowed to; a value that cannot be read is left out."""

from typing import Any

import django_filters
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from core.filters import AnyOfFilter, MatchingFilter, YesNoFilter
from core.lists.page import ANY
from projects.filters.project import BodyFilter, LateFilter, PersonFilter, ProgrammeFilter
from projects.models import LeadKind, Milestone, Programme, Project, Stage, Standing
from projects.models.project import ProjectQuerySet


def of_year(rows: ProjectQuerySet, year: int, *, with_earlier: bool = False) -> ProjectQuerySet:
    """Projects of that plan year; `with_earlier` adds those of the years before that were not completed then."""
    wanted = Q(year=year)
    if with_earlier:
        unfinished = Q(completed_on__isnull=True) | Q(completed_on__year__gte=year)
        wanted |= Q(year__lt=year) & unfinished & ~Q(stage=Stage.AFTERCARE)
    return rows.filter(wanted).exclude(standing=Standing.CANCELLED)


def late_first(rows: ProjectQuerySet) -> QuerySet[Project]:
    """Those with the oldest open date past its day first, then by their planned completion."""
    waiting = Milestone.objects.filter(project=OuterRef("pk"), done_on__isnull=True).order_by("due_on")
    found: QuerySet[Project] = rows.annotate(oldest_open=Subquery(waiting.values("due_on")[:1]))
    return found.order_by(
        F("oldest_open").asc(nulls_last=True), "planned_completion_on", "compound__name", "pk"
    )


class TimelineFilter(django_filters.FilterSet):
    q = MatchingFilter(label=_("Search"), max_length=80)
    stage = AnyOfFilter(field_name="stage", label=_("Stage"), choices=Stage.choices)
    lead_kind = AnyOfFilter(field_name="lead_kind", label=_("Led by"), choices=LeadKind.choices)
    programme = ProgrammeFilter(label=_("Programme"), choices=Programme.choices)
    lead_name = BodyFilter(field_name="lead", label=_("Lead body"), max_length=80)
    manager_name = PersonFilter(label=_("Responsible person"), max_length=60)
    late = LateFilter(label=_("Late"), empty_label=ANY)
    earlier = YesNoFilter(label=_("Unfinished from earlier years"), method="_leave", empty_label=ANY)

    class Meta:
        model = Project
        fields: list[str] = []

    def _leave(self, rows: QuerySet[Any], _name: str, _value: str) -> QuerySet[Any]:
        """`of_year` asks for it."""
        return rows

    @property
    def value(self) -> dict[str, Any]:
        """What could be read of the address."""
        return (
            dict(self.form.cleaned_data) if self.form.is_valid() or hasattr(self.form, "cleaned_data") else {}
        )

    def narrowed(self, rows: ProjectQuerySet) -> ProjectQuerySet:
        for name, value in self.value.items():
            rows = self.filters[name].filter(rows, value)
        return rows
