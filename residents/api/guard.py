"""Who stands behind the addresses of a household: the cookie that a letter opened, asked anew with each request.

The pages' own session: the same cookie, the same two hours. Writing has a guard of its own instead of a token in a
form: a body must be JSON, which no other site's page can send without asking first (and nobody answers it yes), the
cookie is SameSite=Lax, and a browser that names another site as the sender is refused.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.translation import gettext
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from residents import session
from residents.errors.home import ForeignPage, LetterRevoked, NoSession, SessionOver


@dataclass(frozen=True)
class Letter:
    """What was opened: whose it is, and the ticket that is signed anew while somebody is there."""

    resident: session.Resident
    ticket: session.Ticket


class HouseholdSession(BaseAuthentication):
    """Nobody is `request.user`; `request.auth` is the `Letter`. Raises `NoSession` in one of its kinds."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, Letter]:
        bare: HttpRequest = request._request
        ticket = session.ticket_of(bare)
        if ticket is None:
            raise SessionOver if session.has_cookie(bare) else NoSession
        resident = session.resident_of(ticket)
        if resident is None:
            raise LetterRevoked
        return AnonymousUser(), Letter(resident, ticket)

    def authenticate_header(self, request: Request) -> str:
        return 'Letter realm="resident"'


class BehindALetter(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.auth, Letter)


class HouseholdScheme(OpenApiAuthenticationExtension):
    target_class = "residents.api.guard.HouseholdSession"
    name = "letter"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": session.cookie_name(session.SESSION),
            "description": gettext("The session of a household, opened with the code of its letter."),
        }


def demand_own_page(request: Request) -> None:
    """Refuse what a browser says it sends for the page of another site. Programs name no sender."""
    if request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}:
        raise ForeignPage
    origin = request.headers.get("Origin")
    if origin is None or origin in settings.CSRF_TRUSTED_ORIGINS:
        return
    sender = urlsplit(origin)
    if (sender.scheme, sender.netloc) != (request.scheme, request.get_host()):
        raise ForeignPage
