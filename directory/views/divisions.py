"""The tree of divisions and what became of those that ended."""

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from core.errors import demand
from core.htmx import render_page
from core.text import clean_line
from directory.codes import ancestors, is_division_code
from directory.history import changes_of
from directory.models import Division, DivisionSuccession
from directory.permissions import can_see_organisations
from directory.requests import SignedInRequest

LISTED = 300


@require_safe
def division_tree(request: SignedInRequest) -> HttpResponse:
    """One level at a time, or what a search finds; those that ended are shown as such."""
    demand(can_see_organisations(request.user))
    mine = Division.objects.visible_to(request.user)
    typed = clean_line(request.GET.get("q", ""))[:60]
    under = request.GET.get("under", "")
    here = get_object_or_404(mine, pk=under) if is_division_code(under) else None
    if typed:
        rows = mine.filter(Q(name__contains=typed) | Q(code__startswith=typed))
    else:
        rows = mine.filter(parent=here)
    living = Count("children", filter=Q(children__ended_on__isnull=True))
    found = list(rows.annotate(below=living).order_by("code")[: LISTED + 1])
    context = {
        "typed": typed,
        "here": here,
        "path": list(mine.filter(pk__in=ancestors(here.code))) if here else [],
        "divisions": found[:LISTED],
        "is_cut": len(found) > LISTED,
    }
    return render_page(request, "directory/divisions.html", "directory/_divisions.html", context)


@require_safe
def division_detail(request: SignedInRequest, code: str) -> HttpResponse:
    demand(can_see_organisations(request.user))
    mine = Division.objects.visible_to(request.user)
    division = get_object_or_404(mine, pk=code)
    related = DivisionSuccession.objects.select_related("old", "new").order_by("-effective_on", "pk")
    context = {
        "division": division,
        "path": list(mine.filter(pk__in=ancestors(code))),
        "successors": list(related.filter(old=division)),
        "predecessors": list(related.filter(new=division)),
        "changes": changes_of(division),
    }
    return render(request, "directory/division.html", context)


@require_safe
def succession_list(request: SignedInRequest) -> HttpResponse:
    """Every renaming, merger, split and dissolution within the person's divisions, latest first."""
    demand(can_see_organisations(request.user))
    about = Q(old__in=Division.objects.visible_to(request.user))
    rows = (
        DivisionSuccession.objects.filter(about).select_related("old", "new").order_by("-effective_on", "-pk")
    )
    return render(request, "directory/successions.html", {"successions": rows[:LISTED]})
