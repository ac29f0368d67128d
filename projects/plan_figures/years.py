"""Five years, year by year, beside the annual plans."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import QuerySet

from projects.models import Plan, PlanEntry, PlanKind, PlanState
from projects.models.plans import UNDER_WAY
from projects.plan_figures.sums import COLUMNS, Sums, sums_of_one, total


@dataclass(frozen=True, kw_only=True)
class YearLine:
    """A year of a five-year plan beside the annual plan of that year (None: none in force or under way)."""

    year: int
    planned: Sums
    annual: Plan | None
    in_annual: Sums
    both: int

    @property
    def only_here(self) -> int:
        return self.planned.compounds - self.both

    @property
    def only_annual(self) -> int:
        return self.in_annual.compounds - self.both


def by_year(plan: Plan) -> list[YearLine]:
    """Three statements: the plan's entries, the annual plans, and their entries."""
    annual: dict[int, Plan] = {}
    found = Plan.objects.filter(
        division=plan.division_id, kind=PlanKind.ANNUAL, first_year__range=(plan.first_year, plan.last_year),
        state__in=(*UNDER_WAY, PlanState.ISSUED),
    )  # fmt: skip
    for candidate in found.order_by("version"):
        standing = annual.get(candidate.first_year)
        if standing is None or standing.state != PlanState.ISSUED:
            annual[candidate.first_year] = candidate
    here, there = _entries_by_year(plan.entries.all()), _entries_by_year(
        PlanEntry.objects.filter(plan__in=annual.values())
    )  # fmt: skip
    lines = []
    for year in plan.years:
        mine, theirs = here.get(year, {}), there.get(year, {})
        lines.append(
            YearLine(
                year=year, planned=total(mine.values()), annual=annual.get(year),
                in_annual=total(theirs.values()), both=len(mine.keys() & theirs.keys()),
            )
        )  # fmt: skip
    return lines


def _entries_by_year(entries: QuerySet[PlanEntry]) -> dict[int, dict[int, Sums]]:
    """{year: {compound: its figures}}"""
    found: dict[int, dict[int, Sums]] = defaultdict(dict)
    for row in entries.order_by().values("year", "compound_id", *COLUMNS.values()):
        found[row["year"]][row["compound_id"]] = sums_of_one(
            {measure: row[column] for measure, column in COLUMNS.items()}
        )
    return found
