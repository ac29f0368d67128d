"""From the rows of a menu to what the engine counts; `residents.outcome_reading` has the way back, to sentences."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import orjson

from projects.models import Category
from residents.models import (
    Choice,
    Completion,
    Household,
    Menu,
    OptionRelation,
    OutcomeRule,
    current_versions,
)
from residents.outcome.deciding import Rules, decide
from residents.outcome.election import Ballot, Election, Item, Rule, Utility, households_needed
from residents.outcome.election import Completion as Way
from residents.outcome.larger_budget import Gain, what_more_adds

RULES = {OutcomeRule.EQUAL_SHARES: Rule.EQUAL_SHARES, OutcomeRule.GREEDY: Rule.GREEDY}
WAYS = {Completion.NONE: Way.NONE, Completion.BUDGET_INCREASE: Way.BOTH, Completion.GREEDY: Way.GREEDY}


@dataclass(frozen=True)
class Count:
    """The election of a menu, with the names of its options by the engine's id."""

    election: Election
    names: Mapping[str, str]
    households: int

    @property
    def digest(self) -> bytes:
        """Of everything that the outcome follows from: the same choices give the same digest."""
        election = self.election
        items = [
            [
                item.id,
                item.position,
                str(item.cost),
                str(item.subsidy),
                item.needed,
                sorted(item.requires),
                sorted(item.excludes),
            ]
            for item in election.items
        ]
        ballots = sorted([sorted(ballot.points), ballot.households] for ballot in election.ballots)
        return hashlib.sha256(orjson.dumps([str(election.budget), items, ballots])).digest()


def count_of(menu: Menu) -> Count:
    """The items on offer at their last price, and one ballot for each household whose choice counts.

    What the budget pays of an item is its price less what others and residents pay. Improvements need the
    menu's threshold of the households that chose, the others one.
    """
    versions = [version for version in current_versions(menu) if version.option.is_on_offer]
    on_offer = {version.option_id for version in versions}
    option_of = dict(menu.options.values_list("versions__id", "id"))
    ballots = Counter(
        frozenset(str(option_of[version]) for version in wanted)
        for wanted in Choice.objects.filter(menu=menu).counting().values_list("wanted", flat=True)
    )
    answered = sum(ballots.values())
    share = Fraction(menu.threshold) / 100
    relations = [one for one in menu.relations.all() if {one.option_id, one.other_id} <= on_offer]
    items = [
        Item(
            id=str(version.option_id),
            position=version.option.position,
            cost=Fraction(version.cost),
            subsidy=Fraction(version.subsidy + version.residents_pay),
            needed=households_needed(share, answered, more_than=False)
            if version.option.category == Category.IMPROVE
            else 1,
            requires=_of(relations, version.option_id, OptionRelation.Kind.REQUIRES),
            excludes=_of(relations, version.option_id, OptionRelation.Kind.EXCLUDES),
        )
        for version in versions
    ]
    election = Election(
        items=items,
        ballots=[
            Ballot.of(wanted, households=count) for wanted, count in sorted(ballots.items(), key=lambda one: sorted(one[0]))
        ],
        budget=Fraction(menu.budget),
    )  # fmt: skip
    households = Household.objects.living().filter(compound=menu.project.compound_id).count()
    return Count(election, {str(version.option_id): version.name for version in versions}, households)


def _of(relations: list[OptionRelation], option_id: int, kind: str) -> frozenset[str]:
    return frozenset(
        str(one.other_id) for one in relations if one.option_id == option_id and one.kind == kind
    )


def rules_of(rule: str, completion: str) -> Rules:
    """Equal Shares asks who gets most yuan done for each yuan of their share, as published budgets do."""
    way = Way.NONE if rule == OutcomeRule.GREEDY else WAYS[Completion(completion)]
    return Rules(rule=RULES[OutcomeRule(rule)], utility=Utility.COST, completion=way)


def figures_of(count: Count, rules: Rules) -> dict[str, Any]:
    """What one rule makes of it, as it is kept: `won` in the order of choice, `reasons` by option, `more` for a larger budget."""
    found = decide(count.election, rules)
    more = what_more_adds(count.election, rules)
    return {
        "households": count.households,
        "answered": count.election.answered,
        "names": dict(count.names),
        "won": list(found.won),
        "cost": str(found.cost),
        "left": str(found.left),
        "share": None if found.share is None else str(found.share),
        "reasons": {item_id: reason.as_json() for item_id, reason in found.reasons.items()},
        "more": None if more is None else _kept(more),
    }


def _kept(more: Gain) -> dict[str, Any]:
    grain = None if more.grain is None else str(more.grain)
    return {"extra": str(more.extra), "gained": list(more.gained), "lost": list(more.lost), "grain": grain}
