"""The rules a second time, as one would explain them at a table: slowly, household by household, with fractions.

Shares nothing with `residents.outcome` but the data it counts.
"""

from fractions import Fraction

from residents.outcome.deciding import Rules
from residents.outcome.election import Completion, Election, Rule, Utility

Wishes = list[dict[str, Fraction]]


def table_for(election: Election, utility: Utility) -> "Table":
    households = [
        {item: Fraction(points) for item, points in ballot.points.items()}
        for ballot in election.ballots
        for _ in range(ballot.households)
    ]
    return Table(election, households, utility)


def chosen_by(election: Election, rules: Rules) -> list[str]:
    """The items in the order in which they are chosen, without the locked ones."""
    table = table_for(election, rules.utility)
    if rules.rule is Rule.GREEDY:
        return table.greedy([], table.money)
    raises = rules.completion in {Completion.BUDGET_INCREASE, Completion.BOTH}
    won = table.raised(Fraction(rules.step)) if raises else table.equal_shares(table.fair_share)
    if rules.completion in {Completion.GREEDY, Completion.BOTH}:
        won += table.greedy(won, table.money - table.cost(won))
    return won


class Table:
    def __init__(self, election: Election, households: Wishes, utility: Utility) -> None:
        self.items = {item.id: item for item in election.items}
        self.households = households
        self.utility = utility
        self.locked = [item.id for item in election.items if item.is_locked]
        rest = Fraction(election.budget) - self.cost(self.locked)
        self.money = max(rest, Fraction(0))
        self.fair_share = self.money / max(len(households), 1)
        # What each household had left after the last run of the shares.
        self.has: list[Fraction] = []

    def price(self, item: str) -> Fraction:
        return Fraction(self.items[item].cost - self.items[item].subsidy)

    def cost(self, items: list[str]) -> Fraction:
        return sum((self.price(item) for item in items), Fraction(0))

    def fans(self, item: str) -> list[int]:
        return [number for number, wishes in enumerate(self.households) if wishes.get(item, 0) > 0]

    def tie(self, item: str) -> tuple[Fraction, int, int]:
        return self.price(item), -len(self.fans(item)), self.items[item].position

    def can_come(self, item: str, won: list[str]) -> bool:
        there = self.locked + won
        if item in there or len(self.fans(item)) < self.items[item].needed:
            return False
        if any(needed not in there for needed in self.items[item].requires):
            return False
        return not any(
            other in self.items[item].excludes or item in self.items[other].excludes for other in there
        )

    def greedy(self, won: list[str], left: Fraction) -> list[str]:
        bought: list[str] = []
        while fitting := [
            item for item in self.items if self.can_come(item, won + bought) and self.price(item) <= left
        ]:
            best = min(fitting, key=self.queue_key)
            bought.append(best)
            left -= self.price(best)
        return bought

    def queue_key(self, item: str) -> tuple[object, ...]:
        points = max(
            sum((wishes.get(item, Fraction(0)) for wishes in self.households), Fraction(0)), Fraction(0)
        )
        if self.utility is Utility.COST:
            return 0, -points, self.tie(item)
        if not self.price(item):
            return (0 if points else 1), Fraction(0), self.tie(item)
        return 1, -points / self.price(item), self.tie(item)

    def equal_shares(self, share: Fraction) -> list[str]:
        has = [share] * len(self.households)
        won: list[str] = []
        while offers := [
            (
                rate / (self.price(item) or 1 if self.utility is Utility.COST else 1),
                self.tie(item),
                item,
                rate,
            )
            for item in self.items
            if self.can_come(item, won) and (rate := self.rate(item, has)) is not None
        ]:
            _, _, item, rate = min(offers)
            for number in self.fans(item):
                has[number] -= min(has[number], rate * self.households[number][item])
            won.append(item)
        self.has = has
        return won

    def rate(self, item: str, has: list[Fraction]) -> Fraction | None:
        """The least rate for a point at which min(what one has, rate × points) adds up to the price."""
        fans, price = self.fans(item), self.price(item)
        if not fans or sum(has[number] for number in fans) < price:
            return None
        if price == 0:
            return Fraction(0)
        kinks = sorted({has[number] / self.households[number][item] for number in fans})
        for kink in kinks:
            paid = sum(min(has[number], kink * self.households[number][item]) for number in fans)
            if paid >= price:
                poor = [number for number in fans if has[number] < kink * self.households[number][item]]
                rich = [number for number in fans if number not in poor]
                return (price - sum(has[number] for number in poor)) / sum(
                    self.households[number][item] for number in rich
                )
        raise AssertionError("those who can pay together have a rate")

    def raised(self, step: Fraction) -> list[str]:
        share = self.fair_share
        won = self.equal_shares(share)
        while any(
            self.fans(item) and self.can_come(item, won) and self.cost(won) + self.price(item) <= self.money
            for item in self.items
        ):
            share += step
            more = self.equal_shares(share)
            if self.cost(more) > self.money:
                break
            won = more
        return won
