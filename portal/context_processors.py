"""What the staff shell shows around every page, computed only when the shell is drawn.

Its lists are the same on every page of a person, so they are built here as markup and
kept, rather than drawn by a template each time.
"""

from collections.abc import Sequence
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from django.db.models import BigIntegerField
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from core.board import board
from core.html import icon_markup
from core.prepared import PreparedCounts, Slot
from core.scope import chosen_division
from directory.models import Division

HERE = SafeString(' aria-current="true"')


def shell(request: HttpRequest) -> dict[str, Any]:
    """`division`, and the markup of the rail, of the account menu's entries and of the beacons."""
    user = getattr(request, "user", None)
    if user is None:
        return {}
    return {
        "division": SimpleLazyObject(lambda: _division(request)),
        "rail": SimpleLazyObject(lambda: rail(request)),
        "beacons": SimpleLazyObject(lambda: beacons(user)),
        "account_items": SimpleLazyObject(lambda: _account_items(get_language() or "")),
    }


def _division(request: HttpRequest) -> Division | None:
    code = chosen_division(request)
    return Division.objects.filter(pk=code).first() if code else None


# --- The rail ---------------------------------------------------------------------------


def rail(request: HttpRequest) -> SafeString:
    """The rail with the entry marked whose address the page's own begins with; the longest wins."""
    if not request.user.is_authenticated:
        return SafeString("")
    addresses = {item.key: reverse(item.url_name) for item in board.rail(request.user)}
    here = max((url for url in addresses.values() if request.path.startswith(url)), key=len, default="")
    return _rail(tuple(addresses.items()), here, get_language() or "")


@lru_cache(maxsize=500)
def _rail(addresses: tuple[tuple[str, str], ...], here: str, _language: str) -> SafeString:
    items = {item.key: item for item in board.all_rail_items()}
    return format_html_join(
        "",
        '<li><a href="{}"{}>{}<span>{}</span></a></li>',
        (
            (url, HERE if url == here else "", icon_markup(items[key].icon), items[key].label)
            for key, url in addresses
        ),
    )


# --- The top bar ------------------------------------------------------------------------


def beacons(user: Any) -> SafeString:
    """The signs of the top bar, each with its number where there is one."""
    if not user.is_authenticated:
        return SafeString("")
    counts = _counts(tuple(beacon.key for beacon in board.beacons())).fetch(user=user.pk)
    return _beacons(tuple(counts), get_language() or "")


@lru_cache(maxsize=4)
def _counts(_keys: tuple[str, ...]) -> PreparedCounts:
    anybody = SimpleNamespace(pk=Slot("user", BigIntegerField()))
    return PreparedCounts(*(beacon.rows(anybody) for beacon in board.beacons()))


@lru_cache(maxsize=200)
def _beacons(counts: Sequence[int], _language: str) -> SafeString:
    number = '<span class="beacon">{}</span>'
    return format_html_join(
        "",
        '<a class="tool" href="{}">{}<span>{}</span>{}</a>',
        (
            (
                reverse(beacon.url_name),
                icon_markup(beacon.icon),
                beacon.label,
                format_html(number, "99+" if count > 99 else count) if count else "",
            )
            for beacon, count in zip(board.beacons(), counts, strict=True)
        ),
    )


@lru_cache(maxsize=4)
def _account_items(_language: str) -> SafeString:
    return format_html_join(
        "",
        '<li><a href="{}">{}{}</a></li>',
        ((reverse(item.url_name), icon_markup(item.icon), item.label) for item in board.account_items()),
    )
