"""What may be told of a menu outside the office: no figure stands for fewer than five households, nor does what is left
when figures are taken from each other.

Moments are figures, too: whoever asks before and after a choice came in would have that choice by subtraction. So while
a menu runs only the total is told, in steps of five; support and buildings come after the count, when all of it is
frozen.
"""

from collections.abc import Collection, Iterator, Mapping, Set
from dataclasses import dataclass

from core.suppression import FEWEST_PUBLISHED, suppressed


def is_small(count: int) -> bool:
    return 0 < count < FEWEST_PUBLISHED


def while_it_runs(chose: int) -> int:
    """Rounded down to a multiple of five: each step is five households."""
    return chose - chose % FEWEST_PUBLISHED


def published_total(chose: int) -> int | None:
    return None if is_small(chose) else chose


def published_buildings(doors: list[int], chose: list[int]) -> list[int | None]:
    """How many chose in each building: None where they, or those who did not, are few or could be worked out."""
    if is_small(sum(chose)):
        return [None for _one in chose]
    did = suppressed(chose)
    did_not = suppressed([max(0, all_of - some) for all_of, some in zip(doors, chose, strict=True)])
    return [count if other is not None else None for count, other in zip(did, did_not, strict=True)]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What can be wanted together: for each option those it needs and those it excludes; `most` of them."""

    needs: Mapping[str, Set[str]]
    excludes: Mapping[str, Set[str]]
    most: int | None = None

    def above(self, option: str) -> set[str]:
        """All that is wanted by whoever wants this."""
        found: set[str] = set()
        ahead = [option]
        while ahead:
            new = set(self.needs.get(ahead.pop(), ())) - found
            found |= new
            ahead += new
        return found

    def are_rivals(self, one: str, other: str) -> bool:
        """Nobody wants both."""
        if self.most == 1:
            return True
        ones, others = {one, *self.above(one)}, {other, *self.above(other)}
        return any(
            b in self.excludes.get(a, ()) or a in self.excludes.get(b, ()) for a in ones for b in others
        )


def published_support(answered: int, supporters: Mapping[str, int], rules: Rules) -> dict[str, int | None]:
    """How many want each option; None where it is not told.

    Not told are few supporters or none, few or none who are left of those that answered ("all want it" says what
    everybody chose), few who want what an option needs but not the option, and few or none who want none of several
    that exclude each other: then the one with the fewest supporters is hidden, until nothing small can be had by
    subtraction.
    """
    if answered < FEWEST_PUBLISHED:
        return dict.fromkeys(supporters)
    shown = {option: count for option, count in supporters.items() if count >= FEWEST_PUBLISHED}
    while (culprit := _gives_away(answered, shown, rules)) is not None:
        del shown[culprit]
    return {option: shown.get(option) for option in supporters}


def _gives_away(answered: int, shown: Mapping[str, int], rules: Rules) -> str | None:
    above = {option: rules.above(option) for option in shown}
    wholes: list[tuple[int, int, list[str]]] = [(0, answered, list(shown))]
    wholes += [(1, shown[one], [option for option in shown if one in above[option]]) for one in shown]
    for least, whole, parts in wholes:
        for together in _rivals_of_each_other(parts, rules):
            if least <= whole - sum(shown[option] for option in together) < FEWEST_PUBLISHED:
                return min(together, key=lambda option: (shown[option], option))
    return None


def _rivals_of_each_other(options: Collection[str], rules: Rules) -> Iterator[list[str]]:
    """The largest groups of which nobody wants two: those parts can be taken from their whole at once."""
    rivals = {
        one: {other for other in options if other != one and rules.are_rivals(one, other)} for one in options
    }

    def grow(group: list[str], fitting: set[str], done: set[str]) -> Iterator[list[str]]:
        # Bron and Kerbosch, without a pivot: a menu has two dozen options and few of them exclude each other.
        if not fitting and not done and group:
            yield group
        for option in sorted(fitting):
            yield from grow([*group, option], fitting & rivals[option], done & rivals[option])
            fitting = fitting - {option}
            done = done | {option}

    yield from grow([], set(options), set())
