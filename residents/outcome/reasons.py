"""Why an item is in or out, as data: `words` makes sentences of it, a page its figures."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from fractions import Fraction
from typing import Any

from residents.outcome.election import Number


class Why(StrEnum):
    LOCKED = "locked"
    """Basic: included in any case."""
    SHARES = "shares"
    """In: those who want it paid for it from their shares."""
    LEFT_OVER = "left-over"
    """In: bought from what the shares had left over."""
    QUEUE = "queue"
    """In: its turn came and the money reached."""
    NOBODY = "nobody"
    """Out: no household wants it."""
    TOO_FEW = "too-few"
    """Out: fewer households want it than it needs."""
    RIVAL = "rival"
    """Out: `other` is in, and they cannot stand side by side."""
    WAITING = "waiting"
    """Out: it needs `other`, which is not in."""
    SHARES_SHORT = "shares-short"
    """Out: what those who want it have left of their shares does not reach."""
    MONEY_SHORT = "money-short"
    """Out: when its turn came, what was left of the budget did not reach."""

    @property
    def is_in(self) -> bool:
        return self in {Why.LOCKED, Why.SHARES, Why.LEFT_OVER, Why.QUEUE}


@dataclass(frozen=True, kw_only=True)
class Payments:
    """What the supporters' shares paid: from `least` to `most` yuan each, `at_most` of the `payers` paid the most."""

    payers: int
    least: Fraction
    most: Fraction
    at_most: int


@dataclass(frozen=True, kw_only=True)
class Reason:
    """`price` is what the budget pays (or would have to pay) of the item.

    place: the how-manieth item it was to be chosen. payments: with Equal Shares.
    rank, ranked: its place among the items in the queue, and how many those are. last_rank: the last place in the
    queue that was still chosen. left: of the budget, when its turn came; without a turn, in the end.
    together: what its supporters' shares still hold. missing: what `together` or `left` lacks of the price.
    """

    item: str
    why: Why
    price: Number
    supporters: int
    answered: int
    needed: int
    place: int | None = None
    payments: Payments | None = None
    rank: int | None = None
    ranked: int | None = None
    last_rank: int | None = None
    left: Number | None = None
    together: Number | None = None
    missing: Number | None = None
    other: str | None = None

    @property
    def is_in(self) -> bool:
        return self.why.is_in

    def as_json(self) -> dict[str, object]:
        """What is known, exactly: sums that are no whole numbers are texts like "1000/3"."""
        return _plain(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Reason":
        given = {**_exact(data), "why": Why(data["why"])}
        if paid := data.get("payments"):
            given["payments"] = Payments(**_exact(paid))
        return cls(**given)


SUMS = frozenset({"price", "left", "together", "missing", "least", "most"})


def _plain(record: Reason | Payments) -> dict[str, object]:
    found: dict[str, object] = {}
    for part in fields(record):
        value = getattr(record, part.name)
        if isinstance(value, Payments):
            value = _plain(value)
        elif isinstance(value, Fraction):
            value = value.numerator if value.denominator == 1 else str(value)
        if value is not None:
            found[part.name] = value
    return found


def _exact(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: Fraction(value) if name in SUMS else value for name, value in data.items()}
