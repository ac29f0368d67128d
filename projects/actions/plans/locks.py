"""Who waits for whom, and who may: the county before its plans, a plan before its lines."""

from django.db.models import QuerySet

from core.errors import NotPermitted
from directory.models import Division, User
from projects.errors import PlanNotOpen, PlanWrongState, SamePerson
from projects.models import Plan
from projects.permissions import can_decide_plan, can_make_plans


def versions_of(plan: Plan) -> QuerySet[Plan]:
    return Plan.objects.filter(division=plan.division_id, kind=plan.kind, first_year=plan.first_year)


def lock_county(code: str) -> None:
    """Before any plan's row: two plans of one county never take the same compound, nor begin the same year."""
    Division.objects.select_for_update(no_key=True).get(pk=code)


def lock_open(plan: Plan, user: User) -> Plan:
    plan = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    if not can_make_plans(user, plan.division_id):
        raise NotPermitted
    if not plan.is_open:
        raise PlanNotOpen(state=plan.get_state_display())
    return plan


def lock_to_decide(plan: Plan, user: User, *states: str) -> Plan:
    plan = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    is_own = plan.submitted_by_id == user.pk
    if not is_own and not can_decide_plan(user, plan):
        raise NotPermitted
    if plan.state not in states:
        raise PlanWrongState(state=plan.get_state_display())
    if is_own:
        raise SamePerson
    return plan
