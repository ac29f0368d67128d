"""The list of compounds."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http.response import HttpResponseBase

from compounds.filters import CompoundPageFilter
from compounds.models import Cluster, Compound, CompoundQuerySet
from compounds.permissions import can_export, can_see_register
from compounds.tables import COMPOUNDS
from compounds.views.shared import demand
from core.lists import called
from directory.models import Division, Organisation, User
from directory.powers import Power
from directory.requests import SignedInRequest


def listed(user: User) -> CompoundQuerySet:
    """What the list, its bulk acts and its spreadsheet choose from; the filter leaves out ended ones."""
    return Compound.objects.visible_to(user).with_pool()


# A filter's value in words, for its chip.
DESCRIBE: Mapping[str, Callable[[Any], Any]] = {
    "division": called(Division),
    "cluster": called(Cluster),
    "title_owner": called(Organisation),
}


def bulk_acts(user: User) -> list[str]:
    """Acts on chosen rows that this person may do somewhere; each checks the rows again."""
    needed = {"move": Power.MANAGE_POOL, "cluster": Power.EDIT_REGISTER, "export": Power.EXPORT}
    return [*(act for act, power in needed.items() if user.has_power(power)), "print"]


def compound_list(request: SignedInRequest) -> HttpResponseBase:
    demand(can_see_register(request.user))
    return COMPOUNDS.respond(
        request,
        lambda: listed(request.user),
        filterset=CompoundPageFilter,
        depends_on=request.user.scopes_for(Power.SEE_REGISTER),
        may_export=can_export(request.user),
        bulk=bulk_acts(request.user),
        describe=DESCRIBE,
        template="compounds/list.html",
        context={
            "may_create": request.user.has_power(Power.CREATE_COMPOUNDS),
            "may_edit": request.user.has_power(Power.EDIT_REGISTER),
            "filter_query": request.GET.urlencode(),
        },
    )
