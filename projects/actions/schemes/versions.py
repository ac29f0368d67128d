"""Versions of a scheme: begun, changed after approval, described, withdrawn, handed in for signing."""

from decimal import Decimal

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from core.integrity import constraints_as_refusals
from core.text import clean_line, first_of, listed
from directory.models import User
from projects.actions.schemes.locks import lock_open, lock_project, save_state
from projects.errors import (
    GapsOpen,
    LessThanDone,
    NoApprovedScheme,
    ReasonNeeded,
    SchemeApproved,
    SchemeEmpty,
    SchemeUnderWay,
)
from projects.gaps import gaps_of
from projects.models import Category, Project, Scheme, SchemeLine, SchemeState, Waiver
from projects.models.scheme import SCHEME_UNDER_WAY

# As the constraint `progress_within_plan`: more than a fifth above the plan is a change of the works.
MOST_ABOVE_PLAN = Decimal("1.2")


@transaction.atomic
def begin_scheme(*, project: Project, user: User, summary: str = "", reason: str = "") -> Scheme:
    """The first version. Where one was withdrawn before, the next says why (`reason`)."""
    project = lock_project(project, user)
    if project.schemes.approved().exists():
        raise SchemeApproved
    version = _next_version(project)
    reason = clean_line(reason)
    if version > 1 and not reason:
        raise ReasonNeeded
    return _create(project, user, version, summary=summary.strip(), change_reason=reason)


@transaction.atomic
def new_version(*, project: Project, user: User, reason: str) -> Scheme:
    """A change of an approved scheme: its lines and waivers are copied; it holds until the new one is approved."""
    project = lock_project(project, user)
    approved = project.schemes.approved().first()
    if approved is None:
        raise NoApprovedScheme
    reason = clean_line(reason)
    if not reason:
        raise ReasonNeeded
    version = _next_version(project)
    scheme = _create(project, user, version, summary=approved.summary, change_reason=reason)
    SchemeLine.objects.bulk_create(
        SchemeLine(scheme=scheme, project=project, **row)
        for row in approved.lines.order_by("pk").values("work_item_id", "quantity", "unit_cost", "note")
    )
    Waiver.objects.bulk_create(
        Waiver(scheme=scheme, **row) for row in approved.waivers.values("topic", "reason", "by_id")
    )
    return scheme


@transaction.atomic
def withdraw_scheme(*, scheme: Scheme, user: User, reason: str) -> Scheme:
    """Give up a version that is being drawn up; what was in it can still be read."""
    scheme = lock_open(scheme, user)
    if not clean_line(reason):
        raise ReasonNeeded
    scheme.state, scheme.return_reason = SchemeState.WITHDRAWN, clean_line(reason)
    scheme.save()
    return scheme


@transaction.atomic
def describe_scheme(*, scheme: Scheme, user: User, summary: str) -> Scheme:
    """What is done, in words that the public notice carries."""
    scheme = lock_open(scheme, user)
    scheme.summary = summary.strip()
    scheme.save(update_fields=["summary"])
    return scheme


@transaction.atomic
def submit_scheme(*, scheme: Scheme, user: User) -> Scheme:
    """Hand it in for signing. 先民生后提升: no upgrade item while a need is neither planned nor waived."""
    scheme = lock_open(scheme, user)
    lines = list(scheme.lines.select_related("work_item__catalogue_item", "work_item__progress"))
    if not lines:
        raise SchemeEmpty
    if any(line.work_item.catalogue_item.category == Category.UPGRADE for line in lines):
        unanswered = [gap.label for gap in gaps_of(scheme, lines) if gap.is_open]
        if unanswered:
            raise GapsOpen(topics=listed(unanswered))
    refuse_less_than_done(scheme)
    scheme.state = SchemeState.SIGNING
    scheme.submitted_by, scheme.submitted_at, scheme.return_reason = user, timezone.now(), ""
    save_state(scheme)
    return scheme


def refuse_less_than_done(scheme: Scheme) -> None:
    """More than a fifth above the plan would have been built: the database refuses that approval."""
    ahead = scheme.lines.filter(work_item__progress__done__gt=F("quantity") * MOST_ABOVE_PLAN)
    names = [str(line.work_item) for line in ahead.select_related("work_item__catalogue_item")]
    if names:
        raise LessThanDone(names=first_of(names))


def _next_version(project: Project) -> int:
    under_way = project.schemes.filter(state__in=SCHEME_UNDER_WAY).first()
    if under_way is not None:
        raise SchemeUnderWay(version=under_way.version, state=under_way.get_state_display())
    return int(project.schemes.aggregate(latest=Max("version"))["latest"] or 0) + 1


def _create(project: Project, user: User, version: int, **facts: str) -> Scheme:
    scheme = Scheme(project=project, version=version, drawn_up_by=user, **facts)
    with constraints_as_refusals(Scheme):
        scheme.save(force_insert=True)
    return scheme
