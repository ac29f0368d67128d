"""The outcome of an election under a rule, with the reason for each item."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from residents.outcome.completion import cost_of, raised, run_of
from residents.outcome.election import Completion, Election, Number, Rule, Utility
from residents.outcome.equal_shares import Offer, Run
from residents.outcome.greedy import Queue, queue
from residents.outcome.reasons import Payments, Reason, Why


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How a menu is decided. `step`: by how many yuan the shares are raised at a time."""

    rule: Rule = Rule.EQUAL_SHARES
    utility: Utility = Utility.COST
    completion: Completion = Completion.NONE
    step: Number = 1

    @property
    def raises(self) -> bool:
        return self.completion in {Completion.BUDGET_INCREASE, Completion.BOTH}

    @property
    def fills(self) -> bool:
        return self.rule is Rule.GREEDY or self.completion in {Completion.GREEDY, Completion.BOTH}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """`won` in the order in which the items were chosen, without the locked ones; `cost` and `left` are of what the
    locked items left of the budget; `share` is what each household could spend under Equal Shares in the end."""

    locked: tuple[str, ...]
    won: tuple[str, ...]
    cost: Number
    left: Number
    share: Fraction | None
    reasons: Mapping[str, Reason]


def decide(election: Election, rules: Rules) -> Outcome:
    """The same for any order of the ballots, and for any unit in which the money is counted."""
    money = max(election.to_spend, 0)
    run = decided_by_shares(election, rules) if rules.rule is Rule.EQUAL_SHARES else None
    by_shares = run.end.won if run else ()
    left = money - cost_of(election, by_shares)
    filling = queue(election, rules.utility, left=left, won=by_shares) if rules.fills else None
    won = (*by_shares, *filling.won) if filling else by_shares
    rest = money - cost_of(election, won)
    case = _Case(election=election, run=run, filling=filling, won=won, left=rest)
    return Outcome(
        locked=election.locked,
        won=won,
        cost=cost_of(election, won),
        left=rest,
        share=run.rule.share + run.step * run.rule.step if run else None,
        reasons={item.id: case.reason(item.id) for item in election.items},
    )


def decided_by_shares(election: Election, rules: Rules) -> Run:
    run = run_of(election, rules.utility, step=rules.step if rules.raises else 0)
    return raised(run, max(election.to_spend, 0)) if rules.raises else run


@dataclass(frozen=True, kw_only=True)
class _Case:
    """Everything the reasons are read from."""

    election: Election
    run: Run | None
    filling: Queue | None
    won: tuple[str, ...]
    left: Number

    def reason(self, item_id: str) -> Reason:
        election, item = self.election, self.election.by_id[item_id]
        plain = Reason(
            item=item_id,
            why=Why.LOCKED,
            price=item.price,
            supporters=election.supporters[item_id],
            answered=election.answered,
            needed=item.needed,
        )
        if item.is_locked:
            return plain
        if item_id in self.won:
            return self._won(replace(plain, place=self.won.index(item_id) + 1))
        return self._lost(plain)

    def _won(self, reason: Reason) -> Reason:
        if self.run is None:
            return self._with_rank(replace(reason, why=Why.QUEUE))
        for offer in self.run.end.bought:
            if offer.item == reason.item:
                return replace(reason, why=Why.SHARES, payments=_payments(self.run, offer))
        return replace(reason, why=Why.LEFT_OVER)

    def _lost(self, reason: Reason) -> Reason:
        election, item_id = self.election, reason.item
        if reason.supporters < reason.needed:
            return replace(reason, why=Why.TOO_FEW if reason.supporters else Why.NOBODY)
        chosen = (*election.locked, *self.won)
        if rivals := [one for one in chosen if one in election.rivals[item_id]]:
            return replace(reason, why=Why.RIVAL, other=rivals[0])
        if absent := election.by_id[item_id].requires.difference(chosen):
            first = min(absent, key=lambda one: election.by_id[one].position)
            return replace(reason, why=Why.WAITING, other=first)
        return self._short(reason)

    def _short(self, reason: Reason) -> Reason:
        """It could have been chosen, and money was missing: the supporters' shares, or the budget's rest."""
        together = self.run.left(reason.item) if self.run else None
        if self.filling:
            left = self.filling.passed[reason.item]
            missing = reason.price - left
            return self._with_rank(
                replace(reason, why=Why.MONEY_SHORT, left=left, together=together, missing=missing)
            )
        if not reason.supporters or together is None:
            return replace(reason, why=Why.NOBODY)
        missing = reason.price - together
        return replace(reason, why=Why.SHARES_SHORT, left=self.left, together=together, missing=missing)

    def _with_rank(self, reason: Reason) -> Reason:
        if self.run or not self.filling:
            return reason
        order, won = self.filling.order, self.filling.won
        last = max((order.index(winner) + 1 for winner in won), default=None)
        return replace(reason, rank=order.index(reason.item) + 1, ranked=len(order), last_rank=last)


def _payments(run: Run, offer: Offer) -> Payments | None:
    """None where there was nothing to pay."""
    paid = run.payments(offer)
    if not paid:
        return None
    return Payments(
        payers=sum(households for _, households in paid),
        least=paid[-1][0],
        most=paid[0][0],
        at_most=paid[0][1],
    )
