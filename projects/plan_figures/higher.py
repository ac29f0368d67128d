"""What a city or a province adds up to: the current plans of its counties."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Length

from directory.models import Division
from directory.models.divisions import Level
from projects.models import Plan, PlanEntry, PlanState
from projects.models.plans import UNDER_WAY
from projects.plan_figures.sums import Sums, aggregates, as_sums, total


@dataclass(kw_only=True)
class RollUpLine:
    """A county of a city's plan, or a city of a province's; `plan` is the county's plan as it stands.

    Of a city `counties` are all, `with_plan` those that have one, `issued` those whose plan is in force.
    """

    code: str
    name: str
    sums: Sums
    plan: Plan | None = None
    counties: int = 0
    with_plan: int = 0
    issued: int = 0


@dataclass(frozen=True, kw_only=True)
class RollUp:
    """`in_force` adds up the issued plans only, `as_it_stands` also those still being drawn up."""

    lines: list[RollUpLine]
    in_force: Sums
    as_it_stands: Sums
    without: list[RollUpLine]
    counties: int
    issued: int


def roll_up(plan: Plan, visible: QuerySet[Plan]) -> RollUp:
    """The counties' plans of the same kind and years below a higher plan; three statements.

    Of a county the plan in force counts, else the one being drawn up. `visible` went through `visible_to`.
    """
    here = plan.division_id
    counties = dict(
        Division.objects.living()
        .filter(code__startswith=here, level=Level.COUNTY)
        .values_list("code", "name")
    )
    current = _current_plans(plan, visible)
    sums = _sums_by_plan([found.pk for found in current.values()])
    names = counties if len(here) == Level.CITY else _city_names(here)
    lines = _lines(
        names, counties, current, sums, digits=Level.COUNTY if len(here) == Level.CITY else Level.CITY
    )
    issued = [found for found in current.values() if found.state == PlanState.ISSUED]
    return RollUp(
        lines=lines,
        in_force=total(sums.get(found.pk, Sums()) for found in issued),
        as_it_stands=total(sums.values()),
        without=[line for line in lines if not line.with_plan],
        counties=len(counties.keys() | current.keys()),
        issued=len(issued),
    )


def _current_plans(plan: Plan, visible: QuerySet[Plan]) -> dict[str, Plan]:
    """{county: its plan in force, else the one under way}"""
    found = visible.alias(digits=Length("division_id")).filter(
        digits=Level.COUNTY, division__code__startswith=plan.division_id, kind=plan.kind,
        first_year=plan.first_year, state__in=(*UNDER_WAY, PlanState.ISSUED),
    )  # fmt: skip
    current: dict[str, Plan] = {}
    for county in found.order_by("version"):
        standing = current.get(county.division_id)
        if standing is None or standing.state != PlanState.ISSUED:
            current[county.division_id] = county
    return current


def _sums_by_plan(plans: Sequence[int]) -> dict[int, Sums]:
    rows: Any = PlanEntry.objects.filter(plan__in=plans).order_by().values("plan_id")
    return {row["plan_id"]: as_sums(row) for row in rows.annotate(**aggregates())}


def _city_names(province: str) -> dict[str, str]:
    cities = Division.objects.living().filter(code__startswith=province, level=Level.CITY)
    return dict(cities.values_list("code", "name"))


def _lines(
    names: dict[str, str], counties: dict[str, str], current: dict[str, Plan], sums: dict[int, Sums], *, digits: int
) -> list[RollUpLine]:  # fmt: skip
    lines = {code: RollUpLine(code=code, name=name, sums=Sums()) for code, name in names.items()}
    for county in sorted(counties.keys() | current.keys()):
        here = county[:digits]
        line = lines.setdefault(here, RollUpLine(code=here, name=counties.get(county, here), sums=Sums()))
        line.counties += 1
        plan = current.get(county)
        if plan is None:
            continue
        line.with_plan += 1
        line.issued += plan.state == PlanState.ISSUED
        line.plan = plan if digits == Level.COUNTY else None
        line.sums.add(sums.get(plan.pk, Sums()))
    return [lines[code] for code in sorted(lines)]
