"""What a list of compounds can be narrowed to and ordered by: one declaration for page and API.

The page draws `CompoundFilter(...).form`; the API documents and checks the same
parameters. Give it a QuerySet that went through `with_pool()`:

    filters = CompoundFilter(request.GET, Compound.objects.visible_to(user).with_pool())
    order = chosen_order(ORDERS, request.GET.get("sort", "")) or ORDERS["community"]
    rows = filters.qs.order_by(*order_by(order))
"""

from typing import Any

import django_filters
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from compounds.models import (
    Batch,
    Building,
    Compound,
    CompoundQuerySet,
    ConditionSurvey,
    Heritage,
    ManagementState,
    SurveyState,
)
from compounds.models.register import EARLIEST_BUILT_YEAR, LATEST_BUILT_YEAR
from core.filters import (
    MOST,
    YES,
    YES_NO,
    AnyOfFilter,
    ChangedSinceFilter,
    ConditionFilter,
    DecimalNumberFilter,
    EndedFilter,
    MatchingFilter,
    PresentFilter,
    SeveralChoicesFilter,
    WholeNumberFilter,
    YesNoFilter,
)
from core.keyset import Order, Term
from directory.fields import DivisionFilter

UNKNOWN, NONE = "unknown", "none"
IN_POOL = [Batch.RESERVE.value, Batch.PREPARING.value, Batch.IMPLEMENTING.value]

# The pool's order: a stated override of the order first, by its rank; then urgent first; no score last.
POOL_ORDER: Order = (
    Term("override_rank", nullable=True),
    Term("urgency", descending=True, nullable=True),
    Term("id"),
)
ORDERS: dict[str, Order] = {
    "code": (Term("code"),),
    "name": (Term("name"), Term("id")),
    "community": (Term("community_id"), Term("name"), Term("id")),
    "built_year": (Term("built_year", nullable=True), Term("id")),
    "building_count": (Term("building_count", nullable=True), Term("id")),
    "household_count": (Term("household_count", nullable=True), Term("id")),
    "floor_area": (Term("floor_area", nullable=True), Term("id")),
    "urgency_score": (Term("urgency", nullable=True), Term("id")),
    "updated_at": (Term("updated_at"), Term("id")),
    "rank": POOL_ORDER,
}

# A declared figure beside the sum of the buildings: (field of the compound, field of a building).
SUMMED = (
    ("staircase_count", "staircase_count"),
    ("household_count", "household_count"),
    ("floor_area", "floor_area"),
)


def with_differing_figures() -> QuerySet[Any, Any]:
    """Compounds (their keys) of which a declared figure differs from what their listed buildings add up to."""
    differs = ~Q(listed=F("compound__building_count"))
    sums = {f"{field}_listed": Sum(of_building) for field, of_building in SUMMED}
    for field, _of_building in SUMMED:
        differs |= ~Q(**{f"{field}_listed": F(f"compound__{field}")})
    return (
        Building.objects.order_by()
        .values("compound_id")
        .annotate(listed=Count("id"), **sums)
        .filter(differs)
        .values("compound_id")
    )


class DifferenceFilter(ConditionFilter):
    def condition(self) -> Q:
        return Q(pk__in=with_differing_figures())


class EligibleFilter(django_filters.ChoiceFilter):
    def filter(self, qs: CompoundQuerySet, value: str) -> CompoundQuerySet:
        if value == UNKNOWN:
            return qs.filter(urgency_score__isnull=True)
        return qs.filter(urgency_score__is_eligible=value == YES) if value else qs


# A figure that may not be recorded: (value of the filter, field, what a total says of N such compounds).
LACKS: tuple[tuple[str, str, Any], ...] = (
    ("area", "floor_area", _("no floor area")),
    ("households", "household_count", _("no number of households")),
    ("buildings", "building_count", _("no number of buildings")),
    ("staircases", "staircase_count", _("no number of staircases")),
    ("built_year", "built_year", _("no year of construction")),
)


class LacksFilter(SeveralChoicesFilter):
    """Compounds without one of these figures."""

    def filter(self, qs: CompoundQuerySet, value: list[str]) -> CompoundQuerySet:
        if not value:
            return qs
        lacking = Q()
        for key, field, _label in LACKS:
            if key in value:
                lacking |= Q(**{f"{field}__isnull": True})
        return qs.filter(lacking)


class BatchFilter(SeveralChoicesFilter):
    def filter(self, qs: CompoundQuerySet, value: list[str]) -> CompoundQuerySet:
        if not value:
            return qs
        # The annotations of `with_pool()`: naming the relation again would join it again.
        wanted = Q(batch__in=[batch for batch in value if batch != NONE])
        return qs.filter(wanted | Q(batch__isnull=True) if NONE in value else wanted)


class PooledBatchFilter(BatchFilter):
    """Within the pool: what left it is listed only when asked for."""

    def filter(self, qs: CompoundQuerySet, value: list[str]) -> CompoundQuerySet:
        return super().filter(qs, value or IN_POOL)


