"""Writes to user accounts. What a person may do stands in their roles, never here."""

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict, Unpack

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from audit.actions import record
from core.errors import ChangedMeanwhile, NotPermitted
from core.integrity import constraints_as_refusals
from core.text import clean_line, comparison_key
from directory.actions.checks import living_division, refuse_unclean
from directory.actions.roles import refuse_last_administrator
from directory.errors import AccountActive, AccountInactive, LeftInFuture, NotOnOneself
from directory.history import changed_since
from directory.models import ApiToken, Organisation, RoleAssignment, SignInFailure, User
from directory.notices import notify_of_account
from directory.permissions import can_edit_user, can_end_sessions, can_keep_accounts_at, can_secure_user

# Without letters and digits that are mistaken for each other when read from paper.
UNMISTAKABLE = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"


class AccountFacts(TypedDict, total=False):
    """What a form may set on an account."""

    name: str
    organisation: Organisation | None
    home_division: str
    post: str
    phone: str
    email: str
    chat_id: str


class ContactFacts(TypedDict, total=False):
    """What a person keeps up to date on their own profile."""

    phone: str
    email: str
    chat_id: str


@dataclass(frozen=True)
class NewAccount:
    """`one_time_password` is shown once and kept nowhere; "" for a service user."""

    user: User
    one_time_password: str


