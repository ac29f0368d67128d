"""The figures that the demo's note names as published, read from the shipped files."""

from decimal import Decimal
from functools import lru_cache
from typing import TypedDict

from portal.demo.published import JINGZHOU, ZAOYANG, quantity, total


class PublishedFigures(TypedDict):
    """`area` in m²."""

    plan_compounds: int
    plan_households: int
    jingzhou_compounds: int
    jingzhou_buildings: int
    jingzhou_households: int
    jingzhou_area: Decimal
    zaoyang_compounds: int
    zaoyang_2022: int
    zaoyang_2024: int
    zaoyang_2025: int
    zaoyang_projects: int
    zaoyang_roads: Decimal
    zaoyang_pipes: Decimal
    zaoyang_lines: Decimal
    zaoyang_parking: int
    jingzhou_illegal: Decimal


@lru_cache(maxsize=1)
def published_figures() -> PublishedFigures:
    """What `portal/_demo_note.html` is drawn with."""
    return {
        "plan_compounds": total(JINGZHOU, "compounds_of_the_2022_plan"),
        "plan_households": total(JINGZHOU, "households_of_the_2022_plan"),
        "jingzhou_compounds": total(JINGZHOU, "compounds_renovated"),
        "jingzhou_buildings": total(JINGZHOU, "buildings"),
        "jingzhou_households": total(JINGZHOU, "households"),
        "jingzhou_area": Decimal(total(JINGZHOU, "floor_area")),
        "zaoyang_compounds": total(ZAOYANG, "compounds_renovated"),
        "zaoyang_2022": total(ZAOYANG, "compounds_planned", period="2022"),
        "zaoyang_2024": total(ZAOYANG, "compounds_planned", period="2024"),
        "zaoyang_2025": total(ZAOYANG, "compounds_planned", period="2025"),
        "zaoyang_projects": sum(
            total(ZAOYANG, "compounds_planned", period=year) for year in ("2022", "2024", "2025")
        ),
        "zaoyang_roads": quantity(ZAOYANG, "road_resurfaced"),
        "zaoyang_pipes": quantity(ZAOYANG, "water_sewer_gas_pipes"),
        "zaoyang_lines": quantity(ZAOYANG, "low_voltage_lines"),
        "zaoyang_parking": total(ZAOYANG, "parking_places"),
        "jingzhou_illegal": Decimal(total(JINGZHOU, "illegal_structures_area")),
    }
