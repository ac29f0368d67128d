"""Entering a compound and changing its facts."""

from django.contrib import messages
from django.db.models import Avg
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from compounds.actions.names import register_compound, revise_compound
from compounds.errors import CompoundChanged
from compounds.forms.communities import communities_within, suggestions
from compounds.forms.compound import CompoundForm, facts_of, initial_of
from compounds.forms.fields import add_refusal
from compounds.models import Compound
from compounds.permissions import can_edit_compound
from compounds.sanity import sanity_warnings
from compounds.views.compound import declared_figures
from compounds.views.map import map_setting, tile_position
from compounds.views.shared import demand, seen_compound
from core.conflicts import Conflict, reconciled
from core.errors import DomainError
from core.history import state_at, version_of
from core.posted import posted
from core.scope import chosen_division
from core.text import clean_line
from directory.models import Division
from directory.powers import Power
from directory.requests import SignedInRequest


def create(request: SignedInRequest) -> HttpResponse:
    demand(request.user.has_power(Power.CREATE_COMPOUNDS))
    here = chosen_division(request)
    initial = {"community": here if len(here) == 12 else ""}
    form = CompoundForm(posted(request), user=request.user, initial=initial)
    if form.is_valid():
        try:
            compound = register_compound(user=request.user, **form.facts())
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            _tell_saved(request, compound, _("%(name)s is in the register.") % {"name": compound.name})
            return redirect(compound)
    return _form_page(request, form, None, None)


def edit(request: SignedInRequest, code: str) -> HttpResponse:
    compound = seen_compound(request, code)
    demand(can_edit_compound(request.user, compound))
    form, conflict = _edit_form(request, compound), None
    if form.is_valid():
        try:
            saved = revise_compound(
                compound=compound,
                user=request.user,
                expected_version=form.cleaned_data["version"] or 0,
                **form.facts(),
            )
        except CompoundChanged as refusal:
            form, conflict = _reconciled(request, compound, form, refusal)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            _tell_saved(request, saved, _("Saved."))
            return redirect(saved)
    return _form_page(request, form, compound, conflict)


@require_safe
def communities(request: SignedInRequest) -> HttpResponse:
    """Options for the box that finds a community: those of one's divisions that carry what was typed."""
    scopes = request.user.scopes_for(Power.CREATE_COMPOUNDS)
    demand(bool(scopes))
    typed = clean_line(request.GET.get("community", ""))[:60]
    found = suggestions(communities_within(scopes), typed) if typed else []
    return HttpResponse(format_html_join("", '<option value="{}"></option>', ((one,) for one in found)))


def _edit_form(request: SignedInRequest, compound: Compound) -> CompoundForm:
    # The version first: facts that are newer than their version only ask once too often.
    version = version_of(compound)
    facts = facts_of(Compound.objects.select_related("community", "title_owner").get(pk=compound.pk))
    initial = initial_of(facts) | {"version": version}
    return CompoundForm(posted(request), user=request.user, compound=compound, initial=initial)


def _reconciled(
    request: SignedInRequest, compound: Compound, form: CompoundForm, refusal: CompoundChanged
) -> tuple[CompoundForm, Conflict]:
    """What only the other changed is taken over; what both changed is shown and decided by saving again."""
    version = version_of(compound)
    current = Compound.objects.select_related("community", "title_owner").get(pk=compound.pk)
    before = state_at(compound, form.cleaned_data["version"])
    data, conflict = reconciled(
        form, who=refusal.details["who"], version=version, theirs=facts_of(current),
        base=facts_of(before) if before is not None else None,
    )  # fmt: skip
    merged = CompoundForm(data, user=request.user, compound=compound)
    merged.add_error(None, refusal.message)
    return merged, conflict


def _tell_saved(request: SignedInRequest, compound: Compound, sentence: str) -> None:
    messages.success(request, sentence)
    for warning in sanity_warnings(declared_figures(compound)):
        messages.warning(request, warning.text)


def _form_page(
    request: SignedInRequest, form: CompoundForm, compound: Compound | None, conflict: Conflict | None
) -> HttpResponse:
    return render(
        request,
        "compounds/compound_form.html",
        {
            "form": form,
            "compound": compound,
            "conflict": conflict,
            "map": map_setting(),
            "start": _around(request, compound),
            "place": Division.objects.way_names(compound.community_id) if compound else [],
        },
        status=422 if form.errors else 200,
    )


def _around(request: SignedInRequest, compound: Compound | None) -> tuple[float, float] | None:
    """Where the map of the form begins: the middle of the compounds of the same county, or of one's own."""
    scope = compound.community_id[:6] if compound else chosen_division(request)
    rows = Compound.objects.visible_to(request.user)
    middle = (
        (rows.within([scope]) if scope else rows)
        .order_by()
        .aggregate(longitude=Avg("wgs84_longitude"), latitude=Avg("wgs84_latitude"))
    )
    return tile_position(middle["longitude"], middle["latitude"])
