"""Planned and actual progress by the day, forecast and light: pure functions, exact arithmetic.

Percentages are `Fraction`s of 100; they are rounded (half up, two decimals) only where they are written.

*Planned.* From the planned start to the planned completion, both days included, the plan grows by the same share
every day: at the end of day n of N it is 100·n/N. The works have no dates of their own, so the cost weights of
the plan cancel out; those of the actual progress do not.

*Actual.* Each work item counts with its cost and with what is done of what the scheme in force plans, at most the
whole of it: Σ cost·min(done/planned, 1) / Σ cost. What was struck from the scheme counts no more.

*Forecast.* The works go on as in the last 30 days (or since their start, if that is less): what remains divided by
the points gained in a day, rounded up to whole days from today. None while nothing is gained, when everything is
done, or when it would take more than ten years.

*Light.* Green down to 5 points below the plan, amber down to 15, red below, and red after the planned completion
while not all is done. None without planned dates, and while the works are not going on.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from math import ceil, floor

WHOLE = Fraction(100)
WINDOW_DAYS = 30
LONGEST_DAYS = 3653
GREEN_BELOW, AMBER_BELOW = 5, 15
MOST_ROWS = 40


class Light(StrEnum):
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True)
class Work:
    """A work item of the scheme in force. `planned` > 0 in its unit, `cost` in yuan; `done` by day, signed."""

    planned: Decimal
    cost: Decimal
    done: Mapping[date, Decimal]

    @cached_property
    def _sums(self) -> tuple[list[date], list[Decimal]]:
        """The days on which anything was done, and what was done in all at the end of each."""
        days = sorted(self.done)
        return days, list(accumulate(self.done[on] for on in days))

    def share_on(self, day: date) -> Fraction:
        """What is done at the end of the day, of what is planned: 0 to 1."""
        days, sums = self._sums
        passed = bisect_right(days, day)
        done = sums[passed - 1] if passed else Decimal(0)
        return max(Fraction(0), min(Fraction(done) / Fraction(self.planned), Fraction(1)))


@dataclass(frozen=True)
class Point:
    """The end of a day; `planned` None without planned dates, `actual` None for days to come."""

    day: date
    planned: Fraction | None
    actual: Fraction | None


def planned_on(day: date, *, start: date | None, completion: date | None) -> Fraction | None:
    """Per cent that should be done at the end of the day; None without both dates in their order."""
    if start is None or completion is None or completion < start:
        return None
    whole = (completion - start).days + 1
    passed = min(max((day - start).days + 1, 0), whole)
    return WHOLE * passed / whole


def actual_on(day: date, works: Sequence[Work]) -> Fraction:
    """Per cent that is done at the end of the day, weighted by cost; 0 where nothing has a cost."""
    whole = sum((Fraction(work.cost) for work in works), Fraction(0))
    if not whole:
        return Fraction(0)
    return WHOLE * sum((Fraction(work.cost) * work.share_on(day) for work in works), Fraction(0)) / whole


def forecast_completion(works: Sequence[Work], *, today: date, started_on: date | None) -> date | None:
    """The day on which everything is done if the works go on as in the last 30 days."""
    now = actual_on(today, works)
    days = WINDOW_DAYS if started_on is None else min(WINDOW_DAYS, (today - started_on).days + 1)
    if now >= WHOLE or days < 1:
        return None
    gained = now - actual_on(today - timedelta(days=days), works)
    if gained <= 0:
        return None
    needed = ceil((WHOLE - now) * days / gained)
    return today + timedelta(days=needed) if needed <= LONGEST_DAYS else None


def light_on(
    day: date, *, actual: Fraction | Decimal, start: date | None, completion: date | None
) -> Light | None:
    """`actual` in per cent. Held against the plan of the same day; None without planned dates."""
    planned = planned_on(day, start=start, completion=completion)
    if planned is None or completion is None:
        return None
    behind = planned - Fraction(actual)
    if behind > AMBER_BELOW or (day > completion and Fraction(actual) < WHOLE):
        return Light.RED
    return Light.AMBER if behind > GREEN_BELOW else Light.GREEN


def days_ahead(day: date, *, actual: Fraction, start: date | None, completion: date | None) -> int | None:
    """How many whole days the works are ahead of the plan (behind: below zero)."""
    planned = planned_on(day, start=start, completion=completion)
    if planned is None or start is None or completion is None:
        return None
    whole = (completion - start).days + 1
    late = max((day - completion).days, 0) if actual < WHOLE else 0
    difference = (actual - planned) * whole / WHOLE
    return int(difference) - late


def written(percent: Fraction) -> Decimal:
    """Two decimals, half up: what is shown and compared."""
    return Decimal(floor(percent * 100 + Fraction(1, 2))).scaleb(-2)


def sample_days(first: date, last: date, *, most: int = MOST_ROWS) -> list[date]:
    """First and last day and days at equal whole distances between them, at most `most`."""
    if last <= first:
        return [first]
    step = max(1, ceil(((last - first).days) / (most - 1)))
    found = [first + timedelta(days=at) for at in range(0, (last - first).days, step)]
    return [*found, last]


def curve(
    works: Sequence[Work],
    *,
    start: date | None,
    completion: date | None,
    started_on: date | None,
    today: date,
) -> list[Point]:
    """The curve from the earlier start to the later end: at sampled days, at its corners and today."""
    begun = [day for day in (start, started_on) if day is not None]
    if not begun:
        return []
    first = min(begun)
    last = max(day for day in (completion, today, first) if day is not None)
    corners = {day for day in (start, completion, started_on, today) if day is not None and day >= first}
    days = sorted({*sample_days(first, last), *corners})
    return [
        Point(
            day,
            planned_on(day, start=start, completion=completion),
            actual_on(day, works) if day <= today else None,
        )
        for day in days
    ]
