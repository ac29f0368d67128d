"""Who and why travel with each changed row, and refused attempts are written down."""

from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import pghistory.middleware
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from audit.actions import record
from audit.context import coming_from
from audit.models import Outcome
from core.address import client_address


class HistoryMiddleware(pghistory.middleware.HistoryMiddleware):
    """Puts user, address of the page and the stated reason into the history rows of this request."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        reason = request.POST.get("reason", "") if request.content_type != "application/json" else ""
        return super().get_context(request) | ({"reason": reason[:500]} if reason else {})


class RefusalAuditMiddleware:
    """A 403 to a signed-in person is an attempt to do more than the role allows: one audit row.

    It runs around the whole request, so the refused transaction is long rolled back.
    The row belongs to the division that keeps the person's account.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = client_address(request)
        with coming_from(address):
            response = self.get_response(request)
        user = getattr(request, "user", None)
        if response.status_code == HTTPStatus.FORBIDDEN and user is not None and user.is_authenticated:
            # The answer is already decided; a database that is away must not turn it into a 500.
            with suppress(DatabaseError):
                record(
                    action="access.refused",
                    actor=user,
                    outcome=Outcome.REFUSED,
                    division_code=getattr(user, "home_division", ""),
                    address=address,
                    detail={"path": request.path[:300], "method": request.method},
                )
        return response
