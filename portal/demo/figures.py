"""Made-up figures whose sums are the published ones, and buildings that fit them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """The least and the most a part may be, both included."""

    least: int
    most: int


def share_out(total: int, weights: Sequence[float], bounds: Sequence[Bounds]) -> list[int]:
    """Whole parts of `total`, as proportional to the weights as the bounds allow; they add up exactly.

    Parts that would leave their bounds are held there and the rest is shared out anew; the
    remainder of rounding goes to the parts that lost most by it.
    """
    if not sum(bound.least for bound in bounds) <= total <= sum(bound.most for bound in bounds):
        raise ValueError(f"{total} does not fit the bounds")
    exact = _within_bounds(total, weights, bounds)
    parts = [int(value) for value in exact]
    order = sorted(range(len(parts)), key=lambda at: (parts[at] - exact[at], at))
    while sum(parts) < total:
        for at in order:
            if parts[at] < bounds[at].most and sum(parts) < total:
                parts[at] += 1
    return parts


def _within_bounds(total: int, weights: Sequence[float], bounds: Sequence[Bounds]) -> list[float]:
    """Weight × factor, held in its bounds; the factor is found by halving, from below."""
    low, high = 0.0, max(bound.most for bound in bounds) / min(weights)
    for _round in range(60):
        middle = (low + high) / 2
        if sum(_held(weight * middle, bound) for weight, bound in zip(weights, bounds, strict=True)) > total:
            high = middle
        else:
            low = middle
    return [_held(weight * low, bound) for weight, bound in zip(weights, bounds, strict=True)]


def _held(value: float, bound: Bounds) -> float:
    return max(float(bound.least), min(float(bound.most), value))


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Declared figures of one compound; area in m²."""

    buildings: int
    households: int
    area: Decimal


@dataclass(frozen=True, kw_only=True)
class BuildingSketch:
    number: str
    floors: int
    staircases: int
    households: int
    lifts: int
    structure: str
    area: Decimal


def split_figures(
    random: Random, *, compounds: Sequence[float], buildings: int, households: int, area: int
) -> list[Figures]:
    """Share totals out over compounds of these relative sizes: 1–60 buildings, 8–60 households a
    building, 45–110 m² a household."""
    counts = share_out(buildings, compounds, [Bounds(least=1, most=60)] * len(compounds))
    per_building = [random.uniform(9, 26) for _compound in compounds]
    homes = share_out(
        households,
        [count * each for count, each in zip(counts, per_building, strict=True)],
        [Bounds(least=8 * count, most=60 * count) for count in counts],
    )
    # In tenths of a square metre, so that areas look measured and still add up.
    tenths = share_out(
        area * 10,
        [home * random.uniform(62, 104) for home in homes],
        [Bounds(least=450 * home, most=1100 * home) for home in homes],
    )
    return [
        Figures(buildings=count, households=home, area=Decimal(tenth) / 10)
        for count, home, tenth in zip(counts, homes, tenths, strict=True)
    ]


def make_buildings(random: Random, figures: Figures, *, built_year: int) -> list[BuildingSketch]:
    """Buildings that add up to a compound's declared figures; floors and staircases fit their households."""
    many = figures.buildings
    sizes = [random.uniform(0.75, 1.25) for _ in range(many)]
    homes = share_out(figures.households, sizes, [Bounds(least=1, most=figures.households)] * many)
    areas = share_out(
        int(figures.area * 10),
        [home * random.uniform(0.97, 1.03) for home in homes],
        [Bounds(least=1, most=int(figures.area * 10))] * many,
    )
    write = random.choices(("{}号楼", "{}栋", "{}#", "第{}幢"), weights=(60, 25, 10, 5))[0]
    return [
        _building(random, write.format(place), home, Decimal(tenths) / 10, built_year)
        for place, (home, tenths) in enumerate(zip(homes, areas, strict=True), start=1)
    ]


def _building(random: Random, number: str, homes: int, area: Decimal, built_year: int) -> BuildingSketch:
    usual = (2, 3, 4) if built_year < 1978 else (4, 5, 6) if built_year < 1992 else (5, 6, 7)
    floors = min(random.choice(usual), max(1, homes))
    staircases = max(1, round(homes / (2 * floors)))
    lifts = 0
    if built_year >= 1993 and homes >= 40 and random.random() < 0.4:
        # A tower of the nineties: one staircase hall, lifts, more flats a floor.
        floors, staircases, lifts = random.choice((11, 12, 15)), 1, 2
    return BuildingSketch(
        number=number, floors=floors, staircases=staircases, households=homes, lifts=lifts, area=area,
        structure=_structure(random, floors, built_year),
    )  # fmt: skip


def _structure(random: Random, floors: int, built_year: int) -> str:
    if floors > 7:
        return "shear_wall"
    if floors <= 2 and built_year < 1980:
        return random.choice(("brick_timber", "brick_concrete"))
    return random.choices(("brick_concrete", "frame", "unknown"), weights=(85, 10, 5))[0]
