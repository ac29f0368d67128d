"""The Method of Equal Shares (Peters and Skowron), exactly, and for many sizes of the shares in one go.

The rule. The money is divided equally: each household that answered has the same share. An item can be bought
when those who want it can pay for it together. They pay as equally as they can: everybody the same rate for
each point they gave the item, or all they have left where that is less. Of the items that can be bought the
one with the lowest rate for its utility is bought first. This repeats until no item can be bought any more.

How it is counted. The shares can be raised step by step. Every sum is a `Line` in the number of steps, so a
run knows not only what is bought, but also up to which step everything decided so far stays as it is
(`holds`). Raising the shares goes straight to the first step at which something can differ, and takes back
only the purchases that it can differ for. Nothing is lost by that: as long as the same decisions are made, a
household never has less when shares are larger and no rate is ever higher, so it is enough to watch who has
too little for the rate, what cannot be bought, and what is about to become cheaper than the item bought.
Where an item was not looked at again, the rate it had before is a floor for the rate it has now.

Households with the same history have the same money: they stand on one level.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import repeat
from math import gcd

from residents.outcome.backing import EqualShares
from residents.outcome.lines import FOREVER, Line

# The level of the households that have spent everything, and the level on which all begin.
SPENT, FRESH = 0, 1
# Supporters of an item on one level: the level, the points each gave the item, how many, what each has now.
Stand = tuple[int, int, int, int]


@dataclass(frozen=True, kw_only=True)
class Offer:
    """How an item's supporters would pay now: the poor all they have, the rich `rate` for each point."""

    item: str
    rate: Line
    for_utility: Line
    poor: list[Stand]
    rich: list[Stand]


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Where a run stands after some purchases.

    `level_of` is by number of ballot; `levels` is how many levels there are; `over` is the denominator of what
    comes next; `floors` has the items that may still be bought, and what they cost for their utility at least;
    `holds` is the last step at which all this is as it is.
    """

    level_of: list[int]
    levels: int
    over: int
    floors: Mapping[str, Line]
    bought: tuple[Offer, ...] = ()
    holds: int = FOREVER
    is_last: bool = False

    @property
    def won(self) -> tuple[str, ...]:
        return tuple(offer.item for offer in self.bought)


@dataclass
class Run:
    """A run of the rule at one step, which can be brought to later steps.

    What a household on a level has is a line: `bases`, `slopes` and the `over` of the moment it was `born` in;
    `now` is its numerator at this step.
    """

    rule: EqualShares
    step: int = 0
    moments: list[Moment] = field(init=False)
    bases: list[int] = field(init=False)
    slopes: list[int] = field(init=False)
    now: list[int] = field(init=False)
    born: list[int] = field(init=False)

    def __post_init__(self) -> None:
        unit = self.rule.unit
        self.bases = [0, int(self.rule.share * unit)]
        self.slopes = [0, int(self.rule.step * unit)]
        self.born = [0, 0]
        floors = {
            item_id: Line(backing.price, 0, backing.points * backing.utility * unit)
            for item_id, backing in self.rule.backings.items()
        }
        level_of = [FRESH] * len(self.rule.election.ballots)
        self.moments = [Moment(level_of=level_of, levels=2, over=unit, floors=floors)]
        self.go_to(self.step)

    @property
    def end(self) -> Moment:
        return self.moments[-1]

    def go_to(self, step: int) -> None:
        """Never back to an earlier step: `holds` only looks forward."""
        self.step = step
        while self.end.holds < step:
            self.moments.pop()
        for numbers in (self.bases, self.slopes, self.born):
            del numbers[self.end.levels :]
        self.now = [base + slope * step for base, slope in zip(self.bases, self.slopes, strict=True)]
        while not self.end.is_last:
            self.moments.append(self._next())

    def payments(self, offer: Offer) -> list[tuple[Fraction, int]]:
        """Who paid for an item bought in this run: sums above nothing, the highest first, and how many paid each."""
        found: Counter[Fraction] = Counter()
        for _, points, households, _ in offer.rich:
            found[offer.rate.at(self.step) * points] += households
        for level, _, households, _ in offer.poor:
            found[Fraction(self.now[level], self.moments[self.born[level]].over)] += households
        return sorted(((paid, households) for paid, households in found.items() if paid), reverse=True)

    def left(self, item_id: str) -> Fraction:
        """What the supporters of an item have left together."""
        if item_id not in self.rule.backings:
            return Fraction(0)
        return Fraction(
            sum(households * has for _, _, households, has in self._stands(item_id)), self.end.over
        )

    def _next(self) -> Moment:
        """The next purchase, or the end."""
        moment, election = self.end, self.rule.election
        floors, holds = dict(moment.floors), moment.holds
        chosen = {*election.locked, *moment.won}
        rough = {
            one: floor.rough(self.step) for one, floor in floors.items() if election.is_open(one, chosen)
        }
        best: Offer | None = None
        for item_id in sorted(rough, key=rough.__getitem__):
            if best and rough[item_id] > best.for_utility.rough(self.step):
                break
            offer = self._offer(item_id)
            if isinstance(offer, Line):
                holds = min(holds, offer.last_above(or_at=False))
                del floors[item_id], rough[item_id]
            else:
                floors[item_id] = offer.for_utility
                best = offer if best is None or self._beats(offer, best) else best
        if best is None:
            return replace(moment, floors=floors, holds=holds, is_last=True)
        del floors[best.item], rough[best.item]
        if holds > self.step:
            holds = min((holds, *self._limits(best, {item_id: floors[item_id] for item_id in rough})))
        return self._bought(best, replace(moment, floors=floors, holds=holds))

    def _stands(self, item_id: str) -> list[Stand]:
        """The supporters who have something left."""
        moment = self.end
        scale = [moment.over // earlier.over for earlier in self.moments]
        now, born = self.now, self.born
        found: list[Stand] = []
        for (points, households), ballots in self.rule.backings[item_id].classes.items():
            on = Counter(map(moment.level_of.__getitem__, ballots))
            on.pop(SPENT, None)
            have = [now[level] * scale[born[level]] for level in on]
            found += zip(on, repeat(points), (count * households for count in on.values()), have)
        return found

    def _together(self, stands: Iterable[Stand]) -> tuple[int, int]:
        """Base and slope of what all these have; where nothing holds beyond this step, just what they have now."""
        if self.end.holds == self.step:
            return sum(households * has for _, _, households, has in stands), 0
        over = self.end.over
        base = slope = 0
        for level, _, households, _ in stands:
            scale = over // self.moments[self.born[level]].over * households
            base += self.bases[level] * scale
            slope += self.slopes[level] * scale
        return base, slope

    def _offer(self, item_id: str) -> Offer | Line:
        """How the item can be paid for now; or what its supporters are short of."""
        moment, backing = self.end, self.rule.backings[item_id]
        price = backing.price * (moment.over // self.rule.unit)
        rich, poor = self._stands(item_id), list[Stand]()
        if sum(households * has for _, _, households, has in rich) < price:
            base, slope = self._together(rich)
            return Line(price - base, -slope, moment.over)
        # A free item may have supporters who have spent everything: no points, and nothing to divide.
        due, points = price, sum(each * households for _, each, households, _ in rich) or 1
        while too_poor := [stand for stand in rich if stand[3] * points < due * stand[1]]:
            rich = [stand for stand in rich if stand[3] * points >= due * stand[1]]
            due -= sum(households * has for _, _, households, has in too_poor)
            points -= sum(each * households for _, each, households, _ in too_poor)
            poor += too_poor
        base, slope = self._together(poor)
        common = gcd(price - base, slope, points)
        rate = Line((price - base) // common, -slope // common, points // common * moment.over)
        for_utility = Line(rate.base, rate.slope, rate.over * backing.utility)
        return Offer(item=item_id, rate=rate, for_utility=for_utility, poor=poor, rich=rich)

    def _beats(self, offer: Offer, best: Offer) -> bool:
        gap = best.for_utility.minus(offer.for_utility)
        cheaper_by = gap.base + gap.slope * self.step
        return cheaper_by > 0 or (cheaper_by == 0 and self._goes_first(offer.item, best.item))

    def _goes_first(self, one: str, other: str) -> bool:
        return self.rule.election.tie_key(one) < self.rule.election.tie_key(other)

    def _limits(self, best: Offer, rivals: Mapping[str, Line]) -> Iterator[int]:
        """Up to which steps the item stays the best, and its poor stay poor."""
        for item_id, floor in rivals.items():
            yield floor.minus(best.for_utility).last_above(or_at=self._goes_first(best.item, item_id))
        for level, points, _, _ in best.poor:
            scale = best.rate.over // self.moments[self.born[level]].over
            base = best.rate.base * points - self.bases[level] * scale
            slope = best.rate.slope * points - self.slopes[level] * scale
            # Who has just what is due pays all they have, too.
            yield Line(base, slope, 1).last_above(or_at=True)

    def _bought(self, offer: Offer, moment: Moment) -> Moment:
        """The moment after the purchase: the poor have spent everything, the rich stand on new levels."""
        rate, born = offer.rate, len(self.moments)
        scale = [rate.over // earlier.over for earlier in self.moments]
        moves = {(points, level): SPENT for level, points, _, _ in offer.poor}
        for level, points, _, _ in offer.rich:
            if (points, level) not in moves:
                moves[points, level] = len(self.bases)
                factor = scale[self.born[level]]
                self.bases.append(self.bases[level] * factor - rate.base * points)
                self.slopes.append(self.slopes[level] * factor - rate.slope * points)
        new = len(self.bases) - len(self.born)
        self.born += [born] * new
        if new:
            self.now += [
                base + slope * self.step
                for base, slope in zip(self.bases[-new:], self.slopes[-new:], strict=True)
            ]
        return replace(
            moment,
            level_of=self.rule.backings[offer.item].moved(moment.level_of, moves),
            levels=len(self.bases),
            over=rate.over,
            bought=(*moment.bought, offer),
        )
