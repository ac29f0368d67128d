"""The outcome against a second, slow telling of the rules, and what has to be true of every outcome."""

import random
from dataclasses import replace
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from residents.outcome.completion import run_of
from residents.outcome.deciding import Rules, decide
from residents.outcome.election import Ballot, Completion, Election, Item, Rule, Utility
from residents.outcome.equal_shares import Run
from residents.outcome.larger_budget import Gain, what_more_adds
from residents.outcome.reasons import Why
from tests.effort import examples
from tests.residents.outcome_elections import menus, plain_elections, with_ballots, with_budget
from tests.residents.outcome_oracle import chosen_by

RAISING = (Completion.BUDGET_INCREASE, Completion.BOTH)
EVERY_RULE = [
    *(Rules(rule=Rule.GREEDY, utility=utility) for utility in Utility),
    *(Rules(utility=utility, completion=completion) for utility in Utility for completion in Completion),
    *(
        Rules(utility=utility, completion=completion, step=Fraction(1, 3))
        for utility in Utility
        for completion in RAISING
    ),
]
rules = st.sampled_from(EVERY_RULE)
shares_only = st.sampled_from(
    [how for how in EVERY_RULE if how.completion is Completion.NONE and not how.fills]
)
elections = menus() | menus(most_points=4) | plain_elections(most_points=3)


@settings(max_examples=examples(900), deadline=None)
@given(elections, rules)
def test_the_outcome_is_what_the_rules_say(election: Election, how: Rules) -> None:
    assert list(decide(election, how).won) == chosen_by(election, how)


@settings(max_examples=examples(150), deadline=None)
@given(elections, rules, st.integers())
def test_who_answered_first_and_who_answered_alike_does_not_matter(
    election: Election, how: Rules, seed: int
) -> None:
    singly = [replace(ballot, households=1) for ballot in election.ballots for _ in range(ballot.households)]
    random.Random(seed).shuffle(singly)
    assert decide(with_ballots(election, singly), how) == decide(election, how)


@settings(max_examples=examples(150), deadline=None)
@given(elections, rules, st.sampled_from([2, 100, Fraction(1, 3), Fraction(7, 5)]))
def test_counting_the_money_in_another_unit_changes_nothing(
    election: Election, how: Rules, unit: Fraction
) -> None:
    items = [replace(item, cost=item.cost * unit, subsidy=item.subsidy * unit) for item in election.items]
    other = Election(items=items, ballots=election.ballots, budget=election.budget * unit)
    assert decide(other, replace(how, step=how.step * unit)).won == decide(election, how).won


@settings(max_examples=examples(240), deadline=None)
@given(elections, rules)
def test_never_more_than_there_is_and_nothing_that_cannot_be(election: Election, how: Rules) -> None:
    outcome = decide(election, how)
    there = {*outcome.won, *outcome.locked}
    assert outcome.cost == sum(election.by_id[item_id].price for item_id in outcome.won)
    assert outcome.cost + outcome.left == max(election.to_spend, 0)
    assert outcome.left >= 0
    for item_id in outcome.won:
        item = election.by_id[item_id]
        assert not item.is_locked
        assert election.supporters[item_id] >= item.needed
        assert item.requires <= there
        assert not election.rivals[item_id] & there


@settings(max_examples=examples(300), deadline=None)
@given(elections, shares_only)
def test_the_shares_pay_for_what_they_buy(election: Election, how: Rules) -> None:
    """Priceability: nobody spends more than their share, nobody pays for what they did not want, each item is paid
    in full, and what those who want another item have left is not enough for it."""
    run = run_of(election, how.utility)
    spent = [Fraction(0)] * len(election.ballots)
    for offer in run.end.bought:
        paid = run.payments(offer)
        assert sum(money * households for money, households in paid) == election.by_id[offer.item].price
        assert sum(households for _, households in paid) <= election.supporters[offer.item]
        rate = offer.rate.at(0)
        for number, ballot in enumerate(election.ballots):
            due = rate * max(ballot.points.get(offer.item, 0), 0) * _points_unit(election)
            spent[number] += min(due, run.rule.share - spent[number])
    assert all(0 <= money <= run.rule.share for money in spent)
    assert sum(
        money * ballot.households for money, ballot in zip(spent, election.ballots, strict=True)
    ) == sum(election.by_id[offer.item].price for offer in run.end.bought)
    for reason in decide(election, how).reasons.values():
        if reason.why is Why.SHARES_SHORT:
            left = sum(
                (run.rule.share - money) * ballot.households
                for money, ballot in zip(spent, election.ballots, strict=True)
                if ballot.points.get(reason.item, 0) > 0
            )
            assert (reason.together, reason.missing) == (left, reason.price - left)
            assert left < reason.price


