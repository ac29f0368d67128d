"""The same elections counted by pabutools, the reference implementation of the people who wrote the rules.

Where a definition leaves something open, pabutools is told ours: which of two level items goes first. Prices are
above zero, because pabutools never buys a free item with cost utilities (its utility is nothing), and we always do.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from pabutools.election import (
    AbstractBallot,
    AdditiveSatisfaction,
    ApprovalBallot,
    ApprovalProfile,
    CardinalBallot,
    Cardinality_Sat,
    CardinalProfile,
    Cost_Sat,
    Instance,
    Project,
)
from pabutools.election.satisfaction.additivesatisfaction import Additive_Cardinal_Sat
from pabutools.fractions import frac
from pabutools.rules import (
    completion_by_rule_combination,
    greedy_utilitarian_welfare,
    method_of_equal_shares,
)
from pabutools.tiebreaking import TieBreakingRule

from residents.outcome.deciding import Rules
from residents.outcome.election import Completion, Election, Number, Rule, Utility


class PointsTimesCost(AdditiveSatisfaction):
    """What a point for an item is worth with cost utilities; pabutools has no name for it."""

    def __init__(self, instance: Any, profile: Any, ballot: AbstractBallot) -> None:
        super().__init__(
            instance, profile, ballot, lambda _i, _p, own, project, _v: own.get(project, 0) * project.cost
        )


def exactly(number: Number) -> Any:
    return frac(Fraction(number).numerator, Fraction(number).denominator)


def chosen_by_pabutools(election: Election, rules: Rules) -> list[str]:
    """The projects in the order in which pabutools chooses them."""
    projects = {item.id: Project(item.id, exactly(item.price)) for item in election.items}
    instance = Instance(projects.values(), budget_limit=exactly(election.budget))
    points = [ballot.points for ballot in election.ballots for _ in range(ballot.households)]
    if all(given == 1 for one in points for given in one.values()):
        profile: Any = ApprovalProfile([ApprovalBallot(projects[name] for name in one) for one in points])
        measure: Any = Cost_Sat if rules.utility is Utility.COST else Cardinality_Sat
    else:
        ballots = [
            CardinalBallot({projects[name]: exactly(given) for name, given in one.items()}) for one in points
        ]
        profile = CardinalProfile(ballots)
        measure = PointsTimesCost if rules.utility is Utility.COST else Additive_Cardinal_Sat
    ties = TieBreakingRule(lambda _instance, _profile, project: election.tie_key(project.name))
    common = {"sat_class": measure, "tie_breaking": ties}
    steps, settings = _parts(rules, common)
    allocation = completion_by_rule_combination(instance, profile, steps, settings)
    return [project.name for project in allocation]


def _parts(rules: Rules, common: dict[str, Any]) -> tuple[list[Callable[..., Any]], list[dict[str, Any]]]:
    if rules.rule is Rule.GREEDY:
        return [greedy_utilitarian_welfare], [common]
    raised = {"voter_budget_increment": exactly(rules.step)} if rules.raises else {}
    if rules.completion in {Completion.GREEDY, Completion.BOTH}:
        return [method_of_equal_shares, greedy_utilitarian_welfare], [{**common, **raised}, common]
    return [method_of_equal_shares], [{**common, **raised}]
