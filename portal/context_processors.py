"""What the staff shell shows around every page, computed only when the shell is drawn."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from core.board import RailItem, board
from core.scope import chosen_division
from directory.models import Division


@dataclass(frozen=True)
class Lit:
    """A sign of the top bar with today's number."""

    label: Any
    icon: str
    url: str
    count: int


@dataclass(frozen=True)
class RailEntry:
    label: Any
    icon: str
    url: str
    is_here: bool


def shell(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is None:
        return {}
    return {
        "division": SimpleLazyObject(lambda: _division(request)),
        "beacons": SimpleLazyObject(lambda: _beacons(user)),
        "account_items": SimpleLazyObject(board.account_items),
        "rail_entries": SimpleLazyObject(lambda: rail_entries(request)),
    }


def _division(request: HttpRequest) -> Division | None:
    code = chosen_division(request)
    return Division.objects.filter(pk=code).first() if code else None


def _beacons(user: Any) -> list[Lit]:
    if not user.is_authenticated:
        return []
    found = []
    for each in board.beacons():
        try:
            found.append(Lit(each.label, each.icon, reverse(each.url_name), each.count(user)))
        except NoReverseMatch:  # while the apps arrive
            continue
    return found


def rail_entries(request: HttpRequest) -> list[RailEntry]:
    """The rail with the entry marked whose address the page's own begins with; the longest wins."""
    if not request.user.is_authenticated:
        return []
    items: list[RailItem] = board.rail(request.user)
    urls = [reverse(item.url_name) for item in items]
    here = max((url for url in urls if request.path.startswith(url)), key=len, default="")
    return [
        RailEntry(item.label, item.icon, url, url == here) for item, url in zip(items, urls, strict=True)
    ]


