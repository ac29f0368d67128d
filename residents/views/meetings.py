"""居民议事会: the list, and a meeting announced, changed or cancelled."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from compounds.models import Compound
from core.conflicts import Conflict, reconciled
from core.errors import DomainError
from core.history import state_at, version_of
from core.posted import posted
from directory.models import Division
from directory.powers import Power
from directory.requests import SignedInRequest
from projects.permissions import can_export
from residents.actions.meetings import announce_meeting, change_meeting
from residents.errors.meetings import MeetingChanged
from residents.filters.meetings import MeetingFilter
from residents.following import of_compound_and_before
from residents.forms.meetings import MeetingForm, add_refusal, facts_of
from residents.models import Meeting
from residents.permissions import can_enter_for_residents, can_see_households
from residents.tables.meetings import MEETINGS, listed
from residents.views.shared import LARGEST_KEY, demand, find_compound, residents_context, residents_page

PART = "meetings"


@require_safe
def meeting_list(request: SignedInRequest) -> HttpResponseBase:
    demand(can_see_households(request.user))
    return MEETINGS.respond(
        request,
        lambda: listed(Meeting.objects.visible_to(request.user)),
        filterset=MeetingFilter,
        depends_on=request.user.scopes_for(Power.SEE_HOUSEHOLDS),
        may_export=can_export(request.user),
        describe={"division": lambda code: str(Division.objects.filter(code=code).first() or "–")},
        template="residents/meetings_list.html",
    )


def _may_announce(request: SignedInRequest, compound: Compound) -> bool:
    return compound.ended_on is None and can_enter_for_residents(request.user, compound.community_id)


@require_safe
def of_compound(request: SignedInRequest, code: str) -> HttpResponseBase:
    """The same list, of one compound: a tab beside its doors."""
    compound = find_compound(request, code)
    return MEETINGS.respond(
        request,
        lambda: listed(Meeting.objects.visible_to(request.user)).filter(of_compound_and_before(compound)),
        filterset=MeetingFilter,
        may_export=can_export(request.user),
        template="residents/meetings_of_compound.html",
        context={
            **residents_context(request, compound, PART),
            "may_announce": _may_announce(request, compound),
        },
    )


def find_meeting(request: SignedInRequest, pk: int) -> Meeting:
    """403 for whoever sees no households at all, 404 for a meeting that this person does not see."""
    demand(can_see_households(request.user))
    rows = Meeting.objects.visible_to(request.user).select_related("compound__community", "called_by")
    return get_object_or_404(rows, pk=min(pk, LARGEST_KEY))


def find_meeting_to_change(request: SignedInRequest, pk: int) -> Meeting:
    meeting = find_meeting(request, pk)
    demand(can_enter_for_residents(request.user, meeting.division_code))
    return meeting


# --- Announced and changed --------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def announce(request: SignedInRequest, code: str) -> HttpResponse:
    compound = find_compound(request, code)
    demand(_may_announce(request, compound))
    form = MeetingForm(posted(request))
    if form.is_valid():
        try:
            meeting = announce_meeting(compound=compound, user=request.user, **form.facts())
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Announced. Residents read it on their own page."))
            return redirect(meeting)
    return _form_page(request, compound, form)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Whoever saves second sees what the first has changed."""
    meeting = find_meeting_to_change(request, pk)
    # The version first: facts that are newer than their version only ask once too often.
    version = version_of(meeting)
    current = Meeting.objects.get(pk=meeting.pk)
    form, conflict = MeetingForm(posted(request), initial=facts_of(current) | {"version": version}), None
    if form.is_valid():
        try:
            change_meeting(
                meeting=meeting, user=request.user, expected_version=form.cleaned_data["version"] or 0, **form.facts()
            )  # fmt: skip
        except MeetingChanged as refusal:
            form, conflict = _reconciled(meeting, form, refusal)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect(meeting)
    compound = find_compound(request, meeting.compound.code)
    return _form_page(request, compound, form, meeting=meeting, conflict=conflict)


def _reconciled(meeting: Meeting, form: MeetingForm, refusal: MeetingChanged) -> tuple[MeetingForm, Conflict]:
    """What only the other changed is taken over; what both changed is shown and decided by saving again."""
    version = version_of(meeting)
    current = Meeting.objects.get(pk=meeting.pk)
    before = state_at(meeting, form.cleaned_data["version"])
    data, conflict = reconciled(
        form, who=refusal.details["who"], version=version, theirs=facts_of(current),
        base=facts_of(before) if before is not None else None,
    )  # fmt: skip
    merged = MeetingForm(data)
    merged.add_error(None, refusal.message)
    return merged, conflict


def _form_page(
    request: SignedInRequest,
    compound: Compound,
    form: MeetingForm,
    *,
    meeting: Meeting | None = None,
    conflict: Conflict | None = None,
) -> HttpResponse:
    context = {"form": form, "meeting": meeting, "conflict": conflict}
    status = 422 if form.is_bound and form.errors else 200
    return residents_page(request, "residents/meetings_form.html", compound, PART, context, status=status)
