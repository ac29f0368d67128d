"""The buildings of a compound: the table, and adding, changing and removing one."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.actions.register import add_building, remove_building, update_building
from compounds.forms.buildings import BuildingForm
from compounds.forms.fields import add_refusal
from compounds.models import Building, Compound
from compounds.permissions import can_edit_compound
from compounds.sums import compared_figures
from compounds.views.shared import compound_page, demand, seen_compound
from core.errors import DomainError
from core.posted import posted
from directory.requests import SignedInRequest


def building_list(request: SignedInRequest, code: str) -> HttpResponse:
    compound = seen_compound(request, code)
    context = {"buildings": compound.buildings.all(), "figures": compared_figures(compound)}
    return compound_page(request, "compounds/buildings.html", compound, "buildings", context)


def add(request: SignedInRequest, code: str) -> HttpResponse:
    compound = _editable(request, code)
    form = BuildingForm(posted(request), compound=compound)
    if form.is_valid():
        try:
            building = add_building(compound=compound, user=request.user, **form.cleaned_data)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Building %(number)s added.") % {"number": building.number})
            onward = "compounds:building_add" if request.POST.get("another") else "compounds:buildings"
            return redirect(onward, code)
    return _form_page(request, compound, form, None)


def edit(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    compound = _editable(request, code)
    building = _building(compound, pk)
    form = BuildingForm(posted(request), compound=compound, building=building, initial=_initial(building))
    if form.is_valid():
        try:
            update_building(building=building, user=request.user, **form.cleaned_data)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(
                request, _("Building %(number)s saved.") % {"number": form.cleaned_data["number"]}
            )
            return redirect("compounds:buildings", code)
    return _form_page(request, compound, form, building)


@require_POST
def remove(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    compound = _editable(request, code)
    building = _building(compound, pk)
    remove_building(building=building, user=request.user)
    messages.success(
        request, _("Building %(number)s removed; its history stays.") % {"number": building.number}
    )
    return redirect("compounds:buildings", code)


def _editable(request: SignedInRequest, code: str) -> Compound:
    compound = seen_compound(request, code)
    demand(can_edit_compound(request.user, compound))
    return compound


def _building(compound: Compound, pk: int) -> Building:
    """A number beyond every key is nobody's."""
    return get_object_or_404(compound.buildings, pk=min(pk, 2**63 - 1))


def _initial(building: Building) -> dict[str, Any]:
    return {name: getattr(building, name) for name in BuildingForm.base_fields}


def _form_page(
    request: SignedInRequest, compound: Compound, form: BuildingForm, building: Building | None
) -> HttpResponse:
    context = {"form": form, "building": building}
    status = 422 if form.errors else 200
    return compound_page(
        request, "compounds/building_form.html", compound, "buildings", context, status=status
    )
