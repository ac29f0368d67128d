"""What the address says about a list: order, columns, place, division. Nothing in it can break the page."""

from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict

from core.keyset import Order, reversed_order
from core.lists.columns import Column
from core.scope import chosen_division

if TYPE_CHECKING:
    from core.lists.spec import ListSpec

# Parameters of the list itself; the rest belongs to the filter.
OWN = ("sort", "cols", "after", "export", "filters", "view")
# What a saved view does not keep.
PASSING = ("after", "export", "filters", "view")
YEAR = 365 * 24 * 3600
DEFAULT = "default"


class ListState:
    """One request's reading of the address."""

    def __init__(self, spec: "ListSpec", request: HttpRequest, parameters: QueryDict) -> None:
        self.spec = spec
        self.request = request
        self.parameters = parameters

    # --- order

    @cached_property
    def sort(self) -> str:
        """The valid `sort`: a column's key, "-" before it for descending; else the list's own."""
        asked = self.parameters.get("sort", "")
        column = self.spec.by_key.get(asked.removeprefix("-"))
        return asked if column is not None and column.is_sortable else self.spec.sort

    @property
    def sort_key(self) -> str:
        return self.sort.removeprefix("-")

    @cached_property
    def order(self) -> Order:
        order = self.spec.by_key[self.sort_key].order()
        return reversed_order(order) if self.sort.startswith("-") else order

    # --- columns

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Those chosen in the address, else those chosen last, else the usual ones; the first is always there."""
        asked = self._asked_columns or set(self.request.COOKIES.get(self.cookie, "").split("."))
        if not asked or DEFAULT in asked:
            asked = set(self.spec.default_keys)
        first, *others = self.spec.columns
        chosen = [column for column in others if column.key in asked]
        if not chosen:
            chosen = [column for column in others if column.shown]
        return (first, *chosen)

    @cached_property
    def _asked_columns(self) -> set[str]:
        """`cols` of the address, once for each column or joined by dots."""
        return {key for text in self.parameters.getlist("cols") for key in text.split(".") if key}

    @property
    def cookie(self) -> str:
        return f"cols_{self.spec.key}"

    @property
    def column_keys(self) -> tuple[str, ...]:
        return tuple(column.key for column in self.columns)

    # --- place

    @cached_property
    def cursor(self) -> list[Any] | None:
        """The last row's place, if the address carries one that this list wrote for this order."""
        try:
            sort, place = signing.loads(self.parameters.get("after", ""), salt=self._salt)
        except (signing.BadSignature, ValueError, TypeError):
            return None
        return place if sort == self.sort else None

    def cursor_for(self, place: list[Any]) -> str:
        return signing.dumps((self.sort, place), salt=self._salt)

    @property
    def _salt(self) -> str:
        return f"core.lists.{self.spec.key}"

    # --- the rest

    @property
    def export(self) -> str:
        return self.parameters.get("export", "")

    @property
    def filters_open(self) -> bool:
        return self.parameters.get("filters") == "1"

    @cached_property
    def division(self) -> str:
        """The division of the top bar, unless the address names one itself (the filter then applies it)."""
        if not self.spec.division or self.parameters.get("division"):
            return ""
        return chosen_division(self.request)

    @cached_property
    def filter_items(self) -> list[tuple[str, str]]:
        """(name, value) of the filter's parameters that are not empty."""
        return [(name, value) for name, value in self._items() if name not in OWN]

    def _items(self) -> list[tuple[str, str]]:
        return [(name, value) for name, values in self.parameters.lists() for value in values if value]

    @cached_property
    def query(self) -> str:
        """What a saved view keeps: the filter, the order and the columns."""
        return urlencode([item for item in self._items() if item[0] not in PASSING])

    @cached_property
    def bulk_query(self) -> str:
        """The same with the division of the top bar written out: what is on the screen now."""
        return urlencode([*([("division", self.division)] if self.division else []), *self.filter_items])

    def address(
        self, *, without: tuple[str, ...] = (), drop: tuple[str, str] | None = None, **more: str
    ) -> str:
        """The list's address with parts left out and parts set."""
        skipped = {*PASSING, *without, *more}
        kept = [item for item in self._items() if item[0] not in skipped and item != drop]
        return f"?{urlencode([*kept, *((name, value) for name, value in more.items() if value)])}"


def remember_columns(response: HttpResponse, state: ListState) -> None:
    """Columns chosen in the address are this browser's choice for the list from now on."""
    asked, keys = state._asked_columns, ".".join(state.column_keys)
    if not asked or keys == state.request.COOKIES.get(state.cookie):
        return
    if DEFAULT in asked:
        response.delete_cookie(state.cookie)
        return
    response.set_cookie(
        state.cookie, keys, max_age=YEAR, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
