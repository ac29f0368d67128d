"""What a list of compounds is refused for, at more than one point of a plan's way."""

from collections.abc import Iterable

from compounds.models import Compound, PoolEntry
from core.text import first_of
from projects.actions.plans.locks import versions_of
from projects.errors import NotInPoolAnyMore, PlanJumps
from projects.models import Plan, PlanEntry, Project
from projects.queue import ORDER_OF_BATCHES, Jump, with_project_of_its_own


def refuse_what_left_the_pool(plan: Plan, entries: Iterable[PlanEntry]) -> None:
    """A compound that was merged or taken out of the pool meanwhile begins nothing."""
    listed = list(entries)
    compounds = [entry.compound_id for entry in listed]
    in_pool = PoolEntry.objects.current().filter(batch__in=ORDER_OF_BATCHES, compound__in=compounds)
    held = set(in_pool.values_list("compound_id", flat=True)) | with_project_of_its_own(plan)
    gone = [one.compound for one in listed if one.compound.ended_on or one.compound_id not in held]
    started = set(
        Project.objects.filter(plan_entry__plan__in=versions_of(plan)).values_list("compound_id", flat=True)
    )
    gone = [compound for compound in gone if compound.pk not in started]
    if gone:
        raise NotInPoolAnyMore(names=names_of(gone))


def jump_refusal(jumping: list[Compound], found: list[Jump]) -> PlanJumps:
    before = Compound.objects.get(pk=found[0].first_passed_id).name
    return PlanJumps(names=names_of(jumping), before=before, count=max(jump.passed for jump in found))


def names_of(compounds: Iterable[Compound]) -> str:
    return first_of([compound.name for compound in compounds])
