"""What holds for every request: who is nobody signs in first, who is somebody keeps the rules of the house."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.address import client_address
from core.errorpages import problem_json
from directory.actions.sign_in import record_session
from directory.models import User
from directory.sessions import SECOND_FACTOR, is_over, note_activity

# What somebody may open who still has to choose a password or set up the second factor.
OPEN_BEFORE_OBLIGATIONS = frozenset({
    "account_change_password", "account_logout", "account_reauthenticate", "language",
    "mfa_activate_totp", "mfa_download_recovery_codes", "mfa_reauthenticate", "mfa_view_recovery_codes",
    "portal:large_print",
})  # fmt: skip

SENTENCES = {
    "not_signed_in": _("Sign in first."),
    "password_change_needed": _("Choose a new password first."),
    "second_factor_needed": _("Set up two-step verification first."),
}


class SignedInMiddleware:
    """Signed out when idle, locked or left; at the sign-in page unless a view is public; obligations first.

    A view is public by Django's `login_not_required`. Nothing else opens without an
    account, also a view whose author forgot to ask for one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            user = request.user
            why = self._must_leave(request, user)
            if why:
                logout(request)
                record_session(action=f"session.{why}", user=user, address=client_address(request))
                return _to_sign_in(request, why=why)
            note_activity(request)
            response = self.get_response(request)
            # On a shared machine Back must not show a page again after signing out.
            response.headers.setdefault("Cache-Control", "private, no-store")
            return response
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not request.user.is_authenticated:
            return _to_sign_in(request) if getattr(view, "login_required", True) else None
        match = request.resolver_match
        if match is None or match.view_name in OPEN_BEFORE_OBLIGATIONS:
            return None
        return _obligation(request, request.user)

    @staticmethod
    def _must_leave(request: HttpRequest, user: User) -> str:
        if user.locked_at is not None or user.is_service:
            return "ended_by_lock"
        return "timed_out" if is_over(request) else ""


def _obligation(request: HttpRequest, user: User) -> HttpResponse | None:
    if user.must_change_password:
        return _turn(request, reverse("account_change_password"), code="password_change_needed")
    if needs_second_factor(request, user):
        return _turn(request, reverse("mfa_activate_totp"), code="second_factor_needed")
    return None


def needs_second_factor(request: HttpRequest, user: User) -> bool:
    """Whether this administrator still has to set one up. Once seen, a session is not asked again.

    A second factor that is taken away ends the person's sessions, so the note never outlives it.
    """
    if not settings.SECOND_FACTOR_FOR_ADMINISTRATORS or not user.is_administrator:
        return False
    if request.session.get(SECOND_FACTOR):
        return False
    if Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        request.session[SECOND_FACTOR] = True
        return False
    return True


def _to_sign_in(request: HttpRequest, *, why: str = "") -> HttpResponse:
    """The sign-in page, and from there back to where the person was."""
    place = request.get_full_path() if request.method in ("GET", "HEAD") else ""
    if request.headers.get("HX-Request"):
        here = urlsplit(request.headers.get("HX-Current-URL", ""))
        place = here.path + (f"?{here.query}" if here.query else "")
    parts = {name: value for name, value in (("next", place), ("why", why)) if value and value != "/"}
    query = f"?{urlencode(parts)}" if parts else ""
    return _turn(request, reverse(settings.LOGIN_URL) + query, code="not_signed_in", status=401)


def _turn(request: HttpRequest, url: str, *, code: str, status: int = 403) -> HttpResponse:
    """Send the person there, in the way that the asker understands."""
    if request.path.startswith("/api/"):
        return problem_json(status, code=code, title=str(SENTENCES[code]))
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": url})
    return redirect(url)
