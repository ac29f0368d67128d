"""Plan against what happened, at any date and as it was known at any moment."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from compounds.breakdown import level_below
from core.fields import DayInput, WholeNumberField
from core.scope import chosen_division
from directory.codes import is_division_code
from directory.models import Division
from directory.models.divisions import Level
from directory.powers import Power
from directory.requests import SignedInRequest
from projects.models import Plan, PlanKind
from projects.permissions import can_see_programme
from projects.plan_figures.actual import actual
from projects.views.shared import demand


class ActualForm(forms.Form):
    """Which year, on which day, as known when; all have a value when nothing is said."""

    year = WholeNumberField(label=_("Plan year"), min_value=2000, max_value=2100, required=False)
    on = forms.DateField(label=_("As of"), required=False, widget=DayInput())
    recorded = forms.DateField(
        label=_("As recorded until"), required=False,
        widget=DayInput(),
        help_text=_("Leave it empty for all that is known today. A day gives the figures as they were then."),
    )  # fmt: skip


@require_safe
def plan_actual(request: SignedInRequest) -> HttpResponse:
    demand(can_see_programme(request.user))
    today = timezone.localdate()
    form = ActualForm(request.GET)
    form.is_valid()
    year = form.cleaned_data.get("year") or today.year
    on = form.cleaned_data.get("on") or today
    recorded: date | None = form.cleaned_data.get("recorded")
    division, scopes = _scopes(request)
    # Several places of one's own are the lines themselves; a single one is taken apart.
    digits = level_below(scopes) if len(scopes) == 1 else min(map(len, scopes), default=Level.COMMUNITY)
    lines, whole = actual(
        year=year,
        scopes=scopes,
        digits=digits,
        on=on,
        as_recorded=_end_of(recorded) if recorded else timezone.now(),
    )
    context = {
        "form": ActualForm(initial={"year": year, "on": on, "recorded": recorded}),
        "year": year,
        "on": on,
        "recorded": recorded,
        "shown_division": division,
        "lines": [(line, _links(request, line.code, year, on, digits)) for line in lines],
        "whole": whole,
        "whole_links": _links(request, division.code if division else "", year, on, digits),
        "years": sorted({*_years(request), year}, reverse=True),
        "is_today": on == today,
    }
    return render(request, "projects/plan_actual.html", context)


def _end_of(day: date) -> datetime:
    """The last moment of a day in the portal's time zone."""
    local = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    return local.astimezone(UTC) - timedelta(microseconds=1)


def _scopes(request: SignedInRequest) -> tuple[Division | None, list[str]]:
    """The division shown, and the code prefixes whose projects this person may count."""
    asked = request.GET.get("division", "")
    code = asked if is_division_code(asked) else chosen_division(request)
    own = list(request.user.scopes_for(Power.SEE_PROGRAMME))
    if not code:
        only = Division.objects.filter(pk=own[0]).first() if len(own) == 1 else None
        return only, own
    division = get_object_or_404(Division.objects.visible_to(request.user), pk=code)
    if any(code.startswith(scope) for scope in own):
        return division, [code]
    return division, [scope for scope in own if scope.startswith(code)]


def _links(request: SignedInRequest, code: str, year: int, on: date, digits: int) -> dict[str, str]:
    """Addresses of the projects behind the figures, and of the table one level down."""
    here: dict[str, Any] = {"year": year, **({"division": code} if code else {})}
    projects = reverse("projects:list")
    deeper = urlencode({**request.GET.dict(), "division": code, "year": year, "on": on.isoformat()})
    return {
        "planned": f"{projects}?{urlencode(here)}",
        "started": f"{projects}?{urlencode({**here, 'started_to': on.isoformat()})}",
        "completed": f"{projects}?{urlencode({**here, 'completed_to': on.isoformat()})}",
        "outside": f"{projects}?{urlencode({**here, 'started_to': on.isoformat(), 'planned': 'false'})}",
        "deeper": f"?{deeper}" if code and digits < 12 else "",
    }


def _years(request: SignedInRequest) -> list[int]:
    rows = Plan.objects.visible_to(request.user).filter(kind=PlanKind.ANNUAL)
    return list(rows.order_by("first_year").values_list("first_year", flat=True).distinct())
