"""How long a browser session lives: until nobody does anything in it, and never longer than a working day.

Role changes need no word here: roles are read with every request.
"""

import time

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

SEEN_AT, BEGAN_AT, SECOND_FACTOR = "seen_at", "began_at", "second_factor_seen"
# Pages that refresh themselves (a job's bar) send this header, and without scripts have this in their
# address: nobody is at the desk.
BACKGROUND_HEADER, BACKGROUND_PARAMETER = "X-Background", "background"
NOTED_EVERY = 60
RECENTLY = 5 * 60


def begin_session(request: HttpRequest) -> None:
    now = int(time.time())
    request.session[SEEN_AT] = request.session[BEGAN_AT] = now


def is_over(request: HttpRequest) -> bool:
    """Idle for too long, or begun too long ago."""
    now = int(time.time())
    idle = now - request.session.get(SEEN_AT, now)
    age = now - request.session.get(BEGAN_AT, now)
    return idle >= settings.IDLE_TIMEOUT_MINUTES * 60 or age >= settings.SESSION_COOKIE_AGE


def is_background(request: HttpRequest) -> bool:
    return BACKGROUND_HEADER in request.headers or BACKGROUND_PARAMETER in request.GET


def note_activity(request: HttpRequest) -> None:
    """Somebody is at the desk: one write a minute, however many pages they open."""
    now = int(time.time())
    if is_background(request) or now - request.session.get(SEEN_AT, 0) < NOTED_EVERY:
        return
    request.session[SEEN_AT] = now
    request.session.setdefault(BEGAN_AT, now)
    UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=timezone.now())


def signed_in_recently(request: HttpRequest | None) -> bool:
    if request is None or not hasattr(request, "session"):
        return False
    return time.time() - request.session.get(BEGAN_AT, 0) < RECENTLY
