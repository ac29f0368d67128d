"""From the declared columns to one `values_list`: only what is shown is read and joined."""

from typing import Any

from django.db.models import QuerySet

from core.keyset import after, order_by
from core.lists.state import ListState


def paths(state: ListState) -> tuple[str, ...]:
    """Every path once: the key, what the columns show and need, what the order looks at."""
    found = ["pk"]
    for column in state.columns:
        found += [column.path, *column.needs, *(column.link.paths if column.link else ())]
    found += [term.column for term in state.order]
    return tuple(dict.fromkeys(found))


def places(state: ListState) -> dict[str, int]:
    """Path → index in a row."""
    return {path: place for place, path in enumerate(paths(state))}


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
