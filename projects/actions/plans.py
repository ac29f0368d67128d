"""Five-year and annual plans: drawn from the pool, submitted, returned, approved, issued, amended."""

from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from compounds.actions.pool import move_to_batch
from compounds.models import Batch, Compound, PoolEntry
from core.errors import NotPermitted
from core.integrity import constraints_as_refusals
from core.text import clean_line
from directory.models import Division, User
from files.models import StoredFile
from projects.actions.projects import begin_planned_project
from projects.errors import (
    AlreadyPlanned,
    NotInCounty,
    NotPlannable,
    PlanEmpty,
    PlanJumps,
    PlanNotOpen,
    PlanWithoutCompounds,
    PlanWrongState,
    ProjectsLeftOut,
    ReasonNeeded,
    SamePerson,
    YearPlannedElsewhere,
)
from projects.models import Plan, PlanEntry, PlanKind, PlanState, Project, Standing
from projects.models.plans import YEARS_OF_A_LONG_PLAN
from projects.permissions import can_amend_plan, can_decide_plan, can_make_plans
from projects.queue import jumps, queue_of

NAMED_IN_A_REFUSAL = 3
COPIED_FIGURES = ("building_count", "household_count", "floor_area")


class PlanFacts(TypedDict, total=False):
    """What a form or an import may set on a plan that is being drawn up; areas in m², money in yuan."""

    title: str
    target_compounds: int | None
    target_households: int | None
    target_area: Decimal | None
    target_investment: Decimal | None
    notes: str


class EntryFacts(TypedDict, total=False):
    """What may be said of a planned compound; figures of the day it was taken in are the default."""

    year: int
    building_count: int | None
    household_count: int | None
    floor_area: Decimal | None
    estimated_investment: Decimal | None
    jump_reason: str


@transaction.atomic
def draw_up_plan(
    *, division: Division, user: User, kind: str, first_year: int, **facts: Unpack[PlanFacts]
) -> Plan:
    """Begin a plan of a county, city or province. Whatever exists of the kind and year is amended instead."""
    if not can_make_plans(user, division.code):
        raise NotPermitted
    if Plan.objects.filter(division=division, kind=kind, first_year=first_year).exists():
        raise YearPlannedElsewhere
    last_year = first_year if kind == PlanKind.ANNUAL else first_year + YEARS_OF_A_LONG_PLAN - 1
    plan = Plan(
        division=division, kind=kind, first_year=first_year, last_year=last_year, drawn_up_by=user, **facts
    )
    plan.title = clean_line(plan.title)
    with constraints_as_refusals(Plan):
        plan.save(force_insert=True)
    return plan


@transaction.atomic
def edit_plan(*, plan: Plan, user: User, **facts: Unpack[PlanFacts]) -> Plan:
    plan = _lock_open(plan, user)
    for field, value in facts.items():
        setattr(plan, field, value)
    plan.title = clean_line(plan.title)
    with constraints_as_refusals(Plan):
        plan.save()
    return plan


@transaction.atomic
def amend_plan(*, plan: Plan, user: User, reason: str) -> Plan:
    """The next version of an issued plan, beginning as a copy; the issued one holds until it is replaced."""
    plan = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    if plan.state != PlanState.ISSUED:
        raise PlanWrongState(state=plan.get_state_display())
    if not can_amend_plan(user, plan):
        raise NotPermitted
    if not clean_line(reason):
        raise ReasonNeeded
    copied = ("division", "kind", "first_year", "last_year", "title", "target_compounds", "target_households",
              "target_area", "target_investment", "notes")  # fmt: skip
    latest = _versions(plan).aggregate(latest=Max("version"))["latest"]
    amended = Plan(
        **{name: getattr(plan, name) for name in copied},
        version=latest + 1, amendment_reason=clean_line(reason), drawn_up_by=user,
    )  # fmt: skip
    with constraints_as_refusals(Plan):
        amended.save(force_insert=True)
    kept = ("compound_id", "division_code", "year", "position", "urgency_at_entry", "jump_reason",
            *COPIED_FIGURES, "estimated_investment")  # fmt: skip
    PlanEntry.objects.bulk_create(
        PlanEntry(plan=amended, added_by=user, **row) for row in plan.entries.values(*kept)
    )
    return amended


@transaction.atomic
def discard_draft(*, plan: Plan, user: User) -> None:
    """A draft that was never submitted may go; everything else is kept."""
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if plan.state != PlanState.DRAFT:
        raise PlanWrongState(state=plan.get_state_display())
    if not can_make_plans(user, plan.division_id):
        raise NotPermitted
    plan.delete()


# --- The list of compounds --------------------------------------------------------------


