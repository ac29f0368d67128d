"""The top bar of staff pages: drawn once per person and language, then filled with what differs from page to page.

It is the same on every page but for five things, and drawing it takes longer than
reading a hundred rows. The holes are random for each process, so that nothing a
person can type is taken for one.
"""

import secrets
from functools import lru_cache, partial
from types import SimpleNamespace
from typing import Any, NamedTuple
from urllib.parse import quote

from django.db.models import BigIntegerField
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from core.board import board
from core.html import icon_markup
from core.prepared import PreparedCounts, Slot
from directory.requests import SignedInRequest

HOLES = {
    name: SafeString(f"hole-{secrets.token_hex(8)}")
    for name in ("csrf_token", "here", "here_quoted", "typed", "beacons")
}


class Person(NamedTuple):
    """What of the person the top bar shows."""

    pk: int
    name: str
    post: str


def top_bar(request: SignedInRequest, *, division: str, is_large: bool) -> SafeString:
    """`division` is the name of the chosen one, "" for all."""
    user = request.user
    drawn = _skeleton(Person(user.pk, user.name, user.post), division, is_large, get_language() or "")
    here = request.get_full_path()
    for hole, content in (
        ("csrf_token", get_token(request)),
        ("here_quoted", quote(here)),
        ("here", escape(here)),
        ("typed", escape(request.GET.get("q", "")) if request.path == _search_page() else ""),
        ("beacons", beacons(user)),
    ):
        drawn = drawn.replace(HOLES[hole], content)
    return SafeString(drawn)


@lru_cache(maxsize=500)
def _skeleton(person: Person, division: str, is_large: bool, language: str) -> str:  # noqa: FBT001
    context = {"user": person, "division": division, "large_print": is_large}
    return render_to_string("core/top.html", {**context, "account_items": _account_items(language), **HOLES})


_search_page = lru_cache(maxsize=1)(partial(reverse, "portal:search"))


@lru_cache(maxsize=4)
def _account_items(_language: str) -> SafeString:
    return format_html_join(
        "",
        '<li><a href="{}">{}{}</a></li>',
        ((reverse(item.url_name), icon_markup(item.icon), item.label) for item in board.account_items()),
    )


# --- Beacons ----------------------------------------------------------------------------


def beacons(user: Any) -> SafeString:
    """What runs and what is unread, each with its number where there is one; one statement."""
    counts = _counts(tuple(beacon.key for beacon in board.beacons())).fetch(user=user.pk)
    shown = tuple(beacon.key for beacon in board.beacons() if beacon.may_see(user))
    return _beacons(tuple(counts), shown, get_language() or "")


@lru_cache(maxsize=4)
def _counts(_keys: tuple[str, ...]) -> PreparedCounts:
    anybody = SimpleNamespace(pk=Slot("user", BigIntegerField()))
    return PreparedCounts(*(beacon.rows(anybody) for beacon in board.beacons()))


@lru_cache(maxsize=200)
def _beacons(counts: tuple[int, ...], shown: tuple[str, ...], _language: str) -> SafeString:
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
            if beacon.key in shown
        ),
    )
