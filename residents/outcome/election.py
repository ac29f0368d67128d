"""What an outcome is counted from: items, ballots, a budget. Plain data, exact numbers, no database.

Sums of money are whole numbers or fractions of yuan (or of whatever currency a file has), never floats.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from math import ceil, floor

Number = int | Fraction
NOTHING: frozenset[str] = frozenset()


class Rule(StrEnum):
    EQUAL_SHARES = "equal-shares"
    GREEDY = "greedy"


class Utility(StrEnum):
    """What one point for an item is worth to whoever gave it: a ballot of ticks gives each item one point.

    COST: the item's cost. Then greedy goes by the most points, and Equal Shares asks who gets most
    yuan done for each yuan of their share.
    COUNT: one. Then greedy goes by the most points for each yuan, and Equal Shares asks whose share
    buys an item for the fewest yuan a head.
    """

    COST = "cost"
    COUNT = "count"


class Completion(StrEnum):
    """What Equal Shares does with money that the shares could not spend."""

    NONE = "none"
    BUDGET_INCREASE = "budget-increase"
    GREEDY = "greedy"
    BOTH = "budget-increase-then-greedy"


class BadElection(ValueError):
    """Items, ballots and budget that do not fit together; the text says how."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """Something that may be done.

    `position` is its place in the catalogue; `subsidy` is paid by others; `needed` is how many households
    must want it before it is on offer; a `locked` item is done in any case and paid first. `requires` are the
    items without which it is of no use, `excludes` those that cannot stand beside it (saying it once is enough).
    """

    id: str
    position: int
    cost: Number
    subsidy: Number = 0
    needed: int = 1
    is_locked: bool = False
    requires: frozenset[str] = NOTHING
    excludes: frozenset[str] = NOTHING

    @property
    def price(self) -> Number:
        """What the menu's budget pays of it."""
        return self.cost - self.subsidy


@dataclass(frozen=True, kw_only=True)
class Ballot:
    """What so many households said alike: points for each item they want. Empty is an answer too."""

    points: Mapping[str, Number]
    households: int = 1

    @classmethod
    def of(cls, wanted: Iterable[str], *, households: int = 1) -> "Ballot":
        return cls(points=dict.fromkeys(wanted, 1), households=households)


def households_needed(share: Fraction, answered: int, *, more_than: bool) -> int:
    """The fewest of the households that answered which reach the share, or exceed it with `more_than`."""
    return max(1, floor(share * answered) + 1 if more_than else ceil(share * answered))


@dataclass(frozen=True, kw_only=True)
class Election:
    """`budget` is for everything: the locked items are paid from it first."""

    items: Sequence[Item]
    ballots: Sequence[Ballot]
    budget: Number
    by_id: Mapping[str, Item] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {item.id: item for item in self.items})
        for fault in _faults(self):
            raise BadElection(fault)

    @cached_property
    def answered(self) -> int:
        return sum(ballot.households for ballot in self.ballots)

    @cached_property
    def supporters(self) -> Mapping[str, int]:
        """How many households gave an item at least something."""
        found = dict.fromkeys(self.by_id, 0)
        for ballot in self.ballots:
            for item_id, points in ballot.points.items():
                if points > 0:
                    found[item_id] += ballot.households
        return found

    @cached_property
    def points(self) -> Mapping[str, Number]:
        found: dict[str, Number] = dict.fromkeys(self.by_id, 0)
        for ballot in self.ballots:
            for item_id, points in ballot.points.items():
                found[item_id] += points * ballot.households
        return found

    @cached_property
    def rivals(self) -> Mapping[str, frozenset[str]]:
        """The items that cannot stand beside an item, whichever of the two says so."""
        found: dict[str, set[str]] = defaultdict(set)
        for item in self.items:
            for other in item.excludes:
                found[item.id].add(other)
                found[other].add(item.id)
        return {item.id: frozenset(found[item.id]) for item in self.items}

    @cached_property
    def locked(self) -> tuple[str, ...]:
        return tuple(item.id for item in self.items if item.is_locked)

    @cached_property
    def on_offer(self) -> tuple[str, ...]:
        """The items that enough households want; the others are out whatever the budget."""
        return tuple(
            item.id for item in self.items if not item.is_locked and self.supporters[item.id] >= item.needed
        )

    @cached_property
    def to_spend(self) -> Number:
        """What the locked items leave of the budget; less than nothing when it does not even reach for them."""
        return self.budget - sum(self.by_id[item_id].price for item_id in self.locked)

    def tie_key(self, item_id: str) -> tuple[Number, int, int]:
        """Of two items that are level the smaller key wins: fewer yuan, more supporters, catalogue order."""
        item = self.by_id[item_id]
        return item.price, -self.supporters[item_id], item.position

    def is_open(self, item_id: str, chosen: Set[str]) -> bool:
        """Whether it can stand beside what has been chosen (the locked items included), and has all it requires."""
        return self.by_id[item_id].requires <= chosen and self.rivals[item_id].isdisjoint(chosen)


def _faults(election: Election) -> Iterator[str]:
    if len(election.by_id) < len(election.items):
        yield "Two items have the same id."
    if election.budget < 0:
        yield "The budget is less than nothing."
    for item in election.items:
        yield from _faults_of_item(item, election.by_id.keys())
    for ballot in election.ballots:
        if ballot.households < 1:
            yield "A ballot stands for at least one household."
        if unknown := ballot.points.keys() - election.by_id.keys():
            yield f"A ballot names {min(unknown)}, which is no item."


def _faults_of_item(item: Item, known: Set[str]) -> Iterator[str]:
    if not 0 <= item.subsidy <= item.cost:
        yield f"{item.id}: cost and subsidy are not below zero, and the subsidy is not above the cost."
    if unknown := (item.requires | item.excludes) - known:
        yield f"{item.id} names {min(unknown)}, which is no item."
    if item.id in item.requires | item.excludes:
        yield f"{item.id} requires or excludes itself."
