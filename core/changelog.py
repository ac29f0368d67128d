"""The change log of a record, read from the database's own history: what happened, who did it and why.

An app says what belongs to a record and what each row means (`compounds.changelog`, `projects.projectlog`); what
is the same everywhere stands here. One statement gathers the rows of all kinds, each beside the row before it; the
names behind keys are looked up set-wise afterwards. The statements do not grow with the changes.

    rows = fetch([recorded("compound", Compound).filter(pgh_obj_id=pk), …], start=0, most=PAGE + 1)
    names = Names(rows, keys_in={"compound": foreign_keys(Compound)})
    [Change(at=row.at, who=names.person(row), what=…, reason=…, lines=list(…)) for row in rows]
"""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import F, Func, JSONField, QuerySet, Value, Window
from django.db.models.functions import JSONObject, Lag
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.figures import moment, thousands
from core.history import history_of
from core.text import listed

PAGE, LAST_PAGE = 50, 10_000
Model = type[models.Model]
# (what, old, new) in words; None where nothing is recorded.
Line = tuple[str, str | None, str | None]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One line of the change log, as `core/changes.html` draws it."""

    at: datetime
    who: str
    what: str
    reason: str = ""
    lines: Sequence[Line] = ()
    # The day from which it holds, where that is not the day on which it was recorded.
    effective_on: date | None = None

    @property
    def is_beginning(self) -> bool:
        """Everything is new: there is no old value to show."""
        return all(old is None for _label, old, _new in self.lines)


# --- Reading ----------------------------------------------------------------------------


class Row(NamedTuple):
    """A history row as the database gives it; `before` is the one before it."""

    kind: str
    key: int
    at: datetime
    label: str
    context: dict[str, Any] | None
    row: dict[str, Any]
    before: dict[str, Any] | None


# `Row`, column by column; some tables have a `kind` or `before` of their own.
COLUMNS = tuple(f"log_{name}" for name in Row._fields)


class ExactDecoder(json.JSONDecoder):
    """Areas and positions arrive as they were stored, not by way of a float."""

    def __init__(self, **options: Any) -> None:
        super().__init__(parse_float=Decimal, **options)


def exact_json() -> JSONField:
    return JSONField(decoder=ExactDecoder)


class WholeRow(Func):
    """The row itself as JSON."""

    output_field = exact_json()

    def __init__(self, model: Model) -> None:
        super().__init__(template=f'to_jsonb("{model._meta.db_table}")')


def lag(expression: Func, *, sequence: str = "pgh_obj_id") -> Window:
    """What the expression was in the row before, of those that share `sequence`."""
    return Window(
        Lag(expression, output_field=expression.output_field),
        partition_by=[F(sequence)],
        order_by=F("pgh_id").asc(),
    )


def recorded(kind: str, model: Model, *, sequence: str = "pgh_obj_id") -> QuerySet[Any, Any]:
    """The history rows of a tracked model, each beside the one before it; narrow them to the record."""
    rows = history_of(model)
    return (
        rows.annotate(
            log_kind=Value(kind),
            log_key=F("pgh_id"),
            log_at=F("pgh_created_at"),
            log_label=F("pgh_label"),
            log_context=F("pgh_context"),
            log_row=WholeRow(rows.model),
            log_before=lag(WholeRow(rows.model), sequence=sequence),
        )
        .order_by()
        .values_list(*COLUMNS)
    )


def own_rows(kind: str, rows: QuerySet[Any, Any], *, by: str) -> QuerySet[Any, Any]:
    """Rows that are history themselves: inserted once at `recorded_at`, with a reason, by the person in column `by`."""
    return (
        rows.annotate(
            log_kind=Value(kind),
            log_key=F("pk"),
            log_at=F("recorded_at"),
            log_label=Value("insert"),
            log_context=JSONObject(user=by, reason="reason"),
            log_row=WholeRow(rows.model),
            log_before=Value(None, output_field=exact_json()),
        )
        .order_by()
        .values_list(*COLUMNS)
    )


def fetch(sources: Iterable[QuerySet[Any, Any]], *, start: int = 0, most: int) -> list[Row]:
    """Rows of all sources, newest first, in one statement."""
    first, *others = sources
    found = first.union(*others, all=True) if others else first
    ordered = found.order_by("-log_at", "-log_key", "log_kind")
    return [Row(*values) for values in ordered[start : start + most]]


# --- In words ---------------------------------------------------------------------------


def foreign_keys(model: Model, *, without: Collection[str] = ()) -> list[Any]:
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.name not in without
    ]


class Names:
    """What the keys in these rows are called: one statement for each kind of record named.

    `keys_in` are the foreign keys of each kind of row; `people_of` the rows whose person is named (all), `shown`
    how a record is called.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        *,
        keys_in: Mapping[str, Iterable[Any]],
        people_of: Iterable[Row] | None = None,
        shown: Callable[[Any], str] = str,
    ) -> None:
        wanted: dict[Model, set[Any]] = defaultdict(set)
        wanted[get_user_model()] = {_person(row) for row in (rows if people_of is None else people_of)}
        for row in rows:
            for field in keys_in[row.kind]:
                states = (row.row, row.before or {})
                wanted[field.related_model].update(state.get(field.attname) for state in states)
        self._known = {
            model: {key: shown(one) for key, one in model._default_manager.in_bulk(keys - {None}).items()}
            for model, keys in wanted.items()
            if keys - {None}
        }

    def of(self, model: Model, key: Any) -> str | None:
        return None if key is None else self._known.get(model, {}).get(key, str(key))

    def person(self, row: Row) -> str:
        return self.of(get_user_model(), _person(row)) or _("the portal itself")


