"""The outcome of a menu against pabutools: the same election, the same rule, the same winners."""

import random
import statistics
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from pabutools.election import ApprovalBallot, ApprovalProfile, Cost_Sat, Instance, Project
from pabutools.rules import greedy_utilitarian_welfare, method_of_equal_shares
from pabutools.tiebreaking import TieBreakingRule

from benchmarks.bench import Bench
from benchmarks.cases import Case, Figure, at_most
from residents.outcome.deciding import Rules, decide
from residents.outcome.election import Ballot, Completion, Election, Item, Rule
from residents.outcome.larger_budget import what_more_adds

GREEDY = Rules(rule=Rule.GREEDY)
SHARES = Rules()
RAISED = Rules(completion=Completion.BUDGET_INCREASE)
# pabutools takes a run for each step: with steps of one yuan it would count for minutes.
RAISED_BY_20 = Rules(completion=Completion.BUDGET_INCREASE, step=20)


def cases() -> Iterable[Case]:
    return [Case(name="outcome", measure=measure)]


def election(*, households: int, items: int, wanted: int, budget: int) -> Election:
    """Invented: each household wants about so many of the items, the popular ones more often; the budget pays for
    so many per cent of all."""
    drawn = random.Random(households * items)
    offered = [
        Item(id=str(place), position=place, cost=drawn.randint(5, 300) * 1000) for place in range(items)
    ]
    liking = [drawn.random() ** 2 + 0.05 for _ in offered]
    chance = {item.id: like * wanted / sum(liking) for item, like in zip(offered, liking, strict=True)}
    ballots = [
        Ballot.of([name for name, share in chance.items() if drawn.random() < share])
        for _ in range(households)
    ]
    return Election(
        items=offered, ballots=ballots, budget=sum(int(item.cost) for item in offered) * budget // 100
    )


def fresh(of: Election) -> Election:
    """Nothing counted yet."""
    return Election(items=of.items, ballots=of.ballots, budget=of.budget)


def pabutools(of: Election, rules: Rules) -> Callable[[], list[str]]:
    """The same for pabutools, made ready: only the counting is measured."""
    projects = {item.id: Project(item.id, int(item.price)) for item in of.items}
    instance = Instance(projects.values(), budget_limit=int(of.budget))
    profile = ApprovalProfile(
        [ApprovalBallot(projects[name] for name in ballot.points) for ballot in of.ballots]
    )
    ties = TieBreakingRule(lambda _instance, _profile, project: of.tie_key(project.name))
    more: dict[str, Any] = {"voter_budget_increment": int(rules.step)} if rules.raises else {}
    rule = greedy_utilitarian_welfare if rules.rule is Rule.GREEDY else method_of_equal_shares
    return lambda: [project.name for project in rule(instance, profile, Cost_Sat, tie_breaking=ties, **more)]


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    answer = work()
    return time.perf_counter() - began, answer


def measure(bench: Bench) -> Iterable[Figure]:
    town = election(households=5_000, items=24, wanted=6, budget=40)
    yield against("5,000 households × 24 items: greedy", town, GREEDY, bench.rounds)
    yield against("5,000 households × 24 items: equal shares", town, SHARES, bench.rounds)
    compound = election(households=400, items=24, wanted=6, budget=40)
    yield against("400 households × 24 items: equal shares, raised by 20", compound, RAISED_BY_20, 1)
    for name, rules in (("equal shares", SHARES), ("equal shares, raised", RAISED)):
        took, _ = timed(partial(what_more_adds, fresh(town), rules))
        yield at_most(
            f"outcome: 5,000 households × 24 items: what more money adds, {name}", round(took, 2), 10, " s"
        )
    city = election(households=60_000, items=150, wanted=8, budget=20)
    for name, rules, goal in (("equal shares", SHARES, 10), ("equal shares, raised", RAISED, 60)):
        took, _ = timed(partial(decide, fresh(city), rules))
        yield at_most(f"outcome: 60,000 votes × 150 projects: {name}", round(took, 1), goal, " s")


def against(case: str, of: Election, rules: Rules, rounds: int) -> Figure:
    theirs = pabutools(of, rules)
    portal, limit = [], []
    for _round in range(rounds):
        took, answer = timed(lambda: decide(fresh(of), rules))
        portal.append(took)
        took, winners = timed(theirs)
        limit.append(took)
        if list(answer.won) != winners:
            raise AssertionError(f"{case}: pabutools has other winners")
    ratio = statistics.median(ours / their for ours, their in zip(portal, limit, strict=True))
    return at_most(
        f"outcome: {case}", round(statistics.median(portal), 3), 1, " s",
        ratio=ratio, limit=f"{statistics.median(limit):.3f} s",
    )  # fmt: skip