def _points_unit(election: Election) -> int:
    """Whole points here, so the run counts them as they are."""
    assert all(isinstance(given, int) for ballot in election.ballots for given in ballot.points.values())
    return 1


@settings(max_examples=examples(150), deadline=None)
@given(elections, st.sampled_from(Utility), st.data())
def test_one_more_supporter_does_not_throw_a_winner_out_of_the_queue(
    election: Election, utility: Utility, data: st.DataObject
) -> None:
    how = Rules(rule=Rule.GREEDY, utility=utility)
    winners = decide(election, how).won
    if winners:
        winner = data.draw(st.sampled_from(winners))
        more = [Ballot.of([winner]), *election.ballots]
        assert winner in decide(with_ballots(election, more), how).won


@settings(max_examples=examples(240), deadline=None)
@given(elections, st.sampled_from(Utility), st.lists(st.integers(1, 12), min_size=1, max_size=4))
def test_raised_shares_end_where_a_fresh_run_would(
    election: Election, utility: Utility, jumps: list[int]
) -> None:
    """What a run takes over from smaller shares is what it would have found itself."""
    run = run_of(election, utility, step=Fraction(1, 2))
    for jump in jumps:
        before, last = run.end.won, run.end.holds
        run.go_to(run.step + jump)
        fresh = Run(rule=run.rule, step=run.step)
        assert run.end.won == fresh.end.won
        assert run.step > last or run.end.won == before
        assert len(run.bases) == run.end.levels
        assert [run.payments(offer) for offer in run.end.bought] == [
            fresh.payments(offer) for offer in fresh.end.bought
        ]


def test_what_becomes_level_with_larger_shares_is_seen_at_that_very_step() -> None:
    """With 12, 13, 14 yuan each: p takes 8 of the first household, who then has 4, 5, 6 for r. So r costs its two
    others 10, 9.5, 9 each, and w its three always 9. Level at 14, the cheaper r goes first, and shuts w out."""
    items = [
        Item(id="p", position=0, cost=8),
        Item(id="r", position=1, cost=24, excludes=frozenset("w")),
        Item(id="w", position=2, cost=27),
    ]
    ballots = [Ballot.of("pr"), Ballot.of("r", households=2), Ballot.of("w", households=3)]
    election = Election(items=items, ballots=ballots, budget=72)
    run = run_of(election, Utility.COUNT, step=1)
    assert (run.end.won, run.end.holds) == (("p", "w"), 1)
    run.go_to(1)
    assert (run.end.won, run.end.holds) == (("p", "w"), 1)
    run.go_to(2)
    assert run.end.won == ("p", "r")


@settings(max_examples=examples(120), deadline=None)
@given(elections, rules)
def test_more_money_adds_what_it_is_said_to_add(election: Election, how: Rules) -> None:
    """Against trying every larger budget."""
    now = decide(election, how).won
    exact = how.rule is Rule.GREEDY
    grain = 1 if exact or not how.raises else how.step * election.answered
    begin = max(-election.to_spend, 0)
    gain = what_more_adds(election, how, up_to=begin + 20 * grain)
    found = None
    for count in range(1, 21):
        then = chosen_by(with_budget(election, election.budget + begin + count * grain), how)
        if gained := tuple(item_id for item_id in then if item_id not in now):
            lost = tuple(item_id for item_id in now if item_id not in then)
            found = Gain(
                extra=begin + count * grain, gained=gained, lost=lost, grain=None if exact else grain
            )
            break
    assert gain == found


def test_with_money_for_everything_nothing_is_missing() -> None:
    items = [Item(id="a", position=0, cost=5), Item(id="b", position=1, cost=5)]
    election = Election(items=items, ballots=[Ballot.of("ab")], budget=10)
    assert all(what_more_adds(election, how) is None for how in EVERY_RULE)