def new_one_time_password() -> str:
    """Four groups of four, such as `Kx7m-Qw4t-9bRh-Tz3n`: over 90 bits, and easy to read out."""
    groups = ("".join(secrets.choice(UNMISTAKABLE) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def levelled_username(username: str) -> str:
    """The stored form: full-width letters made plain ones, no capitals, no spaces."""
    return comparison_key(username)


@transaction.atomic
def create_user(
    *, actor: User, username: str, is_service: bool = False, **facts: Unpack[AccountFacts]
) -> NewAccount:
    """Make an account without any role. Its one-time password must be changed at the first sign-in."""
    home = living_division(facts.get("home_division", ""))
    if not can_keep_accounts_at(actor, home.code):
        raise NotPermitted
    return create_account(actor=actor, username=username, is_service=is_service, facts=facts)


def create_account(*, actor: Any, username: str, is_service: bool, facts: AccountFacts) -> NewAccount:
    """The bare act, without asking who does it; `actor` may be a text where a command acts."""
    user = User(username=levelled_username(username), is_service=is_service)
    _set(user, facts)
    password = "" if is_service else new_one_time_password()
    if password:
        user.set_password(password)
        user.must_change_password = True
    else:
        user.set_unusable_password()
    refuse_unclean(user, exclude=["password"])
    with constraints_as_refusals(User):
        user.save(force_insert=True)
    record(action="account.created", actor=actor, subject=user, detail={"username": user.username})
    return NewAccount(user, password)


def _set(user: User, facts: AccountFacts) -> None:
    for field, value in facts.items():
        setattr(user, field, clean_line(value) if isinstance(value, str) else value)


@transaction.atomic
def update_user(
    *, actor: User, user: User, seen_version: int | None = None, **facts: Unpack[AccountFacts]
) -> User:
    """Change what is recorded about a person. `seen_version` is `core.history.version_of` when the form was shown."""
    user = _locked(user)
    if not can_edit_user(actor, user):
        raise NotPermitted
    if seen_version is not None and (change := changed_since(user, seen_version)):
        raise ChangedMeanwhile(who=change.who, when=f"{timezone.localtime(change.at):%H:%M}")
    if facts.get("home_division", user.home_division) != user.home_division:
        home = living_division(facts["home_division"])
        if not can_keep_accounts_at(actor, home.code):
            raise NotPermitted
    _set(user, facts)
    refuse_unclean(user, exclude=["password"])
    with constraints_as_refusals(User):
        user.save()
    record(action="account.changed", actor=actor, subject=user, detail={"fields": sorted(facts)})
    return user


@transaction.atomic
def update_own_contact(*, user: User, **facts: Unpack[ContactFacts]) -> User:
    user = _locked(user)
    for field, value in facts.items():
        setattr(user, field, clean_line(str(value)))
    refuse_unclean(user, exclude=["password"])
    user.save(update_fields=[*facts])
    record(action="account.contact_changed", actor=user, subject=user, detail={"fields": sorted(facts)})
    return user


# --- Leaving and coming back ------------------------------------------------------------


@transaction.atomic
def deactivate_user(*, actor: User, user: User, left_on: date, reason: str = "") -> User:
    """The person has left: no sign-in, no session, no token from this moment on.

    Their roles stay open, powerless, until a security administrator hands them over
    (`hand_over`) or ends them.
    """
    user = _locked(user)
    if actor.pk == user.pk:
        raise NotOnOneself
    if not can_edit_user(actor, user):
        raise NotPermitted
    if not user.is_active:
        raise AccountInactive(name=user.name)
    if left_on > timezone.localdate():
        raise LeftInFuture
    for assignment in RoleAssignment.objects.filter(user=user).current_on(timezone.localdate()):
        refuse_last_administrator(assignment)
    user.is_active, user.left_on = False, left_on
    user.save(update_fields=["is_active", "left_on"])
    ended = close_sessions(user)
    tokens = ApiToken.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=timezone.now())
    record(
        action="account.closed", actor=actor, subject=user, reason=reason,
        detail={"left_on": left_on.isoformat(), "sessions": ended, "tokens": tokens},
    )  # fmt: skip
    return user


@transaction.atomic
def reactivate_user(*, actor: User, user: User, reason: str = "") -> NewAccount:
    """Bring an account back, with a new one-time password and without its former roles.

    Roles still open from before are ended: a system administrator does not give powers back.
    """
    user = _locked(user)
    if not can_edit_user(actor, user):
        raise NotPermitted
    if user.is_active:
        raise AccountActive(name=user.name)
    RoleAssignment.objects.filter(user=user, ended_at__isnull=True).update(
        ended_at=timezone.now(), ended_by=actor
    )
    user.is_active, user.left_on = True, None
    password = _new_password(user)
    record(action="account.reopened", actor=actor, subject=user, reason=reason)
    return NewAccount(user, password)


# --- Passwords, locks, second factors ---------------------------------------------------


@transaction.atomic
def reset_password(*, actor: User, user: User) -> str:
    """Give a new one-time password and end all sessions.

    The account of anybody who holds a role is locked by this until a security administrator
    unlocks it: whoever made the password knows it, and must not see alone what the role shows.
    """
    user = _locked(user)
    if not can_edit_user(actor, user):
        raise NotPermitted
    if not user.is_active or user.is_service:
        raise AccountInactive(name=user.name)
    if _holds_a_role(user):
        user.locked_at = timezone.now()
    password = _new_password(user)
    close_sessions(user)
    notify_of_account("password.reset", user, by=actor)
    record(action="password.reset", actor=actor, subject=user, detail={"locked": user.locked_at is not None})
    return password


def _new_password(user: User) -> str:
    password = "" if user.is_service else new_one_time_password()
    if password:
        user.set_password(password)
        user.must_change_password = True
    user.save()
    return password


def _holds_a_role(user: User) -> bool:
    """Today or from a later day: a role that begins tomorrow must not be taken over today."""
    held = RoleAssignment.objects.filter(user=user, ended_at__isnull=True)
    return held.exclude(ends_on__lt=timezone.localdate()).exists()


@transaction.atomic
def set_own_password(*, user: User, password: str) -> User:
    """The person's own new password, checked by the form against the rules; other sessions end with it."""
    user = _locked(user)
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    notify_of_account("password.changed", user)
    record(action="password.changed", actor=user, subject=user)
    return user


@transaction.atomic
def lock_user(*, actor: User, user: User, reason: str) -> User:
    """Keep an account closed for the time being (a lost phone, a suspicion) and end its sessions."""
    user = _locked(user)
    if not can_secure_user(actor, user):
        raise NotPermitted
    user.locked_at = timezone.now()
    user.save(update_fields=["locked_at"])
    ended = close_sessions(user)
    record(action="account.locked", actor=actor, subject=user, reason=reason, detail={"sessions": ended})
    return user


@transaction.atomic
def unlock_user(*, actor: User, user: User, reason: str = "") -> User:
    """Lift a lock by hand and forget the failed attempts of this name."""
    user = _locked(user)
    if not can_secure_user(actor, user):
        raise NotPermitted
    unlock(user)
    notify_of_account("account.unlocked", user, by=actor)
    record(action="account.unlocked", actor=actor, subject=user, reason=reason)
    return user


def unlock(user: User) -> None:
    """The bare act, also of the command that the server's keeper runs when no administrator is left."""
    user.locked_at = None
    user.save(update_fields=["locked_at"])
    names = [levelled_username(user.username), code_account(user), password_account(user)]
    SignInFailure.objects.filter(account__in=names, cleared_at__isnull=True).update(cleared_at=timezone.now())


def code_account(user: User) -> str:
    """Under which name wrong codes of the second factor are counted; no user name has a colon."""
    return f"code:{user.pk}"


def password_account(user: User) -> str:
    """Under which name a signed-in person's wrong old passwords are counted."""
    return f"password:{user.pk}"


@transaction.atomic
def reset_second_factor(*, actor: User, user: User, reason: str) -> User:
    """A lost phone: take the authenticator and its recovery codes away, and end all sessions."""
    user = _locked(user)
    if not can_secure_user(actor, user):
        raise NotPermitted
    removed, _kinds = Authenticator.objects.filter(user=user).delete()
    close_sessions(user)
    notify_of_account("second_factor.reset", user, by=actor)
    record(
        action="second_factor.reset", actor=actor, subject=user, reason=reason, detail={"removed": removed}
    )
    return user


@transaction.atomic
def end_sessions(*, actor: User, user: User, reason: str = "") -> int:
    """Sign a person out everywhere; how many sessions that were."""
    user = _locked(user)
    if not can_end_sessions(actor, user):
        raise NotPermitted
    ended = close_sessions(user)
    record(action="session.ended_by_administrator", actor=actor, subject=user, reason=reason,
           detail={"sessions": ended})  # fmt: skip
    return ended


def close_sessions(user: User) -> int:
    """The bare act: every browser of this person is signed out; how many that were."""
    keys = list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(user=user).delete()
    return len(keys)


def _locked(user: User) -> User:
    """The account's row as it is now, held until the end of the transaction."""
    return User.objects.select_for_update(no_key=True, of=("self",)).get(pk=user.pk)
