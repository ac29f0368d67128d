"""The greedy rule: items in the order of their points (or of points for each yuan), as long as the money lasts.

An item that the money does not reach for is passed over, and the next one has its turn. An item that waits for
another one (`requires`) has its turn as soon as that one is in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from residents.outcome.election import Election, Number, Utility


@dataclass(frozen=True, kw_only=True)
class Queue:
    """What the greedy rule did. `order` has all items it looked at, the best first; `passed` has what was left
    when an item's turn came and that was not enough."""

    order: tuple[str, ...]
    won: tuple[str, ...]
    passed: Mapping[str, Number]
    left: Number


def in_order(election: Election, utility: Utility, items: Iterable[str]) -> tuple[str, ...]:
    """The best first. Points count as utility for each yuan: a utility of the item's own cost cancels the cost."""

    def key(item_id: str) -> tuple[bool, Number, tuple[Number, int, int]]:
        points, price = max(election.points[item_id], 0), election.by_id[item_id].price
        if utility is Utility.COST or not points:
            return True, -points, election.tie_key(item_id)
        return price > 0, -Fraction(points) / price if price else 0, election.tie_key(item_id)

    return tuple(sorted(items, key=key))


def queue(election: Election, utility: Utility, *, left: Number, won: Iterable[str] = ()) -> Queue:
    """Spend what is left on the items on offer that have not been won yet."""
    chosen = {*election.locked, *won}
    order = in_order(election, utility, (item_id for item_id in election.on_offer if item_id not in chosen))
    bought: list[str] = []
    passed: dict[str, Number] = {}
    while True:
        for item_id in order:
            if item_id in chosen or not election.is_open(item_id, chosen):
                continue
            if election.by_id[item_id].price <= left:
                break
            passed.setdefault(item_id, left)
        else:
            return Queue(order=order, won=tuple(bought), passed=passed, left=left)
        chosen.add(item_id)
        bought.append(item_id)
        left -= election.by_id[item_id].price
