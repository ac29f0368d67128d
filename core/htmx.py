"""One URL, one view: the full page, or the fragment of it that htmx asked for."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def page_or_fragment(request: HttpRequest, page: str, fragment: str) -> str:
    """The template to render. A boosted or history-restoring request wants the whole page."""
    htmx = getattr(request, "htmx", None)
    if htmx and not htmx.boosted and not htmx.history_restore_request:
        return fragment
    return page


def render_page(
    request: HttpRequest, page: str, fragment: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """`render` with the choice made; caches must not serve one for the other."""
    response = render(request, page_or_fragment(request, page, fragment), context, status=status)
    response.headers["Vary"] = "HX-Request"
    return response
