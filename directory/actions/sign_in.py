"""Signing in: how many attempts, from where, and what is written down about them.

Failures are rows, so that neither a restart nor a flushed cache opens a window for
guessing. An attempt is counted *before* the password is looked at and taken back
when it was right: fifty attempts at the same moment find five places, not fifty.

Three limits, each over `SIGN_IN_LOCK_MINUTES` (等保 2.0: five failures, 15 minutes):

* account and address together: `SIGN_IN_FAILURES_ALLOWED`; another address of the same
  office is not locked out;
* one address over all accounts (a spray): `FAILURES_PER_ADDRESS`;
* one account over all addresses (a botnet): `FAILURES_PER_ACCOUNT`.

The last two spare a browser in which this account has signed in before (`known`, a
signed cookie), so that an attacker behind the same office address, or one who tries a
colleague's name, locks nobody out of their own desk.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import connection, transaction
from django.utils import timezone

from audit.actions import record
from audit.models import AuditEntry, Outcome
from directory.actions.accounts import code_account, levelled_username, password_account
from directory.errors import AccountLocked, AddressBusy, SignInLocked, WrongCredentials
from directory.models import SignInFailure, User

FAILURES_PER_ADDRESS = 30
FAILURES_PER_ACCOUNT = 60
NAME_LENGTH = 150
# How long failed attempts are kept after they stopped counting.
KEPT_FOR = timedelta(days=30)
TOLD_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Attempt:
    """A counted attempt: `account` is the levelled name, `address` what it is counted under."""

    account: str
    address: str


def counted_address(address: str) -> str:
    """An IPv6 customer owns 2^64 addresses: they count as one, their /64 network."""
    known = ip_address(address)
    if isinstance(known, IPv6Address) and known.ipv4_mapped is None:
        return str(ip_network((known, 64), strict=False).network_address)
    return str(known)


def window() -> timedelta:
    return timedelta(minutes=settings.SIGN_IN_LOCK_MINUTES)


def begin_attempt(
    *, account: str, address: str, known: bool, per_account: int = FAILURES_PER_ACCOUNT
) -> Attempt:
    """Count an attempt, or refuse it: SignInLocked, AddressBusy. Nothing is said about the account."""
    account, address = levelled_username(account)[:NAME_LENGTH], counted_address(address)
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Attempts on one account, and from one address, count one after the other.
            for key in sorted((f"sign-in account {account}", f"sign-in address {address}")):
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
        now = timezone.now()
        _refuse_locked(account, address, now)
        if not known:
            _refuse_busy(account, address, now, per_account)
        SignInFailure.objects.create(account=account, address=address, at=now)
    return Attempt(account, address)


def locked_until(*, account: str, address: str, now: datetime) -> datetime | None:
    """Until when this account is locked at this address: the window begins at the last failure."""
    allowed = settings.SIGN_IN_FAILURES_ALLOWED
    latest = list(
        SignInFailure.objects.filter(account=account, address=address, cleared_at__isnull=True)
        .order_by("-at")
        .values_list("at", flat=True)[:allowed]
    )
    if len(latest) < allowed or latest[0] - latest[-1] > window() or latest[0] + window() <= now:
        return None
    return latest[0] + window()


def _refuse_locked(account: str, address: str, now: datetime) -> None:
    until = locked_until(account=account, address=address, now=now)
    if until is not None:
        raise SignInLocked(minutes=_minutes(until - now))


def _refuse_busy(account: str, address: str, now: datetime, per_account: int) -> None:
    recent = SignInFailure.objects.filter(at__gt=now - window(), cleared_at__isnull=True)
    if recent.filter(address=address).count() >= FAILURES_PER_ADDRESS:
        raise AddressBusy(minutes=settings.SIGN_IN_LOCK_MINUTES)
    if recent.filter(account=account).count() >= per_account:
        raise SignInLocked(minutes=settings.SIGN_IN_LOCK_MINUTES)


def _minutes(left: timedelta) -> int:
    return max(1, -(-int(left.total_seconds()) // 60))


def failures_of(user: User) -> list[SignInFailure]:
    """Failed attempts of the present window that still count, newest first."""
    names = [levelled_username(user.username), code_account(user), password_account(user)]
    since = timezone.now() - window()
    return list(
        SignInFailure.objects.filter(account__in=names, cleared_at__isnull=True, at__gt=since).order_by(
            "-at"
        )[:20]
    )


def attempt_succeeded(attempt: Attempt) -> None:
    """The password was right: this account's failures at this address count no more."""
    SignInFailure.objects.filter(
        account=attempt.account, address=attempt.address, cleared_at__isnull=True
    ).update(cleared_at=timezone.now())


