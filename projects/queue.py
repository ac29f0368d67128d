"""先急后缓: the order in which a county's pool goes into its plans."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Case, Exists, F, IntegerField, OuterRef, QuerySet, Value, When

from compounds.models import Batch, PoolEntry
from projects.models import PlanEntry, Project, Standing
from projects.models.plans import UNDER_WAY, Plan

# What is further on the way goes first: 实施 before 谋划 before 储备; within a batch the pool's own order.
ORDER_OF_BATCHES = (Batch.IMPLEMENTING, Batch.PREPARING, Batch.RESERVE)


@dataclass(frozen=True)
class Jump:
    """A compound that goes before more urgent ones which are left out: the first of them, and how many."""

    compound_id: int
    passed: int
    first_passed_id: int


def candidates(county: str) -> QuerySet[PoolEntry]:
    """Current pool entries of a county that a plan may take, in their order.

    Left out: compounds that ended, that left the pool, whose project is not finished, or that stand in an
    annual plan in force without a project yet.
    """
    order = Case(
        *(When(batch=batch, then=Value(place)) for place, batch in enumerate(ORDER_OF_BATCHES)),
        output_field=IntegerField(),
    )
    unfinished = Project.objects.unfinished().filter(compound=OuterRef("compound"))
    return (
        PoolEntry.objects.current()
        .within([county])
        .filter(batch__in=ORDER_OF_BATCHES, compound__ended_on__isnull=True)
        .filter(~Exists(unfinished))
        .annotate(batch_place=order)
        .order_by(
            "batch_place",
            F("override_rank").asc(nulls_last=True),
            F("compound__urgency_score__score").desc(nulls_last=True),
            "compound_id",
        )
    )


def queue_of(plan: Plan) -> list[int]:
    """The compounds that `plan` may take or holds, most urgent first.

    What another plan under way or in force of the same county and kind already holds is not waiting.
    """
    elsewhere = PlanEntry.objects.filter(
        plan__division=plan.division_id, plan__kind=plan.kind, plan__state__in=(*UNDER_WAY, "issued")
    ).exclude(plan=plan)
    if plan.version > 1:
        elsewhere = elsewhere.exclude(plan__first_year=plan.first_year)
    taken = set(elsewhere.values_list("compound_id", flat=True))
    waiting = candidates(plan.division_id).values_list("compound_id", flat=True)
    return [compound_id for compound_id in waiting if compound_id not in taken]


def jumps(queue: list[int], taken: Collection[int]) -> dict[int, Jump]:
    """Which of `taken` go before a more urgent compound of `queue` that is left out."""
    found: dict[int, Jump] = {}
    passed = 0
    first_passed = 0
    for compound_id in queue:
        if compound_id not in taken:
            passed += 1
            first_passed = first_passed or compound_id
        elif passed:
            found[compound_id] = Jump(compound_id, passed, first_passed)
    return found


def has_unfinished_project(compound_ids: Collection[int]) -> set[int]:
    """Those of the compounds whose project is neither handed over nor cancelled."""
    rows = Project.objects.exclude(standing=Standing.CANCELLED).unfinished().filter(compound__in=compound_ids)
    return set(rows.values_list("compound_id", flat=True))
