"""What every page behind a letter begins with: whose session it is, or the kind page that says why there is none."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from residents import session
from residents.errors.sign_offs import NotARepresentative
from residents.home.contacts import whom_to_call


class ResidentRequest(HttpRequest):
    """A request behind a letter; `resident` is set by `resident_page`."""

    resident: session.Resident


Page = TypeVar("Page", bound=HttpResponseBase)


def resident_page(view: Callable[..., Page]) -> Callable[..., Page | HttpResponse]:
    """The view gets a request with `resident`; without a live session it is not called at all."""

    @login_not_required
    @wraps(view)
    def page(request: ResidentRequest, *args: Any, **kwargs: Any) -> Page | HttpResponse:
        ticket = session.ticket_of(request)
        if ticket is None:
            return to_the_door(request)
        resident = session.resident_of(ticket)
        if resident is None:
            return no_longer_valid(request, ticket)
        request.resident = resident
        response = view(request, *args, **kwargs)
        session.prolong(response, ticket)
        return response

    return page


def representative_page(view: Callable[..., Page]) -> Callable[..., Page | HttpResponse]:
    """Only for whoever came in with a representative's personal code."""

    @wraps(view)
    def page(request: ResidentRequest, *args: Any, **kwargs: Any) -> Page:
        if not request.resident.is_representative:
            raise NotARepresentative
        return view(request, *args, **kwargs)

    return resident_page(page)


def to_the_door(request: HttpRequest) -> HttpResponse:
    """To the page that asks for the code; whoever had a session hears that its time is over."""
    if not session.has_cookie(request):
        return redirect("residents:home")
    response = redirect(f"{reverse('residents:home')}?why=over")
    session.end(response)
    return response


def no_longer_valid(request: HttpRequest, ticket: session.Ticket) -> HttpResponse:
    """The letter was revoked, its household merged or the term ended since it was opened: says whom to call."""
    place = session.place_of(ticket)
    contact = whom_to_call(*place) if place else None
    context = {"contact": contact, "of_representative": ticket.kind is session.Kind.REPRESENTATIVE}
    response = render(request, "residents/home/no_longer_valid.html", context, status=403)
    session.end(response)
    return response


def way_back(request: HttpRequest) -> str:
    """`next` of the form, if it is a page of residents; their home page else."""
    target = request.POST.get("next", "")
    if target.startswith("/r/") and url_has_allowed_host_and_scheme(
        target, {request.get_host()}, require_https=request.is_secure()
    ):
        return target
    return reverse("residents:home")
