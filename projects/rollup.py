"""What plans add up to: their own lists, the counties' plans below, year by year, and against what happened.

Every function takes a fixed number of statements, however many plans, divisions or compounds there are.
Areas in m², money in yuan. A figure that is not recorded is left out of a sum and counted as missing.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Length

from compounds.models import Batch, PoolEntry
from directory.models import Division
from directory.models.divisions import Level
from projects.models import Plan, PlanEntry, PlanKind, PlanState, Project, Standing
from projects.models.plans import UNDER_WAY

MEASURES = ("compounds", "buildings", "households", "area", "investment")
_COLUMNS = {
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
            for measure in _COLUMNS
        }

    def add(self, other: "Sums") -> None:
        for measure in MEASURES:
            setattr(self, measure, getattr(self, measure) + getattr(other, measure))
        for measure, count in other.missing.items():
            self.missing[measure] = self.missing.get(measure, 0) + count


def _aggregates(path: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {"compounds": Count(f"{path}id")}
    for measure, column in _COLUMNS.items():
        found[measure] = Sum(f"{path}{column}", default=0)
        found[f"{measure}_known"] = Count(f"{path}{column}")
    return found


def _sums(row: dict[str, Any]) -> Sums:
    missing = {measure: row["compounds"] - row[f"{measure}_known"] for measure in _COLUMNS}
    return Sums(**{measure: row[measure] for measure in MEASURES}, missing=missing)


def sums_of(entries: QuerySet[PlanEntry]) -> Sums:
    """One statement."""
    return _sums(entries.order_by().aggregate(**_aggregates()))


def total(parts: Iterable[Sums]) -> Sums:
    found = Sums()
    for part in parts:
        found.add(part)
    return found


# --- Targets beside what is listed ------------------------------------------------------


@dataclass(frozen=True)
class TargetLine:
    """`listed` is None where no compound has the figure; `share` is listed / target, None without a target."""

    measure: str
    target: int | Decimal | None
    listed: int | Decimal | None
    missing: int

    @property
    def share(self) -> Decimal | None:
        return (
            Decimal(self.listed) / Decimal(self.target) if self.target and self.listed is not None else None
        )


def target_lines(plan: Plan, listed: Sums) -> list[TargetLine]:
    """In the order of `MEASURES`; buildings have no target."""
    targets: dict[str, Any] = {
        "compounds": plan.target_compounds,
        "households": plan.target_households,
        "area": plan.target_area,
        "investment": plan.target_investment,
    }
    found = []
    for measure in MEASURES:
        missing = listed.missing.get(measure, 0)
        known = None if missing and missing == listed.compounds else getattr(listed, measure)
        found.append(TargetLine(measure, targets.get(measure), known, missing))
    return found


# --- Higher plans -----------------------------------------------------------------------


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
    return {row["plan_id"]: _sums(row) for row in rows.annotate(**_aggregates())}


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


# --- Five years, year by year -----------------------------------------------------------


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
    for row in entries.order_by().values("year", "compound_id", *_COLUMNS.values()):
        found[row["year"]][row["compound_id"]] = _one(
            {measure: row[column] for measure, column in _COLUMNS.items()}
        )
    return found


def _one(figures: dict[str, Any]) -> Sums:
    """A single planned compound."""
    filled: dict[str, Any] = {measure: value or 0 for measure, value in figures.items()}
    return Sums(compounds=1, missing={key: int(value is None) for key, value in figures.items()}, **filled)


# --- Two versions -----------------------------------------------------------------------

COMPARED = ("year", "building_count", "household_count", "floor_area", "estimated_investment", "jump_reason")
COMPARED_TARGETS = (
    "title",
    "target_compounds",
    "target_households",
    "target_area",
    "target_investment",
    "notes",
)


@dataclass(frozen=True)
class EntryChange:
    """`lines` are (field, old, new)."""

    entry: PlanEntry
    lines: list[tuple[str, Any, Any]]


@dataclass(frozen=True, kw_only=True)
class Difference:
    added: list[PlanEntry]
    removed: list[PlanEntry]
    changed: list[EntryChange]
    unchanged: int
    targets: list[tuple[str, Any, Any]]
    before: Sums
    after: Sums

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.removed or self.changed or self.targets)


def difference(old: Plan, new: Plan) -> Difference:
    """From one version to another; two statements."""
    before, after = _by_compound(old), _by_compound(new)
    changed = []
    for compound_id in after.keys() & before.keys():
        lines = _changed_fields(before[compound_id], after[compound_id], COMPARED)
        if lines:
            changed.append(EntryChange(after[compound_id], lines))
    changed.sort(key=lambda change: (change.entry.year, change.entry.position))
    return Difference(
        added=[entry for key, entry in after.items() if key not in before],
        removed=[entry for key, entry in before.items() if key not in after],
        changed=changed,
        unchanged=len(after.keys() & before.keys()) - len(changed),
        targets=_changed_fields(old, new, COMPARED_TARGETS),
        before=_sums_in_memory(before.values()),
        after=_sums_in_memory(after.values()),
    )


def _by_compound(plan: Plan) -> dict[int, PlanEntry]:
    return {entry.compound_id: entry for entry in plan.entries.select_related("compound__community")}


def _changed_fields(old: Any, new: Any, fields: Sequence[str]) -> list[tuple[str, Any, Any]]:
    pairs = [(name, getattr(old, name), getattr(new, name)) for name in fields]
    return [(name, before, after) for name, before, after in pairs if before != after]


def _sums_in_memory(entries: Iterable[PlanEntry]) -> Sums:
    found = Sums()
    for entry in entries:
        found.add(_one({measure: getattr(entry, column) for measure, column in _COLUMNS.items()}))
    return found


# --- What issuing would do --------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Effect:
    """`begin` projects begin, `join` were begun before the plan, `kept` come from the version it replaces."""

    begin: int
    join: int
    kept: int
    moving: int
    replaces: Plan | None


def effect_of_issuing(plan: Plan) -> Effect:
    """What stands in the consequence of the button; the action decides anew under its locks. Five statements."""
    replaces = Plan.objects.filter(
        division=plan.division_id, kind=plan.kind, first_year=plan.first_year, state=PlanState.ISSUED
    ).first()
    if plan.kind != PlanKind.ANNUAL or not plan.lists_compounds:
        return Effect(begin=0, join=0, kept=0, moving=0, replaces=replaces)
    compounds = set(plan.entries.values_list("compound_id", flat=True))
    carried = set(replaces.entries.values_list("compound_id", flat=True)) if replaces else set()
    joining = Project.objects.exclude(standing=Standing.CANCELLED).filter(
        compound__in=compounds - carried, plan_entry__isnull=True
    )
    join = len(set(joining.values_list("compound_id", flat=True)))
    behind = PoolEntry.objects.current().filter(
        compound__in=compounds, batch__in=(Batch.RESERVE, Batch.PREPARING)
    )
    return Effect(
        begin=len(compounds - carried) - join,
        join=join,
        kept=len(compounds & carried),
        moving=behind.count(),
        replaces=replaces,
    )


# --- Plan against what happened ---------------------------------------------------------


@dataclass(kw_only=True)
class ActualLine:
    """Planned, started and completed on a day; rates are None where nothing is planned ("no plan").

    `outside` counts projects of the year that were started without standing in the plan.
    """

    code: str = ""
    name: str = ""
    planned: int = 0
    planned_households: int = 0
    planned_area: Decimal = Decimal(0)
    started: int = 0
    started_households: int = 0
    started_area: Decimal = Decimal(0)
    completed: int = 0
    completed_households: int = 0
    completed_area: Decimal = Decimal(0)
    outside: int = 0

    @property
    def start_rate(self) -> Decimal | None:
        return Decimal(self.started) / self.planned if self.planned else None

    @property
    def start_rate_households(self) -> Decimal | None:
        return Decimal(self.started_households) / self.planned_households if self.planned_households else None

    @property
    def completion_rate(self) -> Decimal | None:
        return Decimal(self.completed) / self.planned if self.planned else None


FIGURES = (
    "planned", "planned_households", "planned_area", "started", "started_households", "started_area",
    "completed", "completed_households", "completed_area", "outside",
)  # fmt: skip

# The version of each county's plan that was in force on the day, as was known at the moment. A project counts
# by its last word up to then: a start stays, a completion falls with a return to the site, a cancelled one is out.
# Projects from before the portal bring their two dates in the one row that entered them.
_ACTUAL = """
WITH in_force AS (
    SELECT DISTINCT ON (division_id) id FROM projects_plan
    WHERE kind = 'annual' AND first_year = %(year)s AND state IN ('issued', 'superseded')
      AND length(division_id) = 6 AND issued_on <= %(on)s AND recorded_issued_at <= %(recorded)s
    ORDER BY division_id, version DESC
), planned AS (
    SELECT e.compound_id, e.division_code, e.household_count, e.floor_area
    FROM projects_planentry e JOIN in_force ON in_force.id = e.plan_id
    WHERE e.division_code LIKE ANY(%(scopes)s)
), told AS (
    SELECT p.id, p.compound_id, p.division_code,
        bool_or(s.kind = 'cancel') AS cancelled,
        bool_or(s.kind = 'start' OR (s.kind = 'entered' AND s.started_on <= %(on)s)) AS started,
        (array_agg(s.kind = 'complete' OR (s.kind = 'entered' AND coalesce(s.completed_on <= %(on)s, false))
            ORDER BY s.id DESC) FILTER (WHERE s.kind IN ('complete', 'entered')
                OR (s.kind = 'send_back' AND s.to_stage = 'construction')))[1] AS completed
    FROM projects_project p JOIN projects_stagechange s ON s.project_id = p.id
    WHERE p.year = %(year)s AND p.division_code LIKE ANY(%(scopes)s)
      AND (s.effective_on <= %(on)s OR s.kind = 'entered') AND s.recorded_at <= %(recorded)s
    GROUP BY p.id
), happened AS (
    SELECT compound_id, min(division_code) AS division_code, bool_or(started) AS started,
        bool_or(completed) AS completed
    FROM told WHERE NOT cancelled GROUP BY compound_id
)
SELECT left(coalesce(planned.division_code, happened.division_code), %(digits)s) AS here,
    count(planned.compound_id),
    coalesce(sum(planned.household_count), 0), coalesce(sum(planned.floor_area), 0),
    count(*) FILTER (WHERE happened.started),
    coalesce(sum(coalesce(planned.household_count, c.household_count)) FILTER (WHERE happened.started), 0),
    coalesce(sum(coalesce(planned.floor_area, c.floor_area)) FILTER (WHERE happened.started), 0),
    count(*) FILTER (WHERE happened.completed),
    coalesce(sum(coalesce(planned.household_count, c.household_count)) FILTER (WHERE happened.completed), 0),
    coalesce(sum(coalesce(planned.floor_area, c.floor_area)) FILTER (WHERE happened.completed), 0),
    count(*) FILTER (WHERE happened.started AND planned.compound_id IS NULL)
