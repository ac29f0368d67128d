"""Writes to roles: granted, ended, stood in for, handed over.

Only security administrators grant, within their own divisions and never to
themselves. The account's row is locked first, then read again, then decided.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from audit.actions import record
from core.errors import NotPermitted
from core.integrity import constraints_as_refusals
from directory.actions.checks import living_division
from directory.codes import ancestors
from directory.errors import (
    AccountInactive,
    DaysDoNotFit,
    GrantToOwnToken,
    LastAdministrator,
    NotOnOneself,
    OneAdministration,
    OrganisationNeeded,
    PasswordNotYetOwn,
    RoleAlreadyHeld,
    RoleForServiceUsers,
    RoleNotCurrent,
    SubstituteDatesOutside,
    SubstituteOfSubstitute,
)
from directory.models import ApiToken, Division, Organisation, RoleAssignment, User
from directory.notices import notify_of_role
from directory.permissions import can_end_role, can_grant_at, fits_account
from directory.powers import ADMINISTRATORS, Role

# Roles that act for an organisation, theirs or the one named with the role.
FOR_AN_ORGANISATION = (Role.LIAISON, Role.CONTRACTOR_USER)


@dataclass(frozen=True)
class Period:
    """From a day, until a last day or without end."""

    starts_on: date
    ends_on: date | None = None


@transaction.atomic
def grant_role(
    *,
    actor: User,
    user: User,
    role: str,
    division: Division,
    period: Period,
    organisation: Organisation | None = None,
    reason: str = "",
) -> RoleAssignment:
    """Give a person a role at a division, from a day, perhaps until a day."""
    user = _locked_account(user)
    division = living_division(division.code)
    _refuse_grantor(actor, user, division.code)
    _refuse_period(period)
    if role in FOR_AN_ORGANISATION and organisation is None and user.organisation_id is None:
        raise OrganisationNeeded
    assignment = RoleAssignment(
        user=user, role=role, division=division, organisation=organisation, granted_by=actor,
        starts_on=period.starts_on, ends_on=period.ends_on,
    )  # fmt: skip
    _insert(assignment)
    _record("role.granted", actor, assignment, reason)
    return assignment


@transaction.atomic
def end_role(*, actor: User, assignment: RoleAssignment, reason: str = "") -> RoleAssignment:
    """Take a role away, from this moment on; whoever stands in for it stops too."""
    _locked_account(assignment.user)
    assignment = _locked(assignment)
    if actor.pk == assignment.user_id:
        raise NotOnOneself
    if not can_end_role(actor, assignment):
        raise NotPermitted
    refuse_last_administrator(assignment)
    _end([assignment], by=actor)
    _record("role.ended", actor, assignment, reason)
    return assignment


@transaction.atomic
def appoint_substitute(
    *, actor: User, assignment: RoleAssignment, substitute: User, period: Period, reason: str = ""
) -> RoleAssignment:
    """Let a colleague hold the role during leave; it ends by itself on the last day."""
    substitute = _locked_account(substitute)
    assignment = _locked(assignment)
    _refuse_grantor(actor, substitute, assignment.division_id)
    if assignment.user_id == substitute.pk:
        raise RoleAlreadyHeld(name=substitute.name, division=assignment.division.name)
    if assignment.substitute_for_id is not None:
        raise SubstituteOfSubstitute
    if period.ends_on is None:
        raise DaysDoNotFit
    _refuse_period(period)
    if assignment.ends_on is not None and period.ends_on > assignment.ends_on:
        raise SubstituteDatesOutside(day=assignment.ends_on.isoformat())
    standing_in = RoleAssignment(
        user=substitute, role=assignment.role, division_id=assignment.division_id,
        organisation_id=assignment.organisation_id, granted_by=actor, substitute_for=assignment,
        starts_on=period.starts_on, ends_on=period.ends_on,
    )  # fmt: skip
    _insert(standing_in)
    _record("role.substitute_appointed", actor, standing_in, reason, stands_in_for=assignment.user.username)
    return standing_in


@transaction.atomic
def hand_over(
    *, actor: User, assignments: Collection[RoleAssignment], successor: User, reason: str = ""
) -> list[RoleAssignment]:
    """A person leaves or changes post: these roles end, a colleague holds them from today on.

    All or none. A role that the successor holds already is only ended. Who has left
    already may be handed over from: their roles are open until then.
    """
    if not assignments:
        return []
    successor = _locked_account(successor)
    granted = []
    for given in sorted(assignments, key=lambda one: one.pk):
        assignment = _locked(given)
        if actor.pk == assignment.user_id:
            raise NotOnOneself
        if assignment.user_id == successor.pk:
            raise RoleAlreadyHeld(name=successor.name, division=assignment.division.name)
        if not can_end_role(actor, assignment):
            raise NotPermitted
        _refuse_grantor(actor, successor, assignment.division_id)
        _end([assignment], by=actor)
        granted += _pass_on(assignment, successor=successor, actor=actor, reason=reason)
    return granted


def _pass_on(
    assignment: RoleAssignment, *, successor: User, actor: User, reason: str
) -> list[RoleAssignment]:
    held = RoleAssignment.objects.current_on(timezone.localdate()).filter(
        user=successor, role=assignment.role, division=assignment.division_id, substitute_for__isnull=True
    )
    if held.exists():
        _record("role.ended", actor, assignment, reason)
        return []
    # A successor who stood in so far now holds the role itself.
    _end(_open_of(successor).filter(role=assignment.role, division=assignment.division_id), by=actor)
    passed_on = RoleAssignment(
        user=successor, role=assignment.role, division_id=assignment.division_id,
        organisation_id=assignment.organisation_id, granted_by=actor,
        starts_on=timezone.localdate(), ends_on=assignment.ends_on,
    )  # fmt: skip
    _insert(passed_on)
    _record("role.handed_over", actor, passed_on, reason, handed_over_by=assignment.user.username)
    return [passed_on]


# --- What is decided under the lock -----------------------------------------------------


def _locked_account(user: User) -> User:
    """Every write to somebody's roles takes that account's row first: two grants never cross."""
    return User.objects.select_for_update(no_key=True, of=("self",)).get(pk=user.pk)


def _locked(assignment: RoleAssignment) -> RoleAssignment:
    """The assignment as it is now; it must still be open."""
    found = (
        RoleAssignment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("user", "division")
        .get(pk=assignment.pk)
    )
    today = timezone.localdate()
    if found.ended_at is not None or (found.ends_on is not None and found.ends_on < today):
        raise RoleNotCurrent(name=found.user.name)
    return found


def _refuse_grantor(actor: User, user: User, division_code: str) -> None:
    if actor.pk == user.pk:
        raise NotOnOneself
    # Read anew: the power may have been taken away since this request began.
    actor = User.objects.get(pk=actor.pk)
    if not can_grant_at(actor, division_code):
        raise NotPermitted
    if not User.objects.visible_to(actor).filter(pk=user.pk).exists():
        raise NotPermitted
    if not user.is_active:
        raise AccountInactive(name=user.name)
    # Key and sight never come from one hand, whichever was given first.
    if ApiToken.objects.usable_at(timezone.now()).filter(user=user, created_by=actor).exists():
        raise GrantToOwnToken


def _refuse_period(period: Period) -> None:
    today = timezone.localdate()
    if period.ends_on is not None and (period.ends_on < period.starts_on or period.ends_on < today):
        raise DaysDoNotFit


def _insert(assignment: RoleAssignment) -> None:
    user = assignment.user
    if not fits_account(assignment.role, user):
        raise RoleForServiceUsers
    # What ran out by its date is closed, so that it does not stand in the way of a new one.
    _end(_open_of(user).filter(ends_on__lt=timezone.localdate()), by=None)
    if assignment.role in ADMINISTRATORS:
        _refuse_administrator(user)
    if _open_of(user).filter(role=assignment.role, division=assignment.division_id).exists():
        raise RoleAlreadyHeld(name=user.name, division=assignment.division.name)
    with constraints_as_refusals(RoleAssignment):
        assignment.save(force_insert=True)


def _refuse_administrator(user: User) -> None:
    if _open_of(user).filter(role__in=ADMINISTRATORS).exists():
        raise OneAdministration(name=user.name)
    if user.must_change_password:
        raise PasswordNotYetOwn(name=user.name)


def _open_of(user: User) -> QuerySet[RoleAssignment]:
    return RoleAssignment.objects.filter(user=user, ended_at__isnull=True)


def _end(assignments: Iterable[RoleAssignment], *, by: User | None) -> None:
    """These assignments and whoever stands in for them."""
    keys = [assignment.pk for assignment in assignments]
    RoleAssignment.objects.filter(Q(pk__in=keys) | Q(substitute_for__in=keys), ended_at__isnull=True).update(
        ended_at=timezone.now(), ended_by=by
    )


def refuse_last_administrator(assignment: RoleAssignment) -> None:
    """Somebody must be left who holds this administration here or above, now and without an end.

    Two who take each other's last colleague away at the same moment wait for each other here.
    """
    if assignment.role not in ADMINISTRATORS or assignment.substitute_for_id is not None:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('last administrator', 0))")
    here_or_above = [assignment.division_id, *ancestors(assignment.division_id)]
    others = (
        RoleAssignment.objects.current_on(timezone.localdate())
        .filter(role=assignment.role, division__in=here_or_above, user__is_active=True, ends_on__isnull=True)
        .exclude(pk=assignment.pk)
    )
    if not others.exists():
        raise LastAdministrator(
            name=assignment.user.name,
            role=assignment.get_role_display(),
            division=assignment.division.name,
        )


def _record(action: str, actor: User, assignment: RoleAssignment, reason: str, **detail: str) -> None:
    facts = {
        "role": assignment.role,
        "from": assignment.starts_on.isoformat(),
        "last_day": assignment.ends_on.isoformat() if assignment.ends_on else "",
        **detail,
    }
    notify_of_role(action, assignment, by=actor)
    record(
        action=action, actor=actor, subject=assignment.user, division_code=assignment.division_id,
        reason=reason, detail=facts,
    )  # fmt: skip
