"""In which browsers an account has signed in before: a cookie that says so and nothing else.

It opens no door: it only spares its holder the limits that strangers could trip for
them (see `actions.sign_in`). Each entry is a keyed hash of a user name, so that the
cookie tells nobody who uses this machine.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

COOKIE = "known_here"
# A counter in a community office is shared by a handful of people.
MOST = 6
MAX_AGE = 180 * 24 * 3600
SIGNS = 32


def _mark(username: str) -> str:
    return salted_hmac("directory.known_browsers", username, algorithm="sha256").hexdigest()[:SIGNS]


def _marks(request: HttpRequest) -> list[str]:
    return [mark for mark in request.COOKIES.get(COOKIE, "").split(".")[:MOST] if len(mark) == SIGNS]


def is_known(request: HttpRequest, username: str) -> bool:
    """`username` as it is stored. All marks are compared, whichever fits."""
    mine = _mark(username)
    return sum(constant_time_compare(mine, mark) for mark in _marks(request)) > 0


def remember(request: HttpRequest, response: HttpResponse, username: str) -> None:
    """Put the account first among those this browser knows; only the sign-in page gets the cookie back."""
    mine = _mark(username)
    marks = [mine, *(mark for mark in _marks(request) if mark != mine)][:MOST]
    response.set_cookie(
        COOKIE, ".".join(marks), max_age=MAX_AGE, path=reverse("account_login"), httponly=True,
        samesite="Strict", secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
