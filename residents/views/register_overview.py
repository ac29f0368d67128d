"""居民: the compounds of one's divisions beside what their household registers hold."""

from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compounds.models import Compound
from core.lists.bulk import export_chosen, print_chosen
from directory.models import Division, User
from directory.powers import Power
from directory.requests import SignedInRequest
from residents.filters.register import RegisterFilter
from residents.permissions import can_export_households, can_import_households, can_see_households
from residents.tables.register import REGISTERS, with_registers
from residents.views.shared import demand


def listed(user: User) -> QuerySet[Any]:
    return with_registers(Compound.objects.within(user.scopes_for(Power.SEE_HOUSEHOLDS)))


def _division(code: str) -> str:
    return str(Division.objects.filter(code=code).first() or _("not known"))


@require_safe
def overview(request: SignedInRequest) -> HttpResponseBase:
    demand(can_see_households(request.user))
    may_export = can_export_households(request.user)
    return REGISTERS.respond(
        request,
        lambda: listed(request.user),
        filterset=RegisterFilter,
        depends_on=request.user.scopes_for(Power.SEE_HOUSEHOLDS),
        may_export=may_export,
        bulk=[*(["export"] if may_export else []), "print"],
        describe={"division": _division},
        template="residents/register_overview.html",
        context={"may_import": can_import_households(request.user)},
    )


def _chosen(request: SignedInRequest) -> QuerySet[Any]:
    return REGISTERS.selected(request, listed(request.user), filterset=RegisterFilter)


@require_POST
def export(request: SignedInRequest) -> HttpResponseBase:
    demand(can_see_households(request.user) and can_export_households(request.user))
    return export_chosen(request, REGISTERS, _chosen(request))


@require_POST
def print_rows(request: SignedInRequest) -> HttpResponseBase:
    demand(can_see_households(request.user))
    return print_chosen(request, REGISTERS, _chosen(request), back="residents:overview")
