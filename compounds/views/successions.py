"""Merging compounds into one and splitting one up: chosen first, then asked with the consequences in words."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from compounds.actions.successions import SplitPart, merge_compounds, split_compound
from compounds.forms.fields import add_refusal
from compounds.forms.successions import MergeForm, SplitForm
from compounds.models import Building, Compound, CompoundQuerySet, ConditionSurvey, SurveyState
from compounds.permissions import can_create_in
from compounds.views.shared import demand, seen_compound
from core.board import board
from core.errors import DomainError
from core.posted import posted
from directory.models import Division
from directory.powers import Power
from directory.requests import SignedInRequest

OFFERED = 50
FEWEST_PARTS, MOST_PARTS = 2, 9
SUMMED = {
    "building_count": pgettext_lazy("figure", "Buildings"),
    "staircase_count": pgettext_lazy("figure", "Staircases"),
    "household_count": pgettext_lazy("figure", "Households"),
    "floor_area": gettext_lazy("Floor area (m²)"),
}


def _reshapable(request: SignedInRequest, code: str) -> Compound:
    compound = seen_compound(request, code)
    demand(compound.ended_on is None and can_create_in(request.user, compound.community_id))
    return compound


def _under_way(compounds: Iterable[Compound]) -> list[str]:
    """Names of compounds with an open survey: they cannot be merged or split before it is finished."""
    surveys = ConditionSurvey.objects.filter(compound__in=list(compounds)).exclude(
        state=SurveyState.CONFIRMED
    )
    return list(surveys.order_by("compound__name").values_list("compound__name", flat=True))


# --- Merge ------------------------------------------------------------------------------


def merge(request: SignedInRequest, code: str) -> HttpResponse:
    """GET: search and tick; GET with `step=confirm`: what follows; POST: the merge."""
    compound = _reshapable(request, code)
    offered = _mergeable(request, compound)
    if request.method == "POST":
        return _merge(request, compound, offered)
    chosen = list(offered.filter(code__in=request.GET.getlist("with")))
    if request.GET.get("step") == "confirm" and chosen:
        form = MergeForm(offered=offered, initial={"effective_on": timezone.localdate()})
        return _merge_page(request, compound, form, chosen)
    typed = request.GET.get("q", "")[:80]
    found = offered.exclude(pk__in=[one.pk for one in chosen])
    found = found.matching(typed) if typed.strip() else found.filter(community=compound.community_id)
    context = {
        "compound": compound,
        "place": Division.objects.way_names(compound.community_id),
        "chosen": chosen,
        "found": found.order_by("name")[:OFFERED],
        "typed": typed,
        "nothing_chosen": request.GET.get("step") == "confirm",
    }
    return render(request, "compounds/merge_choose.html", context)


def _mergeable(request: SignedInRequest, compound: Compound) -> CompoundQuerySet:
    """Living compounds of the same county where this person may add and merge."""
    scopes = request.user.scopes_for(Power.CREATE_COMPOUNDS)
    rows = (
        Compound.objects.visible_to(request.user).living().within(scopes).within([compound.community_id[:6]])
    )
    return rows.exclude(pk=compound.pk).select_related("community")


def _merge(request: SignedInRequest, compound: Compound, offered: CompoundQuerySet) -> HttpResponse:
    form = MergeForm(request.POST, offered=offered)
    if form.is_valid():
        others = list(form.cleaned_data["others"])
        try:
            merge_compounds(
                into=compound,
                others=others,
                user=request.user,
                effective_on=form.cleaned_data["effective_on"],
                reason=form.cleaned_data["reason"],
            )
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            sentence = ngettext("%(count)s compound merged into this one.", "%(count)s compounds merged into this one.", len(others))  # fmt: skip
            messages.success(request, sentence % {"count": len(others)})
            return redirect(compound)
    picked = [
        key for key in request.POST.getlist("others") if key.isascii() and key.isdigit() and len(key) < 19
    ]
    return _merge_page(request, compound, form, list(offered.filter(pk__in=picked)))


def _merge_page(
    request: SignedInRequest, compound: Compound, form: MergeForm, chosen: list[Compound]
) -> HttpResponse:
    listed = dict(
        Building.objects.filter(compound__in=chosen)
        .order_by()
        .values_list("compound_id")
        .annotate(count=Count("pk"))
    )
    taken = set(compound.buildings.values_list("number_key", flat=True))
    doubled = Building.objects.filter(compound__in=chosen, number_key__in=taken).select_related("compound")
    context = {
        "compound": compound,
        "place": Division.objects.way_names(compound.community_id),
        "form": form,
        "chosen": [(one, listed.get(one.pk, 0)) for one in chosen],
        "moving": sum(listed.values()),
        "doubled": [
            (one.compound.name, one.number) for one in doubled.order_by("compound__name", "number_key")
        ],
        "sums": _sums([compound, *chosen]),
        "under_way": _under_way([compound, *chosen]),
        "obstacles": board.reshape_obstacles(ending=chosen, staying=[compound]),
    }
    return render(request, "compounds/merge.html", context, status=422 if form.errors else 200)


def _sums(compounds: Sequence[Compound]) -> list[tuple[Any, Any, Any]]:
    """(what, before, after) of each figure that adds up."""
    lines = []
    for field, label in SUMMED.items():
        known = [value for value in (getattr(one, field) for one in compounds) if value is not None]
        lines.append((label, getattr(compounds[0], field), sum(known) if known else None))
    return lines


# --- Split ------------------------------------------------------------------------------


def split(request: SignedInRequest, code: str) -> HttpResponse:
    compound = _reshapable(request, code)
    buildings = list(compound.buildings.all())
    parts = _parts_asked(request, len(buildings))
    form = SplitForm(
        posted(request),
        compound=compound,
        buildings=buildings,
        parts=parts,
        initial={"effective_on": timezone.localdate()},
    )
    if form.is_valid():
        try:
            made = split_compound(
                compound=compound,
                parts=[SplitPart(name, ids) for name, ids in form.chosen_parts()],
                user=request.user,
                effective_on=form.cleaned_data["effective_on"],
                reason=form.cleaned_data["reason"],
            )
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Split up into %(count)s compounds.") % {"count": len(made)})
            return redirect(compound)
    context = {
        "compound": compound,
        "place": Division.objects.way_names(compound.community_id),
        "form": form,
        "names": [form[f"name-{number}"] for number in form.parts],
        "rows": [(building, form[f"part-{building.pk}"]) for building in buildings],
        "parts": parts,
        "can_split": len(buildings) >= FEWEST_PARTS,
        "part_choices": range(FEWEST_PARTS, min(MOST_PARTS, max(len(buildings), FEWEST_PARTS)) + 1),
        "under_way": _under_way([compound]),
        "obstacles": board.reshape_obstacles(ending=[compound]),
    }
    return render(request, "compounds/split.html", context, status=422 if form.errors else 200)


def _parts_asked(request: SignedInRequest, buildings: int) -> int:
    """How many parts the form has: as many as asked, between two and nine, no more than buildings."""
    text = (request.POST or request.GET).get("parts", "")
    asked = int(text) if text.isascii() and text.isdigit() and len(text) < 3 else FEWEST_PARTS
    return max(FEWEST_PARTS, min(asked, MOST_PARTS, buildings))
