"""What the pages of a scheme share: finding it, its figures read once, acts that answer with a sentence."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from compounds.models import ConditionSurvey
from core.errors import DomainError
from directory.requests import SignedInRequest
from projects.estimate import Estimate, Group, Work, estimate, grouped, work_of
from projects.gaps import Gap, gaps_of, latest_survey
from projects.models import Aspect, Category, Project, Scheme, SchemeLine, SchemeRule, SchemeState, Strike
from projects.permissions import (
    can_approve_scheme,
    can_draw_scheme,
    can_edit_scheme,
    can_post_notice,
    sign_off_powers,
)
from projects.scheme_way import Way
from projects.views.shared import find_project

LONGEST_REASON = 300
SCHEME_TONES: dict[str, str] = {
    SchemeState.DRAFT: "waiting",
    SchemeState.SIGNING: "act",
    SchemeState.NOTICED: "act",
    SchemeState.APPROVED: "ok",
    SchemeState.SUPERSEDED: "",
    SchemeState.WITHDRAWN: "",
}


def find_scheme(request: SignedInRequest, code: str, version: int) -> Scheme:
    """A version of the project's scheme, the project as `find_project` gives it."""
    project = find_project(request, code)
    people = ("drawn_up_by", "submitted_by", "approved_by")
    scheme = get_object_or_404(project.schemes.select_related(*people), version=version)
    scheme.project = project
    return scheme


def page_of(scheme: Scheme) -> str:
    return reverse("projects:scheme_version", args=[scheme.project.code, scheme.version])


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """An aspect with its sum; none of the five should be empty."""

    aspect: Aspect
    count: int
    total: Any


class Content:
    """A version's lines with all that is computed from them; each read once, however many lines."""

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme

    @cached_property
    def lines(self) -> list[SchemeLine]:
        return list(self.scheme.lines.select_related("work_item__catalogue_item"))

    @cached_property
    def works(self) -> dict[int, Work]:
        return {work.key: work for work in map(work_of, self.lines)}

    @cached_property
    def groups(self) -> list[Group]:
        return grouped(self.lines)

    @cached_property
    def strikes(self) -> list[Strike]:
        return list(self.scheme.strikes.select_related("work_item__catalogue_item", "by"))

    @cached_property
    def survey(self) -> ConditionSurvey | None:
        return latest_survey(self.scheme.project)

    @cached_property
    def gaps(self) -> list[Gap]:
        return gaps_of(self.scheme, self.lines)

    @cached_property
    def rule(self) -> SchemeRule:
        return SchemeRule.objects.in_force(self.scheme.division_code)

    @cached_property
    def estimate(self) -> Estimate:
        compound = self.scheme.project.compound
        return estimate(
            self.works.values(), households=compound.household_count, area=compound.floor_area,
            low=self.rule.cost_low, high=self.rule.cost_high,
        )  # fmt: skip

    @property
    def coverage(self) -> list[Coverage]:
        counts: dict[str, int] = {}
        for work in self.works.values():
            counts[work.aspect] = counts.get(work.aspect, 0) + 1
        sums = self.estimate.by_aspect
        return [Coverage(aspect=one, count=counts.get(one, 0), total=sums.get(one, 0)) for one in Aspect]

    @property
    def categories(self) -> list[tuple[Category, Any]]:
        sums = self.estimate.by_category
        return [(category, sums[category]) for category in Category if category in sums]

    @property
    def outside(self) -> list[Work]:
        """Works whose unit cost lies outside the catalogue's range."""
        return [work for work in self.works.values() if work.is_outside]

    @property
    def upgrades_wait(self) -> bool:
        """Whether upgrade items stand in the way of handing it in, because a need is unanswered."""
        has_upgrades = any(work.category == Category.UPGRADE for work in self.works.values())
        return has_upgrades and any(gap.is_open for gap in self.gaps)


def rights_of(request: SignedInRequest, scheme: Scheme) -> dict[str, bool]:
    """What this person may do with it now, as the page's buttons ask."""
    user, project, state = request.user, scheme.project, scheme.state
    on_the_way = state in (SchemeState.SIGNING, SchemeState.NOTICED)
    approver = can_approve_scheme(user, scheme)
    return {
        "may_edit_lines": project.is_active and can_edit_scheme(user, scheme),
        "may_sign": state == SchemeState.SIGNING and bool(sign_off_powers(user, scheme)),
        "may_post": project.is_active and can_post_notice(user, project),
        "may_approve": state == SchemeState.NOTICED and approver,
        "may_send_back": on_the_way and (can_draw_scheme(user, project) or approver),
        "may_answer": can_draw_scheme(user, project),
        "may_change": state == SchemeState.APPROVED and project.is_active and can_draw_scheme(user, project),
    }


def way_of(request: SignedInRequest, scheme: Scheme) -> Way:
    return Way(scheme, user=request.user)


def act(request: SignedInRequest, call: Callable[[], Any], *, done: str, to: str) -> HttpResponse:
    """A button without a form of its own: it works, or the page it stands on says why not."""
    try:
        call()
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    return redirect(to)


def reason_of(request: SignedInRequest) -> str:
    """The reason typed into a button's own box, which takes no more than this."""
    return request.POST.get("reason", "")[:LONGEST_REASON]


def try_form(form: forms.Form, call: Callable[[], Any]) -> bool:
    """Whether the act was done; a refusal becomes an error of the form."""
    try:
        call()
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return False
    return True


def current_of(project: Project) -> Scheme | None:
    """The version that the tab opens: the one under way, else the approved one, else the latest."""
    rows = list(project.schemes.select_related("drawn_up_by", "submitted_by", "approved_by"))
    for scheme in rows:
        scheme.project = project
    order = (SchemeState.DRAFT, SchemeState.SIGNING, SchemeState.NOTICED, SchemeState.APPROVED)
    known = [scheme for scheme in rows if scheme.state in order]
    return min(
        known, key=lambda scheme: order.index(SchemeState(scheme.state)), default=rows[0] if rows else None
    )
