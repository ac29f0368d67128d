"""Plans drawn up: begun, described, amended, discarded."""

from decimal import Decimal
from typing import TypedDict, Unpack

from django.db import transaction
from django.db.models import Max

from core.errors import NotPermitted
from core.integrity import constraints_as_refusals
from core.text import clean_line
from directory.models import Division, User
from projects.actions.plans.entries import COPIED_FIGURES
from projects.actions.plans.locks import lock_county, lock_open, versions_of
from projects.errors import PlanHasDocuments, PlanWrongState, ReasonNeeded, YearPlannedElsewhere
from projects.models import Plan, PlanEntry, PlanKind, PlanState
from projects.models.plans import YEARS_OF_A_LONG_PLAN
from projects.permissions import can_amend_plan, can_make_plans


class PlanFacts(TypedDict, total=False):
    """What a form or an import may set on a plan that is being drawn up; areas in m², money in yuan."""

    title: str
    target_compounds: int | None
    target_households: int | None
    target_area: Decimal | None
    target_investment: Decimal | None
    notes: str


@transaction.atomic
def draw_up_plan(
    *, division: Division, user: User, kind: str, first_year: int, **facts: Unpack[PlanFacts]
) -> Plan:
    """Begin a plan of a county, city or province. Whatever exists of the kind and year is amended instead."""
    if not can_make_plans(user, division.code):
        raise NotPermitted
    lock_county(division.code)
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
    plan = lock_open(plan, user)
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
    latest = versions_of(plan).aggregate(latest=Max("version"))["latest"]
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
