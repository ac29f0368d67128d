"""Random elections for the outcome's property tests; small numbers, so that ties and exact hits are common."""

import random
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from residents.outcome.election import NOTHING, Ballot, Election, Item

IDS = "abcdefg"
COSTS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 20, 30, 37)


@st.composite
def plain_elections(draw: st.DrawFn, *, most_points: int = 1, least_cost: int = 1) -> Election:
    """As a .pb file would have it: nothing required, nothing excluded, everything on offer."""
    ids = IDS[: draw(st.integers(1, len(IDS)))]
    costs = st.sampled_from([cost for cost in COSTS if cost >= least_cost]) | st.integers(least_cost, 40)
    items = [Item(id=one, position=place, cost=draw(costs), needed=0) for place, one in enumerate(ids)]
    points = st.dictionaries(st.sampled_from(ids), st.integers(1, most_points))
    ballots = draw(
        st.lists(st.builds(Ballot, points=points, households=st.integers(1, 3)), min_size=1, max_size=8)
    )
    return Election(items=items, ballots=ballots, budget=draw(st.integers(0, 90)))


def larger_election(chance: random.Random) -> Election:
    """As a .pb file would have it, with up to a dozen items and a hundred households."""
    ids = "abcdefghijkl"[: chance.randint(5, 12)]
    parts = chance.choice([1, 1, 1, 100])
    items = [
        Item(id=one, position=place, cost=Fraction(chance.randint(parts, 60 * parts), parts), needed=0)
        for place, one in enumerate(ids)
    ]
    most, liking = chance.choice([1, 1, 1, 5]), chance.random()
    ballots = [
        Ballot(
            points={one: chance.randint(1, most) for one in ids if chance.random() < liking},
            households=chance.choice([1, 1, 1, 4]),
        )
        for _ in range(chance.randint(5, 40))
    ]
    return Election(items=items, ballots=ballots, budget=chance.randint(0, 300))


@st.composite
def menus(draw: st.DrawFn, *, most_points: int = 1) -> Election:
    """With everything that a residents' menu adds."""
    plain = draw(plain_elections(most_points=most_points))
    ids = [item.id for item in plain.items]
    items = [draw(_extended(item, [one for one in ids if one != item.id])) for item in plain.items]
    return Election(items=items, ballots=plain.ballots, budget=plain.budget)


@st.composite
def _extended(draw: st.DrawFn, item: Item, others: list[str]) -> Item:
    some: Any = st.frozensets(st.sampled_from(others), max_size=1) if others else st.just(NOTHING)
    none_mostly: Any = st.one_of(st.just(NOTHING), st.just(NOTHING), some)
    return Item(
        id=item.id,
        position=item.position,
        cost=item.cost,
        subsidy=draw(st.sampled_from([0, 0, 0, 1, item.cost]).map(lambda subsidy: min(subsidy, item.cost))),
        needed=draw(st.sampled_from([0, 1, 1, 1, 2, 3])),
        is_locked=draw(st.sampled_from([False, False, False, False, True])),
        requires=draw(none_mostly),
        excludes=draw(none_mostly),
    )


def with_ballots(election: Election, ballots: Iterable[Ballot]) -> Election:
    return Election(items=election.items, ballots=list(ballots), budget=election.budget)


def with_budget(election: Election, budget: Any) -> Election:
    return Election(items=election.items, ballots=election.ballots, budget=budget)
