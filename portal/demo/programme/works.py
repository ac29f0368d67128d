"""What is done where. Zaoyang's works add up to the published totals, to the metre and the piece.

The totals were published for the 412 compounds of 2021-2025 together. Projects exist in the demo for the plans of 2022,
2024 and 2025 only, because only those were published: the whole total is shared out among their 238 compounds, and the
demo's note says so. How the pipes share in water, drains and gas was not published; neither was any single compound.
"""

from collections.abc import Sequence
from decimal import Decimal
from random import Random

from portal.demo.figures import Bounds, share_out
from portal.demo.published import ZAOYANG, quantity
from portal.demo.register import CompoundSketch

# {catalogue code: quantity} of one project, in the catalogue's unit.
Works = dict[str, Decimal]

METRES = 1000
# Catalogue code, published figure, catalogue units in a published one, least and most of one compound.
PUBLISHED = (
    ("B08", "road_resurfaced", 1, 300, 60_000),
    ("B05", "low_voltage_lines", METRES, 80, 6_000),
    ("I06", "parking_places", 1, 4, 300),
    ("I07", "ev_chargers", 1, 0, 12),
    ("I12", "fitness_sets", 1, 0, 8),
    ("B10", "security_sets", 1, 1, 8),
    ("I13", "management_rooms", 1, 0, 1),
)  # fmt: skip
PIPES = {"B01": 9, "B02": 8, "B06": 3}
PIPES_OF_A_COMPOUND = 2_000
# Not published: further works, {code: (share of the projects, from, to)} for each household.
FURTHER = {
    "B13": (0.6, 4.0, 10.0),
    "B14": (0.6, 10.0, 26.0),
    "B17": (0.35, 0.3, 0.8),
    "I03": (0.45, 0.05, 0.12),
    "I08": (0.3, 0.3, 0.9),
}


def works_of_zaoyang(random: Random, sketches: Sequence[CompoundSketch]) -> list[Works]:
    """In the order of the sketches; together the published totals."""
    sizes = [sketch.figures.households * random.uniform(0.7, 1.3) for sketch in sketches]
    works: list[Works] = [{} for _sketch in sketches]
    for code, figure, scale, least, most in PUBLISHED:
        _share(works, code, int(quantity(ZAOYANG, figure) * scale), sizes, least, most)
    metres = int(quantity(ZAOYANG, "water_sewer_gas_pipes") * METRES)
    parts = share_out(metres, list(PIPES.values()), [Bounds(least=1, most=metres)] * len(PIPES))
    for code, part in zip(PIPES, parts, strict=True):
        # Pipes were laid in some of the compounds only, and there in earnest.
        weights = [size * random.choice((0, 0, 1.0, 1.6)) for size in sizes]
        _share(works, code, part, weights, 0, PIPES_OF_A_COMPOUND)
    for its, sketch in zip(works, sketches, strict=True):
        its |= _further(random, sketch)
    return works


def _share(
    works: Sequence[Works], code: str, whole: int, weights: Sequence[float], least: int, most: int
) -> None:
    bounds = [Bounds(least=least, most=most if weight else 0) for weight in weights]
    parts = share_out(whole, [weight or 1 for weight in weights], bounds)
    for its, part in zip(works, parts, strict=True):
        if part:
            its[code] = Decimal(part)


def _further(random: Random, sketch: CompoundSketch) -> Works:
    return {
        code: Decimal(max(1, round(sketch.figures.households * random.uniform(low, high))))
        for code, (share, low, high) in FURTHER.items()
        if random.random() < share
    }


def works_of_jingzhou(random: Random, sketch: CompoundSketch) -> Works:
    """Made up: no works of single compounds nor totals of works were published."""
    households = sketch.figures.households
    works = {
        "B01": households * random.uniform(2.5, 5),
        "B02": households * random.uniform(3, 6),
        "B05": households * random.uniform(3, 8),
        "B08": households * random.uniform(9, 18),
        "B10": 2,
        "B13": households * random.uniform(6, 12),
        "B14": households * random.uniform(15, 34),
        "I02": households * random.uniform(1, 3),
        "I06": households * random.uniform(0.1, 0.4),
        "I18": max(1, sketch.staircases or 1),
    }
    kept = {code for code in works if code in ("B01", "B02", "B08", "B13", "B14") or random.random() < 0.7}
    return {code: Decimal(max(1, round(amount))) for code, amount in works.items() if code in kept}
