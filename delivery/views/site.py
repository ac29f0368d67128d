"""现场: the projects under construction with their lights, and all progress entries."""

from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.lists import called
from delivery.filters import EntryPageFilter, SiteFilter
from delivery.lights import on_site, rule_in_words, with_light
from delivery.models import ProgressEntry
from delivery.permissions import can_see_site
from delivery.tables import ENTRIES, SITE
from delivery.views.shared import demand
from directory.models import Division
from directory.requests import SignedInRequest
from projects.models import Project
from projects.permissions import can_export, what_is_seen


@require_safe
def site(request: SignedInRequest) -> HttpResponseBase:
    demand(can_see_site(request.user))
    today = timezone.localdate()
    return SITE.respond(
        request,
        lambda: with_light(Project.objects.visible_to(request.user).filter(on_site()), today),
        filterset=SiteFilter,
        depends_on=what_is_seen(request.user),
        may_export=can_export(request.user),
        describe={"division": called(Division)},
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
        depends_on=what_is_seen(request.user),
        may_export=can_export(request.user),
        describe={"division": called(Division)},
        template="delivery/entries.html",
        context={"tab": "entries"},
    )