@transaction.atomic
def add_to_plan(
    *, plan: Plan, compounds: Collection[Compound], user: User, year: int | None = None, reason: str = ""
) -> list[PlanEntry]:
    """Take compounds of the pool into the plan. Going before more urgent ones needs `reason`."""
    plan = _lock_open(plan, user)
    if not plan.lists_compounds:
        raise PlanWithoutCompounds
    chosen = list(Compound.objects.living().filter(pk__in=[compound.pk for compound in compounds]))
    _refuse_what_does_not_belong(plan, chosen)
    queue = queue_of(plan)
    unplannable = [compound for compound in chosen if compound.pk not in set(queue)]
    if unplannable:
        raise NotPlannable(names=_names(unplannable))
    listed = set(plan.entries.values_list("compound_id", flat=True))
    going_first = jumps(queue, listed | {compound.pk for compound in chosen})
    jumping = [compound for compound in chosen if compound.pk in going_first]
    reason = clean_line(reason)
    if jumping and not reason:
        raise _jump_refusal(jumping, [going_first[compound.pk].first_passed_id for compound in jumping],
                            max(going_first[compound.pk].passed for compound in jumping))  # fmt: skip
    order = {compound_id: place for place, compound_id in enumerate(queue)}
    chosen.sort(key=lambda compound: order[compound.pk])
    scores = dict(
        PoolEntry.objects.current()
        .filter(compound__in=chosen)
        .values_list("compound_id", "compound__urgency_score__score")
    )
    position = plan.entries.aggregate(last=Max("position"))["last"] or 0
    entries = [
        PlanEntry(
            plan=plan,
            compound=compound,
            year=year or plan.first_year,
            position=position + step,
            urgency_at_entry=scores.get(compound.pk),
            jump_reason=reason if compound.pk in going_first else "",
            added_by=user,
            **{figure: getattr(compound, figure) for figure in COPIED_FIGURES},
        )
        for step, compound in enumerate(chosen, 1)
    ]
    with constraints_as_refusals(PlanEntry):
        return PlanEntry.objects.bulk_create(entries)


@transaction.atomic
def draw_from_pool(*, plan: Plan, user: User, count: int, year: int | None = None) -> list[PlanEntry]:
    """Take the `count` most urgent compounds that are waiting, in their order."""
    plan = _lock_open(plan, user)
    listed = set(plan.entries.values_list("compound_id", flat=True))
    waiting = [compound_id for compound_id in queue_of(plan) if compound_id not in listed][:count]
    if not waiting:
        return []
    return add_to_plan(plan=plan, compounds=Compound.objects.filter(pk__in=waiting), user=user, year=year)


@transaction.atomic
def edit_entry(*, entry: PlanEntry, user: User, **facts: Unpack[EntryFacts]) -> PlanEntry:
    plan = _lock_open(entry.plan, user)
    entry = PlanEntry.objects.get(pk=entry.pk, plan=plan)
    for field, value in facts.items():
        setattr(entry, field, value)
    entry.jump_reason = clean_line(entry.jump_reason)
    with constraints_as_refusals(PlanEntry):
        entry.save()
    return entry


@transaction.atomic
def remove_from_plan(*, plan: Plan, compounds: Collection[Compound], user: User) -> int:
    """Take compounds off the list; returns how many stood there."""
    plan = _lock_open(plan, user)
    gone, _rows = plan.entries.filter(compound__in=[compound.pk for compound in compounds]).delete()
    return gone


# --- Its way through the offices --------------------------------------------------------


@transaction.atomic
def submit_plan(*, plan: Plan, user: User) -> Plan:
    """Hand it in. A county's plan has compounds, and whoever goes before a more urgent one says why."""
    plan = _lock_open(plan, user)
    if plan.lists_compounds:
        entries = {entry.compound_id: entry for entry in plan.entries.select_related("compound")}
        if not entries:
            raise PlanEmpty
        found = jumps(queue_of(plan), entries.keys())
        unsaid = [jump for compound_id, jump in found.items() if not entries[compound_id].jump_reason]
        if unsaid:
            raise _jump_refusal(
                [entries[jump.compound_id].compound for jump in unsaid],
                [jump.first_passed_id for jump in unsaid], max(jump.passed for jump in unsaid),
            )  # fmt: skip
    plan.state, plan.submitted_by, plan.submitted_at = PlanState.SUBMITTED, user, timezone.now()
    plan.decided_by = plan.decided_at = None
    plan.save()
    return plan


@transaction.atomic
def return_plan(*, plan: Plan, user: User, reason: str) -> Plan:
    plan = _lock_to_decide(plan, user, PlanState.SUBMITTED, PlanState.APPROVED)
    if not clean_line(reason):
        raise ReasonNeeded
    plan.state, plan.return_reason = PlanState.RETURNED, clean_line(reason)
    plan.decided_by, plan.decided_at = user, timezone.now()
    plan.save()
    return plan


