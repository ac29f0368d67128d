"""The day from which a division works in the portal, and the projects from before it."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from audit.actions import record
from compounds.models import Compound
from core.errors import NotPermitted
from directory.models import Division, User
from directory.powers import Role
from files.models import StoredFile
from projects.actions.backlog import ProjectBefore, enter_projects_from_before
from projects.errors import GoLiveSet, SameAdministration, SamePerson
from projects.models import GoLive, Project
from projects.permissions import can_set_go_live


@transaction.atomic
def propose_go_live(*, division: Division, user: User, live_from: date) -> GoLive:
    """One administrator proposes the day; until another confirms it, it may be proposed anew."""
    if not can_set_go_live(user, division.code):
        raise NotPermitted
    Division.objects.select_for_update(no_key=True).get(pk=division.pk)
    standing = GoLive.objects.filter(division=division).first()
    if standing is not None and standing.confirmed_at is not None:
        raise GoLiveSet
    if standing is not None:
        standing.delete()
    go_live = GoLive.objects.create(division=division, live_from=live_from, proposed_by=user)
    _record("go_live.proposed", go_live, user)
    return go_live


@transaction.atomic
def confirm_go_live(*, go_live: GoLive, user: User) -> GoLive:
    """Another administrator confirms; from then on the day stays."""
    go_live = GoLive.objects.select_for_update(of=("self",)).select_related("proposed_by").get(pk=go_live.pk)
    if not can_set_go_live(user, go_live.division_id):
        raise NotPermitted
    if go_live.confirmed_at is not None:
        raise GoLiveSet
    if go_live.proposed_by_id == user.pk:
        raise SamePerson
    # Separate administrations (等保 2.0): what the system's proposes, the security's confirms, and the reverse.
    if go_live.proposed_by.has_role(Role.SYSTEM_ADMINISTRATOR) == user.has_role(Role.SYSTEM_ADMINISTRATOR):
        raise SameAdministration
    go_live.confirmed_by, go_live.confirmed_at = user, timezone.now()
    go_live.save()
    _record("go_live.confirmed", go_live, user)
    return go_live


def _record(action: str, go_live: GoLive, user: User) -> None:
    record(
        action=action, actor=user, subject=go_live, division_code=go_live.division_id,
        detail={"live_from": go_live.live_from.isoformat()},
    )  # fmt: skip


@transaction.atomic
def enter_project_from_before(
    *, compound: Compound, user: User, year: int, stage: str, effective_on: date, document: StoredFile,
    started_on: date | None = None, completed_on: date | None = None,
) -> Project:  # fmt: skip
    """A project that ran or ended before the portal, where it stood on `effective_on`, with its proof."""
    before = ProjectBefore(
        compound=compound, year=year, stage=stage, effective_on=effective_on, started_on=started_on,
        completed_on=completed_on,
    )  # fmt: skip
    (project,) = enter_projects_from_before(projects=[before], user=user, document=document)
    return project
