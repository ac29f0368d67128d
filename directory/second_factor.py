"""Codes of the second factor: each counts once, and guessing is counted in rows."""

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.db import transaction

from audit.actions import record
from audit.models import Outcome
from directory.actions.accounts import code_account
from directory.actions.sign_in import attempt_succeeded, begin_attempt
from directory.errors import WrongCode
from directory.models import User

# A code has six digits: over all addresses together, no more guesses than this in one window.
GUESSES = 10


def use_code(*, user: User, code: str, address: str) -> Authenticator:
    """The authenticator or recovery codes that this code belongs to; the code is spent.

    Raises WrongCode, and SignInLocked after too many wrong ones.
    """
    attempt = begin_attempt(account=code_account(user), address=address, known=False, per_account=GUESSES)
    for authenticator in Authenticator.objects.filter(user=user).order_by("-type"):
        if _fits(authenticator, code):
            attempt_succeeded(attempt)
            authenticator.user = user
            return authenticator
    record(
        action="second_factor.refused", actor=user, subject=user, outcome=Outcome.REFUSED, address=address,
        division_code=user.home_division,
    )  # fmt: skip
    raise WrongCode


def _fits(authenticator: Authenticator, code: str) -> bool:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return authenticator.wrap().validate_code(code)
    return authenticator.type == Authenticator.Type.TOTP and _use_totp(authenticator, code)


@transaction.atomic
def _use_totp(authenticator: Authenticator, code: str) -> bool:
    """The row remembers the last period used: a code seen over a shoulder is worth nothing.

    allauth remembers it in the cache, which may be away or flushed.
    """
    locked = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
    secret = decrypt(locked.data["secret"])
    for counter in yield_hotp_counters_from_time():
        fits = compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, counter)))
        if fits and counter > locked.data.get("last_counter", 0):
            locked.data["last_counter"] = counter
            locked.save(update_fields=["data"])
            return True
    return False


@transaction.atomic
def spend_first_code(*, user: User, code: str) -> None:
    """The code that set the second factor up opens nothing any more: it was on the screen and on the phone."""
    authenticator = Authenticator.objects.select_for_update().get(user=user, type=Authenticator.Type.TOTP)
    secret = decrypt(authenticator.data["secret"])
    counters = list(yield_hotp_counters_from_time())
    spent = [
        counter
        for counter in counters
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, counter)))
    ]
    authenticator.data["last_counter"] = max(spent or counters)
    authenticator.save(update_fields=["data"])
