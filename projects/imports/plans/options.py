"""Into which plan a table is read: one that is being drawn up and that the person may change."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from directory.powers import Power
from imports.kinds import Task
from projects.models import Plan
from projects.models.plans import OPEN_STATES


def plans_open_to(user: Any) -> list[Plan]:
    """Counties' plans that this person may draw up, the latest first."""
    scopes = user.scopes_for(Power.MAKE_PLANS) if user is not None else ()
    within = Q(pk__in=[])
    for scope in scopes:
        within |= Q(division__code__startswith=scope)
    found = Plan.objects.filter(within, state__in=OPEN_STATES).select_related("division").order_by("-pk")
    return [plan for plan in found if plan.lists_compounds]


def plan_of(task: Task) -> Plan | None:
    """The chosen plan while this person may still change it."""
    chosen = str(task.options.get("plan") or "")
    return next((plan for plan in plans_open_to(task.user) if str(plan.pk) == chosen), None)


class PlanOptions(forms.Form):
    plan = forms.ChoiceField(
        label=_("Into which plan"), help_text=_("Plans that are being drawn up and that you may change.")
    )

    def __init__(self, data: Any, *, plans: Sequence[Plan], **options: Any) -> None:
        super().__init__(data, **options)
        field: Any = self.fields["plan"]
        field.choices = [(str(plan.pk), plan.title) for plan in plans]
        if not plans:
            field.help_text = _("No plan of yours is being drawn up: begin or amend one first.")
