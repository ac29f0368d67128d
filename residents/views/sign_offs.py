"""The office records that the representatives agree with a scheme, from what they said themselves."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError
from directory.requests import SignedInRequest
from projects.views.scheme_shared import find_scheme
from projects.views.shared import demand
from residents.actions.sign_offs import record_agreement
from residents.permissions import can_record_representatives


@require_POST
def record(request: SignedInRequest, code: str, version: int) -> HttpResponse:
    scheme = find_scheme(request, code, version)
    demand(can_record_representatives(request.user, scheme.division_code))
    try:
        record_agreement(scheme=scheme, user=request.user)
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The representatives' agreement is recorded."))
    return redirect("projects:scheme_version", code, version)
