"""紧迫度: a published formula, 0–100, that shows its parts. Pure functions, exact arithmetic.

score = 100 × Σ weight × value / Σ weight, where every part's value lies between 0 and 1:

- each of the four shortfalls and five problem classes: its survey score / 4 (not scored: 0);
- `age`: years before 2001 that it was built, 40 years or more count fully (not known: 0);
- `wish`: the share of asked households that want the renovation (nobody asked: 0);
- `hazard`: 1 where the survey found danger to life or limb.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from compounds.models.survey import WORST, Topic

AGE, WISH, HAZARD = "age", "wish", "hazard"
PARTS = (*Topic.values, AGE, WISH, HAZARD)
NEW_SINCE, FULLY_AGED = 2001, 40
CENT = Decimal("0.01")

# The shipped formula; a bureau replaces it by a version of its own.
DEFAULT_WEIGHTS: dict[str, int] = {
    Topic.BUILDINGS: 8, Topic.MUNICIPAL: 8, Topic.ENVIRONMENT: 8, Topic.MANAGEMENT: 8,
    Topic.ROADS: 6, Topic.PIPES: 8, Topic.PARKING: 4, Topic.SECURITY: 6, Topic.LIFTS: 4,
    AGE: 12, WISH: 14, HAZARD: 14,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Condition:
    """What the formula and the eligibility rule look at."""

    built_year: int | None
    scores: Mapping[str, int]
    asked_households: int | None
    wishing_households: int | None
    has_hazard: bool

    @property
    def wish_share(self) -> Fraction | None:
        """Share of asked households that want it; None when nobody was asked."""
        if not self.asked_households or self.wishing_households is None:
            return None
        return Fraction(self.wishing_households, self.asked_households)


@dataclass(frozen=True, kw_only=True)
class UrgencyPart:
    """`value` 0–1; `points` is what the part adds to the score, to the hundredth."""

    part: str
    value: Fraction
    weight: int
    points: Decimal


def part_values(condition: Condition) -> dict[str, Fraction]:
    values = {topic: Fraction(condition.scores.get(topic, 0), WORST) for topic in Topic.values}
    years = max(0, NEW_SINCE - condition.built_year) if condition.built_year else 0
    values[AGE] = min(Fraction(1), Fraction(years, FULLY_AGED))
    values[WISH] = condition.wish_share or Fraction(0)
    values[HAZARD] = Fraction(int(condition.has_hazard))
    return values


def _hundredths(values: Iterable[Fraction]) -> list[Decimal]:
    """Round so that the parts still add up to the rounded sum (largest remainder)."""
    exact = [value * 100 for value in values]
    floors = [int(value) for value in exact]
    # Half up, on fractions: round() would take halves to the even neighbour.
    target = int(sum(exact, Fraction(0)) + Fraction(1, 2))
    by_remainder = sorted(range(len(exact)), key=lambda at: (floors[at] - exact[at], at))
    for at in by_remainder[: target - sum(floors)]:
        floors[at] += 1
    return [Decimal(value) * CENT for value in floors]


def urgency_parts(condition: Condition, weights: Mapping[str, int]) -> list[UrgencyPart]:
    """Every part with its points; their sum is the score. Weights all zero give no points."""
    values = part_values(condition)
    whole = sum(weights.get(part, 0) for part in PARTS)
    points = _hundredths(
        values[part] * weights.get(part, 0) * 100 / whole if whole else Fraction(0) for part in PARTS
    )
    return [
        UrgencyPart(part=part, value=values[part], weight=weights.get(part, 0), points=gained)
        for part, gained in zip(PARTS, points, strict=True)
    ]


def urgency_score(parts: Iterable[UrgencyPart]) -> Decimal:
    return sum((part.points for part in parts), Decimal("0.00"))
