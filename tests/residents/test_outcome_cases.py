"""Outcomes that can be followed with pencil and paper: two from equalshares.net, the others menus of our own."""

from fractions import Fraction

import pytest

from residents.outcome.deciding import Rules, decide
from residents.outcome.election import (
    BadElection,
    Ballot,
    Completion,
    Election,
    Item,
    Rule,
    Utility,
    households_needed,
)
from residents.outcome.larger_budget import what_more_adds
from residents.outcome.reasons import Payments, Reason, Why

GREEDY = Rules(rule=Rule.GREEDY)
SHARES = Rules()
RAISED = Rules(completion=Completion.BUDGET_INCREASE)


def wanting(*lists: str) -> list[Ballot]:
    """One household for each word; its letters are the items it wants."""
    return [Ballot.of(letters) for letters in lists]


def item(name: str, cost: int, **more: object) -> Item:
    return Item(id=name, position=ord(name), cost=cost, **more)  # type: ignore[arg-type]


def town(last: str) -> Election:
    """The example of equalshares.net: bike path, gym, park, playground, library; 11 voters, 1,100 to spend."""
    items = [item("b", 700), item("g", 400), item("p", 250), item("y", 200), item("l", 100)]
    voters = ("bg", "bgp", "bg", "bgp", "bgp", "bg", "pyl", "y", "yl", "pyl", last)
    return Election(items=items, ballots=wanting(*voters), budget=1100)


def test_equalshares_net_first_example() -> None:
    """Path, playground and library, where counting votes would take path and gym and leave four voters with nothing."""
    outcome = decide(town("b"), SHARES)
    assert outcome.won == ("b", "y", "l")
    paid = {name: outcome.reasons[name].payments for name in outcome.won}
    assert paid["b"] == Payments(payers=7, least=Fraction(100), most=Fraction(100), at_most=7)
    assert paid["y"] == Payments(payers=4, least=Fraction(50), most=Fraction(50), at_most=4)
    assert paid["l"] == Payments(payers=3, least=Fraction(100, 3), most=Fraction(100, 3), at_most=3)
    assert outcome.reasons["g"].together == 0
    assert decide(town("b"), GREEDY).won == ("b", "g")


def test_equalshares_net_second_example() -> None:
    """The gym leaves each of its seven 300/7; the park takes that from three of them, and the rest from two others."""
    outcome = decide(town("g"), SHARES)
    assert outcome.won == ("g", "p", "y")
    from_two = (250 - 3 * Fraction(300, 7)) / 2
    park, yard = outcome.reasons["p"].payments, outcome.reasons["y"].payments
    assert park == Payments(payers=5, least=Fraction(300, 7), most=from_two, at_most=2)
    assert yard == Payments(payers=4, least=100 - from_two, most=from_two, at_most=2)
    library = outcome.reasons["l"]
    assert (library.why, library.together, library.missing) == (Why.SHARES_SHORT, 100 - from_two, from_two)


def test_a_third_of_the_residents_gets_a_third_of_the_money() -> None:
    """Two groups that want different things: greedy gives all to the larger, equal shares to each its part."""
    items = [item(name, 100) for name in "abcxyz"]
    election = Election(items=items, ballots=wanting(*["abc"] * 6, *["xyz"] * 3), budget=300)
    assert set(decide(election, GREEDY).won) == {"a", "b", "c"}
    assert set(decide(election, SHARES).won) == {"a", "b", "x"}


def test_points_are_paid_in_proportion() -> None:
    """10 yuan for 3 + 1 + 1 points: the first pays six, the others two each; 2 more come from their own."""
    ballots = [Ballot(points={"a": 3}), Ballot(points={"a": 1}, households=2)]
    outcome = decide(
        Election(items=[item("a", 10)], ballots=ballots, budget=21), Rules(utility=Utility.COUNT)
    )
    assert outcome.reasons["a"].payments == Payments(payers=3, least=Fraction(2), most=Fraction(6), at_most=1)