@transaction.atomic
def approve_plan(*, plan: Plan, user: User) -> Plan:
    plan = _lock_to_decide(plan, user, PlanState.SUBMITTED)
    plan.state, plan.decided_by, plan.decided_at = PlanState.APPROVED, user, timezone.now()
    plan.save()
    return plan


@transaction.atomic
def issue_plan(
    *, plan: Plan, user: User, document_number: str, issued_on: date, document: StoredFile | None = None
) -> Plan:
    """下达: puts the plan in force, replaces the version before, and begins a project for each compound.

    The compounds of an annual plan move into the pool's batch 实施. What an amendment leaves out
    must have no project that goes on.
    """
    plan = _lock_to_decide(plan, user, PlanState.APPROVED)
    if not clean_line(document_number):
        raise ReasonNeeded
    replaced = _versions(plan).select_for_update().filter(state=PlanState.ISSUED).first()
    if replaced is not None:
        _refuse_projects_left_out(plan, replaced)
        replaced.state = PlanState.SUPERSEDED
        replaced.save()
    plan.state, plan.document_number, plan.issued_on = (
        PlanState.ISSUED,
        clean_line(document_number),
        issued_on,
    )
    plan.document, plan.issued_by, plan.recorded_issued_at = document, user, timezone.now()
    with constraints_as_refusals(Plan, PlanEntry):
        plan.save()
    if plan.kind == PlanKind.ANNUAL and plan.lists_compounds:
        _begin_projects(plan, user)
    return plan


def _begin_projects(plan: Plan, user: User) -> None:
    entries = list(plan.entries.select_related("compound"))
    running = {
        project.compound_id: project
        for project in Project.objects.select_for_update(no_key=True)
        .unfinished()
        .filter(compound__in=[entry.compound_id for entry in entries])
        .order_by("pk")
    }
    for entry in entries:
        project = running.get(entry.compound_id)
        if project is None:
            begin_planned_project(entry=entry, user=user)
        elif project.year == entry.year or project.plan_entry_id is None:
            project.plan_entry, project.year = entry, entry.year
            project.save(update_fields=["plan_entry", "year"])
    behind = [
        entry.compound
        for entry in entries
        if PoolEntry.objects.current().filter(compound=entry.compound_id, batch__in=(Batch.RESERVE, Batch.PREPARING)).exists()
    ]  # fmt: skip
    if behind:
        move_to_batch(
            compounds=behind,
            batch=Batch.IMPLEMENTING,
            user=user,
            reason=f"{plan.title} {plan.document_number}",
        )


def _refuse_projects_left_out(plan: Plan, replaced: Plan) -> None:
    kept = plan.entries.values("compound_id")
    going_on = (
        Project.objects.filter(plan_entry__plan=replaced)
        .exclude(standing=Standing.CANCELLED)
        .exclude(compound__in=kept)
        .select_related("compound")
    )
    if going_on:
        raise ProjectsLeftOut(names=_names(project.compound for project in going_on))


# --- Locks and refusals -----------------------------------------------------------------


def _versions(plan: Plan) -> Any:
    return Plan.objects.filter(division=plan.division_id, kind=plan.kind, first_year=plan.first_year)


def _lock_open(plan: Plan, user: User) -> Plan:
    plan = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    if not can_make_plans(user, plan.division_id):
        raise NotPermitted
    if not plan.is_open:
        raise PlanNotOpen(state=plan.get_state_display())
    return plan


def _lock_to_decide(plan: Plan, user: User, *states: str) -> Plan:
    plan = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    if plan.state not in states:
        raise PlanWrongState(state=plan.get_state_display())
    if not can_decide_plan(user, plan):
        raise SamePerson if plan.submitted_by_id == user.pk else NotPermitted
    return plan


def _refuse_what_does_not_belong(plan: Plan, chosen: list[Compound]) -> None:
    strangers = [compound for compound in chosen if not compound.community_id.startswith(plan.division_id)]
    if strangers:
        raise NotInCounty(names=_names(strangers), county=plan.division.name)
    listed = set(plan.entries.values_list("compound_id", flat=True))
    twice = [compound for compound in chosen if compound.pk in listed]
    if twice:
        raise AlreadyPlanned(names=_names(twice))


def _jump_refusal(jumping: list[Compound], first_passed: list[int], passed: int) -> PlanJumps:
    before = Compound.objects.get(pk=first_passed[0]).name
    return PlanJumps(names=_names(jumping), before=before, count=passed)


def _names(compounds: Iterable[Compound]) -> str:
    names = [compound.name for compound in compounds]
    return "、".join(names[:NAMED_IN_A_REFUSAL]) + ("…" if len(names) > NAMED_IN_A_REFUSAL else "")
