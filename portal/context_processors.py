"""What the staff shell shows around every page, computed only when the shell is drawn."""

from functools import lru_cache
from typing import Any, cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from core.board import board
from core.html import icon_markup
from core.scope import chosen_division
from directory.models import Division
from directory.requests import SignedInRequest
from portal.topbar import top_bar

HERE = SafeString(' aria-current="true"')


def shell(request: HttpRequest) -> dict[str, Any]:
    """`division` (the chosen one or None), and the markup of the rail and of the top bar."""
    user = getattr(request, "user", None)
    if user is None:
        return {}
    division = SimpleLazyObject(lambda: _division(request))
    return {
        "division": division,
        "rail": SimpleLazyObject(lambda: rail(request)),
        "top_bar": SimpleLazyObject(lambda: _top_bar(request, division)),
    }


def _division(request: HttpRequest) -> Division | None:
    code = chosen_division(request)
    return Division.objects.filter(pk=code).first() if code else None


def _top_bar(request: HttpRequest, division: Any) -> SafeString:
    if not request.user.is_authenticated:
        return SafeString("")
    is_large = request.COOKIES.get("large_print") == "1"
    return top_bar(
        cast("SignedInRequest", request), division=division.name if division else "", is_large=is_large
    )


def rail(request: HttpRequest) -> SafeString:
    """The rail with the entry marked whose address the page's own begins with; the longest wins.

    A page of no section of its own sets `request.rail_path` to the address of the one that it belongs to.
    """
    if not request.user.is_authenticated:
        return SafeString("")
    keys = tuple(item.key for item in board.rail(request.user))
    path = getattr(request, "rail_path", request.path)
    below = (entry for entry in _addresses(keys) if path.startswith(entry[0]))
    _url, here = max(below, key=_length, default=("", ""))
    return _rail(keys, here, get_language() or "")


@lru_cache(maxsize=500)
def _addresses(keys: tuple[str, ...]) -> list[tuple[str, str]]:
    """(address, key) of all pages that an entry stands for."""
    items = [item for item in board.all_rail_items() if item.key in keys]
    return [(reverse(name), item.key) for item in items for name in (item.url_name, *item.also)]


def _length(entry: tuple[str, str]) -> int:
    return len(entry[0])


@lru_cache(maxsize=500)
def _rail(keys: tuple[str, ...], here: str, _language: str) -> SafeString:
    """Built once and kept: it is the same on every page of a person's."""
    items = {item.key: item for item in board.all_rail_items()}
    return format_html_join(
        "",
        '<li><a href="{}"{}>{}<span>{}</span></a></li>',
        (
            (
                reverse(items[key].url_name),
                HERE if key == here else "",
                icon_markup(items[key].icon),
                items[key].label,
            )
            for key in keys
        ),
    )
