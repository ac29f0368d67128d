"""A plan's way through the offices: handed in, returned, approved."""

from django.db import transaction
from django.utils import timezone

from core.text import clean_line
from directory.models import User
from projects.actions.plans.locks import lock_open, lock_to_decide
from projects.actions.plans.refusals import jump_refusal, refuse_what_left_the_pool
from projects.actions.telling import (
    tell_of_approved_plan,
    tell_of_returned_plan,
    tell_of_submitted_plan,
)
from projects.errors import PlanEmpty, ReasonNeeded
from projects.models import Plan, PlanState
from projects.queue import jumps, queue_of


@transaction.atomic
def submit_plan(*, plan: Plan, user: User) -> Plan:
    """Hand it in. A county's plan has compounds, and whoever goes before a more urgent one says why."""
    plan = lock_open(plan, user)
    if plan.lists_compounds:
        entries = {entry.compound_id: entry for entry in plan.entries.select_related("compound")}
        if not entries:
            raise PlanEmpty
        refuse_what_left_the_pool(plan, entries.values())
        found = jumps(queue_of(plan), entries.keys())
        unsaid = [jump for compound_id, jump in found.items() if not entries[compound_id].jump_reason]
        if unsaid:
            raise jump_refusal([entries[jump.compound_id].compound for jump in unsaid], unsaid)
    plan.state, plan.submitted_by, plan.submitted_at = PlanState.SUBMITTED, user, timezone.now()
    plan.decided_by = plan.decided_at = None
    plan.save()
    tell_of_submitted_plan(plan, by=user)
    return plan


@transaction.atomic
def return_plan(*, plan: Plan, user: User, reason: str) -> Plan:
    plan = lock_to_decide(plan, user, PlanState.SUBMITTED, PlanState.APPROVED)
    if not clean_line(reason):
        raise ReasonNeeded
    plan.state, plan.return_reason = PlanState.RETURNED, clean_line(reason)
    plan.decided_by, plan.decided_at = user, timezone.now()
    plan.save()
    tell_of_returned_plan(plan, by=user)
    return plan


@transaction.atomic
def approve_plan(*, plan: Plan, user: User) -> Plan:
    plan = lock_to_decide(plan, user, PlanState.SUBMITTED)
    plan.state, plan.decided_by, plan.decided_at = PlanState.APPROVED, user, timezone.now()
    plan.save()
    tell_of_approved_plan(plan, by=user)
    return plan
