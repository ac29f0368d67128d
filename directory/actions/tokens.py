"""API tokens of service users: issued once, shown once, revoked for good.

Whoever receives a key can read what its service user sees. So the key goes to a bureau
manager who may see all of that anyway, and never to an administrator or to the one who
granted the service user its role. `ApiToken`'s trigger holds the same in the database.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from audit.actions import record
from core.errors import InvalidInput, NotPermitted
from core.text import clean_line, listed
from directory.actions.checks import refuse_unclean
from directory.errors import (
    AccountInactive,
    TokenForPerson,
    TokenNotUsable,
    TokenOfOwnGrant,
    TokenShowsMore,
    TokenTooLong,
)
from directory.keys import SHOWN, digest, new_key
from directory.models import ApiToken, RoleAssignment, TokenScope, User
from directory.permissions import can_issue_token, can_revoke_token, sees_all_of

LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class IssuedToken:
    """`key` is shown once and kept nowhere."""

    token: ApiToken
    key: str


@transaction.atomic
def issue_token(
    *, actor: User, user: User, label: str, scopes: Collection[str], expires_at: datetime
) -> IssuedToken:
    """A key for a service user, valid for at most a year.

    The account's row is locked: whoever grants it a role takes the same lock, so that what
    is compared with the actor's own sight is what the key will show.
    """
    user = User.objects.select_for_update(no_key=True, of=("self",)).get(pk=user.pk)
    _refuse_issuer(User.objects.get(pk=actor.pk), user)
    now = timezone.now()
    if not now < expires_at <= now + LONGEST:
        raise TokenTooLong(days=LONGEST.days)
    if not scopes or not set(scopes) <= set(TokenScope.values):
        raise InvalidInput(reason=", ".join(scopes) or "–")
    key = new_key()
    token = ApiToken(
        user=user, label=clean_line(label), prefix=key[:SHOWN], digest=digest(key),
        scopes=sorted(set(scopes)), expires_at=expires_at, created_by=actor,
    )  # fmt: skip
    refuse_unclean(token, exclude=["last_used_at", "revoked_at"])
    token.save(force_insert=True)
    facts = {"prefix": token.prefix, "label": token.label, "scopes": token.scopes}
    record(
        action="token.issued", actor=actor, subject=user,
        detail={**facts, "valid_until": expires_at.isoformat()},
    )  # fmt: skip
    return IssuedToken(token, key)


def _refuse_issuer(actor: User, user: User) -> None:
    if not can_issue_token(actor, user):
        raise NotPermitted
    if not user.is_service:
        raise TokenForPerson
    if not user.is_active:
        raise AccountInactive(name=user.name)
    roles = RoleAssignment.objects.filter(user=user).open_on(timezone.localdate()).select_related("division")
    beyond = [one.division.name for one in roles if not sees_all_of(actor, [(one.role, one.division_id)])]
    if beyond:
        raise TokenShowsMore(divisions=listed(sorted(beyond)))
    if any(one.granted_by_id == actor.pk for one in roles):
        raise TokenOfOwnGrant


@transaction.atomic
def revoke_token(*, actor: User, token: ApiToken, reason: str = "") -> ApiToken:
    """The key is refused from this moment on."""
    token = ApiToken.objects.select_for_update(of=("self",)).select_related("user").get(pk=token.pk)
    if not can_revoke_token(actor, token):
        raise NotPermitted
    now = timezone.now()
    if token.revoked_at is not None or token.expires_at <= now:
        raise TokenNotUsable
    token.revoked_at = now
    token.save(update_fields=["revoked_at"])
    record(
        action="token.revoked", actor=actor, subject=token.user, reason=reason,
        detail={"prefix": token.prefix, "label": token.label},
    )  # fmt: skip
    return token
