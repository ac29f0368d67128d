"""From the declared columns to one `values_list`: only what is shown is read and joined."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, QuerySet
from django.db.models.sql.constants import LOUTER

from core.keyset import after, order_by
from core.lists.columns import Total
from core.lists.state import ListState


def paths(state: ListState) -> tuple[str, ...]:
    """Every path once: the key, what the columns show and need, what the order looks at."""
    found = ["pk"]
    for column in state.columns:
        found += [
            *([column.path] if column.look_up is None else []),
            *column.needs,
            *(column.link.paths if column.link else ()),
        ]
    found += [term.column for term in state.order]
    return tuple(dict.fromkeys(found))


def all_paths(state: ListState) -> tuple[str, ...]:
    """The same, and behind them the columns that are looked up for a page at a time."""
    return (*paths(state), *(column.path for column in state.columns if column.look_up is not None))


def places(state: ListState) -> dict[str, int]:
    """Path → index in a row."""
    return {path: place for place, path in enumerate(all_paths(state))}


def completed(state: ListState, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows with what their columns look up, one call for each such column."""
    key = paths(state).index("pk")
    for column in state.columns:
        if column.look_up is not None and rows:
            found = column.look_up([row[key] for row in rows])
            rows = [(*row, found.get(row[key])) for row in rows]
    return rows


def select(state: ListState, queryset: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """The rows in order as tuples."""
    expressions = {
        column.path: column.expression
        for column in (*state.columns, state.spec.by_key[state.sort_key])
        if column.expression is not None
    }
    rows = queryset.annotate(**expressions) if expressions else queryset
    return rows.order_by(*order_by(state.order)).values_list(*paths(state))


def select_page(state: ListState, queryset: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """One page's rows and one more, which says whether there is a next page."""
    rows = select(state, queryset)
    if state.cursor is not None:
        rows = rows.filter(after(state.order, state.cursor))
    return rows[: state.spec.size + 1]


def totals_of(queryset: QuerySet[Any, Any], wanted: tuple[Total, ...]) -> list[Any]:
    """The number of rows, then each total, then for each gap how many rows have a value, in one statement."""
    sums: dict[str, Any] = {f"total_{place}": total.aggregate for place, total in enumerate(wanted)}
    sums |= {f"known_{place}": Count(total.gap.path) for place, total in enumerate(wanted) if total.gap}
    found = _without_idle_joins(queryset.order_by()).aggregate(list_count=Count("*"), **sums)
    return [found["list_count"], *(found[name] for name in sums)]


def _without_idle_joins(rows: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Outer joins that only annotations asked for are left out: sums over the rows have no use for them.

    What a condition or an outer join in use stands on stays; aggregates that are added
    later join again what they need.
    """
    query = rows.query
    used = {column.alias for column in query._gen_cols([query.where], include_external=True)}  # type: ignore[attr-defined]
    for alias in reversed(list(query.alias_map)):
        join = query.alias_map[alias]
        if alias in used:
            used.add(join.parent_alias)
        elif join.join_type == LOUTER:
            query.alias_refcount[alias] = 0
    return rows


@dataclass(frozen=True)
class Statement:
    """SQL that was built once. Building it anew costs Django more than the database needs to answer it.

    Values come as the driver gives them: numbers, texts, dates and arrays are what the
    fields would make of them; a JSON column would be text.
    """

    sql: str
    params: tuple[Any, ...]

    @classmethod
    def of_rows(cls, rows: QuerySet[Any, Any]) -> "Statement":
        try:
            return cls(*rows.query.sql_with_params())
        except EmptyResultSet:
            return cls("", ())

    @classmethod
    def heard(cls, run: Callable[[], Any]) -> tuple[Any, "Statement | None"]:
        """The result of `run`, and the one statement it sent (None if it sent none or several)."""
        sent: list[Statement] = []

        def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
            sent.append(cls(sql, tuple(params or ())))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(listen):
            found = run()
        return found, sent[0] if len(sent) == 1 else None

    def rows(self) -> list[tuple[Any, ...]]:
        if not self.sql:
            return []
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.params)
            return cursor.fetchall()
