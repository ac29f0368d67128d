"""What tests of the directory do again and again."""

from datetime import date, timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEntry
from directory.actions.roles import Period, grant_role
from directory.middleware import SECOND_FACTOR
from directory.models import Division, RoleAssignment, User
from tests.cast import PASSWORD, Cast

VALID_CREDIT_CODE = "91420100MA4KM4XD2G"
OFFICE, HOME = "10.42.0.9", "10.43.0.9"


def today() -> date:
    return timezone.localdate()


def in_days(days: int) -> date:
    return today() + timedelta(days=days)


def role_of(user: User) -> RoleAssignment:
    """The one role that this person of the cast holds."""
    return RoleAssignment.objects.get(user=user, ended_at__isnull=True)


def grant(
    cast: Cast, user: User, role: str, division: str, *, by: str = "secadmin", **how: Any
) -> RoleAssignment:
    how.setdefault("period", Period(today()))
    return grant_role(
        actor=getattr(cast, by), user=user, role=role, division=Division.objects.get(pk=division), **how
    )


def sign_in(
    client: Client, username: str, password: str = PASSWORD, *, address: str = OFFICE, **extra: Any
) -> Any:
    return client.post(
        reverse("account_login"), {"login": username, "password": password}, REMOTE_ADDR=address, **extra
    )


def past_second_factor(client: Client) -> Client:
    """The signed-in client of an administrator, the second factor behind them."""
    session = client.session
    session[SECOND_FACTOR] = True
    session.save()
    return client


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def last_entry(action: str) -> AuditEntry:
    entry = AuditEntry.objects.filter(action=action).order_by("-pk").first()
    assert entry is not None, f"no audit entry {action}"
    return entry


def fresh(user: User) -> User:
    """As the next request sees this person."""
    return User.objects.get(pk=user.pk)


def downloaded(answer: Any) -> bytes:
    """The whole file. The response is not closed as a server would: that would end the test's connection."""
    content = b"".join(answer.streaming_content)
    for close in answer._resource_closers:
        close()
    return content
