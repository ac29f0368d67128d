"""What staff pages of the residents' floor share: a compound or a household as one may see it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from compounds.models import Compound
from compounds.views.shared import demand, page_context, seen_compound
from directory.requests import SignedInRequest
from residents.models import Household
from residents.permissions import can_see_households, can_see_households_of

LARGEST_KEY = 2**63 - 1
# The tab of a compound's page beneath which all of this stands.
TAB = "residents"

__all__ = ["demand", "find_compound", "find_household", "residents_context", "residents_page"]


def find_compound(request: SignedInRequest, code: str) -> Compound:
    """403 for whoever sees no households at all or not those of this compound, 404 for an unseen compound."""
    demand(can_see_households(request.user))
    compound = seen_compound(request, code)
    demand(can_see_households_of(request.user, compound))
    return compound


def find_household(request: SignedInRequest, pk: int) -> Household:
    """With its building and compound; 404 where this person does not see it."""
    demand(can_see_households(request.user))
    rows = Household.objects.visible_to(request.user).select_related("building", "compound__community")
    return get_object_or_404(rows, pk=min(pk, LARGEST_KEY))


def residents_context(request: SignedInRequest, compound: Compound, part: str) -> dict[str, Any]:
    """For templates that extend residents/of_compound.html; `part` is the tab of the second row."""
    return {**page_context(request, compound, TAB), "part": part}


def residents_page(
    request: SignedInRequest,
    template: str,
    compound: Compound,
    part: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """A page of a compound's residents; `template` extends residents/of_compound.html and fills its block `tab`."""
    return render(request, template, {**residents_context(request, compound, part), **context}, status=status)
