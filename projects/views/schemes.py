"""Schemes of all projects in one list, and the rules that a place sets for them."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.lists import called
from core.posted import posted
from core.scope import chosen_division
from directory.models import Division
from directory.powers import Power
from directory.requests import SignedInRequest
from projects.actions.schemes import publish_scheme_rule
from projects.filters.scheme import SchemeFilter
from projects.forms.scheme import RuleForm
from projects.models import Scheme, SchemeRule
from projects.models.catalogue import LEVELS_OF_A_CATALOGUE
from projects.permissions import can_export, can_see_programme, can_see_projects, can_set_scheme_rules
from projects.tables.scheme import SCHEMES, listed
from projects.views.scheme_shared import try_form
from projects.views.shared import demand


@require_safe
def scheme_list(request: SignedInRequest) -> HttpResponseBase:
    demand(can_see_projects(request.user))
    return SCHEMES.respond(
        request,
        listed(Scheme.objects.visible_to(request.user), request.user),
        filterset=SchemeFilter,
        may_export=can_export(request.user),
        describe={"division": called(Division)},
        template="projects/scheme_list.html",
        context={"may_see_rules": can_see_programme(request.user)},
    )


def _division(request: SignedInRequest) -> Division | None:
    """Whose rules are shown: the county or city chosen, or the nearest of one's own that keeps rules."""
    wanted = chosen_division(request) or next(iter(request.user.scopes_for(Power.SEE_PROGRAMME)), "")
    codes = [wanted[:length] for length in (6, 4, 2) if len(wanted) >= length]
    found = {division.code: division for division in Division.objects.filter(code__in=codes)}
    return next((found[code] for code in codes if code in found and len(code) in LEVELS_OF_A_CATALOGUE), None)


@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: SignedInRequest) -> HttpResponse:
    """The rule in force for a county or city, its versions, and the form for the next one."""
    demand(can_see_programme(request.user))
    division = _division(request)
    may_set = division is not None and can_set_scheme_rules(request.user, division.code)
    if request.method == "POST":
        demand(may_set)
    rule = SchemeRule.objects.in_force(division.code if division else "")
    facts = ("notice_days", "cost_low", "cost_high")
    form = RuleForm(posted(request), initial={name: getattr(rule, name) for name in facts})
    if division is not None and form.is_valid() and try_form(
        form, lambda: publish_scheme_rule(division=division, user=request.user, **form.cleaned_data)
    ):  # fmt: skip
        messages.success(request, _("Published. It holds for notices posted from now on."))
        return redirect("projects:scheme_rules")
    context = {
        "division": division,
        "rule": rule,
        "form": form if may_set else None,
        "versions": SchemeRule.objects.filter(division=division).select_related("published_by") if division else [],
    }  # fmt: skip
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "projects/scheme_rules.html", context, status=status)
