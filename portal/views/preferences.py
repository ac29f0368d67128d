"""What a person sets for themselves: which division to look at, how large the print is."""

from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from core.htmx import render_page
from core.scope import choose_division, chosen_division
from core.text import clean_line
from directory.codes import ancestors, is_division_code
from directory.models import Division, DivisionQuerySet
from directory.requests import SignedInRequest

YEAR = 365 * 24 * 3600
LISTED = 200


def way_back(request: HttpRequest, fallback: str) -> str:
    """`next` of the form or the address, if it leads into this portal."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    # Without a slash in front, `redirect` would look for a view of that name.
    if target.startswith("/") and url_has_allowed_host_and_scheme(
        target, {request.get_host()}, require_https=request.is_secure()
    ):
        return target
    return reverse(fallback)


def without(address: str, *names: str) -> str:
    """The address without these parameters."""
    parts = urlsplit(address)
    query = QueryDict(parts.query, mutable=True)
    for name in names:
        query.pop(name, None)
    return urlunsplit(parts._replace(query=query.urlencode()))


@login_not_required
@require_POST
def large_print(request: HttpRequest) -> HttpResponse:
    response = redirect(way_back(request, "portal:front"))
    if request.POST.get("large") == "1":
        response.set_cookie(
            "large_print",
            "1",
            max_age=YEAR,
            samesite="Lax",
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
        )
    else:
        response.delete_cookie("large_print")
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def division(request: SignedInRequest) -> HttpResponse:
    """Choose the division whose records pages show: a step down the tree at a time, or by name."""
    mine = Division.objects.visible_to(request.user).living()
    if request.method == "POST":
        code = request.POST.get("division", "")
        choose_division(request, code if is_division_code(code) and mine.filter(pk=code).exists() else "")
        # A division or a place in the list that the address itself names would outlive the choice.
        return redirect(without(way_back(request, "portal:overview"), "division", "after"))
    typed = clean_line(request.GET.get("q", ""))[:60]
    here = _standing_at(request, mine)
    path = list(mine.filter(pk__in=[*ancestors(here.code), here.code])) if here else []
    found = mine.filter(name__contains=typed) if typed else _below(mine, here)
    context = {"typed": typed, "path": path, "here": here, "next": way_back(request, "portal:overview")}
    rows = list(found.order_by("code")[: LISTED + 1])
    return render_page(
        request,
        "portal/division.html",
        "portal/_division.html",
        {
            **context,
            "divisions": rows[:LISTED],
            "is_cut": len(rows) > LISTED,
            "chosen": chosen_division(request),
        },
    )


def _standing_at(request: SignedInRequest, mine: DivisionQuerySet) -> Division | None:
    """Where the tree is open: `under` of the address, else the chosen division, else the common top."""
    code = request.GET.get("under") or chosen_division(request)
    if is_division_code(code) and (found := mine.filter(pk=code).first()):
        return found
    scopes = request.user.scopes
    return mine.filter(pk=scopes[0]).first() if len(scopes) == 1 else None


def _below(mine: DivisionQuerySet, here: Division | None) -> DivisionQuerySet:
    return mine.filter(parent=here) if here else mine.filter(parent__isnull=True)
