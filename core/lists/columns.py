"""What a list is declared with: columns, links, totals, bulk actions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from enum import StrEnum
from typing import Any

from django.db.models import Aggregate, F
from django.db.models.expressions import Combinable

from core.board import TypeText
from core.keyset import Order, Term

Row = Mapping[str, Any]

# The order follows from the column's source.
BY_SOURCE: Order = ()


class Kind(StrEnum):
    """How a value is written, aligned and exported."""

    TEXT = "text"
    CODE = "code"
    INTEGER = "integer"
    YEAR = "year"
    DECIMAL = "decimal"
    PERCENT = "percent"
    MONEY = "money"
    AREA = "area"
    DATE = "date"
    MOMENT = "moment"
    YESNO = "yesno"
    LIST = "list"


NUMERIC = frozenset({Kind.INTEGER, Kind.YEAR, Kind.DECIMAL, Kind.PERCENT, Kind.MONEY, Kind.AREA})


class Link:
    """The page behind a cell: an address name and the paths of the row that fill it."""

    def __init__(self, url_name: str, *paths: str) -> None:
        self.url_name = url_name
        self.paths = paths


@dataclass(frozen=True, eq=False)
class Column:
    """`source` is a path for `values_list` or an expression (default: the key).

    `sort` is an order of `core.keyset` (its last term unique), `None` for a column that
    cannot be sorted; without it the order follows the source. `render(row)` and
    `export(row)` get a mapping of the value (under `key`) and of `needs`. `after(row)` puts
    something behind the usual content, or nothing. `wrap` lets a long text take several lines.

    `look_up(keys)` gives the values of a column that no row holds by itself, such as a place
    in an order: {primary key: value} for all rows of a page in one call. Such a column is
    sorted by an order of its own or not at all.
    """

    key: str
    label: TypeText
    _: KW_ONLY
    source: str | Combinable = ""
    kind: Kind = Kind.TEXT
    unit: TypeText = ""
    places: int = 2
    sort: Order | None = BY_SOURCE
    descending: bool = False
    shown: bool = True
    link: Link | None = None
    choices: Sequence[tuple[Any, TypeText]] = ()
    tones: Mapping[Any, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    render: Callable[[Row], Any] | None = None
    after: Callable[[Row], Any] | None = None
    export: Callable[[Row], Any] | None = None
    hint: TypeText = ""
    wrap: bool = False
    width: int = 14
    look_up: Callable[[Sequence[int]], Mapping[int, Any]] | None = None

    @property
    def path(self) -> str:
        """The name under which the value stands in a row."""
        if self.look_up is not None:
            return f"looked_up_{self.key}"
        if isinstance(self.source, str):
            return self.source or self.key
        return str(self.source.name) if isinstance(self.source, F) else f"list_{self.key}"  # type: ignore[attr-defined]

    @property
    def expression(self) -> Combinable | None:
        """What must be annotated first, if anything."""
        return None if isinstance(self.source, (str, F)) else self.source

    @property
    def is_numeric(self) -> bool:
        return self.kind in NUMERIC

    @property
    def is_sortable(self) -> bool:
        return self.sort is not None

    def order(self) -> Order:
        if self.sort:
            return self.sort
        return (Term(self.path, nullable=True), Term("pk"))


@dataclass(frozen=True)
class Gap:
    """What a total leaves out: the rows without a value at `path`.

    `words(count)` says so in a few words ("3 without floor area"); `condition` is the
    (name, value) of the filter that finds these rows.
    """

    path: str
    words: Callable[[int], str]
    condition: tuple[str, str]


@dataclass(frozen=True)
class Total:
    """A figure of the whole filtered set in the line beneath the title: `aggregate` over the rows."""

    label: TypeText
    aggregate: Aggregate
    _: KW_ONLY
    kind: Kind = Kind.INTEGER
    gap: Gap | None = None


@dataclass(frozen=True)
class Bulk:
    """An action on chosen rows: the selection is posted to `url_name`, which asks for the rest."""

    key: str
    label: TypeText
    url_name: str
    _: KW_ONLY
    icon: str = ""
