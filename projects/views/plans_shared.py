"""What every page of a plan needs: the plan as one may see it, where it stands, what one may do with it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import pgettext_lazy

from directory.requests import SignedInRequest
from projects.models import Plan, PlanState
from projects.permissions import can_amend_plan, can_decide_plan, can_edit_plan, can_see_programme
from projects.tables.plans import PLAN_TONES
from projects.views.shared import demand

# The way a plan goes; a returned one is at the first step again.
WAY = (PlanState.DRAFT, PlanState.SUBMITTED, PlanState.APPROVED, PlanState.ISSUED)
STEP_NAMES: dict[str, Any] = {
    PlanState.DRAFT: pgettext_lazy("step of a plan", "Drawing up"),
    PlanState.SUBMITTED: pgettext_lazy("step of a plan", "Submission"),
    PlanState.APPROVED: pgettext_lazy("step of a plan", "Approval"),
    PlanState.ISSUED: pgettext_lazy("step of a plan", "Issue"),
}


@dataclass(frozen=True, kw_only=True)
class Step:
    """`state` is "done", "here" or "ahead"."""

    name: Any
    state: str
    who: Any = None
    at: Any = None


def find_plan(request: SignedInRequest, pk: int) -> Plan:
    """403 for whoever sees no plans at all, 404 for one that this person does not see."""
    demand(can_see_programme(request.user))
    rows = Plan.objects.visible_to(request.user).select_related(
        "division", "drawn_up_by", "submitted_by", "decided_by", "issued_by", "document"
    )
    return get_object_or_404(rows, pk=pk)


def steps_of(plan: Plan) -> list[Step]:
    """Where it has been, where it is, where it still has to go."""
    state = PlanState.DRAFT if plan.state == PlanState.RETURNED else PlanState(plan.state)
    place = len(WAY) - 1 if state == PlanState.SUPERSEDED else WAY.index(state)
    been = {
        PlanState.DRAFT: (plan.drawn_up_by, plan.drawn_up_at),
        PlanState.SUBMITTED: (plan.submitted_by, plan.submitted_at),
        PlanState.APPROVED: (plan.decided_by, plan.decided_at),
        PlanState.ISSUED: (plan.issued_by, plan.issued_on),
    }
    steps = []
    for number, name in enumerate(WAY):
        who, at = been[name] if number <= place else (None, None)
        is_done = number < place or (number == place and name == PlanState.ISSUED)
        ahead = "here" if number == place else "ahead"
        steps.append(Step(name=STEP_NAMES[name], state="done" if is_done else ahead, who=who, at=at))
    return steps


def plan_page(
    request: SignedInRequest, template: str, plan: Plan, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """`template` extends projects/plan_base.html."""
    user = request.user
    return render(
        request,
        template,
        {
            "plan": plan,
            "tone": PLAN_TONES[plan.state],
            "steps": steps_of(plan),
            "may_edit": can_edit_plan(user, plan),
            "may_decide": can_decide_plan(user, plan),
            "may_amend": can_amend_plan(user, plan),
            **context,
        },
        status=status,
    )
