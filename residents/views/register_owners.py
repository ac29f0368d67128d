"""Whose a household is: recorded, corrected, handed over; who votes; units of one owner; erased.

What is known already shows in these forms, so the record must be open (`residents.permissions.record_open_until`).
"""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError
from core.posted import posted
from directory.requests import SignedInRequest
from residents.actions.owners import erase_owner, link_owners, name_voter, part_owner, record_owners
from residents.errors.households import OwnersInFuture, RecordClosed
from residents.finding import doors_like
from residents.forms.owners import (
    MORE_LINES,
    SPARE_LINES,
    LinkForm,
    Manner,
    OwnersForm,
    VoterForm,
    initial_of,
)
from residents.models import Household, Owner
from residents.permissions import can_edit_household, can_open_record, record_open_until
from residents.views.register_household import household_context
from residents.views.shared import LARGEST_KEY, demand, find_household

FOUND = 20


def _editable(request: SignedInRequest, pk: int) -> Household:
    household = find_household(request, pk)
    demand(can_edit_household(request.user, household))
    return household


def _is_open(request: SignedInRequest, household: Household) -> bool:
    return record_open_until(request.user, household, timezone.now()) is not None


def _current(household: Household) -> Any:
    return Owner.objects.current().filter(household=household)


def _owner(household: Household, key: int) -> Owner:
    return get_object_or_404(_current(household), pk=min(key, LARGEST_KEY))


def _page(
    request: SignedInRequest, template: str, household: Household, form: Any, context: dict[str, Any]
) -> HttpResponse:
    shown = {**household_context(request, household), "form": form, **context}
    return render(request, template, shown, status=422 if form.is_bound and form.errors else 200)


def record(request: SignedInRequest, pk: int) -> HttpResponse:
    """First entry, correction, change of hands. The first needs no opening: there is nothing to see yet."""
    household = _editable(request, pk)
    owners = list(_current(household))
    if owners and not _is_open(request, household):
        raise RecordClosed(back=household.get_absolute_url())
    form = OwnersForm(
        posted(request), lines=_lines(request, len(owners)), has_owners=bool(owners), initial=initial_of(owners)
    )  # fmt: skip
    if request.POST.get("more"):
        # More lines are asked for; what was typed stays, and nothing is judged yet.
        form = OwnersForm(lines=len(form.lines), has_owners=bool(owners), initial=request.POST.dict())
    elif form.is_valid():
        try:
            record_owners(
                household=household, user=request.user, owners=form.owners(), basis=form.cleaned_data["basis"],
                effective_on=form.cleaned_data["effective_on"],
                transferred=form.cleaned_data.get("manner") == Manner.TRANSFERRED,
            )  # fmt: skip
        except DomainError as refusal:
            form.add_error("effective_on" if isinstance(refusal, OwnersInFuture) else None, refusal.message)
        else:
            messages.success(request, _("The owners are recorded."))
            if form.cleaned_data.get("manner") == Manner.TRANSFERRED:
                messages.warning(
                    request, _("The letter of the owners before opens nothing any more: print a new one.")
                )
            return redirect(household)
    context = {"has_owners": bool(owners)}
    return _page(request, "residents/register_owners.html", household, form, context)


def _lines(request: SignedInRequest, owners: int) -> int:
    text = request.POST.get("lines", "")
    lines = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else owners + SPARE_LINES
    return lines + (MORE_LINES if request.POST.get("more") else 0)


def voter(request: SignedInRequest, pk: int) -> HttpResponse:
    household = _editable(request, pk)
    is_open = _is_open(request, household)
    owners = _current(household)
    chosen = owners.filter(is_voter=True).first()
    form = VoterForm(posted(request), owners=owners, is_open=is_open, initial={"owner": chosen})
    if form.is_valid():
        try:
            name_voter(household=household, user=request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect(household)
    return _page(request, "residents/register_voter.html", household, form, {})


# --- Units of one owner -------------------------------------------------------------------


def link(request: SignedInRequest, pk: int, owner: int) -> HttpResponse:
    """Search the other door within the compound, choose its owner (masked), say how one knows."""
    household = _editable(request, pk)
    mine = _owner(household, owner)
    typed = (request.POST if request.method == "POST" else request.GET).get("door", "")[:60].strip()
    offered = _offered(household, typed)
    form = LinkForm(posted(request), offered=Owner.objects.filter(pk__in=[one.pk for one in offered]))
    if form.is_valid():
        try:
            link_owners(
                owners=[mine, form.cleaned_data["other"]], user=request.user, note=form.cleaned_data["note"]
            )
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Linked: they count as one person in an owners' vote."))
            return redirect(household)
    context = {
        "owner": mine,
        "typed": typed,
        # Whether the names agree helps, and tells nobody the other name.
        "offered": [(one, bool(mine.name) and one.name == mine.name) for one in offered],
        "is_open": _is_open(request, household),
    }
    return _page(request, "residents/register_link.html", household, form, context)


def _offered(household: Household, typed: str) -> list[Owner]:
    if not typed:
        return []
    doors = Household.objects.living().filter(doors_like(typed), compound=household.compound_id)
    rows = Owner.objects.current().filter(household__in=doors.exclude(pk=household.pk))
    return list(rows.select_related("household__building").order_by("household", "pk")[:FOUND])


@require_POST
def part(request: SignedInRequest, pk: int, owner: int) -> HttpResponse:
    household = _editable(request, pk)
    part_owner(owner=_owner(household, owner), user=request.user, reason=request.POST.get("reason", ""))
    messages.success(request, _("No longer linked."))
    return redirect(household)


@require_POST
def erase(request: SignedInRequest, pk: int, owner: int) -> HttpResponse:
    """Also of households and owners that have ended: the right to erasure does not end with them."""
    household = find_household(request, pk)
    demand(can_open_record(request.user, household))
    one = get_object_or_404(Owner, household=household, pk=min(owner, LARGEST_KEY))
    erase_owner(owner=one, user=request.user, reason=request.POST.get("reason", ""))
    messages.success(request, _("Name and phone are erased."))
    return redirect(household)
