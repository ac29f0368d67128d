"""A resident's home page: what is decided, what is open for you, whom to call; and the scheme in plain words."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from core.board import CONTACT, DECIDED, OPEN, board
from projects.models import Scheme
from residents import session
from residents.home.contacts import whom_to_call
from residents.home.programme import Programme, chosen_in_words, programme_of, work_in_words
from residents.views import home_door
from residents.views.resident import ResidentRequest, resident_page


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """With a session the home page, without one the page that asks for the code."""
    if request.method == "POST":
        return home_door.type_code(request)
    if session.ticket_of(request) is None:
        return home_door.door(request)
    return at_home(request)


@resident_page
def at_home(request: ResidentRequest) -> HttpResponse:
    cards = {kind: board.resident_cards(kind, request.resident) for kind in (OPEN, DECIDED, CONTACT)}
    return render(request, "residents/home/home.html", cards)


@resident_page
@require_safe
def works(request: ResidentRequest) -> HttpResponse:
    """All works of the approved scheme."""
    programme = _programme(request)
    return _scheme(
        request,
        programme,
        programme.approved,
        {"is_decided": True, "chosen": chosen_in_words(programme.chosen) if programme.chosen else ""},
    )


@resident_page
@require_safe
def notice(request: ResidentRequest) -> HttpResponse:
    """The scheme that hangs out, and how to object."""
    programme = _programme(request)
    resident = request.resident
    contact = whom_to_call(resident.compound_id, resident.division_code, resident.community_name)
    return _scheme(request, programme, programme.noticed, {"notice": programme.notice, "contact": contact})


def _programme(request: ResidentRequest) -> Programme:
    programme = programme_of(request.resident)
    if programme is None:
        raise Http404
    return programme


def _scheme(
    request: ResidentRequest, programme: Programme, scheme: Scheme | None, more: dict[str, Any]
) -> HttpResponse:
    if scheme is None:
        raise Http404
    context = {"programme": programme, "scheme": scheme, **scheme_in_words(scheme), **more}
    return render(request, "residents/home/scheme.html", context)


def scheme_in_words(scheme: Scheme) -> dict[str, Any]:
    """`works`: (aspect, sentences) in the catalogue's order; `total` in yuan."""
    groups: dict[str, list[str]] = {}
    lines = list(scheme.lines.all())
    for line in lines:
        aspect = str(line.work_item.catalogue_item.get_aspect_display())
        groups.setdefault(aspect, []).append(work_in_words(line))
    return {"works": list(groups.items()), "total": sum(line.cost for line in lines)}
