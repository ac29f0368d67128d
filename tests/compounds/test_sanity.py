from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from compounds.sanity import Figures, sanity_warnings


def fields(**figures: Any) -> list[str]:
    return [warning.field for warning in sanity_warnings(Figures(**figures))]


def test_the_published_table_with_two_households_a_building_is_doubted() -> None:
    assert fields(buildings=3031, households=6332) == ["household_count"]


def test_the_published_total_of_the_district_is_believed() -> None:
    assert fields(buildings=1156, households=16236, area=Decimal(1496200)) == []


@pytest.mark.parametrize(
    ("figures", "doubted"),
    [
        ({"built_year": 2000}, []),
        ({"built_year": 2001}, ["built_year"]),
        ({"buildings": 1, "households": 6}, []),
        ({"buildings": 1, "households": 5}, ["household_count"]),
        ({"buildings": 2, "households": 400}, []),
        ({"buildings": 2, "households": 401}, ["household_count"]),
        ({"buildings": 3, "staircases": 2}, ["staircase_count"]),
        ({"households": 100, "area": Decimal("0.75")}, ["floor_area"]),
        ({"households": 0, "area": Decimal(10)}, []),
        ({}, []),
    ],
)
def test_each_warning_at_its_edge(figures: dict[str, Any], doubted: list[str]) -> None:
    assert fields(**figures) == doubted


@pytest.mark.parametrize(
    ("figures", "told"),
    [
        ({"buildings": 5, "households": 29}, "5.8 households"),
        ({"buildings": 20, "households": 119}, "5.95 households"),
        ({"buildings": 5000, "households": 29_999}, "5.9998 households"),
        ({"buildings": 3, "households": 601}, "200.3 households"),
        ({"buildings": 1, "households": 5}, "5 households"),
        ({"households": 1000, "area": Decimal("24999.99")}, "24.99999 m²"),
        ({"households": 100, "area": Decimal(2)}, "0 m²"),
    ],
)
def test_the_figure_told_is_never_one_that_would_be_usual(figures: dict[str, Any], told: str) -> None:
    (warning,) = sanity_warnings(Figures(**figures))
    with translation.override("en"):
        assert warning.text.startswith(told)


def test_a_warning_says_the_figure() -> None:
    (warning,) = sanity_warnings(Figures(buildings=3031, households=6332))
    assert "2" in warning.text
