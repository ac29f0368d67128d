"""Doors that end: split into several, made one of several, struck off. Asked with the consequences in words."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core.errors import DomainError
from core.lists.bulk import ask, sent_step
from core.posted import posted
from directory.requests import SignedInRequest
from residents.actions.households import merge_households, split_household, strike_off
from residents.errors.households import MergeNeedsDoors
from residents.forms.register import (
    FEWEST_PARTS,
    MOST_PARTS,
    MergeForm,
    SplitForm,
    StrikeForm,
    add_refusal,
    summed_area,
)
from residents.models import AccessCode, Household, Owner, Representative
from residents.permissions import can_edit_household, can_keep_households
from residents.tables.register import HOUSEHOLDS_OF
from residents.views.register_household import household_context
from residents.views.register_households import chosen
from residents.views.shared import demand, find_compound, find_household

MOST_MERGED = 20
TITLE = gettext_lazy("Make one of several")


def _editable(request: SignedInRequest, pk: int) -> Household:
    household = find_household(request, pk)
    demand(can_edit_household(request.user, household))
    return household


def consequences(households: list[Household]) -> dict[str, int]:
    """What hangs on doors that end: owners recorded, live codes on letters, representatives who live there."""
    keys = [household.pk for household in households]
    codes = AccessCode.objects.filter(household__in=keys, revoked_at__isnull=True)
    return {
        "owners": Owner.objects.current().filter(household__in=keys).count(),
        "codes": codes.count(),
        "representatives": Representative.objects.current().filter(household__in=keys).count(),
    }


def _page(
    request: SignedInRequest, template: str, household: Household, form: Any, context: dict[str, Any]
) -> HttpResponse:
    shown = {
        **household_context(request, household),
        "form": form,
        "ending": consequences([household]),
        **context,
    }
    return render(request, template, shown, status=422 if form.is_bound and form.errors else 200)


def split(request: SignedInRequest, pk: int) -> HttpResponse:
    household = _editable(request, pk)
    parts = _parts_asked(request)
    form = SplitForm(posted(request), household=household, parts=parts)
    if form.is_valid():
        try:
            made = split_household(
                household=household, parts=form.doors(), user=request.user,
                effective_on=form.cleaned_data["effective_on"], reason=form.cleaned_data["reason"],
            )  # fmt: skip
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(
                request, _("%(door)s became %(count)s doors.") % {"door": household.door, "count": len(made)}
            )
            return redirect(household)
    lines = [(number, form[f"unit-{number}"], form[f"area-{number}"]) for number in form.parts]
    context = {"lines": lines, "parts": parts, "part_choices": range(FEWEST_PARTS, MOST_PARTS + 1)}
    return _page(request, "residents/register_split.html", household, form, context)


def _parts_asked(request: SignedInRequest) -> int:
    text = (request.POST or request.GET).get("parts", "")
    asked = int(text) if text.isascii() and text.isdigit() and len(text) < 3 else FEWEST_PARTS
    return max(FEWEST_PARTS, min(asked, MOST_PARTS))


def strike(request: SignedInRequest, pk: int) -> HttpResponse:
    household = _editable(request, pk)
    form = StrikeForm(posted(request))
    if form.is_valid():
        try:
            strike_off(
                household=household, user=request.user, ended_on=form.cleaned_data["effective_on"],
                reason=form.cleaned_data["reason"],
            )  # fmt: skip
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(
                request, _("%(door)s is struck off and kept as history.") % {"door": household.door}
            )
            return redirect(household)
    return _page(request, "residents/register_strike.html", household, form, {})


@require_POST
def bulk_merge(request: SignedInRequest, code: str) -> HttpResponse:
    """Ticked doors of one building become one."""
    compound = find_compound(request, code)
    demand(compound.ended_on is None and can_keep_households(request.user, compound.community_id))
    rows = chosen(request, compound).filter(ended_on__isnull=True)
    found = rows.order_by().aggregate(doors=Count("pk"), buildings=Count("building", distinct=True))
    possible = 2 <= found["doors"] <= MOST_MERGED and found["buildings"] == 1
    doors = list(rows.select_related("building").order_by("pk")) if possible else []
    form = MergeForm(sent_step(request), initial=_as_one(doors))
    if form.is_bound and form.is_valid():
        try:
            if not possible:
                raise MergeNeedsDoors
            merged = merge_households(
                households=doors, into=form.into(), user=request.user, effective_on=form.cleaned_data["effective_on"],
                reason=form.cleaned_data["reason"],
            )  # fmt: skip
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Made one: %(door)s.") % {"door": merged.door})
            return redirect(merged)
    return ask(
        request, HOUSEHOLDS_OF, rows, form, title=TITLE, names="door_text", back="residents:households", back_args=[code],
        template="residents/register_merge.html",
        context={"possible": possible, "ending": consequences(doors), "most": MOST_MERGED},
    )  # fmt: skip


def _as_one(doors: list[Household]) -> dict[str, Any]:
    """What is the same in all of them, and the sum of their areas."""
    if not doors:
        return {}
    first = doors[0]
    return {
        "staircase": first.staircase,
        "floor": first.floor,
        "unit": first.unit,
        "exclusive_area": summed_area(doors),
    }