class SurveyFilter(SeveralChoicesFilter):
    """Whether a compound has a survey in one of these states; `none`: it has none at all."""

    def filter(self, qs: CompoundQuerySet, value: list[str]) -> CompoundQuerySet:
        if not value:
            return qs
        surveys = ConditionSurvey.objects.filter(compound=OuterRef("pk"))
        wanted = Q(Exists(surveys.filter(state__in=[state for state in value if state != NONE])))
        return qs.filter(wanted | ~Exists(surveys) if NONE in value else wanted)


class CompoundFilter(django_filters.FilterSet):
    """`help_text` is what the API's documentation says of a parameter."""

    q = MatchingFilter(
        label=_("Search"),
        max_length=80,
        help_text=_(
            "Part of the name, a former name, the address or the code; pinyin initials, or full pinyin of a name."
        ),
    )
    division = DivisionFilter(field_name="community__code")
    batch = BatchFilter(
        label=_("Batch"),
        choices=[*Batch.choices, (NONE, _("not in the pool"))],
        help_text=_("Batch of the reserve pool."),
    )
    survey = SurveyFilter(
        label=_("Survey"),
        choices=[*SurveyState.choices, (NONE, _("no survey"))],
        help_text=_("Has a condition survey in this state; `none`: has no survey at all."),
    )
    eligible = EligibleFilter(
        label=_("Eligible"),
        choices=[*YES_NO, (UNKNOWN, _("not surveyed"))],
        help_text=_("Whether the latest confirmed survey makes it eligible."),
    )
    urgency_from = DecimalNumberFilter(
        field_name="urgency",
        lookup_expr="gte",
        label=_("Urgency from"),
        min_value=0,
        max_value=100,
        help_text=_("Lowest urgency score, 0 to 100."),
    )
    urgency_to = DecimalNumberFilter(
        field_name="urgency",
        lookup_expr="lte",
        label=_("Urgency to"),
        min_value=0,
        max_value=100,
        help_text=_("Highest urgency score, 0 to 100."),
    )
    no_manager = YesNoFilter(
        field_name="no_manager",
        label=_("No manager (三无)"),
        help_text=_("No title owner, no owners' committee, nobody who manages it."),
    )
    management_state = AnyOfFilter(
        field_name="management_state",
        label=_("Management"),
        choices=ManagementState.choices,
        help_text=_("How it is managed before its renovation."),
    )
    heritage = AnyOfFilter(
        field_name="heritage",
        label=_("Heritage"),
        choices=Heritage.choices,
        help_text=_("Heritage constraint."),
    )
    cluster = WholeNumberFilter(
        field_name="cluster_id",
        label=_("Cluster"),
        min_value=1,
        max_value=MOST,
        help_text=_("Id of a cluster."),
    )
    title_owner = WholeNumberFilter(
        field_name="title_owner_id",
        label=_("Title-owner unit"),
        min_value=1,
        max_value=MOST,
        help_text=_("Id of the organisation that owns the title."),
    )
    built_from = WholeNumberFilter(
        field_name="built_year",
        lookup_expr="gte",
        label=_("Built from"),
        min_value=EARLIEST_BUILT_YEAR,
        max_value=LATEST_BUILT_YEAR,
        help_text=_("Built in this year or later."),
    )
    built_to = WholeNumberFilter(
        field_name="built_year",
        lookup_expr="lte",
        label=_("Built to"),
        min_value=EARLIEST_BUILT_YEAR,
        max_value=LATEST_BUILT_YEAR,
        help_text=_("Built in this year or earlier."),
    )
    households_from = WholeNumberFilter(
        field_name="household_count",
        lookup_expr="gte",
        label=_("Households from"),
        min_value=0,
        max_value=MOST,
        help_text=_("At least so many households."),
    )
    households_to = WholeNumberFilter(
        field_name="household_count",
        lookup_expr="lte",
        label=_("Households to"),
        min_value=0,
        max_value=MOST,
        help_text=_("At most so many households."),
    )
    lacks = LacksFilter(
        label=_("Not recorded"),
        choices=[(key, label) for key, _field, label in LACKS],
        help_text=_("Without one of these figures."),
    )
    has_position = PresentFilter(
        field_name="wgs84_longitude", label=_("On the map"), help_text=_("Whether its position is known.")
    )
    figures_differ = DifferenceFilter(
        label=_("Figures differ"),
        help_text=_("Whether a declared figure differs from what its listed buildings add up to."),
    )
    updated_since = ChangedSinceFilter()
    ended = EndedFilter(
        label=_("Merged or split up"),
        help_text=_("Only compounds that were merged or split up, or `any`; without it only living ones."),
    )

    class Meta:
        model = Compound
        fields: list[str] = []


class PoolFilter(CompoundFilter):
    """The same for the reserve pool."""

    batch = PooledBatchFilter(
        label=_("Batch"),
        choices=Batch.choices,
        help_text=_("Batch of the reserve pool; without it all but `out`."),
    )


class CompoundPageFilter(CompoundFilter):
    """The same on a page, where people know clusters and title-owner units by name."""

    cluster_name = django_filters.CharFilter(
        field_name="cluster__name", lookup_expr="icontains", label=_("Cluster"), max_length=60
    )
    owner_name = django_filters.CharFilter(
        field_name="title_owner__name", lookup_expr="icontains", label=_("Title-owner unit"), max_length=80
    )
