"""告知信: printed by building or for the whole compound as a job, one again at the desk, a code revoked."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compounds.models import Compound
from core.errors import DomainError
from core.posted import posted
from directory.requests import SignedInRequest
from jobs.models import Job
from jobs.views import card
from residents.actions.letters import revoke_code
from residents.actions.prints import (
    KEPT,
    LETTERS,
    ask_for_letters,
    letter_for_a_lost_one,
    one_letter,
    open_print,
)
from residents.errors.households import ReasonNeeded
from residents.errors.letters import NobodyToCall, NoLiveCode
from residents.forms.letters import LettersForm
from residents.lettering import contact_of, menu_on_letters
from residents.models import AccessCode, LetterPrint, Round
from residents.permissions import can_keep_households, can_see_households
from residents.views.papers import pdf_response
from residents.views.shared import LARGEST_KEY, demand, find_compound, find_household, residents_page

PART = "letters"
LISTED = 30
MEDIA_TYPES = {"pdf": "application/pdf", "zip": "application/zip"}


def letters_address(request: SignedInRequest) -> str:
    """Where the square on the letters leads, before the code: the portal's own address, else that of this request."""
    below = reverse("residents:home")
    base: str = settings.PORTAL_ADDRESS
    return f"{base.rstrip('/')}{below}" if base else request.build_absolute_uri(below)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: SignedInRequest, code: str) -> HttpResponse:
    """What is printed and what stands on it; a POST makes a printing due."""
    compound = find_compound(request, code)
    may_print = compound.ended_on is None and can_keep_households(request.user, compound.community_id)
    if request.method == "POST":
        demand(may_print)
    form = LettersForm(posted(request), compound=compound, initial={"building": request.GET.get("building")})
    if form.is_valid():
        try:
            job = ask_for_letters(
                compound=compound, user=request.user, address=letters_address(request), **form.cleaned_data
            )
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect("jobs:detail", job.pk)
    context = {"form": form, "may_print": may_print, **_shown(request, compound)}
    status = 422 if form.errors else 200
    return residents_page(request, "residents/letters_page.html", compound, PART, context, status=status)


def _shown(request: SignedInRequest, compound: Compound) -> dict[str, Any]:
    now = timezone.now()
    jobs = Job.objects.visible_to(request.user).unfinished()
    prints = LetterPrint.objects.filter(compound=compound).select_related(
        "by", "building", "household__building"
    )
    try:
        contact = contact_of(compound)
    except NobodyToCall:
        contact = None
    return {
        "address": letters_address(request),
        "contact": contact,
        "running": Round.objects.running().filter(compound=compound).first(),
        "menu": menu_on_letters(compound, now),
        "jobs": [card(job) for job in jobs.filter(kind=LETTERS, params__compound=compound.pk)],
        "prints": [(one, one.file_id and one.at > now - KEPT and not one.file_gone_at) for one in prints[:LISTED]],
        "buildings": list(_buildings(compound)),
    }  # fmt: skip


def _buildings(compound: Compound) -> QuerySet[Any, Any]:
    """Doors of each building, and how many of them hold a valid letter."""
    living = Q(households__ended_on__isnull=True)
    valid = living & Q(households__codes__revoked_at__isnull=True, households__codes__isnull=False)
    counted = compound.buildings.annotate(
        doors=Count("households", filter=living, distinct=True),
        lettered=Count("households", filter=valid, distinct=True),
    )
    return counted.annotate(without=F("doors") - F("lettered")).filter(doors__gt=0)


@require_safe
def download(request: SignedInRequest, pk: int) -> HttpResponse:
    """The letters of a printing, unsealed for this answer only."""
    demand(can_see_households(request.user))
    seen = Compound.objects.visible_to(request.user)
    rows = LetterPrint.objects.filter(compound__in=seen, household__isnull=True)
    printed = get_object_or_404(
        rows.select_related("compound__community", "building", "file"), pk=min(pk, LARGEST_KEY)
    )
    content = open_print(printed=printed, user=request.user)
    extent = printed.building.number if printed.building else ""
    name = f"{printed.compound.name}{extent}告知信.{printed.ending}"
    return pdf_response(content, name, media_type=MEDIA_TYPES[printed.ending])


# --- One household ----------------------------------------------------------------------


@require_POST
def one(request: SignedInRequest, pk: int) -> HttpResponse:
    """The letter of one door, at once."""
    household = find_household(request, pk)
    demand(can_keep_households(request.user, household.division_code))
    content = one_letter(household=household, user=request.user, address=letters_address(request))
    return pdf_response(content, f"{household.compound.name}{household.door}告知信.pdf")


@require_POST
def lost(request: SignedInRequest, pk: int) -> HttpResponse:
    """The letter is lost: its code ends, and the next one is printed at once."""
    household = find_household(request, pk)
    demand(can_keep_households(request.user, household.division_code))
    sent = request.POST.get("generation", "")
    generation = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 6 else 0
    content = letter_for_a_lost_one(
        household=household, generation=generation, user=request.user, address=letters_address(request)
    )
    return pdf_response(content, f"{household.compound.name}{household.door}告知信.pdf")


@require_POST
def revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    """The letter opens nothing any more, and whoever it let in is out; the next one has another code."""
    household = find_household(request, pk)
    demand(can_keep_households(request.user, household.division_code))
    code = AccessCode.objects.live().filter(household=household).first()
    if code is None:
        raise NoLiveCode(door=household.door)
    try:
        revoke_code(code=code, user=request.user, reason=request.POST.get("reason", "")[:200])
    except ReasonNeeded as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(
            request,
            _("The code is revoked: the letter opens nothing any more. Print a new one and hand it over."),
        )
    return redirect(household)
