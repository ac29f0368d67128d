"""Pieces of a sealed pile that are no valid choice: set aside by one, confirmed by another, reversed when it was a mistake."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError, demand
from core.posted import posted
from directory.requests import SignedInRequest
from residents.actions import paper as acts
from residents.forms.menu_entry import ReverseForm, SpoiledForm
from residents.models import Menu, MenuState, PaperBatch, SpoiledSheet
from residents.views.menu_desk import may_reverse, menu_to_enter, standing, stored
from residents.views.menu_paper import find_batch, may_compare, not_to_type, scan_response
from residents.views.menu_shared import menu_page, status_of, tried
from residents.views.shared import LARGEST_KEY


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def spoil(request: SignedInRequest, pk: int, batch_id: int) -> HttpResponse:
    """A piece that is no valid choice."""
    menu = menu_to_enter(request, pk)
    pile = find_batch(menu, batch_id)
    form = SpoiledForm(posted(request), request.FILES or None)
    if form.is_valid() and _spoiled(request, pile, form):
        messages.success(request, _("Noted as not valid, with its reason. Now the next piece."))
        return redirect("residents:menu_batch", menu.pk, pile.pk)
    context = {"batch": pile, "form": form, "refused": not_to_type(menu, pile)}
    return menu_page(request, "residents/menu_sheet_spoiled.html", menu, context, status=status_of(form))


def _spoiled(request: SignedInRequest, pile: PaperBatch, form: SpoiledForm) -> bool:
    scan = stored(request, form, "sheet")
    if form.errors:
        return False
    reason = form.cleaned_data["reason"]
    return bool(
        tried(form, lambda: acts.spoil_sheet(batch=pile, user=request.user, reason=reason, sheet=scan))
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def spoiled(request: SignedInRequest, pk: int, batch_id: int, spoiled_id: int) -> HttpResponse:
    """What a colleague set aside, with its scan and reason: another person agrees."""
    menu = menu_to_enter(request, pk)
    found = _find(menu, batch_id, spoiled_id)
    refused = ""
    if request.method == "POST":
        try:
            acts.confirm_spoiled(spoiled=found, user=request.user)
        except DomainError as refusal:
            refused = refusal.message
            found = _find(menu, batch_id, spoiled_id)
        else:
            messages.success(request, _("Confirmed: this piece is not valid."))
            return redirect("residents:menu_batch", menu.pk, batch_id)
    return _page(request, menu, found, ReverseForm(), refused)


@never_cache
@require_POST
def reverse_spoiled(request: SignedInRequest, pk: int, batch_id: int, spoiled_id: int) -> HttpResponse:
    menu = menu_to_enter(request, pk)
    found = _find(menu, batch_id, spoiled_id)
    form = ReverseForm(request.POST)
    if form.is_valid() and tried(
        form,
        lambda: acts.reverse_spoiled(spoiled=found, user=request.user, reason=form.cleaned_data["reason"]),
    ):
        messages.success(request, _("Reversed: the piece can be entered anew."))
        return redirect("residents:menu_batch", menu.pk, batch_id)
    return _page(request, menu, _find(menu, batch_id, spoiled_id), form)


def _page(
    request: SignedInRequest, menu: Menu, found: SpoiledSheet, form: ReverseForm, refused: str = ""
) -> HttpResponse:
    context = {
        "spoiled": found, "batch": found.batch, "standing": standing(found), "refused": refused, "reverse_form": form,
        "may_reverse": may_reverse(found, menu), "is_mine": found.by_id == request.user.pk,
        "is_open": may_compare(found) and menu.state == MenuState.PUBLISHED,
    }  # fmt: skip
    status = 409 if refused else status_of(form)
    return menu_page(request, "residents/menu_spoiled.html", menu, context, status=status)


@never_cache
@require_safe
def spoiled_scan(request: SignedInRequest, pk: int, batch_id: int, spoiled_id: int) -> HttpResponseBase:
    menu = menu_to_enter(request, pk)
    demand(menu.state == MenuState.PUBLISHED)
    return scan_response(request, _find(menu, batch_id, spoiled_id).sheet)


def _find(menu: Menu, batch_id: int, spoiled_id: int) -> SpoiledSheet:
    rows = SpoiledSheet.objects.filter(batch__menu=menu, batch=min(batch_id, LARGEST_KEY))
    people = rows.select_related("batch", "sheet", "by", "confirmed_by", "reversed_by")
    return get_object_or_404(people, pk=min(spoiled_id, LARGEST_KEY))
