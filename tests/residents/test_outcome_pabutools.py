"""Thousands of small elections, ties included, have the winners that pabutools finds, in the same order."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pabutools.election.pabulib import parse_pabulib_from_string
from pabutools.election.satisfaction import Additive_Borda_Sat
from pabutools.rules import greedy_utilitarian_welfare, method_of_equal_shares
from pabutools.tiebreaking import TieBreakingRule

from residents.outcome.deciding import Rules, decide
from residents.outcome.election import Ballot, Completion, Election, Item, Rule, Utility
from residents.outcome.pabulib import parse
from tests.effort import examples
from tests.residents.outcome_elections import larger_election, plain_elections
from tests.residents.outcome_pabutools import chosen_by_pabutools

EVERY_RULE = [
    *(Rules(rule=Rule.GREEDY, utility=utility) for utility in Utility),
    *(
        Rules(rule=Rule.EQUAL_SHARES, utility=utility, completion=completion)
        for utility in Utility
        for completion in Completion
    ),
]


@pytest.mark.parametrize(
    "rules", EVERY_RULE, ids=lambda rules: f"{rules.rule}-{rules.utility}-{rules.completion}"
)
@settings(max_examples=examples(120), deadline=None)
@given(election=plain_elections() | plain_elections(most_points=3))
def test_the_winners_are_those_of_pabutools(election: Election, rules: Rules) -> None:
    assert list(decide(election, rules).won) == chosen_by_pabutools(election, rules)


@pytest.mark.parametrize(
    "rules", EVERY_RULE, ids=lambda rules: f"{rules.rule}-{rules.utility}-{rules.completion}"
)
def test_the_winners_of_larger_elections_are_those_of_pabutools(rules: Rules) -> None:
    """Hypothesis draws small ones, which have the corners; these are many, and have more of everything."""
    for seed in range(examples(3000) // len(EVERY_RULE)):
        election = larger_election(random.Random(seed))
        assert list(decide(election, rules).won) == chosen_by_pabutools(election, rules), f"seed {seed}"


def test_another_way_with_ties_is_noticed() -> None:
    """The comparison above would see it: two level items, and the other one first."""
    items = [Item(id=name, position=place, cost=2, needed=0) for name, place in (("a", 2), ("b", 1))]
    election = Election(items=items, ballots=[Ballot.of("ab", households=2)], budget=3)
    rules = Rules(rule=Rule.GREEDY)
    assert chosen_by_pabutools(election, rules) == ["b"]
    other = Election(
        items=[Item(id="a", position=0, cost=2, needed=0), items[1]], ballots=election.ballots, budget=3
    )
    assert list(decide(other, rules).won) == ["a"]


@st.composite
def ordinal_files(draw: st.DrawFn) -> str:
    ids = "abcdef"[: draw(st.integers(1, 6))]
    prices = [f"{name};{draw(st.integers(1, 30))}" for name in ids]
    lists = draw(st.lists(st.lists(st.sampled_from(ids), unique=True), min_size=1, max_size=8))
    votes = [f"{number};{','.join(names)}" for number, names in enumerate(lists)]
    meta = ["META", "key;value", f"budget;{draw(st.integers(0, 60))}", "vote_type;ordinal"]
    return "\n".join([*meta, "PROJECTS", "project_id;cost", *prices, "VOTES", "voter_id;vote", *votes])


@settings(max_examples=examples(150), deadline=None)
@given(ordinal_files(), st.sampled_from(Rule))
def test_lists_of_preference_count_as_pabutools_counts_them(text: str, rule: Rule) -> None:
    election = parse(text).election
    instance, profile = parse_pabulib_from_string(text)
    ties = TieBreakingRule(lambda _instance, _profile, project: election.tie_key(project.name))
    if rule is Rule.GREEDY:
        # Not `is_sat_additive`: positional measures are additive, though pabutools does not class them so.
        theirs = greedy_utilitarian_welfare(
            instance, profile, Additive_Borda_Sat, tie_breaking=ties, is_sat_additive=True
        )
    else:
        theirs = method_of_equal_shares(instance, profile, Additive_Borda_Sat, tie_breaking=ties)
    ours = decide(election, Rules(rule=rule, utility=Utility.COUNT))
    assert list(ours.won) == [project.name for project in theirs]
