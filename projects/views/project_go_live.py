"""The day from which a division works in the portal: proposed by one administrator, confirmed by the other."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.db.models.functions import Left
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import DomainError
from core.posted import posted
from directory.models import Division, User
from directory.models.divisions import Level
from directory.powers import Power
from directory.requests import SignedInRequest
from projects.actions.go_live import confirm_go_live, propose_go_live
from projects.forms.project import add_refusal
from projects.forms.project_go_live import GoLiveForm
from projects.going_live import to_confirm
from projects.models import GoLive, Origin, Project
from projects.views.shared import demand

LISTED = 300


def divisions_of(user: User) -> QuerySet[Division]:
    """Counties, cities and provinces for which this person may set the day."""
    scopes = user.scopes_for(Power.SET_GO_LIVE)
    return Division.objects.below(scopes).living().filter(level__lte=Level.COUNTY).order_by("code")


@require_http_methods(["GET", "HEAD", "POST"])
def go_live(request: SignedInRequest) -> HttpResponse:
    """What is set and proposed in one's divisions; a form to propose a day."""
    user = request.user
    demand(user.has_power(Power.SET_GO_LIVE))
    divisions = divisions_of(user)
    only = divisions.first() if divisions.count() == 1 else None
    form = GoLiveForm(posted(request), divisions=divisions, initial={"division": only})
    if form.is_valid():
        try:
            propose_go_live(user=user, **form.cleaned_data)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Proposed. The other administration confirms it."))
            return redirect("projects:go_live")
    context = {
        "form": form,
        "lines": _lines(user, divisions),
        "is_listed_in_part": divisions.count() > LISTED,
    }
    return render(request, "projects/project_go_live.html", context, status=422 if form.errors else 200)


def _lines(user: User, divisions: QuerySet[Division]) -> list[dict[str, Any]]:
    """Each division with its day, and how many projects from before the portal it has."""
    known = {
        one.division_id: one
        for one in GoLive.objects.filter(division__in=divisions).select_related("proposed_by", "confirmed_by")
    }
    counties = (
        Project.objects.within(user.scopes_for(Power.SET_GO_LIVE))
        .filter(origin=Origin.BEFORE_PORTAL)
        .order_by()
        .annotate(county=Left("division_code", Level.COUNTY.value))
        .values_list("county")
        .annotate(count=Count("pk"))
    )
    before = dict(counties)
    confirmable = set(to_confirm(user).values_list("division", flat=True))
    return [
        {
            "division": division,
            "go_live": known.get(division.code),
            "backlog": sum(count for county, count in before.items() if county.startswith(division.code)),
            "may_confirm": division.code in confirmable,
        }
        for division in divisions[:LISTED]
    ]


@require_POST
def go_live_confirm(request: SignedInRequest, division: str) -> HttpResponse:
    demand(request.user.has_power(Power.SET_GO_LIVE))
    proposed = get_object_or_404(GoLive, division__in=divisions_of(request.user), division=division)
    confirm_go_live(go_live=proposed, user=request.user)
    messages.success(
        request,
        _("{place} works in the portal from {day}. The day does not change any more.").format(
            place=proposed.division.name, day=proposed.live_from
        ),
    )
    return redirect("projects:go_live")
