from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from core.board import SearchHit, board
from core.htmx import page_or_fragment, render_page
from core.text import clean_line, comparison_key

LONGEST = 80
SUGGESTED, LISTED = 5, 50
PAGE, FRAGMENT = "portal/search.html", "portal/_suggestions.html"


@dataclass(frozen=True)
class Found:
    label: Any
    hits: list[SearchHit]
    is_cut: bool


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Everything that carries the typed words: a few per kind beneath the box, the whole list on the page."""
    typed = clean_line(request.GET.get("q", ""))[:LONGEST]
    limit = SUGGESTED if page_or_fragment(request, PAGE, FRAGMENT) == FRAGMENT else LISTED
    groups = find(request.user, typed, limit=limit)
    return render_page(
        request,
        PAGE,
        FRAGMENT,
        {"typed": typed, "groups": groups, "hits": sum(len(group.hits) for group in groups)},
    )


def find(user: Any, typed: str, *, limit: int) -> list[Found]:
    """At most `limit` hits of each source, each source asked once, for one more than is shown."""
    key = comparison_key(typed)
    if not key:
        return []
    found = [(source.label, list(source.find(user, key, limit + 1))) for source in board.search_sources()]
    return [Found(label, hits[:limit], len(hits) > limit) for label, hits in found if hits]
