"""What is published beside its total tells nothing sharp about a small group."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.suppression import suppressed

rows = st.lists(st.integers(0, 12) | st.integers(0, 5000), max_size=14)


def given_away(
    publish: Callable[..., list[int | None]], cells: int, least: int, top: int
) -> list[tuple[int, ...]]:
    """Rows of which a reader who knows the sum, and how cells are hidden, works out a small group exactly."""
    alike: dict[tuple[tuple[int | None, ...], int], list[tuple[int, ...]]] = defaultdict(list)
    for row in product(range(top + 1), repeat=cells):
        alike[tuple(publish(row, least)), sum(row)].append(row)
    return [
        group[0]
        for (shown, total), group in alike.items()
        if total >= least
        for place, cell in enumerate(shown)
        if cell is None and group[0][place] < least and len({row[place] for row in group}) == 1
    ]


@pytest.mark.parametrize(("cells", "top"), [(1, 11), (2, 11), (3, 11), (4, 9)])
def test_nobody_who_knows_the_rule_and_the_sum_works_out_a_small_group(cells: int, top: int) -> None:
    assert not given_away(suppressed, cells, 5, top)


def test_hiding_only_the_small_cells_would_give_them_away() -> None:
    def naive(counts: Sequence[int], least: int) -> list[int | None]:
        return [None if 0 < count < least else count for count in counts]

    assert given_away(naive, 3, 5, 9)


@given(rows)
def test_what_is_shown_is_true_and_never_small(counts: list[int]) -> None:
    for count, shown in zip(counts, suppressed(counts), strict=True):
        assert shown is None or shown == count
        assert shown is None or shown == 0 or shown >= 5


@given(rows)
def test_what_is_hidden_is_at_least_two_and_at_least_five_together(counts: list[int]) -> None:
    hidden = [count for count, shown in zip(counts, suppressed(counts), strict=True) if shown is None]
    if hidden and sum(counts) >= 5:
        assert len(hidden) >= 2
        assert sum(hidden) >= 5


@given(rows)
def test_nothing_is_hidden_where_no_group_is_small(counts: list[int]) -> None:
    if not any(0 < count < 5 for count in counts):
        assert suppressed(counts) == counts


@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_the_cells_makes_no_difference(counts: list[int], chance: Random) -> None:
    order = list(range(len(counts)))
    chance.shuffle(order)
    shown = suppressed(counts)
    assert suppressed([counts[place] for place in order]) == [shown[place] for place in order]


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([], []),
        ([0, 0], [0, 0]),
        ([12, 30], [12, 30]),
        ([3, 12, 30], [None, None, 30]),
        ([3, 2, 30], [None, None, 30]),
        ([1, 2, 9, 30], [None, None, None, 30]),
        ([3, 0, 30], [None, 0, None]),
        ([3, 0, 0], [None, None, None]),
        ([3, 7, 7, 30], [None, None, None, 30]),
        ([4, 4, 0, 30], [None, None, 0, None]),
    ],
)  # fmt: skip
def test_as_it_is_read(counts: list[int], shown: list[int | None]) -> None:
    assert suppressed(counts) == shown
