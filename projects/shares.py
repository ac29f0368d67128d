"""What a household would pay of an item: equally, by exclusive area, by floor coefficient, or as agreed. Pure.

Everything is exact (`Fraction`); cents are given out by the largest remainder, so that the shares add up to the total to
the cent. Lifts: floors 1–2 pay nothing, 3 → 0.7 … 6 → 1.0 … 9 → 1.3, times area; an example of local rules, and data
that a city may set otherwise (`FloorTable`).

A preview is no bill. Where areas are missing it reckons with the average of those known and says so; the figure shown
to a household is whole yuan and "about".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError

CENTS = 100
# 每层 0.1: the coefficient of floor 6 is one, floors 1 and 2 use no lift.
LIFT_FLOORS = {1: Fraction(0), 2: Fraction(0), **{floor: Fraction(floor + 4, 10) for floor in range(3, 10)}}


class ShareRule(StrEnum):
    """The values are those that a menu's items store."""

    NONE = "none"
    EQUAL = "equal"
    AREA = "area"
    FLOOR = "floor"
    FIXED = "fixed"


# Each household counts once; a fixed sum is the same for every door.
ALIKE = (ShareRule.NONE, ShareRule.EQUAL, ShareRule.FIXED)


class AreaMissing(DomainError):
    code = "area_missing"
    sentence = _(
        "{count} households have no exclusive area in the register: add it before their shares are fixed."
    )


class FloorMissing(DomainError):
    code = "floor_missing"
    sentence = _("{count} households have no floor in the register: add it before their shares are fixed.")


class NobodyPays(DomainError):
    code = "nobody_pays"
    sentence = _(
        "By this rule no household pays anything, but {total} yuan are to be shared. Choose another rule."
    )


class FixedSharesDiffer(DomainError):
    code = "fixed_shares_differ"
    sentence = _(
        "The fixed shares of {count} households add up to {sum} yuan, to be shared are {total} yuan."
    )


@dataclass(frozen=True, slots=True)
class FloorTable:
    """Coefficient of each floor. Below the lowest one of the table nobody pays; above the highest each floor adds `step`."""

    coefficients: Mapping[int, Fraction] = field(default_factory=lambda: LIFT_FLOORS)
    step: Fraction = Fraction(1, 10)

    def of(self, floor: int) -> Fraction:
        if floor in self.coefficients:
            return self.coefficients[floor]
        highest = max(self.coefficients)
        if floor < highest:
            return Fraction(0)
        return self.coefficients[highest] + self.step * (floor - highest)


LIFT = FloorTable()


@dataclass(frozen=True, slots=True)
class Sharer:
    """A household that shares. `area` in m²; `floor` without a nought: −1 is below 1."""

    id: int
    area: Decimal | None = None
    floor: int | None = None


@dataclass(frozen=True, slots=True)
class Shares:
    """Yuan by household. `estimated`: those whose share rests on the average of the others."""

    total: Decimal
    by_household: Mapping[int, Decimal]
    estimated: frozenset[int] = frozenset()

    def about(self, household_id: int) -> int:
        """Whole yuan, for 约…元; a share below half a yuan that is not nothing is shown as 1."""
        share = self.by_household[household_id]
        rounded = int(share.quantize(Decimal(1), ROUND_HALF_UP))
        return max(rounded, 1) if share > 0 else rounded


# --- Sharing ----------------------------------------------------------------------------


def share(total: Decimal, sharers: Sequence[Sharer], rule: ShareRule, *, floors: FloorTable = LIFT) -> Shares:
    """Exact shares for a bill; refuses where the register lacks what the rule needs."""
    _refuse_gaps(sharers, rule)
    return _shared(total, sharers, _weights(sharers, rule, floors), frozenset())


def preview(
    total: Decimal, sharers: Sequence[Sharer], rule: ShareRule, *, floors: FloorTable = LIFT
) -> Shares:
    """As `share`, with the average of the known areas and coefficients in place of missing ones."""
    lacking = frozenset(one.id for one in sharers if _lacks(one, rule))
    known = [one for one in sharers if one.id not in lacking]
    weights = _weights(known, rule, floors)
    if lacking:
        # With nothing known at all everybody counts the same.
        average = sum(weights.values(), Fraction(0)) / len(weights) if weights else Fraction(1)
        weights |= {
            one.id: _estimated(one, rule, floors, known, average) for one in sharers if one.id in lacking
        }
    return _shared(total, sharers, weights, lacking)


def fixed(total: Decimal, amounts: Mapping[int, Decimal]) -> Shares:
    """Amounts that were agreed household by household; they must add up to the total."""
    together = sum(amounts.values(), Decimal(0))
    if together != total:
        raise FixedSharesDiffer(count=len(amounts), sum=str(together), total=str(total))
    return Shares(total, dict(amounts))


def by_largest_remainder(total: Decimal, weights: Mapping[int, Fraction]) -> dict[int, Decimal]:
    """`total` (whole cents) by weight: rounded down, the cents left over to the largest remainders.

    Equal remainders go to the lower id, so that the same input gives the same bill in any order.
    """
    cents = int(total * CENTS)
    whole = sum(weights.values(), Fraction(0))
    exact = {one: cents * weight / whole for one, weight in weights.items()}
    floors = {one: amount.numerator // amount.denominator for one, amount in exact.items()}
    left = cents - sum(floors.values())
    for one in sorted(exact, key=lambda one: (floors[one] - exact[one], one))[:left]:
        floors[one] += 1
    return {one: Decimal(amount) / CENTS for one, amount in floors.items()}


# --- Weights ----------------------------------------------------------------------------


def _weights(sharers: Iterable[Sharer], rule: ShareRule, floors: FloorTable) -> dict[int, Fraction]:
    return {one.id: _weight(one, rule, floors) for one in sharers}


def _weight(one: Sharer, rule: ShareRule, floors: FloorTable) -> Fraction:
    if rule in ALIKE:
        return Fraction(1)
    area = Fraction(one.area or 0)
    if rule is ShareRule.AREA:
        return area
    return area * floors.of(one.floor or 0)


def _estimated(
    one: Sharer, rule: ShareRule, floors: FloorTable, known: Sequence[Sharer], average: Fraction
) -> Fraction:
    """By floor with a known floor: that floor's coefficient and the average area, so that the ground floor stays at nothing."""
    if rule is not ShareRule.FLOOR or one.floor is None:
        return average
    areas = [Fraction(other.area) for other in known if other.area]
    area = sum(areas, Fraction(0)) / len(areas) if areas else Fraction(1)
    return area * floors.of(one.floor)


def _lacks(one: Sharer, rule: ShareRule) -> bool:
    return rule not in ALIKE and (not one.area or (rule is ShareRule.FLOOR and one.floor is None))


def _refuse_gaps(sharers: Sequence[Sharer], rule: ShareRule) -> None:
    if rule in ALIKE:
        return
    if count := sum(not one.area for one in sharers):
        raise AreaMissing(count=count)
    if rule is ShareRule.FLOOR and (count := sum(one.floor is None for one in sharers)):
        raise FloorMissing(count=count)


def _shared(
    total: Decimal, sharers: Sequence[Sharer], weights: Mapping[int, Fraction], estimated: frozenset[int]
) -> Shares:
    if not total:
        return Shares(total, {one.id: Decimal(0) for one in sharers}, estimated)
    if not any(weights.values()):
        raise NobodyPays(total=str(total))
    return Shares(total, by_largest_remainder(total, weights), estimated)
