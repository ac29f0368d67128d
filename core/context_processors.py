"""What every page needs, also one without a user."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def house(request: HttpRequest) -> dict[str, Any]:
    return {
        "PORTAL_NAME": settings.PORTAL_NAME,
        "DEMO": settings.DEMO,
        "large_print": request.COOKIES.get("large_print") == "1",
    }
