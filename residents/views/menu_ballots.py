"""The ballots of a counted menu as a file, for whoever checks the count."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from core.errors import DomainError, demand
from directory.requests import SignedInRequest
from residents.actions.ballots import export_ballots
from residents.permissions import can_run_menus
from residents.views.menu_shared import find_menu


@require_POST
def ballots(request: SignedInRequest, pk: int) -> HttpResponse:
    menu = find_menu(request, pk)
    demand(can_run_menus(request.user, menu.division_code))
    try:
        text = export_ballots(menu=menu, user=request.user, reason=request.POST.get("reason", "")[:300])
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect("residents:menu_outcome", menu.pk)
    disposition = (
        content_disposition_header(as_attachment=True, filename=f"menu-{menu.pk}.pb") or "attachment"
    )
    headers = {"Content-Disposition": disposition, "Cache-Control": "private, no-store"}
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)
