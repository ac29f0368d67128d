"""Who stands behind each item, and with what: the part of Equal Shares that stays the same throughout a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm

from residents.outcome.election import Election, Utility


@dataclass(frozen=True, kw_only=True)
class Backing:
    """An item's price and utility (in the run's unit), its points, and its supporters: `classes` of ballots
    with the same points and the same number of households."""

    price: int
    utility: int
    points: int
    classes: Mapping[tuple[int, int], tuple[int, ...]]

    def moved(self, level_of: list[int], moves: Mapping[tuple[int, int], int]) -> list[int]:
        """The levels of all ballots after this item's supporters went from (points, level) to another level."""
        after = level_of.copy()
        for (points, _), ballots in self.classes.items():
            for ballot in ballots:
                if level := after[ballot]:
                    after[ballot] = moves[points, level]
        return after


@dataclass(frozen=True, kw_only=True)
class EqualShares:
    """The rule for one election: each household has `share` yuan, and `step` more at each further step."""

    election: Election
    utility: Utility
    share: Fraction
    step: Fraction = Fraction(0)

    @cached_property
    def unit(self) -> int:
        """Sums are whole numbers of this part of a yuan, to begin with."""
        prices = (self.election.by_id[item_id].price for item_id in self.election.on_offer)
        return lcm(*(Fraction(number).denominator for number in (self.share, self.step, *prices)))

    @cached_property
    def backings(self) -> Mapping[str, Backing]:
        """Of the items on offer that somebody wants; points as whole numbers."""
        election = self.election
        every = (points for ballot in election.ballots for points in ballot.points.values())
        fine = lcm(*{Fraction(points).denominator for points in every})
        classes: dict[str, dict[tuple[int, int], list[int]]] = {item_id: {} for item_id in election.on_offer}
        for number, ballot in enumerate(election.ballots):
            for item_id, points in ballot.points.items():
                if points > 0 and item_id in classes:
                    alike = (int(points * fine), ballot.households)
                    classes[item_id].setdefault(alike, []).append(number)
        return {item_id: self._backing(item_id, found) for item_id, found in classes.items() if found}

    def _backing(self, item_id: str, classes: dict[tuple[int, int], list[int]]) -> Backing:
        price = int(self.election.by_id[item_id].price * self.unit)
        return Backing(
            price=price,
            # A free item is bought first whatever its utility; one keeps the division defined.
            utility=price or 1 if self.utility is Utility.COST else 1,
            points=sum(
                points * households * len(ballots) for (points, households), ballots in classes.items()
            ),
            classes={alike: tuple(ballots) for alike, ballots in classes.items()},
        )
