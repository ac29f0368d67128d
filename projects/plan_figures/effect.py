"""What issuing a plan would do, before anybody does it."""

from dataclasses import dataclass

from compounds.models import Batch, PoolEntry
from projects.models import Plan, PlanKind, PlanState, Project, Standing


@dataclass(frozen=True, kw_only=True)
class Effect:
    """`begin` projects begin, `join` were begun before the plan, `kept` come from the version it replaces."""

    begin: int
    join: int
    kept: int
    moving: int
    replaces: Plan | None


def effect_of_issuing(plan: Plan) -> Effect:
    """What stands in the consequence of the button; the action decides anew under its locks. Five statements."""
    replaces = Plan.objects.filter(
        division=plan.division_id, kind=plan.kind, first_year=plan.first_year, state=PlanState.ISSUED
    ).first()
    if plan.kind != PlanKind.ANNUAL or not plan.lists_compounds:
        return Effect(begin=0, join=0, kept=0, moving=0, replaces=replaces)
    compounds = set(plan.entries.values_list("compound_id", flat=True))
    carried = set(replaces.entries.values_list("compound_id", flat=True)) if replaces else set()
    joining = Project.objects.exclude(standing=Standing.CANCELLED).filter(
        compound__in=compounds - carried, plan_entry__isnull=True
    )
    join = len(set(joining.values_list("compound_id", flat=True)))
    behind = PoolEntry.objects.current().filter(
        compound__in=compounds, batch__in=(Batch.RESERVE, Batch.PREPARING)
    )
    return Effect(
        begin=len(compounds - carried) - join,
        join=join,
        kept=len(compounds & carried),
        moving=behind.count(),
        replaces=replaces,
    )
