"""What is done with the rows chosen in the list: asked first, with the consequence in words, then done."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from compounds.actions.names import assign_cluster
from compounds.filters import CompoundPageFilter
from compounds.forms.clusters import ClusterForm, cluster_names
from compounds.forms.fields import add_refusal
from compounds.models import Compound
from compounds.permissions import can_edit_compound, can_export, can_see_register
from compounds.tables import COMPOUNDS
from compounds.views.pool import move_chosen
from compounds.views.register import listed
from compounds.views.shared import demand
from core.errors import DomainError, InvalidInput
from core.figures import NOTHING
from core.lists.bulk import ask, export_chosen, print_chosen, sent_step
from directory.powers import Power
from directory.requests import SignedInRequest


def _chosen(request: SignedInRequest) -> QuerySet[Compound]:
    return COMPOUNDS.selected(request, listed(request.user), filterset=CompoundPageFilter)


@require_POST
def move(request: SignedInRequest) -> HttpResponse:
    """The pool's own page asks where to, and why; here only the rows are this list's."""
    demand(request.user.has_power(Power.MANAGE_POOL))
    return move_chosen(request, _chosen(request))


@require_POST
def cluster(request: SignedInRequest) -> HttpResponse:
    demand(request.user.has_power(Power.EDIT_REGISTER))
    rows = _chosen(request)
    form = ClusterForm(sent_step(request))
    if form.is_bound and form.is_valid():
        name = form.cleaned_data["cluster_name"]
        try:
            changed = assign_cluster(compounds=rows, name=name, user=request.user)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            sentence = ngettext("%(count)s compound changed.", "%(count)s compounds changed.", changed)
            messages.success(request, sentence % {"count": changed})
            return redirect("compounds:list")
    known = cluster_names(request.user.scopes_for(Power.EDIT_REGISTER))
    return ask(
        request, COMPOUNDS, rows, form, title=_("Assign a cluster"), names="name", back="compounds:list",
        template="compounds/bulk_cluster.html", context={"cluster_names": known},
    )  # fmt: skip


@require_POST
def cell_cluster(request: SignedInRequest, code: str) -> HttpResponse:
    """The cluster of one row, changed in its place; answers the name as it stands now."""
    demand(can_see_register(request.user))
    compound = get_object_or_404(listed(request.user), code=code)
    demand(can_edit_compound(request.user, compound))
    form = ClusterForm(request.POST)
    if not form.is_valid():
        raise InvalidInput(reason=" ".join(map(str, form.errors["cluster_name"])))
    name = form.cleaned_data["cluster_name"]
    assign_cluster(compounds=[compound], name=name, user=request.user)
    return HttpResponse(name or NOTHING, content_type="text/plain; charset=utf-8")


@require_POST
def export(request: SignedInRequest) -> HttpResponseBase:
    demand(can_export(request.user))
    return export_chosen(request, COMPOUNDS, _chosen(request))


@require_POST
def print_rows(request: SignedInRequest) -> HttpResponse:
    demand(can_see_register(request.user))
    return print_chosen(request, COMPOUNDS, _chosen(request), back="compounds:list")
