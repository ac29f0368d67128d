"""What every page's shell needs, computed only when the shell is drawn."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from core.board import board


def house(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    return {
        "PORTAL_NAME": settings.PORTAL_NAME,
        "DEMO": settings.DEMO,
        "large_print": request.COOKIES.get("large_print") == "1",
        "rail": SimpleLazyObject(lambda: board.rail(user) if user and user.is_authenticated else []),
    }
