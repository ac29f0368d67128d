"""Five-year and annual plans: drawn from the pool, submitted, returned, approved, issued, amended."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from compounds.actions.pool import move_to_batch
from compounds.models import Batch, Compound, PoolEntry, UrgencyScore
from core.errors import NotPermitted
from core.integrity import constraints_as_refusals
from core.text import clean_line
from directory.models import Division, User
from files.models import StoredFile
from projects.actions.projects import begin_planned_project
from projects.errors import (
    AlreadyPlanned,
    DateInFuture,
    DocumentNumberNeeded,
    EntryGone,
    NotInCounty,
    NotInPoolAnyMore,
    NotPlannable,
    PlanEmpty,
    PlanHasDocuments,
    PlanJumps,
    PlanNotOpen,
    PlanWithoutCompounds,
    PlanWrongState,
    ProjectsLeftOut,
    ProjectUnfinished,
    ReasonNeeded,
    SamePerson,
    YearOutsidePlan,
    YearPlannedElsewhere,
)
from projects.models import Plan, PlanEntry, PlanKind, PlanState, Project, Standing
from projects.models.plans import YEARS_OF_A_LONG_PLAN
from projects.permissions import can_amend_plan, can_decide_plan, can_make_plans
from projects.queue import ORDER_OF_BATCHES, Jump, jumps, queue_of, with_project_of_its_own

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
    _lock_county(division.code)
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
    if plan.documents.exists():
        raise PlanHasDocuments
    plan.delete()


# --- The list of compounds --------------------------------------------------------------


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
    _lock_county(plan.division_id)
    plan = _lock_open(plan, user)
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
    order = {compound_id: place for place, compound_id in enumerate(queue)}
    chosen.sort(key=lambda compound: order.get(compound.pk, -1))
    scores = dict(UrgencyScore.objects.filter(compound__in=chosen).values_list("compound_id", "score"))
    position = plan.entries.aggregate(last=Max("position"))["last"] or 0
    entries = [
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
    with constraints_as_refusals(PlanEntry):
        return PlanEntry.objects.bulk_create(entries)


def _said(
    chosen: list[Compound], queue: list[int], listed: set[int], reason: str, reasons: Mapping[int, str]
) -> dict[int, str]:
    """{compound: why it goes before more urgent ones}; refused where one of them has no reason."""
    going_first = jumps(queue, listed | {compound.pk for compound in chosen})
    jumping = [compound for compound in chosen if compound.pk in going_first]
    said = {one.pk: clean_line(reasons.get(one.pk, "")) or clean_line(reason) for one in jumping}
    unsaid = [compound for compound in jumping if not said[compound.pk]]
    if unsaid:
        raise _jump_refusal(unsaid, [going_first[compound.pk] for compound in unsaid])
    return said


@transaction.atomic
def draw_from_pool(*, plan: Plan, user: User, count: int, year: int | None = None) -> list[PlanEntry]:
    """Take the `count` most urgent compounds that are waiting, in their order."""
    plan = _lock_open(plan, user)
    listed = set(plan.entries.values_list("compound_id", flat=True))
    waiting = [compound_id for compound_id in queue_of(plan) if compound_id not in listed][: max(count, 0)]
    if not waiting:
        return []
    return add_to_plan(plan=plan, compounds=Compound.objects.filter(pk__in=waiting), user=user, year=year)


@transaction.atomic
def edit_entry(*, entry: PlanEntry, user: User, **facts: Unpack[EntryFacts]) -> PlanEntry:
    plan = _lock_open(entry.plan, user)
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
    plan = _lock_open(plan, user)
    entries = {entry.pk: entry for entry in plan.entries.select_related("plan")}
    if changes.keys() - entries.keys():
        raise EntryGone
    for key, facts in changes.items():
        edit_entry(entry=entries[key], user=user, **facts)
    return len(changes)


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
        _refuse_what_left_the_pool(plan, entries.values())
        found = jumps(queue_of(plan), entries.keys())
        unsaid = [jump for compound_id, jump in found.items() if not entries[compound_id].jump_reason]
        if unsaid:
            raise _jump_refusal([entries[jump.compound_id].compound for jump in unsaid], unsaid)
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
        raise DocumentNumberNeeded
    if issued_on > timezone.localdate():
        raise DateInFuture(day=issued_on.isoformat())
    entries = list(plan.entries.select_related("compound"))
    replaced = _versions(plan).select_for_update().filter(state=PlanState.ISSUED).first()
    if plan.kind == PlanKind.ANNUAL:
        _refuse_what_left_the_pool(plan, entries)
    if replaced is not None:
        _refuse_projects_left_out(plan, replaced)
        replaced.state = PlanState.SUPERSEDED
        replaced.save()
    plan.state, plan.issued_on = PlanState.ISSUED, issued_on
    plan.document_number = clean_line(document_number)
    plan.document, plan.issued_by, plan.recorded_issued_at = document, user, timezone.now()
    with constraints_as_refusals(Plan, PlanEntry):
        plan.save()
    if plan.kind == PlanKind.ANNUAL and plan.lists_compounds:
        _begin_projects(plan, entries, user)
    return plan


def _begin_projects(plan: Plan, entries: list[PlanEntry], user: User) -> None:
    """Each entry gets its project: the one it has, the one that was begun before the plan, or a new one.

    What an amendment carries over keeps its project, also one that is finished; a cancelled one is not
    begun anew by that.
    """
    compounds = [entry.compound_id for entry in entries]
    existing: dict[int, Project] = {}
    projects = Project.objects.select_for_update(no_key=True).exclude(standing=Standing.CANCELLED)
    for project in projects.filter(compound__in=compounds).order_by("-pk"):
        if project.is_unfinished or project.year == plan.first_year:
            existing.setdefault(project.compound_id, project)
    earlier = PlanEntry.objects.filter(plan__in=_versions(plan).exclude(pk=plan.pk), compound__in=compounds)
    carried = dict(earlier.values_list("pk", "compound_id"))
    listed_before = set(carried.values())
    for entry in entries:
        its = existing.get(entry.compound_id)
        if its is not None and (its.plan_entry_id is None or its.plan_entry_id in carried):
            its.plan_entry, its.year = entry, entry.year
            its.save(update_fields=["plan_entry", "year"])
        elif entry.compound_id in listed_before:
            continue
        elif its is not None:
            # Another plan's project goes on: the queue leaves such compounds out, this is the last look.
            raise ProjectUnfinished(name=entry.compound.name)
        else:
            begin_planned_project(entry=entry, user=user)
    _move_pool(plan, entries, user)


def _move_pool(plan: Plan, entries: list[PlanEntry], user: User) -> None:
    """What is planned for this year moves into the batch 实施 while its project goes on."""
    waiting = PoolEntry.objects.current().filter(batch__in=(Batch.RESERVE, Batch.PREPARING))
    behind = set(
        waiting.filter(compound__in=Project.objects.unfinished().filter(plan_entry__plan=plan).values("compound"))
        .values_list("compound_id", flat=True)
    )  # fmt: skip
    moving = [entry.compound for entry in entries if entry.compound_id in behind]
    if moving:
        reason = f"{plan.title} {plan.document_number}"
        move_to_batch(compounds=moving, batch=Batch.IMPLEMENTING, user=user, reason=reason)


def _refuse_what_left_the_pool(plan: Plan, entries: Iterable[PlanEntry]) -> None:
    """A compound that was merged or taken out of the pool meanwhile begins nothing."""
    listed = list(entries)
    compounds = [entry.compound_id for entry in listed]
    in_pool = PoolEntry.objects.current().filter(batch__in=ORDER_OF_BATCHES, compound__in=compounds)
    held = set(in_pool.values_list("compound_id", flat=True)) | with_project_of_its_own(plan)
    gone = [one.compound for one in listed if one.compound.ended_on or one.compound_id not in held]
    started = set(
        Project.objects.filter(plan_entry__plan__in=_versions(plan)).values_list("compound_id", flat=True)
    )
    gone = [compound for compound in gone if compound.pk not in started]
    if gone:
        raise NotInPoolAnyMore(names=_names(gone))


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


def _lock_county(code: str) -> None:
    """Before any plan's row: two plans of one county never take the same compound, nor begin the same year."""
    Division.objects.select_for_update(no_key=True).get(pk=code)