def test_raising_the_shares_by_hand() -> None:
    """Each household has 10. a costs 24: only with 12 each its two can pay. b, for 12 of the third, comes with it at
    the same step, but then 36 would be spent of 30: so nothing more, and the 11 each change nothing."""
    items = [item("a", 24), item("b", 12)]
    election = Election(items=items, ballots=wanting("a", "a", "b"), budget=30)
    assert decide(election, SHARES).won == ()
    raised = decide(election, RAISED)
    assert raised.won == ()
    assert (raised.share, raised.left) == (Fraction(11), 30)
    enough = decide(Election(items=items, ballots=election.ballots, budget=36), RAISED)
    assert enough.won == ("a", "b")
    assert (enough.share, enough.left) == (Fraction(12), 0)
    both = decide(election, Rules(completion=Completion.BOTH))
    assert (both.won, both.left) == (("a",), 6)
    assert both.reasons["a"].why is Why.LEFT_OVER


@pytest.mark.parametrize("rules", [GREEDY, SHARES, RAISED], ids=["greedy", "shares", "raised"])
def test_level_items_go_by_yuan_then_supporters_then_catalogue(rules: Rules) -> None:
    twins = Election(items=[item("b", 6), item("a", 6)], ballots=wanting("ab", "ab"), budget=6)
    assert decide(twins, rules).won == ("a",)
    cheaper = Election(items=[item("a", 6), item("b", 5)], ballots=wanting("ab", "ab"), budget=10)
    assert decide(cheaper, rules).won == ("b",)


def test_level_points_go_to_more_supporters() -> None:
    ballots = [Ballot(points={"a": 2}), Ballot(points={"b": 1}, households=2)]
    election = Election(items=[item("a", 3), item("b", 3)], ballots=ballots, budget=3)
    assert decide(election, GREEDY).won == ("b",)


def test_basic_works_are_paid_first_and_not_on_offer() -> None:
    items = [item("r", 70, is_locked=True), item("a", 40), item("b", 30)]
    election = Election(items=items, ballots=wanting("ab", "ab", "a", "r"), budget=100)
    outcome = decide(election, GREEDY)
    assert (outcome.locked, outcome.won, outcome.cost, outcome.left) == (("r",), ("b",), 30, 0)
    assert outcome.reasons["r"].why is Why.LOCKED
    assert outcome.reasons["a"] == Reason(
        item="a", why=Why.MONEY_SHORT, price=40, supporters=3, answered=4, needed=1,
        rank=1, ranked=2, last_rank=2, left=30, missing=10,
    )  # fmt: skip


def test_basic_works_dearer_than_the_budget_leave_nothing() -> None:
    items = [item("r", 70, is_locked=True), item("a", 40), item("f", 9, subsidy=9)]
    election = Election(items=items, ballots=wanting("af"), budget=50)
    for rules in (GREEDY, SHARES, RAISED):
        outcome = decide(election, rules)
        assert (outcome.won, outcome.left) == (("f",), 0)
        assert election.to_spend == -20
    gain = what_more_adds(election, GREEDY)
    assert gain is not None
    assert gain.extra == 60


def test_a_subsidy_counts_for_nobodys_share() -> None:
    items = [item("a", 120, subsidy=80), item("b", 50)]
    election = Election(items=items, ballots=wanting("ab", "ab"), budget=80)
    outcome = decide(election, SHARES)
    assert (outcome.won, outcome.cost) == (("a",), 40)
    free = Election(items=[item("a", 120, subsidy=120)], ballots=wanting("a", ""), budget=0)
    for rules in (GREEDY, SHARES, RAISED, Rules(utility=Utility.COUNT)):
        outcome = decide(free, rules)
        assert (outcome.won, outcome.cost, outcome.reasons["a"].payments) == (("a",), 0, None)


@pytest.mark.parametrize("rules", [GREEDY, SHARES, RAISED], ids=["greedy", "shares", "raised"])
def test_of_two_that_exclude_each_other_the_first_stays(rules: Rules) -> None:
    items = [item("a", 10), item("b", 10, excludes=frozenset("a")), item("c", 10)]
    election = Election(items=items, ballots=wanting("abc", "abc", "ab", "a"), budget=40)
    outcome = decide(election, rules)
    assert outcome.won == ("a", "c")
    assert (outcome.reasons["b"].why, outcome.reasons["b"].other) == (Why.RIVAL, "a")


@pytest.mark.parametrize("rules", [GREEDY, SHARES, RAISED], ids=["greedy", "shares", "raised"])
def test_an_item_waits_for_the_one_it_needs(rules: Rules) -> None:
    """b has more votes, but comes only after a; without a it does not come at all."""
    items = [item("a", 10), item("b", 10, requires=frozenset("a"))]
    ballots = wanting("ab", "ab", "b")
    assert decide(Election(items=items, ballots=ballots, budget=30), rules).won == ("a", "b")
    too_dear = [item("a", 100), items[1]]
    outcome = decide(Election(items=too_dear, ballots=ballots, budget=30), rules)
    assert outcome.won == ()
    assert (outcome.reasons["b"].why, outcome.reasons["b"].other) == (Why.WAITING, "a")


