"""What is done with the rows chosen in the list: asked first, with the consequence in words, then done."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from compounds.actions.names import assign_cluster
from compounds.errors import TooManyToPrint
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
from core.lists.cells import rows_markup, writer
from core.lists.export import spreadsheet
from core.lists.query import places, select
from directory.powers import Power
from directory.requests import SignedInRequest

NAMED = 12
PRINTED = 2000


def _chosen(request: SignedInRequest) -> QuerySet[Compound]:
    return COMPOUNDS.selected(request, listed(request.user), filterset=CompoundPageFilter)


def _page(
    request: SignedInRequest, template: str, rows: QuerySet[Compound], context: dict[str, Any]
) -> HttpResponse:
    """What is asked about the chosen rows: how many, which, and what they carry along to the act."""
    form = context["form"]
    figures = rows.totals()  # type: ignore[attr-defined]
    return render(
        request,
        template,
        {
            "figures": figures,
            "names": rows.order_by("name").values_list("name", flat=True)[:NAMED],
            "unnamed": max(0, figures["compounds"] - NAMED),
            "picks": request.POST.getlist("pick"),
            "all_rows": request.POST.get("all", ""),
            "query": request.POST.get("query", ""),
            **context,
        },
        status=422 if form.is_bound and form.errors else 200,
    )


@require_POST
def move(request: SignedInRequest) -> HttpResponse:
    """The pool's own page asks where to, and why; here only the rows are this list's."""
    demand(request.user.has_power(Power.MANAGE_POOL))
    return move_chosen(request, _chosen(request))


@require_POST
def cluster(request: SignedInRequest) -> HttpResponse:
    demand(request.user.has_power(Power.EDIT_REGISTER))
    rows = _chosen(request)
    form = ClusterForm(request.POST) if request.POST.get("step") == "done" else ClusterForm()
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
    names = cluster_names(request.user.scopes_for(Power.EDIT_REGISTER))
    return _page(request, "compounds/bulk_cluster.html", rows, {"form": form, "cluster_names": names})


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
    """The chosen rows as a workbook, with the columns and the order of the screen."""
    demand(can_export(request.user))
    rows = _chosen(request)
    return spreadsheet(request, COMPOUNDS.state(request, _shown(request, export="xlsx")), rows)


@require_POST
def print_rows(request: SignedInRequest) -> HttpResponse:
    """The chosen rows on paper, with the columns and the order of the screen."""
    demand(can_see_register(request.user))
    rows = _chosen(request)
    figures = rows.totals()  # type: ignore[attr-defined]
    if figures["compounds"] > PRINTED:
        raise TooManyToPrint(count=figures["compounds"], most=PRINTED)
    state = COMPOUNDS.state(request, _shown(request))
    at = places(state)
    writers = [writer(column, at, is_first=place == 0) for place, column in enumerate(state.columns)]
    found = list(select(state, rows))
    context = {"columns": state.columns, "rows": rows_markup(writers, found), "figures": figures}
    return render(request, "compounds/print.html", context)


def _shown(request: SignedInRequest, **more: str) -> QueryDict:
    """The screen's own parameters, as the bulk form carries them."""
    parameters = QueryDict(request.POST.get("query", "")).copy()
    for name, value in more.items():
        parameters[name] = value
    return parameters
