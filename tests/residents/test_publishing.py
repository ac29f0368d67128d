"""Of a menu nothing is told that stands for fewer than five households, by itself or by subtraction."""

from collections.abc import Mapping
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from residents.publishing import (
    Rules,
    published_buildings,
    published_support,
    published_total,
    while_it_runs,
)

FREE = Rules(needs={}, excludes={})


@pytest.mark.parametrize(("chose", "told"), [(0, 0), (1, None), (4, None), (5, 5), (190, 190)])
def test_a_small_total_is_not_told(chose: int, told: int | None) -> None:
    assert published_total(chose) == told


def test_while_a_menu_runs_two_moments_differ_by_five_households() -> None:
    assert {while_it_runs(chose) for chose in range(12)} == {0, 5, 10}


@pytest.mark.parametrize(
    ("doors", "chose", "told"),
    [
        ([20, 20], [12, 15], [12, 15]),
        # One small building alone is had from the total: its neighbour goes with it.
        ([20, 20, 20], [12, 3, 15], [None, None, 15]),
        # Three of twenty did not choose: who they are is no more told than who did.
        ([20, 20, 20], [17, 12, 13], [None, 12, None]),
        ([20, 20], [0, 15], [0, 15]),
        ([3, 20], [1, 2], [None, None]),
    ],
)
def test_a_building_is_told_beside_the_total(
    doors: list[int], chose: list[int], told: list[int | None]
) -> None:
    assert published_buildings(doors, chose) == told


@pytest.mark.parametrize(
    ("answered", "supporters", "rules", "told"),
    [
        (30, {"1": 12, "2": 20}, FREE, {"1": 12, "2": 20}),
        (30, {"1": 4, "2": 0}, FREE, {"1": None, "2": None}),
        # Everybody but two wants it: the two are few; everybody: that is what each of them chose.
        (30, {"1": 28, "2": 30}, FREE, {"1": None, "2": None}),
        # Together they are all who answered: everybody wants one of the two.
        (30, {"1": 10, "2": 20}, Rules(needs={}, excludes={"1": {"2"}}), {"1": None, "2": 20}),
        (4, {"1": 4, "2": 0}, FREE, {"1": None, "2": None}),
        # Whoever wants 1 wants 2: two want 2 alone.
        (30, {"1": 10, "2": 12}, Rules(needs={"1": {"2"}}, excludes={}), {"1": None, "2": 12}),
        # The same along a chain whose middle is hidden.
        (30, {"1": 10, "2": 27, "3": 12}, Rules(needs={"1": {"2"}, "2": {"3"}}, excludes={}), {"1": None, "2": None, "3": 12}),
        # Nobody wants both: one household wants neither.
        (30, {"1": 10, "2": 19}, Rules(needs={}, excludes={"1": {"2"}}), {"1": None, "2": 19}),
        # At most one: three want none at all.
        (30, {"1": 10, "2": 9, "3": 8}, Rules(needs={}, excludes={}, most=1), {"1": 10, "2": 9, "3": None}),
        # Both need 3 and exclude each other: one wants 3 and neither.
        (40, {"1": 10, "2": 9, "3": 20}, Rules(needs={"1": {"3"}, "2": {"3"}}, excludes={"1": {"2"}}), {"1": 10, "2": None, "3": 20}),
    ],
)  # fmt: skip
def test_support_is_told_where_nothing_small_follows_from_it(
    answered: int, supporters: Mapping[str, int], rules: Rules, told: Mapping[str, int | None]
) -> None:
    assert published_support(answered, supporters, rules) == told


@st.composite
def menus(draw: st.DrawFn) -> tuple[list[frozenset[str]], Rules]:
    """Ballots of four items, some of which need or exclude each other, as the guard lets them in."""
    pairs = list(combinations("1234", 2))
    needs = {one: {other} for one, other in draw(st.sets(st.sampled_from(pairs), max_size=2))}
    excludes = {one: {other} for one, other in draw(st.sets(st.sampled_from(pairs), max_size=2))}
    rules = Rules(needs=needs, excludes=excludes, most=draw(st.sampled_from([None, None, 1, 2])))
    every = [frozenset(some) for size in range(5) for some in combinations("1234", size)]
    fitting = [ballot for ballot in every if _fits(ballot, rules)]
    return draw(st.lists(st.sampled_from(fitting), min_size=5, max_size=40)), rules


def _fits(ballot: frozenset[str], rules: Rules) -> bool:
    return (
        (rules.most is None or len(ballot) <= rules.most)
        and all(set(rules.needs.get(one, ())) <= ballot for one in ballot)
        and not any(set(rules.excludes.get(one, ())) & ballot for one in ballot)
    )


@given(menus())
def test_no_sum_of_what_is_told_leaves_a_few(case: tuple[list[frozenset[str]], Rules]) -> None:
    """Every group that follows from any two figures and the menu's rules: none is of one to four."""
    ballots, rules = case
    supporters = {one: sum(one in ballot for ballot in ballots) for one in "1234"}
    told = {
        one: count
        for one, count in published_support(len(ballots), supporters, rules).items()
        if count is not None
    }
    small, few = range(1, 5), range(5)
    for one, count in told.items():
        assert count not in few
        assert len(ballots) - count not in few
        for other in rules.above(one) & told.keys():
            assert told[other] - count not in small
    for one, other in combinations(told, 2):
        if rules.are_rivals(one, other):
            assert len(ballots) - told[one] - told[other] not in few or rules.most == 1
    if rules.most == 1:
        assert not told or len(ballots) - sum(told.values()) not in few
