"""现场: the projects under construction with their lights, and all progress entries."""

from typing import Any

from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from delivery.filters import EntryPageFilter, SiteFilter
from delivery.lights import on_site, rule_in_words, with_light
from delivery.models import ProgressEntry
from delivery.permissions import can_see_site
from delivery.tables import ENTRIES, SITE
from delivery.views.shared import demand
from directory.models import Division
from directory.powers import Power
from directory.requests import SignedInRequest
from projects.models import Project
from projects.models.project import works_for_a_firm
from projects.permissions import can_export


def _describe(code: Any) -> str:
    return str(Division.objects.filter(pk=code).first() or code)


def _depends_on(request: SignedInRequest) -> tuple[Any, ...]:
    """Scopes, firm and day: all that the rows depend on."""
    user = request.user
    firm = user.organisation_id if works_for_a_firm(user) else None
    return (user.scopes_for(Power.SEE_PROGRAMME), firm, timezone.localdate())


@require_safe
def site(request: SignedInRequest) -> HttpResponseBase:
    demand(can_see_site(request.user))
    today = timezone.localdate()
    return SITE.respond(
        request,
        lambda: with_light(Project.objects.visible_to(request.user).filter(on_site()), today),
        filterset=SiteFilter,
        depends_on=_depends_on(request),
        may_export=can_export(request.user),
        describe={"division": _describe},
        template="delivery/site.html",
        context={"tab": "works", "rule": rule_in_words()},
    )


@require_safe
def entries(request: SignedInRequest) -> HttpResponseBase:
    demand(can_see_site(request.user))
    return ENTRIES.respond(
        request,
        lambda: ProgressEntry.objects.visible_to(request.user),
        filterset=EntryPageFilter,
        depends_on=_depends_on(request),
        may_export=can_export(request.user),
        describe={"division": _describe},
        template="delivery/entries.html",
        context={"tab": "entries"},
    )
