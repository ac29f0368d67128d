"""The list of compounds: taken in from the pool, changed, taken off."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import TypedDict, Unpack

from django.db import transaction
from django.db.models import Max

from compounds.models import Compound, UrgencyScore
from core.integrity import constraints_as_refusals
from core.text import clean_line
from directory.models import User
from projects.actions.plans.locks import lock_county, lock_open
from projects.actions.plans.refusals import jump_refusal, names_of
from projects.errors import (
    AlreadyPlanned,
    EntryGone,
    NotInCounty,
    NotPlannable,
    PlanWithoutCompounds,
    YearOutsidePlan,
)
from projects.models import Plan, PlanEntry
from projects.queue import jumps, queue_of, with_project_of_its_own

COPIED_FIGURES = ("building_count", "household_count", "floor_area")


class EntryFacts(TypedDict, total=False):
    """What may be said of a planned compound; figures of the day it was taken in are the default."""

    year: int
    building_count: int | None
    household_count: int | None
    floor_area: Decimal | None
    estimated_investment: Decimal | None
    jump_reason: str


@transaction.atomic
def add_to_plan(
    *,
    plan: Plan,
    compounds: Collection[Compound],
    user: User,
    year: int | None = None,
    reason: str = "",
    reasons: Mapping[int, str] | None = None,
) -> list[PlanEntry]:
    """Take compounds of the pool into the plan. Going before more urgent ones needs `reason`.

    `reasons` are {compound id: reason} where each has its own (a file that is read in).
    """
    lock_county(plan.division_id)
    plan = lock_open(plan, user)
    if not plan.lists_compounds:
        raise PlanWithoutCompounds
    year = plan.first_year if year is None else year
    _refuse_year_outside(plan, year)
    chosen = list(Compound.objects.living().filter(pk__in=[compound.pk for compound in compounds]))
    listed = set(plan.entries.values_list("compound_id", flat=True))
    _refuse_what_does_not_belong(plan, chosen, listed)
    queue = queue_of(plan)
    _refuse_unplannable(plan, chosen, queue)
    said = _said(chosen, queue, listed, reason, reasons or {})
    entries = _entries(plan, _in_order(chosen, queue), year, said, user)
    with constraints_as_refusals(PlanEntry):
        return PlanEntry.objects.bulk_create(entries)


def _in_order(chosen: list[Compound], queue: list[int]) -> list[Compound]:
    """As they wait in the queue; what has a project of its own stands first."""
    places = {compound_id: place for place, compound_id in enumerate(queue)}
    return sorted(chosen, key=lambda compound: places.get(compound.pk, -1))


def _entries(
    plan: Plan, chosen: list[Compound], year: int, said: Mapping[int, str], user: User
) -> list[PlanEntry]:
    """Behind those that are listed, with the figures and the urgency of this day."""
    scores = dict(UrgencyScore.objects.filter(compound__in=chosen).values_list("compound_id", "score"))
    position = plan.entries.aggregate(last=Max("position"))["last"] or 0
    return [
        PlanEntry(
            plan=plan,
            compound=compound,
            year=year,
            position=position + step,
            urgency_at_entry=scores.get(compound.pk),
            jump_reason=said.get(compound.pk, ""),
            added_by=user,
            **{figure: getattr(compound, figure) for figure in COPIED_FIGURES},
        )
        for step, compound in enumerate(chosen, 1)
    ]


def _said(
    chosen: list[Compound], queue: list[int], listed: set[int], reason: str, reasons: Mapping[int, str]
) -> dict[int, str]:
    """{compound: why it goes before more urgent ones}; refused where one of them has no reason."""
    going_first = jumps(queue, listed | {compound.pk for compound in chosen})
    jumping = [compound for compound in chosen if compound.pk in going_first]
    said = {one.pk: clean_line(reasons.get(one.pk, "")) or clean_line(reason) for one in jumping}
    unsaid = [compound for compound in jumping if not said[compound.pk]]
    if unsaid:
        raise jump_refusal(unsaid, [going_first[compound.pk] for compound in unsaid])
    return said


@transaction.atomic
def draw_from_pool(*, plan: Plan, user: User, count: int, year: int | None = None) -> list[PlanEntry]:
    """Take the `count` most urgent compounds that are waiting, in their order."""
    plan = lock_open(plan, user)
    listed = set(plan.entries.values_list("compound_id", flat=True))
    waiting = [compound_id for compound_id in queue_of(plan) if compound_id not in listed][: max(count, 0)]
    if not waiting:
        return []
    return add_to_plan(plan=plan, compounds=Compound.objects.filter(pk__in=waiting), user=user, year=year)


@transaction.atomic
def edit_entry(*, entry: PlanEntry, user: User, **facts: Unpack[EntryFacts]) -> PlanEntry:
    plan = lock_open(entry.plan, user)
    found = PlanEntry.objects.filter(pk=entry.pk, plan=plan).first()
    if found is None:
        raise EntryGone
    entry = found
    for field, value in facts.items():
        setattr(entry, field, value)
    _refuse_year_outside(plan, entry.year)
    entry.jump_reason = clean_line(entry.jump_reason)
    with constraints_as_refusals(PlanEntry):
        entry.save()
    return entry


@transaction.atomic
def edit_entries(*, plan: Plan, user: User, changes: Mapping[int, EntryFacts]) -> int:
    """Several lines of the list, all or none: {entry id: facts}; returns how many."""
    plan = lock_open(plan, user)
    entries = {entry.pk: entry for entry in plan.entries.select_related("plan")}
    if changes.keys() - entries.keys():
        raise EntryGone
    for key, facts in changes.items():
        edit_entry(entry=entries[key], user=user, **facts)
    return len(changes)


@transaction.atomic
def remove_from_plan(*, plan: Plan, compounds: Collection[Compound], user: User) -> int:
    """Take compounds off the list; returns how many stood there."""
    plan = lock_open(plan, user)
    gone, _rows = plan.entries.filter(compound__in=[compound.pk for compound in compounds]).delete()
    return gone


def _refuse_what_does_not_belong(plan: Plan, chosen: list[Compound], listed: set[int]) -> None:
    strangers = [compound for compound in chosen if not compound.community_id.startswith(plan.division_id)]
    if strangers:
        raise NotInCounty(names=names_of(strangers), county=plan.division.name)
    twice = [compound for compound in chosen if compound.pk in listed]
    if twice:
        raise AlreadyPlanned(names=names_of(twice))


def _refuse_unplannable(plan: Plan, chosen: list[Compound], queue: list[int]) -> None:
    plannable = set(queue) | with_project_of_its_own(plan)
    unplannable = [compound for compound in chosen if compound.pk not in plannable]
    if unplannable:
        raise NotPlannable(names=names_of(unplannable))


def _refuse_year_outside(plan: Plan, year: int) -> None:
    if year not in plan.years:
        raise YearOutsidePlan(year=year, first=plan.first_year, last=plan.last_year)
