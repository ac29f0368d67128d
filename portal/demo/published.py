"""What was published: read from the shipped CSV files, nothing made up."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

DATA = Path(__file__).parent / "data"
JINGZHOU, ZAOYANG = "421003", "420683"
PLACES = {JINGZHOU: "荆州区", ZAOYANG: "枣阳市"}


@dataclass(frozen=True, kw_only=True)
class PlannedName:
    """A row of Jingzhou's plan of 2022; `compounds` is 3 for a cluster of three.

    `starts_on` and `completes_on` are the first day of the published month; the first
    compound was complete before the plan appeared and has no start.
    """

    batch: int
    name: str
    compounds: int
    starts_on: date | None
    completes_on: date
    note: str


def _rows(file: str) -> Iterator[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(line for line in lines if not line.startswith("#"))


@lru_cache(maxsize=1)
def divisions() -> dict[str, str]:
    """{code: name}, parents before children."""
    return {row["code"]: row["name"] for row in sorted(_rows("divisions.csv"), key=lambda row: row["code"])}


def total(county: str, figure: str, *, period: str = "") -> int:
    """A published figure of a county, in the unit of the file (m², not 万m²)."""
    found = [
        int(row["value"])
        for row in _rows("published_totals.csv")
        if row["place"] == PLACES[county] and row["figure"] == figure and period in ("", row["period"])
    ]
    if len(found) != 1:
        raise LookupError(f"{figure} of {PLACES[county]} {period}: {len(found)} figures published")
    return found[0]


def quantity(county: str, figure: str) -> Decimal:
    """A published figure that is no whole number (km)."""
    (found,) = [
        Decimal(row["value"])
        for row in _rows("published_totals.csv")
        if row["place"] == PLACES[county] and row["figure"] == figure
    ]
    return found


def plan_of_2022() -> list[PlannedName]:
    return [
        PlannedName(
            batch=int(row["batch"]),
            name=row["name"],
            compounds=int(row["compounds"]),
            starts_on=_month(row["planned_start"]),
            completes_on=_month(row["planned_completion"]) or date.max,
            note=row["note"],
        )
        for row in _rows("jingzhou_2022_plan.csv")
    ]


def _month(text: str) -> date | None:
    return date.fromisoformat(f"{text}-01") if text else None
