"""A household's page: its facts and their history; whose it is after a reason was given."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.board import board
from core.changelog import log_page
from core.conflicts import Conflict, reconciled
from core.errors import DomainError
from core.figures import thousands
from core.history import state_at, version_of
from core.posted import posted
from directory.requests import SignedInRequest
from residents.actions.households import update_household
from residents.actions.owners import open_record
from residents.board import OF_HOUSEHOLD
from residents.errors.households import HouseholdChanged
from residents.forms.owners import OpenForm
from residents.forms.register import HouseholdForm, add_refusal, facts_of
from residents.householdlog import KINDS, changes_of
from residents.models import Household, HouseholdSuccession, RecordOpening
from residents.permissions import RECORD_OPEN_FOR, can_edit_household, can_open_record, record_open_until
from residents.records import former_owners, minutes_left, shown_owners
from residents.views.shared import demand, find_household

OPENINGS_SHOWN = 20


@require_safe
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    household = find_household(request, pk)
    return household_page(request, household, OpenForm())


def household_page(
    request: SignedInRequest, household: Household, form: OpenForm, *, status: int = 200
) -> HttpResponse:
    """`form` asks for the reason where the record is closed."""
    now = timezone.now()
    until = record_open_until(request.user, household, now)
    succession = HouseholdSuccession.objects.select_related("old__building", "new__building")
    return render(
        request,
        "residents/register_household.html",
        {
            **household_context(request, household),
            "facts": _facts(household),
            "owners": shown_owners(household, is_open=until is not None),
            "former": former_owners(household) if until else [],
            "open_until": until,
            "open_for": minutes_left(until, now) if until else RECORD_OPEN_FOR.seconds // 60,
            "may_open": can_open_record(request.user, household),
            "form": form,
            "openings": list(
                RecordOpening.objects.filter(household=household).select_related("by")[:OPENINGS_SHOWN]
            ),
            "log": log_page(request, KINDS, lambda **asked: changes_of(household, **asked)),
            "successions": list(succession.filter(old=household)),
            "predecessions": list(succession.filter(new=household)),
            "panels": [
                render_to_string(panel.template, panel.context(request, household), request)
                for panel in board.panels(OF_HOUSEHOLD, request.user)
            ],
        },
        status=status,
    )


def household_context(request: SignedInRequest, household: Household) -> dict[str, Any]:
    """What the head of every page about one household draws (residents/register_household_base.html)."""
    return {
        "household": household,
        "compound": household.compound,
        "may_edit": can_edit_household(request.user, household),
    }


def _facts(household: Household) -> list[tuple[str, Any]]:
    unknown = {"use": household.use == "unknown", "tenancy": household.tenancy == "unknown"}
    area = household.exclusive_area
    return [
        (_("Building"), household.building.number),
        (_("Staircase"), household.staircase),
        (_("Floor"), household.floor),
        (_("Exclusive area"), f"{thousands(area)} m²" if area is not None else ""),
        (_("Use"), "" if unknown["use"] else household.get_use_display()),
        (_("Tenancy"), "" if unknown["tenancy"] else household.get_tenancy_display()),
    ]


# --- Opening the record -------------------------------------------------------------------


@require_http_methods(["POST"])
def open_(request: SignedInRequest, pk: int) -> HttpResponse:
    """With a reason, which is kept and shown with the record."""
    household = find_household(request, pk)
    demand(can_open_record(request.user, household))
    form = OpenForm(request.POST)
    if form.is_valid():
        try:
            open_record(household=household, user=request.user, reason=form.reason)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect(household)
    return household_page(request, household, form, status=422)


# --- Facts --------------------------------------------------------------------------------


def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    household = find_household(request, pk)
    demand(can_edit_household(request.user, household))
    # The version first: facts that are newer than their version only ask once too often.
    version = version_of(household)
    current = Household.objects.select_related("building").get(pk=household.pk)
    initial = facts_of(current) | {"version": version}
    form, conflict = HouseholdForm(posted(request), compound=household.compound, initial=initial), None
    if form.is_valid():
        try:
            update_household(
                household=household, user=request.user, expected_version=form.cleaned_data["version"] or 0, **form.facts()
            )  # fmt: skip
        except HouseholdChanged as refusal:
            form, conflict = _reconciled(household, form, refusal)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect(household)
    context = {**household_context(request, household), "form": form, "conflict": conflict}
    return render(
        request, "residents/register_household_form.html", context, status=422 if form.errors else 200
    )


def _reconciled(
    household: Household, form: HouseholdForm, refusal: HouseholdChanged
) -> tuple[HouseholdForm, Conflict]:
    """What only the other changed is taken over; what both changed is shown and decided by saving again."""
    version = version_of(household)
    current = Household.objects.select_related("building").get(pk=household.pk)
    before = state_at(household, form.cleaned_data["version"])
    data, conflict = reconciled(
        form, who=refusal.details["who"], version=version, theirs=facts_of(current),
        base=facts_of(before) if before is not None else None,
    )  # fmt: skip
    merged = HouseholdForm(data, compound=household.compound)
    merged.add_error(None, refusal.message)
    return merged, conflict
