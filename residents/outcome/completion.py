"""Raising the shares, so that less money is left over ("Add1").

Outcomes of Equal Shares often leave money: shares of households whose items did not get enough together. So
each household's share is raised by one step after another, and the rule is run with these larger shares.
The last outcome that the real budget still pays for is the result; the raising also ends when no further
item would fit into what an outcome leaves.

This is what pabutools does with `voter_budget_increment`: the shares begin at the exact quotient of budget and
households. (equalshares.net first rounds it down to whole units.)
"""

from collections.abc import Collection
from fractions import Fraction

from residents.outcome.backing import EqualShares
from residents.outcome.election import Election, Number, Utility
from residents.outcome.equal_shares import Run
from residents.outcome.lines import FOREVER


def cost_of(election: Election, items: Collection[str]) -> Number:
    return sum(election.by_id[item_id].price for item_id in items)


def smallest_that_waits(rule: EqualShares, won: Collection[str]) -> Number | None:
    """The price of the cheapest item that somebody wants and that could stand beside what was won."""
    election = rule.election
    chosen = {*election.locked, *won}
    prices = (
        election.by_id[item_id].price
        for item_id in rule.backings
        if item_id not in chosen and election.is_open(item_id, chosen)
    )
    return min(prices, default=None)


def is_exhaustive(rule: EqualShares, won: Collection[str], money: Number) -> bool:
    smallest = smallest_that_waits(rule, won)
    return smallest is None or cost_of(rule.election, won) + smallest > money


def run_of(election: Election, utility: Utility, *, step: Number = 0) -> Run:
    """The rule with the money that the locked items leave, equally divided."""
    share = Fraction(max(election.to_spend, 0)) / max(election.answered, 1)
    return Run(rule=EqualShares(election=election, utility=utility, share=share, step=Fraction(step)))


def raised(run: Run, money: Number) -> Run:
    """The run with the shares raised as far as the money allows; `run` itself is used up."""
    while not is_exhaustive(run.rule, run.end.won, money):
        after = run.end.holds + 1
        if after > FOREVER:
            break
        run.go_to(after)
        if cost_of(run.rule.election, run.end.won) > money:
            return Run(rule=run.rule, step=after - 1)
    return run