FROM planned FULL JOIN happened USING (compound_id)
LEFT JOIN compounds_compound c ON c.id = compound_id
WHERE planned.compound_id IS NOT NULL OR happened.started
GROUP BY 1 ORDER BY 1
"""


def actual(
    *, year: int, scopes: Sequence[str], digits: int, on: date, as_recorded: datetime
) -> tuple[list[ActualLine], ActualLine]:
    """What was planned, started and completed by `on`, as was recorded at a moment: a line per division, and the whole.

    `scopes` are code prefixes; `digits` how far down the lines go. Two statements.
    """
    parameters: dict[str, Any] = {
        "year": year, "on": on, "recorded": as_recorded, "digits": digits, "scopes": [f"{code}%" for code in scopes],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_ACTUAL, parameters)
        rows = cursor.fetchall()
    names = dict(Division.objects.filter(code__in=[row[0] for row in rows]).values_list("code", "name"))
    whole = ActualLine()
    lines = []
    for code, *figures in rows:
        line = ActualLine(code=code, name=names.get(code, code), **dict(zip(FIGURES, figures, strict=True)))
        lines.append(line)
        for figure in FIGURES:
            setattr(whole, figure, getattr(whole, figure) + getattr(line, figure))
    return lines, whole


# --- On the list of plans ---------------------------------------------------------------


def with_listed(plans: QuerySet[Plan]) -> QuerySet[Plan]:
    """`listed`: compounds of the own list, or, of a higher annual plan, of the counties' plans in force below."""
    own = PlanEntry.objects.filter(plan=OuterRef("pk")).order_by().values("plan")
    below = (
        PlanEntry.objects.filter(
            current=True,
            division_code__startswith=OuterRef("division_id"),
            year=OuterRef("first_year"),
            plan__kind=OuterRef("kind"),
        )
        .order_by()
        .values("current")
    )
    return plans.annotate(
        own_listed=Subquery(own.annotate(n=Count("pk")).values("n")),
        below_listed=Subquery(below.annotate(n=Count("pk")).values("n")),
    )
