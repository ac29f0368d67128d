"""先急后缓: the order in which a county's pool goes into its plans."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When

from compounds.models import Batch, PoolEntry
from projects.models import Origin, PlanEntry, PlanKind, Project, Stage, StageChange, Standing
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

    Left out: compounds that ended or left the pool; those whose project stands in a plan, or came from
    before the portal, and goes on; those whose renovation was handed over since they took their place in
    the pool. A project that was begun before its plan (residents are asked first) waits like the others.
    """
    order = Case(
        *(When(batch=batch, then=Value(place)) for place, batch in enumerate(ORDER_OF_BATCHES)),
        output_field=IntegerField(),
    )
    projects = Project.objects.filter(compound=OuterRef("compound")).exclude(standing=Standing.CANCELLED)
    going_on = projects.exclude(stage=Stage.AFTERCARE).filter(
        Q(plan_entry__isnull=False) | Q(origin=Origin.BEFORE_PORTAL)
    )
    handed_over = StageChange.objects.filter(
        project__compound=OuterRef("compound"),
        to_stage=Stage.AFTERCARE,
        recorded_at__gte=OuterRef("moved_at"),
    ).exclude(project__standing=Standing.CANCELLED)
    return (
        PoolEntry.objects.current()
        .within([county])
        .filter(batch__in=ORDER_OF_BATCHES, compound__ended_on__isnull=True)
        .filter(~Exists(going_on), ~Exists(handed_over))
        .annotate(batch_place=order)
        .order_by(
            "batch_place",
            F("override_rank").asc(nulls_last=True),
            F("compound__urgency_score__score").desc(nulls_last=True),
            "compound_id",
        )
    )


def held_elsewhere(plan: Plan) -> QuerySet[PlanEntry]:
    """Entries of the other plans of the county and kind that are under way or in force.

    What stands in an issued plan but whose project was cancelled waits again, and so does what an
    earlier five-year plan left undone.
    """
    others = PlanEntry.objects.filter(
        plan__division=plan.division_id, plan__kind=plan.kind, plan__state__in=(*UNDER_WAY, "issued")
    ).exclude(plan__first_year=plan.first_year)
    if plan.kind == PlanKind.FIVE_YEAR:
        others = others.filter(plan__last_year__gte=plan.first_year, plan__first_year__lte=plan.last_year)
    cancelled = Project.objects.filter(plan_entry=OuterRef("pk"), standing=Standing.CANCELLED)
    return others.exclude(Q(plan__state="issued") & Exists(cancelled))


def queue_of(plan: Plan) -> list[int]:
    """The compounds that wait for a place in `plan`, or hold one, most urgent first.

    What another plan under way or in force of the same county and kind already holds is not waiting.
    """
    return list(
        candidates(plan.division_id)
        .exclude(compound__in=held_elsewhere(plan).values("compound_id"))
        .values_list("compound_id", flat=True)
    )


def with_project_of_its_own(plan: Plan) -> set[int]:
    """Compounds that wait for nothing and may stand in `plan` all the same, because their project is its.

    Those that a version of this plan began (taken off a draft amendment, a compound may come back), and those
    from before the portal of the plan's years, which no plan names yet. A five-year plan names all of its years.
    """
    planned = Q(plan_entry__isnull=False) if plan.kind == PlanKind.FIVE_YEAR else Q(
        plan_entry__plan__division=plan.division_id, plan_entry__plan__first_year=plan.first_year
    )  # fmt: skip
    from_before = Q(plan_entry__isnull=True, origin=Origin.BEFORE_PORTAL)
    found = (
        Project.objects.within([plan.division_id])
        .exclude(standing=Standing.CANCELLED)
        .filter(planned | from_before, year__range=(plan.first_year, plan.last_year))
        .filter(compound__ended_on__isnull=True)
    )
    return set(found.values_list("compound_id", flat=True))


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
