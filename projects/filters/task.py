"""What the list of tasks can be narrowed to.

Give it a QuerySet that went through `Task.objects.visible_to(user)` and `listed`.
"""

from typing import Any

import django_filters
from django.db.models import BooleanField, DateField, ExpressionWrapper, Func, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from compounds.models import Compound
from core.filters import MOST, YES, AnyOfFilter, WholeNumberFilter, YesNoFilter
from directory.fields import DivisionFilter
from directory.models import Organisation, User
from projects.filters.project import BodyFilter, DayFilter
from projects.models import Task, TaskKind, TaskState, Tier
from projects.models.tasks import TaskQuerySet

WAITING, GIVEN, TO_CLOSE = "waiting", "given", "to_close"
SHOWN = (
    (WAITING, _("waiting for me")),
    (GIVEN, _("given by me")),
    (TO_CLOSE, _("reported done, for me to close")),
)


def with_mine(rows: TaskQuerySet, user: User) -> TaskQuerySet:
    """Marks what waits for the person and what the person gave; a filter that is not used costs nothing."""
    waiting = Q(pk__in=Task.objects.waiting_for(user).values("pk"))
    found: TaskQuerySet = rows.annotate(
        is_waiting=ExpressionWrapper(waiting, output_field=BooleanField()),
        is_given=ExpressionWrapper(Q(given_by=user), output_field=BooleanField()),
    )
    return found


def overdue() -> Q:
    """By the database's clock: declared once, it still means today tomorrow."""
    return Q(state=TaskState.OPEN, due_on__lt=Today())


class Today(Func):
    """The day in China."""

    template = "(now() AT TIME ZONE 'Asia/Shanghai')::date"
    output_field = DateField()


class ShowFilter(django_filters.ChoiceFilter):
    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if value == WAITING:
            return qs.filter(is_waiting=True)
        if value == GIVEN:
            return qs.filter(is_given=True)
        return qs.filter(is_given=True, state=TaskState.DONE) if value == TO_CLOSE else qs


class OverdueFilter(YesNoFilter):
    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        return qs.filter(overdue() if value == YES else ~overdue())


class TaskSearchFilter(django_filters.CharFilter):
    """In the title, or the compound's names, also in pinyin."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        compounds = Compound.objects.matching(value).values("pk")
        return qs.filter(Q(title__icontains=value) | Q(compound__in=compounds))


class HolderFilter(django_filters.CharFilter):
    """Part of the name of the person, organisation or office that holds it; people and bodies also in pinyin."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        people = User.objects.all().searched(value).values("pk")  # type: ignore[attr-defined]
        bodies = Organisation.objects.searched(value).values("pk")
        return qs.filter(Q(person__in=people) | Q(organisation__in=bodies) | Q(holder__name__icontains=value))


class TaskFilter(django_filters.FilterSet):
    q = TaskSearchFilter(label=_("Search"), max_length=80)
    show = ShowFilter(label=_("Mine"), choices=SHOWN)
    division = DivisionFilter(field_name="division__code", label=_("Division"))
    state = AnyOfFilter(field_name="state", label=_("State"), choices=TaskState.choices)
    overdue = OverdueFilter(label=_("Overdue"))
    kind = AnyOfFilter(field_name="kind", label=_("Kind"), choices=TaskKind.choices)
    tier = AnyOfFilter(field_name="tier", label=_("Tier"), choices=Tier.choices)
    holder = HolderFilter(label=_("In the hands of"), max_length=60)
    organisation = BodyFilter(field_name="organisation", label=_("Organisation"), max_length=80)
    due_from = DayFilter(field_name="due_on", lookup_expr="gte", label=_("Due from"))
    due_to = DayFilter(field_name="due_on", lookup_expr="lte", label=_("Due until"))
    project = WholeNumberFilter(field_name="project_id", label=_("Project"), min_value=1, max_value=MOST)
    compound = WholeNumberFilter(field_name="compound_id", label=_("Compound"), min_value=1, max_value=MOST)

    class Meta:
        model = Task
        fields: list[str] = []
