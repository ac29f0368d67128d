"""The order of a list and places in it: pages that stay right while rows come and go.

A page begins after a place, which is the values of the last row seen, not a number of
rows: what is inserted or removed before it neither repeats nor skips a row.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import F, Q
from django.db.models.expressions import OrderBy


@dataclass(frozen=True)
class Term:
    """One column of an order. Rows without a value (`nullable`) come last in either direction."""

    column: str
    descending: bool = False
    nullable: bool = False


# The last term of an order must be unique, or two rows could share a place.
Order = tuple[Term, ...]


def order_by(order: Order) -> list[OrderBy]:
    """For `QuerySet.order_by(*…)`."""
    return [
        OrderBy(F(term.column), descending=term.descending, nulls_last=True if term.nullable else None)
        for term in order
    ]


def reversed_order(order: Order) -> Order:
    return tuple(replace(term, descending=not term.descending) for term in order)


def chosen_order(orders: dict[str, Order], name: str) -> Order | None:
    """`name` or `-name` of the orders a list offers; None when it offers no such."""
    found = orders.get(name.removeprefix("-"))
    return reversed_order(found) if found and name.startswith("-") else found


def after(order: Order, place: Sequence[Any]) -> Q:
    """The rows after a place: one value for each term, None for "no value".

    Values may be expressions. The first column's own limit is given too, although
    the rest implies it: it is what an index can use.
    """
    later, same = Q(), Q()
    for term, value in zip(order, place, strict=True):
        beyond = _beyond(term, value)
        if beyond is not None:
            later |= same & beyond
        same &= Q(**{f"{term.column}__isnull": True} if value is None else {term.column: value})
    if not later:
        return Q(pk__in=[])
    if len(order) > 1 and not order[0].nullable:
        limit = "lte" if order[0].descending else "gte"
        return Q(**{f"{order[0].column}__{limit}": place[0]}) & later
    return later


def _beyond(term: Term, value: Any) -> Q | None:
    if value is None:
        return None
    beyond = Q(**{f"{term.column}__{'lt' if term.descending else 'gt'}": value})
    return beyond | Q(**{f"{term.column}__isnull": True}) if term.nullable else beyond
