"""Organisations: the list, a page each, and what is done there."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.board import board
from core.errors import demand
from core.history import version_of
from core.posted import posted
from directory.actions import organisations
from directory.filters import OrganisationFilter
from directory.forms.organisations import EndForm, OrganisationForm
from directory.history import changes_of
from directory.models import Organisation, User
from directory.permissions import (
    can_create_organisations,
    can_edit_organisation,
    can_list_users,
    can_see_organisations,
)
from directory.powers import Power
from directory.requests import SignedInRequest
from directory.tables import ORGANISATIONS
from directory.views.shared import act, conflict_with, form_page, seen_version

GET_OR_POST = ["GET", "HEAD", "POST"]


def _seen(request: SignedInRequest, pk: int) -> Organisation:
    demand(can_see_organisations(request.user))
    rows = Organisation.objects.visible_to(request.user).select_related("division")
    return get_object_or_404(rows, pk=pk)


@require_safe
def organisation_list(request: SignedInRequest) -> HttpResponseBase:
    demand(can_see_organisations(request.user))
    user = request.user
    return ORGANISATIONS.respond(
        request,
        Organisation.objects.visible_to(user),
        filterset=OrganisationFilter,
        may_export=user.has_power(Power.EXPORT) or user.has_power(Power.MANAGE_ORGANISATIONS),
        template="directory/organisations.html",
        context={"may_create": can_create_organisations(user)},
    )


@require_safe
def organisation_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    organisation = _seen(request, pk)
    people = User.objects.none()
    if can_list_users(request.user):
        people = User.objects.visible_to(request.user).filter(organisation=organisation).order_by("name")
    panels = [
        {"template": panel.template, "context": panel.context(request, organisation)}
        for panel in board.panels("organisation", request.user)
    ]
    context = {
        "organisation": organisation,
        "people": people[:100],
        "panels": panels,
        "may_edit": organisation.ended_on is None and can_edit_organisation(request.user, organisation),
        "end_form": EndForm(),
    }
    return render(request, "directory/organisation.html", context)


@require_safe
def organisation_history(request: SignedInRequest, pk: int) -> HttpResponse:
    organisation = _seen(request, pk)
    context = {"organisation": organisation, "changes": changes_of(organisation)}
    return render(request, "directory/organisation_history.html", context)


@require_http_methods(GET_OR_POST)
def organisation_create(request: SignedInRequest) -> HttpResponse:
    demand(can_create_organisations(request.user))
    form = OrganisationForm(posted(request), actor=request.user)

    def save() -> Organisation:
        return organisations.create_organisation(actor=request.user, **form.facts())

    def done(made: Organisation) -> HttpResponse:
        messages.success(request, _("Saved."))
        return redirect(made)

    return form_page(
        request, form, save=save, template="directory/organisation_form.html", context={}, done=done
    )


@require_http_methods(GET_OR_POST)
def organisation_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    organisation = _seen(request, pk)
    demand(can_edit_organisation(request.user, organisation))
    form = OrganisationForm(posted(request), instance=organisation, actor=request.user)
    seen = seen_version(request, organisation)

    def compare() -> dict[str, Any]:
        now = Organisation.objects.select_related("division").get(pk=pk)
        return {"conflict": conflict_with(now, form, since=seen), "version": version_of(now)}

    def save() -> Organisation:
        return organisations.update_organisation(
            actor=request.user, organisation=organisation, seen_version=seen, **form.facts()
        )

    def done(saved: Organisation) -> HttpResponse:
        messages.success(request, _("Saved."))
        return redirect(saved)

    context = {"organisation": Organisation.objects.get(pk=pk), "version": seen}
    return form_page(
        request, form, save=save, template="directory/organisation_form.html", context=context, done=done,
        compare=compare,
    )  # fmt: skip


@require_POST
def organisation_end(request: SignedInRequest, pk: int) -> HttpResponse:
    organisation = _seen(request, pk)
    demand(can_edit_organisation(request.user, organisation))
    form = EndForm(request.POST)

    def do() -> None:
        organisations.end_organisation(actor=request.user, organisation=organisation, **form.cleaned_data)

    said = _("Deactivated. Existing records are kept.")
    return act(request, form, do=do, said=said, back="directory:organisation", key=pk)
