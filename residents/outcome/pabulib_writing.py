"""Writing an election as a .pb file that does not tell who voted how.

Voters are numbered in the order of what their ballots say, so neither a number nor a line's place says anything.
The locked items are not in the file: its budget is what they leave. What they rule out is left out, too, with the
points it got.
"""

import csv
from collections.abc import Iterable, Mapping
from fractions import Fraction
from io import StringIO

from residents.outcome.election import Election, Item, Number


def written(election: Election, *, names: Mapping[str, str], meta: Mapping[str, str]) -> str:
    """`meta` has what the election does not know: description, country, unit, instance, rule, dates.

    Raises ValueError for an id that the format has no place for, and for a sum that is no decimal.
    """
    items = {item.id: item for item in _offered(election)}
    for item_id in items:
        if not item_id or "," in item_id or item_id != item_id.strip() or not item_id.isprintable():
            raise ValueError(f"{item_id!r} can be no id in a .pb file.")
    to = StringIO()
    lines = csv.writer(to, delimiter=";", lineterminator="\n")
    lines.writerows([["META"], ["key", "value"], *_meta(election, items, meta).items()])
    lines.writerow(["PROJECTS"])
    lines.writerow(["project_id", "cost", "votes", "name", "menu_needed", "menu_requires", "menu_excludes"])
    for item in items.values():
        lines.writerow(_project(election, item, items, names.get(item.id, item.id)))
    lines.writerows([["VOTES"], ["voter_id", "vote", "points"]])
    for number, (vote, points) in enumerate(_votes(election, items), start=1):
        lines.writerow([number, vote, points])
    return to.getvalue()


def _offered(election: Election) -> list[Item]:
    """What could be chosen at all: neither locked nor ruled out by a locked item, nor in need of one that is."""
    locked = set(election.locked)
    free = {
        item.id: item
        for item in election.items
        if not item.is_locked and election.rivals[item.id].isdisjoint(locked)
    }
    while stuck := [item_id for item_id, item in free.items() if not item.requires <= locked | free.keys()]:
        for item_id in stuck:
            del free[item_id]
    return sorted(free.values(), key=lambda item: item.position)


def _meta(election: Election, items: Mapping[str, Item], meta: Mapping[str, str]) -> dict[str, str]:
    sums = [sum(_positive(ballot.points, items).values()) for ballot in election.ballots]
    given = {points for ballot in election.ballots for points in _positive(ballot.points, items).values()}
    kind = {"vote_type": "approval"}
    if given - {1}:
        kind = {"vote_type": "cumulative", "max_sum_points": _decimal(max(sums))}
    return {
        **{key: " ".join(value.split()) for key, value in meta.items()},
        "num_projects": str(len(items)),
        "num_votes": str(election.answered),
        "budget": _decimal(max(election.to_spend, 0)),
        **kind,
    }


def _project(election: Election, item: Item, items: Mapping[str, Item], name: str) -> list[str]:
    return [
        item.id,
        _decimal(item.price),
        str(election.supporters[item.id]),
        " ".join(name.split()),
        str(item.needed),
        ",".join(sorted(item.requires & items.keys())),
        ",".join(sorted(item.excludes & items.keys())),
    ]


def _votes(election: Election, items: Mapping[str, Item]) -> Iterable[tuple[str, str]]:
    """For each household the items it gave points, the most first, and the points."""
    found: list[tuple[str, str]] = []
    for ballot in election.ballots:
        points = _positive(ballot.points, items)
        named = sorted(points, key=lambda item_id: (-points[item_id], items[item_id].position))
        vote = (",".join(named), ",".join(_decimal(points[item_id]) for item_id in named))
        found += [vote] * ballot.households
    return sorted(found)


def _positive(points: Mapping[str, Number], items: Mapping[str, Item]) -> dict[str, Number]:
    return {item_id: given for item_id, given in points.items() if item_id in items and given > 0}


def _decimal(number: Number) -> str:
    exact = Fraction(number)
    digits = 0
    while exact.denominator > 1 and digits < 20:
        exact, digits = exact * 10, digits + 1
    if exact.denominator > 1:
        raise ValueError(f"{number} is no decimal.")
    text = str(exact.numerator).rjust(digits + 1, "0")
    return f"{text[:-digits]}.{text[-digits:]}" if digits else text