# --- The password -----------------------------------------------------------------------


def check_credentials(*, username: str, password: str, address: str, known: bool) -> User:
    """The person these credentials belong to; every wrong one is an audit row of its own.

    Raises SignInLocked, AddressBusy, WrongCredentials, AccountLocked. An unknown name
    costs as much work as a wrong password, and reads the same.
    """
    try:
        attempt = begin_attempt(account=username, address=address, known=known)
    except (SignInLocked, AddressBusy) as refusal:
        _record_stopped(levelled_username(username), address, refusal.code)
        raise
    user = User.objects.filter(username=attempt.account).first()
    if user is None or user.is_service:
        # As costly as a wrong password.
        make_password(password)
        raise _refused(attempt, "unknown" if user is None else "service_user")
    if not check_password(password, user.password, setter=lambda raw: _rehash(user, raw)):
        raise _refused(attempt, "wrong_password")
    if not user.is_active:
        raise _refused(attempt, "inactive")
    attempt_succeeded(attempt)
    if user.locked_at is not None:
        _record_refusal(user.username, address, "locked_by_administrator")
        raise AccountLocked
    return user


def _rehash(user: User, password: str) -> None:
    """A password stored by an older method or cost is stored anew by the present one."""
    # The session about to begin is bound to the hash of the object at hand.
    user.password = make_password(password)
    User.objects.filter(pk=user.pk).update(password=user.password)


def _refused(attempt: Attempt, why: str) -> WrongCredentials:
    _record_refusal(attempt.account, attempt.address, why)
    if locked_until(account=attempt.account, address=attempt.address, now=timezone.now()):
        _record("session.locked", attempt.account, attempt.address, {})
    return WrongCredentials()


def _record_stopped(account: str, address: str, why: str) -> None:
    """Attempts while a limit is in force: one row a minute. A spray of days must not fill what nobody may delete."""
    user = User.objects.filter(username=account[:NAME_LENGTH]).first() if why == SignInLocked.code else None
    told = AuditEntry.objects.filter(
        action="session.refused", at__gt=timezone.now() - TOLD_EVERY, address=address, detail__why=why
    )
    if not told.filter(subject_id=str(user.pk) if user else "").exists():
        _record_refusal(account if user else "", address, why)


def _record_refusal(account: str, address: str, why: str) -> None:
    _record("session.refused", account, address, {"why": why})


def _record(action: str, account: str, address: str, detail: dict[str, str]) -> None:
    """What was typed as a name is written down only if it is one: it might be a password."""
    user = User.objects.filter(username=account[:NAME_LENGTH]).first()
    record(
        action=action,
        actor=user,
        outcome=Outcome.REFUSED,
        subject=user,
        division_code=user.home_division if user else "",
        address=address,
        detail=detail,
    )


# --- Sessions ---------------------------------------------------------------------------


def record_session(*, action: str, user: User, address: str, detail: dict[str, str] | None = None) -> None:
    """`session.signed_in`, `session.signed_out`, `session.timed_out` and the like."""
    record(
        action=action, actor=user, subject=user, division_code=user.home_division, address=address,
        detail=detail or {},
    )  # fmt: skip


def forget_old_failures(now: datetime) -> int:
    """Rows that stopped counting long ago; how many went."""
    deleted, _kinds = SignInFailure.objects.filter(at__lt=now - KEPT_FOR).delete()
    return deleted
