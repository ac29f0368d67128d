"""One door of a round: what came of the call, in two taps on a phone; a mistake is taken back with a reason."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.errors import DomainError, InvalidInput
from directory.requests import SignedInRequest
from residents.actions.rounds import record_call, take_back_call
from residents.models import DoorCall, Finding, Household, Menu, Questionnaire, Round
from residents.permissions import can_enter_for_residents
from residents.views.register_household import household_context
from residents.views.rounds import find_round, may_call
from residents.views.rounds_way import Way, back_to_door, carried, show_of
from residents.views.shared import LARGEST_KEY, demand
from residents.worklist import Worklist, following

# As often as each is needed at a door: the usual ones first.
BUTTONS = (
    (Finding.HANDED_OVER, "mail", "btn-primary"),
    (Finding.LETTER_BOX, "inbox", ""),
    (Finding.NOT_AT_HOME, "clock", ""),
    (Finding.REFUSED, "ban", ""),
    (Finding.MOVED_AWAY, "user-off", ""),
    (Finding.POSTED, "send", ""),
)


def _find_door(request: SignedInRequest, visits: Round, household: int) -> Household:
    rows = Household.objects.visible_to(request.user).filter(compound=visits.compound_id)
    return get_object_or_404(
        rows.select_related("building", "compound__community"), pk=min(household, LARGEST_KEY)
    )


@never_cache
@require_safe
def door(request: SignedInRequest, pk: int, household: int) -> HttpResponse:
    visits = find_round(request, pk)
    one = _find_door(request, visits, household)
    work = Worklist(visits)
    here = next((each for each in work.doors if each.pk == one.pk), None)
    calls = DoorCall.objects.filter(round=visits, household=one, reverses__isnull=True)
    context = {
        **household_context(request, one),
        "visits": visits,
        "here": here,
        "calls": list(calls.select_related("by", "reversal__by")),
        "buttons": [(value, Finding(value).label, icon, css) for value, icon, css in BUTTONS],
        "key": uuid.uuid4(),
        "may_call": here is not None and may_call(request, visits),
        "back": back_to_door(visits, one, show_of(request)),
        "way": Way(visits, show_of(request), one),
        "carried": carried(show_of(request)),
        "menu": _to_choose_from(request, work),
        "questionnaire": _to_answer(request, work),
        "following": following(work.doors, one.pk, show_of(request)),
    }
    return render(request, "residents/rounds_door.html", context)


def _to_choose_from(request: SignedInRequest, work: Worklist) -> Menu | None:
    """The menu that the household may fill in at the door, with the worker's help."""
    menu = work.menu
    is_open = menu is not None and menu.is_open_at(timezone.now())
    return menu if is_open and may_call(request, work.round) else None


def _to_answer(request: SignedInRequest, work: Worklist) -> Questionnaire | None:
    """The same of a questionnaire, in a round that asks for no menu."""
    asked = work.questionnaire
    is_open = asked is not None and asked.is_open_at(timezone.now())
    return asked if is_open and may_call(request, work.round) else None


@require_POST
def call(request: SignedInRequest, pk: int, household: int) -> HttpResponse:
    """The same `key` again is the same call: a second tap, or a phone that did not hear the answer."""
    visits = find_round(request, pk)
    one = _find_door(request, visits, household)
    demand(can_enter_for_residents(request.user, visits.division_code))
    finding, key = _sent(request)
    recorded = record_call(
        round=visits, household=one, user=request.user, finding=finding, key=key, note=request.POST.get("note", "")[:200]
    )  # fmt: skip
    said = {"door": one.door, "finding": recorded.get_finding_display()}
    if recorded.finding == finding and recorded.household_id == one.pk:
        messages.success(request, _("{door}: {finding}").format(**said))
    else:
        messages.warning(
            request,
            _("{door}: “{finding}” was already recorded from this page. Take it back if it is wrong.").format(
                **said
            ),
        )
    return redirect(back_to_door(visits, one, show_of(request)))


def _sent(request: SignedInRequest) -> tuple[str, uuid.UUID]:
    finding = request.POST.get("finding", "")
    try:
        key = uuid.UUID(request.POST.get("key", ""))
    except ValueError as error:
        raise InvalidInput(reason=_("the page's key is missing")) from error
    if finding not in Finding.values:
        raise InvalidInput(reason=_("say what came of the call"))
    return finding, key


@require_POST
def take_back(request: SignedInRequest, pk: int, call_id: int) -> HttpResponse:
    visits = find_round(request, pk)
    mistaken = get_object_or_404(
        DoorCall.objects.visible_to(request.user).select_related("household__building", "round"),
        round=visits,
        pk=min(call_id, LARGEST_KEY),
    )
    demand(can_enter_for_residents(request.user, visits.division_code))
    address = reverse("residents:round_door", args=[visits.pk, mistaken.household_id])
    try:
        take_back_call(call=mistaken, user=request.user, reason=request.POST.get("reason", "")[:200])
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Taken back. Both entries stay, neither counts."))
    return redirect(address)
