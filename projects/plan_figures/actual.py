"""Planned, started and completed on any day, as of any moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from directory.models import Division


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
