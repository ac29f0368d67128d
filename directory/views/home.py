from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from core.errors import demand
from directory.permissions import can_list_users, can_open_system, can_see_organisations
from directory.powers import Power
from directory.requests import SignedInRequest


@require_safe
def system(request: SignedInRequest) -> HttpResponse:
    """The entry of the rail: the first of these pages that the person works with."""
    user = request.user
    demand(can_open_system(user) or can_see_organisations(user))
    if can_list_users(user):
        return redirect("directory:users")
    if user.has_power(Power.READ_AUDIT):
        return redirect("audit:list")
    return redirect("directory:organisations")
