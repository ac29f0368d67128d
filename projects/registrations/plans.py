"""Plans on the board: the rail, the overview, what waits for the bureau, a compound's plans."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Min, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from compounds.models import Compound
from core.board import Figure, FigureValue, Panel, RailItem, WaitingLine, WaitingSource, board
from core.figures import thousands
from core.text import comma
from directory.models import User
from directory.powers import Power
from imports.kinds import register as register_import
from projects.imports.plans import PlanImport
from projects.models import Plan, PlanEntry, PlanKind, PlanState
from projects.permissions import can_see_programme
from projects.plan_figures.sums import sums_of
from projects.tables.plans import PLAN_TONES


def register() -> None:
    register_import(PlanImport())
    board.register(
        RailItem(
            key="plans", label=_("Plans"), icon="calendar", url_name="projects:plans", position=40,
            may_see=can_see_programme, also=("projects:catalogue",),
        )
    )  # fmt: skip
    board.register(Figure(subject="overview", key="plans", position=30, values=_figures))
    board.register(WaitingSource(key="plans", position=20, lines=_waiting))
    board.register(
        Panel(
            subject="compound", key="plans", position=30, template="projects/plan_of_compound.html",
            context=_of_compound, may_see=can_see_programme,
        )
    )  # fmt: skip


def _figures(request: HttpRequest, division: str) -> Iterator[FigureValue]:
    """This year's targets against what the plans in force list; two statements."""
    user: Any = request.user
    if not can_see_programme(user):
        return
    year = timezone.localdate().year
    scopes = [division] if division else list(user.scopes_for(Power.SEE_PROGRAMME))
    below = Q(pk__in=[])
    for scope in scopes:
        below |= Q(division_code__startswith=scope)
    listed = sums_of(PlanEntry.objects.filter(below, current=True, year=year))
    mine = Plan.objects.visible_to(user).filter(kind=PlanKind.ANNUAL, first_year=year, state=PlanState.ISSUED)
    plan = mine.filter(division__in=scopes).order_by("division_id").first()
    target = plan.target_compounds if plan else None
    has_plan = bool(listed.compounds or plan)
    notes = [_now("target: {target}").format(target=thousands(target))] if target is not None else []
    if listed.compounds:
        notes.append(_now("{households} households").format(households=thousands(listed.households)))
    yield FigureValue(
        label=_now("Plan {year}").format(year=year),
        value=thousands(listed.compounds) if has_plan else _now("no plan"),
        unit=pgettext("count", "compounds") if has_plan else "",
        note=comma().join(notes),
        url=plan.get_absolute_url() if plan else f"{reverse('projects:plans')}?year={year}",
    )


def _waiting(user: User) -> Iterator[WaitingLine]:
    """Plans to decide, and what came back to whoever makes plans; one statement."""
    if not user.has_power(Power.MAKE_PLANS) and not user.has_power(Power.APPROVE_PLANS):
        return
    decides, makes = Q(pk__in=[]), Q(pk__in=[])
    for scope in user.scopes_for(Power.APPROVE_PLANS):
        decides |= Q(division__code__startswith=scope)
    for scope in user.scopes_for(Power.MAKE_PLANS):
        makes |= Q(division__code__startswith=scope)
    found = Plan.objects.filter(
        state__in=(PlanState.SUBMITTED, PlanState.APPROVED, PlanState.RETURNED)
    ).aggregate(
        submitted=Count("pk", filter=decides & Q(state=PlanState.SUBMITTED) & ~Q(submitted_by=user)),
        oldest=Min("submitted_at", filter=decides & Q(state=PlanState.SUBMITTED) & ~Q(submitted_by=user)),
        approved=Count("pk", filter=decides & Q(state=PlanState.APPROVED) & ~Q(submitted_by=user)),
        returned=Count("pk", filter=makes & Q(state=PlanState.RETURNED)),
    )
    here = reverse("projects:plans")
    yield WaitingLine(text=_("plans to approve"), count=found["submitted"], url=f"{here}?state=submitted")
    yield WaitingLine(text=_("plans to issue"), count=found["approved"], url=f"{here}?state=approved")
    yield WaitingLine(text=_("plans returned"), count=found["returned"], url=f"{here}?state=returned")


def _of_compound(request: HttpRequest, compound: Compound) -> dict[str, Any]:
    """The plans it stands in, the latest first; what was replaced by an amendment is left out. One statement."""
    plans = Plan.objects.visible_to(request.user).exclude(state=PlanState.SUPERSEDED)
    entries = PlanEntry.objects.filter(compound=compound, plan__in=plans).select_related("plan")
    rows = entries.order_by("-plan__first_year", "plan__kind", "-plan__version")
    return {"lines": [(entry, PLAN_TONES[entry.plan.state]) for entry in rows]}
