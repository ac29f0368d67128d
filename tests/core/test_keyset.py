"""Places in an order: every row after one, none before it, empty values last both ways."""

from typing import Any

import pytest

from core.keyset import Order, Term, after, chosen_order, order_by, reversed_order
from directory.models import Organisation
from tests.cast import Cast, make_organisation

# (short name, telephone): two columns to order by, with ties; the telephone stands for "may be empty".
ROWS = [("b", "2"), ("a", "1"), ("b", "1"), ("a", "2"), ("c", "1"), ("b", "2"), ("a", "1")]


@pytest.fixture
def rows(cast: Cast) -> None:
    for at, (short_name, phone) in enumerate(ROWS):
        make_organisation(f"单位{at}", short_name=short_name, phone=phone)
    for at in range(3):
        make_organisation(f"年{at}", ended_on=f"202{at}-01-01")


ORDERS: dict[str, Order] = {
    "two": (Term("short_name"), Term("phone", descending=True), Term("id")),
    "empty": (Term("ended_on", nullable=True), Term("short_name"), Term("id")),
    "id": (Term("id"),),
}


@pytest.mark.parametrize("name", ["two", "-two", "empty", "-empty", "id", "-id"])
def test_the_rows_after_each_place_are_the_rest_of_the_list(rows: None, name: str) -> None:
    order = chosen_order(ORDERS, name)
    assert order is not None
    columns = [term.column for term in order]
    whole = list(Organisation.objects.order_by(*order_by(order)).values_list(*columns))
    assert len(set(whole)) == len(whole)
    for at, place in enumerate(whole):
        rest = Organisation.objects.filter(after(order, place)).order_by(*order_by(order))
        assert list(rest.values_list(*columns)) == whole[at + 1 :]


def test_rows_without_a_value_come_last_both_ways(rows: None) -> None:
    for order in (ORDERS["empty"], reversed_order(ORDERS["empty"])):
        found: list[Any] = list(
            Organisation.objects.order_by(*order_by(order)).values_list("ended_on", flat=True)
        )
        assert all(found[:3])
        assert not any(found[3:])


def test_an_order_that_is_not_offered_is_none() -> None:
    assert chosen_order(ORDERS, "name") is None
    assert chosen_order(ORDERS, "--id") is None
    assert chosen_order(ORDERS, "") is None
