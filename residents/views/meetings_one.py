"""One meeting: its page, who came, the minutes with the decisions, its papers, and calling it off."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compounds.models import Compound
from core.changelog import log_page
from core.errors import DomainError
from core.posted import posted
from directory.requests import SignedInRequest
from files.actions import store_image
from files.serving import preview_response
from residents.actions import meetings as acts
from residents.attendance import AttendanceGrid, by_building
from residents.errors.meetings import AttendanceClosed
from residents.forms.meetings import CancelForm, DoorCameForm, HoldForm, PaperForm, add_refusal
from residents.meetinglog import KINDS, changes_of
from residents.models import DOORS_OPEN, Attendance, Meeting, MeetingState
from residents.permissions import can_enter_for_residents
from residents.tables.meetings import TONES
from residents.views.meetings import PART, find_meeting, find_meeting_to_change
from residents.views.shared import LARGEST_KEY, demand, find_compound, residents_page
from residents.worklist import laid_out

# More than any compound has; whatever is longer is no form of ours.
MOST_TICKS = 20_000


@never_cache
@require_safe
def page(request: SignedInRequest, pk: int) -> HttpResponse:
    return _page(request, find_meeting(request, pk))


def _page(
    request: SignedInRequest, meeting: Meeting, *, status: int = 200, **bound: forms.Form
) -> HttpResponse:
    """`bound` replaces one of the forms by the one that was refused."""
    may_enter = can_enter_for_residents(request.user, meeting.division_code)
    context: dict[str, Any] = {
        "meeting": meeting,
        "compound": meeting.compound,
        "tone": TONES[MeetingState(meeting.state)],
        "decisions": list(meeting.decisions.all()),
        "opinions": list(meeting.opinions.order_by("number")),
        "papers": list(meeting.papers.select_related("file")),
        "may_enter": may_enter,
        "may_change": may_enter and meeting.state == MeetingState.PLANNED,
        "is_meeting": _is_meeting(meeting),
        "has_begun": meeting.begins_at <= timezone.now(),
        "log": log_page(request, KINDS, lambda **asked: changes_of(meeting, **asked)),
        "refused": next(iter(bound), ""),
        **_who_came(meeting),
    }
    if may_enter:
        context |= {"cancel_form": CancelForm(), "paper_form": PaperForm()} | bound
    request.rail_path = "/residents/"  # type: ignore[attr-defined]
    return render(request, "residents/meetings_page.html", context, status=status)


def _is_meeting(meeting: Meeting) -> bool:
    """People may come in: from a few hours before it begins until its minutes are recorded."""
    return meeting.state == MeetingState.PLANNED and meeting.begins_at - DOORS_OPEN <= timezone.now()


def _who_came(meeting: Meeting) -> dict[str, Any]:
    rows = Attendance.objects.filter(meeting=meeting)
    came = rows.filter(household__isnull=False).select_related("household__building")
    doors = [one.household for one in _as_one_walks(came)]
    guests = list(rows.exclude(guest="").values_list("guest", flat=True))
    return {"doors": by_building(doors), "door_count": len(doors), "guests": guests}


def _as_one_walks(came: Any) -> Any:
    return came.order_by(
        "household__building__number_key", "household__building_id", "household__staircase_key",
        "household__floor", "household__unit_key", "pk",
    )  # fmt: skip


# --- Who came ---------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def attendance(request: SignedInRequest, pk: int) -> HttpResponse:
    """The doors of one building to tick; going on to the next building saves this one."""
    meeting = find_meeting_to_change(request, pk)
    if request.method != "POST" and not _is_meeting(meeting):
        messages.error(request, AttendanceClosed().message)
        return redirect(meeting)
    grid = AttendanceGrid(meeting)
    quick = DoorCameForm(compound=meeting.compound)
    if request.method == "POST":
        if "quick" in request.POST:
            quick = DoorCameForm(request.POST, compound=meeting.compound)
        answer = _ticked(request, meeting, grid, quick)
        if answer is not None:
            return answer
        grid = AttendanceGrid(meeting)
    chosen = grid.block(request.GET.get("building", ""))
    context = {
        "meeting": meeting,
        "grid": grid,
        "chosen": chosen,
        "quick": quick,
        **(laid_out(chosen.seats) if chosen else {"floors": []}),
    }
    status = 422 if quick.is_bound and quick.errors else 200
    return residents_page(
        request,
        "residents/meetings_attendance.html",
        _compound(request, meeting),
        PART,
        context,
        status=status,
    )


def _ticked(
    request: SignedInRequest, meeting: Meeting, grid: AttendanceGrid, quick: DoorCameForm
) -> HttpResponse | None:
    """Where to go on; None: the door in a hurry was not found, and the page says so."""
    came, gone = grid.changes(shown=_keys(request, "shown"), ticked=_keys(request, "here"))
    asked = request.POST.get("next") or request.GET.get("building", "")
    if quick.is_bound and quick.is_valid():
        came = [*came, quick.cleaned_data["door"]]
    try:
        acts.take_attendance(meeting=meeting, user=request.user, came=came, taken_off=gone)
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect(meeting)
    if quick.is_bound and not quick.is_valid():
        return None
    if quick.is_bound:
        messages.success(request, _("{door} is here.").format(door=quick.cleaned_data["door"].door))
    if request.POST.get("next") == "done":
        return redirect(meeting)
    address = reverse("residents:meeting_attendance", args=[meeting.pk])
    return redirect(f"{address}?{urlencode({'building': asked})}" if asked else address)


def _keys(request: SignedInRequest, name: str) -> set[int]:
    typed = request.POST.getlist(name)[:MOST_TICKS]
    return {int(one) for one in typed if one.isascii() and one.isdigit() and len(one) < 19}


# --- Held, cancelled --------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def hold(request: SignedInRequest, pk: int) -> HttpResponse:
    """It took place: minutes, how many came, guests and decisions, in one go."""
    meeting = find_meeting_to_change(request, pk)
    came = Attendance.objects.filter(meeting=meeting, household__isnull=False).count()
    form = HoldForm(posted(request), initial={"attended_count": came or None})
    if form.is_valid():
        told = form.cleaned_data
        try:
            acts.hold_meeting(
                meeting=meeting, user=request.user, minutes=told["minutes"], attended_count=told["attended_count"],
                guests=told["guests"], decisions=form.decisions(),
            )  # fmt: skip
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Recorded. Residents read the decisions on their own page."))
            return redirect(meeting)
    context = {"form": form, "meeting": meeting, "door_count": came}
    status = 422 if form.is_bound and form.errors else 200
    return residents_page(
        request, "residents/meetings_hold.html", _compound(request, meeting), PART, context, status=status
    )


def _compound(request: SignedInRequest, meeting: Meeting) -> Compound:
    """With what the head of its page draws."""
    return find_compound(request, meeting.compound.code)


@require_POST
def cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    meeting = find_meeting_to_change(request, pk)
    form = CancelForm(request.POST)
    if form.is_valid():
        try:
            acts.cancel_meeting(meeting=meeting, user=request.user, **form.cleaned_data)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Cancelled. Residents read why."))
            return redirect(meeting)
    return _page(request, meeting, status=422, cancel_form=form)


# --- Papers -----------------------------------------------------------------------------


@require_POST
def add_paper(request: SignedInRequest, pk: int) -> HttpResponse:
    meeting = find_meeting_to_change(request, pk)
    form = PaperForm(request.POST, request.FILES)
    if form.is_valid():
        upload = form.cleaned_data["picture"]
        key: uuid.UUID = form.cleaned_data["key"]
        try:
            file = store_image(file=upload.file, name=upload.name or "", user=request.user)
            acts.add_meeting_paper(
                meeting=meeting, user=request.user, file=file, key=key, caption=form.cleaned_data["caption"]
            )
        except DomainError as refusal:
            form.add_error("picture", refusal.message)
        else:
            messages.success(request, _("The picture is with the meeting."))
            return redirect(meeting)
    return _page(request, meeting, status=422, paper_form=form)


@require_safe
def paper(request: SignedInRequest, pk: int, paper_id: int) -> HttpResponseBase:
    """A signed list shows names: only whoever enters for residents sees it."""
    meeting = find_meeting(request, pk)
    demand(can_enter_for_residents(request.user, meeting.division_code))
    found = get_object_or_404(meeting.papers.select_related("file"), pk=min(paper_id, LARGEST_KEY))
    return preview_response(found.file)
