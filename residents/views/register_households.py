"""The doors of a compound: list, grid, figures beside the declared ones, adding, and acts on several."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from compounds.models import Building, Compound
from core.errors import DomainError
from core.lists.bulk import ask, export_chosen, print_chosen, sent_step
from core.posted import posted
from directory.requests import SignedInRequest
from residents.actions.households import add_household, describe_households
from residents.filters.register import HouseholdFilter, with_owner
from residents.forms.register import HouseholdForm, UseForm, add_refusal
from residents.models import Household
from residents.permissions import can_export_households, can_keep_households, can_see_households
from residents.sums import OfBuilding, of_buildings, rolled_up
from residents.tables.register import HOUSEHOLDS_OF, with_doors
from residents.views.shared import demand, find_compound, residents_context, residents_page


def listed(compound: Compound) -> QuerySet[Household]:
    """What the list, its bulk acts and its spreadsheet choose from; whoever asks has been let in to the compound."""
    return with_doors(Household.objects.filter(compound=compound))


def _may_keep(request: SignedInRequest, compound: Compound) -> bool:
    return compound.ended_on is None and can_keep_households(request.user, compound.community_id)


# --- The list -----------------------------------------------------------------------------


@require_safe
def household_list(request: SignedInRequest, code: str) -> HttpResponseBase:
    compound = find_compound(request, code)
    may_keep, may_export = _may_keep(request, compound), can_export_households(request.user)
    acts = [*(["use", "merge"] if may_keep else []), *(["export"] if may_export else []), "print"]
    return HOUSEHOLDS_OF.respond(
        request,
        lambda: listed(compound),
        filterset=HouseholdFilter,
        depends_on=compound.pk,
        may_export=may_export,
        bulk=acts,
        bulk_args=[code],
        template="residents/register_households.html",
        context={**residents_context(request, compound, "households"), "may_keep": may_keep},
    )


# --- Figures ------------------------------------------------------------------------------


@require_safe
def figures(request: SignedInRequest, code: str) -> HttpResponse:
    """Each building's doors beside what it declares."""
    compound = find_compound(request, code)
    lines = of_buildings(compound)
    context = {
        "lines": lines,
        "figures": rolled_up(compound, lines),
        "differing": sum(1 for line in lines if line.difference),
        "undeclared": sum(1 for line in lines if line.difference is None),
        "may_keep": _may_keep(request, compound),
    }
    return residents_page(request, "residents/register_figures.html", compound, "figures", context)


# --- The grid -----------------------------------------------------------------------------


@require_safe
def grid(request: SignedInRequest, code: str) -> HttpResponse:
    """One building as it stands: staircases side by side, floors from the top."""
    compound = find_compound(request, code)
    lines = [line for line in of_buildings(compound) if line.doors]
    chosen = _chosen_building(request, lines)
    doors = _doors_of(chosen.building) if chosen else []
    context = {"lines": lines, "chosen": chosen, "may_keep": _may_keep(request, compound), **_laid_out(doors)}
    return residents_page(request, "residents/register_grid.html", compound, "grid", context)


def _chosen_building(request: SignedInRequest, lines: list[OfBuilding]) -> OfBuilding | None:
    asked = request.GET.get("building", "")
    return next((line for line in lines if str(line.building.pk) == asked), lines[0] if lines else None)


def _doors_of(building: Building) -> list[Household]:
    rows = Household.objects.living().filter(building=building).annotate(has_owner=with_owner())
    return list(rows.by_door())


def _laid_out(doors: Iterable[Household]) -> dict[str, Any]:
    """`staircases`: their names; `floors`: (floor or None, [doors of each staircase]), the highest first."""
    staircases: dict[str, str] = {}
    by_place: dict[int | None, dict[str, list[Household]]] = defaultdict(lambda: defaultdict(list))
    for door in doors:
        staircases.setdefault(door.staircase_key, door.staircase)
        by_place[door.floor][door.staircase_key].append(door)
    order = sorted(by_place, key=lambda floor: (floor is None, -(floor or 0)))
    floors = [(floor, [by_place[floor][key] for key in staircases]) for floor in order]
    return {"staircases": list(staircases.values()), "floors": floors}


# --- Adding -------------------------------------------------------------------------------


def add(request: SignedInRequest, code: str) -> HttpResponse:
    compound = find_compound(request, code)
    demand(_may_keep(request, compound))
    asked = request.GET.get("building", "")
    initial = {"building": asked if asked.isascii() and asked.isdigit() and len(asked) < 19 else None}
    form = HouseholdForm(posted(request), compound=compound, initial=initial)
    if form.is_valid():
        try:
            household = add_household(user=request.user, **form.facts())
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("%(door)s is in the register.") % {"door": household.door})
            if request.POST.get("another"):
                address = reverse("residents:household_add", args=[code])
                return redirect(f"{address}?building={household.building_id}")
            return redirect(household)
    context = {"form": form, "has_buildings": compound.buildings.exists()}
    status = 422 if form.errors else 200
    return residents_page(
        request, "residents/register_add.html", compound, "households", context, status=status
    )


# --- Several at once ----------------------------------------------------------------------


def chosen(request: SignedInRequest, compound: Compound) -> QuerySet[Household]:
    return HOUSEHOLDS_OF.selected(request, listed(compound), filterset=HouseholdFilter)


@require_POST
def bulk_use(request: SignedInRequest, code: str) -> HttpResponse:
    compound = find_compound(request, code)
    demand(_may_keep(request, compound))
    rows = chosen(request, compound)
    form = UseForm(sent_step(request))
    if form.is_bound and form.is_valid():
        try:
            changed = describe_households(households=rows, user=request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            sentence = ngettext("%(count)s door changed.", "%(count)s doors changed.", changed)
            messages.success(request, sentence % {"count": changed})
            return redirect("residents:households", code)
    return ask(
        request, HOUSEHOLDS_OF, rows, form, title=_("Use and tenancy"), names="door_text",
        back="residents:households", back_args=[code],
    )  # fmt: skip


@require_POST
def export(request: SignedInRequest, code: str) -> HttpResponseBase:
    compound = find_compound(request, code)
    demand(can_export_households(request.user))
    return export_chosen(request, HOUSEHOLDS_OF, chosen(request, compound))


@require_POST
def print_rows(request: SignedInRequest, code: str) -> HttpResponseBase:
    compound = find_compound(request, code)
    demand(can_see_households(request.user))
    return print_chosen(
        request, HOUSEHOLDS_OF, chosen(request, compound), back="residents:households", back_args=[code]
    )
