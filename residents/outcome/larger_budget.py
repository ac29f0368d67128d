"""What more money would add: the least by which the budget must grow until an item comes in that is out now.

More money is not tried yuan by yuan: each outcome says up to which budget it stays as it is, so this goes from
one change to the next. The greedy rule is exact without further ado, Equal Shares in units of money that are
given. Where the shares are raised, an outcome depends on where the raising begins; there the budgets are compared
that differ by whole steps for each household. `grain` says what the least sum is a multiple of.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from residents.outcome.backing import EqualShares
from residents.outcome.completion import cost_of, run_of, smallest_that_waits
from residents.outcome.deciding import Rules, decide
from residents.outcome.election import Election, Number, Rule
from residents.outcome.equal_shares import Run
from residents.outcome.greedy import Queue, queue
from residents.outcome.lines import FOREVER

# A sum of money to spend, and what is won with it.
Stair = tuple[Number, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Gain:
    """With `extra` yuan more, `gained` come in; `lost` have to make way for them. `grain` is None if exact."""

    extra: Number
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    grain: Number | None


def what_more_adds(
    election: Election, rules: Rules, *, up_to: Number | None = None, unit: Number = 1
) -> Gain | None:
    """None where no budget larger by at most `up_to` (else: by what all items cost that are out) brings one in."""
    now = decide(election, rules).won
    out = [item_id for item_id in election.on_offer if item_id not in now]
    short_of_locked = max(-election.to_spend, 0)
    limit = cost_of(election, out) + short_of_locked if up_to is None else up_to
    for money, won in _stairs(election, rules, unit):
        extra = money - election.to_spend
        if extra > limit:
            break
        if gained := tuple(item_id for item_id in won if item_id not in now):
            lost = tuple(item_id for item_id in now if item_id not in won)
            return Gain(extra=extra, gained=gained, lost=lost, grain=_grain(election, rules, unit))
    return None


def _grain(election: Election, rules: Rules, unit: Number) -> Number | None:
    if rules.rule is Rule.GREEDY:
        return None
    return rules.step * max(election.answered, 1) if rules.raises else unit


def _stairs(election: Election, rules: Rules, unit: Number) -> Iterator[Stair]:
    if rules.rule is Rule.GREEDY:
        return _greedy(election, rules)
    return _raised(election, rules) if rules.raises else _shares(election, rules, unit)


def _greedy(election: Election, rules: Rules) -> Iterator[Stair]:
    money = max(election.to_spend, 0)
    while True:
        filling = queue(election, rules.utility, left=money)
        yield money, filling.won
        if not filling.passed:
            return
        money += _needed(election, filling)


def _needed(election: Election, filling: Queue) -> Number:
    """How much more would have sufficed for one of the items that were passed over."""
    return min(election.by_id[item_id].price - left for item_id, left in filling.passed.items())


def _shares(election: Election, rules: Rules, unit: Number) -> Iterator[Stair]:
    """Equal Shares as it is, or filled up: each step is one unit of money more for all together."""
    least = max(election.to_spend, 0)
    households = max(election.answered, 1)
    run = Run(
        rule=EqualShares(
            election=election,
            utility=rules.utility,
            share=Fraction(least) / households,
            step=Fraction(unit) / households,
        )
    )
    after = 0
    while after <= FOREVER:
        run.go_to(after)
        money, won, after = least + run.step * unit, run.end.won, run.end.holds + 1
        if rules.fills:
            filling = queue(election, rules.utility, left=money - cost_of(election, won), won=won)
            won = (*won, *filling.won)
            if filling.passed:
                after = min(after, run.step + ceil(Fraction(_needed(election, filling)) / unit))
        yield money, won


@dataclass(frozen=True, kw_only=True)
class _Block:
    """The same outcome for all steps up to `last`."""

    last: int
    won: tuple[str, ...]
    cost: Number


class _Raising:
    """Raised shares for more and more money: what is gone past with less money is gone past with more, too."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.block = self._block_of_run()
        self._following: _Block | None = None

    def _block_of_run(self) -> _Block:
        end = self._run.end
        return _Block(last=end.holds, won=end.won, cost=cost_of(self._run.rule.election, end.won))

    def _next(self) -> _Block:
        if self._following is None:
            self._run.go_to(self.block.last + 1)
            self._following = self._block_of_run()
        return self._following

    def go(self, *, begin: int, money: Number) -> Number | None:
        """Raise from the step `begin` as far as the money allows; answers how much more would allow to go on."""
        while self.block.last < FOREVER:
            if self.block.last >= begin:
                waits = smallest_that_waits(self._run.rule, self.block.won)
                if waits is None:
                    return None
                if self.block.cost + waits > money:
                    return self.block.cost + waits - money
                if self._next().cost > money:
                    return self._next().cost - money
            self.block, self._following = self._next(), None
        return None


def _raised(election: Election, rules: Rules) -> Iterator[Stair]:
    """Each household's share begins `more` steps higher, and the budget is larger by as much for all of them."""
    raising = _Raising(run_of(election, rules.utility, step=rules.step))
    least, for_all = max(election.to_spend, 0), rules.step * max(election.answered, 1)
    more = 0
    while more <= FOREVER:
        money = least + more * for_all
        needed = [raising.go(begin=more, money=money)]
        won = raising.block.won
        if rules.fills:
            filling = queue(election, rules.utility, left=money - raising.block.cost, won=won)
            won = (*won, *filling.won)
            needed.append(_needed(election, filling) if filling.passed else None)
        yield money, won
        steps = (
            ceil(Fraction(sum_of_money) / for_all) for sum_of_money in needed if sum_of_money is not None
        )
        more = min((raising.block.last + 1, *(more + count for count in steps)))
