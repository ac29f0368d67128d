"""Sums of planned compounds, and what they leave out."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum

from projects.models import PlanEntry

MEASURES = ("compounds", "buildings", "households", "area", "investment")
COLUMNS = {
    "buildings": "building_count",
    "households": "household_count",
    "area": "floor_area",
    "investment": "estimated_investment",
}


@dataclass(kw_only=True)
class Sums:
    """What a list of planned compounds adds up to; `missing` counts the entries without the figure."""

    compounds: int = 0
    buildings: int = 0
    households: int = 0
    area: Decimal = Decimal(0)
    investment: Decimal = Decimal(0)
    missing: dict[str, int] = field(default_factory=dict)

    @property
    def known(self) -> dict[str, int | Decimal | None]:
        """The sums as shown: None where nothing is listed or no entry has the figure."""
        return {
            measure: None if self.missing.get(measure, 0) == self.compounds else getattr(self, measure)
            for measure in COLUMNS
        }

    def add(self, other: "Sums") -> None:
        for measure in MEASURES:
            setattr(self, measure, getattr(self, measure) + getattr(other, measure))
        for measure, count in other.missing.items():
            self.missing[measure] = self.missing.get(measure, 0) + count


def aggregates(path: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {"compounds": Count(f"{path}id")}
    for measure, column in COLUMNS.items():
        found[measure] = Sum(f"{path}{column}", default=0)
        found[f"{measure}_known"] = Count(f"{path}{column}")
    return found


def as_sums(row: dict[str, Any]) -> Sums:
    missing = {measure: row["compounds"] - row[f"{measure}_known"] for measure in COLUMNS}
    return Sums(**{measure: row[measure] for measure in MEASURES}, missing=missing)


def sums_of(entries: QuerySet[PlanEntry]) -> Sums:
    """One statement."""
    return as_sums(entries.order_by().aggregate(**aggregates()))


def total(parts: Iterable[Sums]) -> Sums:
    found = Sums()
    for part in parts:
        found.add(part)
    return found


def sums_of_one(figures: dict[str, Any]) -> Sums:
    """A single planned compound."""
    filled: dict[str, Any] = {measure: value or 0 for measure, value in figures.items()}
    return Sums(compounds=1, missing={key: int(value is None) for key, value in figures.items()}, **filled)