def _lock_open(plan: Plan, user: User) -> Plan:
    plan = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    if not can_make_plans(user, plan.division_id):
        raise NotPermitted
    if not plan.is_open:
        raise PlanNotOpen(state=plan.get_state_display())
    return plan


def _lock_to_decide(plan: Plan, user: User, *states: str) -> Plan:
    plan = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    is_own = plan.submitted_by_id == user.pk
    if not is_own and not can_decide_plan(user, plan):
        raise NotPermitted
    if plan.state not in states:
        raise PlanWrongState(state=plan.get_state_display())
    if is_own:
        raise SamePerson
    return plan


def _refuse_year_outside(plan: Plan, year: int) -> None:
    if year not in plan.years:
        raise YearOutsidePlan(year=year, first=plan.first_year, last=plan.last_year)


def _refuse_unplannable(plan: Plan, chosen: list[Compound], queue: list[int]) -> None:
    plannable = set(queue) | with_project_of_its_own(plan)
    unplannable = [compound for compound in chosen if compound.pk not in plannable]
    if unplannable:
        raise NotPlannable(names=_names(unplannable))


def _refuse_what_does_not_belong(plan: Plan, chosen: list[Compound], listed: set[int]) -> None:
    strangers = [compound for compound in chosen if not compound.community_id.startswith(plan.division_id)]
    if strangers:
        raise NotInCounty(names=_names(strangers), county=plan.division.name)
    twice = [compound for compound in chosen if compound.pk in listed]
    if twice:
        raise AlreadyPlanned(names=_names(twice))


def _jump_refusal(jumping: list[Compound], found: list[Jump]) -> PlanJumps:
    before = Compound.objects.get(pk=found[0].first_passed_id).name
    return PlanJumps(names=_names(jumping), before=before, count=max(jump.passed for jump in found))


def _names(compounds: Iterable[Compound]) -> str:
    names = [compound.name for compound in compounds]
    return "、".join(names[:NAMED_IN_A_REFUSAL]) + ("…" if len(names) > NAMED_IN_A_REFUSAL else "")