def _person(row: Row) -> Any:
    return (row.context or {}).get("user")


def from_another_day(text: str, row: Row) -> date | None:
    """The day (or the local day of the moment) in a row's column, where it is not that on which it was recorded."""
    at = parse_datetime(text) if len(text) > len("2026-11-20") else None
    day = timezone.localdate(at) if at else parse_date(text[: len("2026-11-20")])
    return day if day != timezone.localdate(row.at) else None


def differences(
    fields: Iterable["models.Field[Any, Any]"],
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    names: Names,
    *,
    no_amounts: Collection[str] = (),
) -> Iterator[Line]:
    """What two states differ in; a record that begins or ends need not tell what nobody filled in.

    `no_amounts` are whole numbers that are names (years) rather than amounts.
    """
    for field in fields:
        before, after = (
            in_words(field, state.get(field.attname), names, no_amounts=no_amounts) for state in (old, new)
        )
        untold = (
            not (old and new) and field.has_default() and (old or new).get(field.attname) == field.default
        )
        if before != after and not untold:
            yield capfirst(str(field.verbose_name)), before, after


def in_words(
    field: "models.Field[Any, Any]", value: Any, names: Names, *, no_amounts: Collection[str] = ()
) -> str | None:
    """A stored value as the pages show it; None where nothing is recorded."""
    if value is None or value == "" or value == []:
        return None
    if isinstance(field, models.ForeignKey):
        return names.of(field.related_model, value)
    labels = dict(getattr(field, "base_field", field).flatchoices)
    if isinstance(value, list):
        return listed(labels.get(one, one) for one in value)
    if labels:
        return str(labels.get(value, value))
    return _plainly(field, value, is_amount=field.name not in no_amounts)


def _plainly(field: "models.Field[Any, Any]", value: Any, *, is_amount: bool) -> str:
    if isinstance(value, bool):
        return pgettext("answer", "yes") if value else pgettext("answer", "no")
    if isinstance(value, (int, Decimal)) and is_amount:
        return thousands(value)
    if isinstance(field, models.DateTimeField):
        return moment(parse_datetime(value))
    return str(value)


# --- A page of it -----------------------------------------------------------------------


class ChangesOf(Protocol):
    """A page of changes, newest first, and whether older ones follow."""

    def __call__(self, *, kind: str, page: int) -> tuple[list[Change], bool]: ...


@dataclass(frozen=True, kw_only=True)
class LogPage:
    """What core/history.html draws: the changes of one kind (or of all), and the pages beside it."""

    changes: list[Change]
    kind: str
    kinds: Mapping[str, str | Promise]
    page: int
    has_older: bool

    @property
    def newer(self) -> int:
        return self.page - 1

    @property
    def older(self) -> int:
        return self.page + 1 if self.has_older else 0


def log_page(request: HttpRequest, kinds: Mapping[str, str | Promise], changes_of: ChangesOf) -> LogPage:
    """The page of the change log that the address asks for; what cannot be read is the first one, of all kinds."""
    asked, number = request.GET.get("kind", ""), request.GET.get("page", "")
    kind = asked if asked in kinds else ""
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    page = min(max(page, 1), LAST_PAGE)
    changes, has_older = changes_of(kind=kind, page=page)
    return LogPage(changes=changes, kind=kind, kinds=kinds, page=page, has_older=has_older)
