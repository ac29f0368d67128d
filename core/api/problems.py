"""Every refusal of the API as an RFC 9457 problem document."""

from typing import Any

from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from core.errors import DomainError

PROBLEM_TYPE = "application/problem+json"


def problem_response(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal of the API as an RFC 9457 problem document."""
    if isinstance(exc, DomainError):
        set_rollback()
        return Response(
            {
                "type": f"/api/problems/#{exc.code}",
                "title": exc.message,
                "status": exc.status,
                "code": exc.code,
            },
            status=exc.status,
            content_type=PROBLEM_TYPE,
        )
    if isinstance(exc, exceptions.APIException):
        set_rollback()
        return Response({"status": exc.status_code, "title": str(exc.detail)}, status=exc.status_code)
    return None