def test_too_few_households_is_out_whatever_the_money() -> None:
    needed = households_needed(Fraction(1, 2), 4, more_than=False)
    items = [item("a", 1, needed=needed), item("b", 1, needed=needed), item("c", 1)]
    outcome = decide(Election(items=items, ballots=wanting("ab", "a", "", ""), budget=100), GREEDY)
    assert outcome.won == ("a",)
    assert outcome.reasons["b"].why is Why.TOO_FEW
    assert outcome.reasons["c"].why is Why.NOBODY


@pytest.mark.parametrize(
    ("share", "answered", "more_than", "needed"),
    [
        (Fraction(1, 2), 200, False, 100),
        (Fraction(1, 2), 200, True, 101),
        (Fraction(1, 2), 201, False, 101),
        (Fraction(1, 2), 201, True, 101),
        (Fraction(2, 3), 3, False, 2),
        (Fraction(2, 3), 3, True, 3),
        (Fraction("0.07"), 100, False, 7),
        (Fraction(0), 10, False, 1),
        (Fraction(1), 0, False, 1),
    ],
)
def test_how_many_households_a_share_is(share: Fraction, answered: int, more_than: bool, needed: int) -> None:
    assert households_needed(share, answered, more_than=more_than) == needed


def test_nobody_answered() -> None:
    election = Election(items=[item("a", 1), item("f", 0)], ballots=[], budget=100)
    for rules in (GREEDY, SHARES, RAISED, Rules(completion=Completion.GREEDY)):
        assert decide(election, rules).won == ()
        assert what_more_adds(election, rules) is None


@pytest.mark.parametrize(
    ("items", "ballots", "budget", "fault"),
    [
        ([item("a", 1), item("a", 2)], [], 1, "Two items"),
        ([item("a", 1)], [], -1, "budget"),
        ([item("a", -1)], [], 1, "below zero"),
        ([item("a", 1, subsidy=2)], [], 1, "above the cost"),
        ([item("a", 1, requires=frozenset("b"))], [], 1, "names b"),
        ([item("a", 1, excludes=frozenset("a"))], [], 1, "itself"),
        ([item("a", 1)], [Ballot.of("b")], 1, "names b"),
        ([item("a", 1)], [Ballot.of("a", households=0)], 1, "at least one"),
    ],
)
def test_what_is_no_election(items: list[Item], ballots: list[Ballot], budget: int, fault: str) -> None:
    with pytest.raises(BadElection, match=fault):
        Election(items=items, ballots=ballots, budget=budget)


def test_the_budget_ran_out_before_its_place() -> None:
    """As the notice board says it: number 3 in the queue, the money went as far as number 2."""
    items = [item("a", 50), item("b", 40), item("c", 20)]
    election = Election(items=items, ballots=wanting("abc", "ab", "a"), budget=100)
    reason = decide(election, GREEDY).reasons["c"]
    assert (reason.rank, reason.ranked, reason.last_rank) == (3, 3, 2)
    assert (reason.left, reason.missing) == (10, 10)
    gain = what_more_adds(election, GREEDY)
    assert gain is not None
    assert (gain.extra, gain.gained, gain.lost, gain.grain) == (10, ("c",), (), None)


def test_more_money_can_cost_another_item_its_place() -> None:
    """With 10 more the dear favourite fits, and the two that had filled the gap do not any more."""
    items = [item("a", 100), item("b", 50), item("c", 40)]
    election = Election(items=items, ballots=wanting("abc", "ab", "a"), budget=90)
    assert decide(election, GREEDY).won == ("b", "c")
    gain = what_more_adds(election, GREEDY)
    assert gain is not None
    assert (gain.extra, gain.gained, gain.lost) == (10, ("a",), ("b", "c"))


def test_a_reason_survives_being_kept() -> None:
    outcome = decide(town("g"), SHARES)
    for name, reason in outcome.reasons.items():
        kept = reason.as_json()
        assert kept["item"] == name
        assert Reason.from_json(kept) == reason
