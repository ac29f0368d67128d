"""Works, indicators, plans and catalogue: rows to the API's objects."""

from decimal import Decimal
from typing import Any

import orjson
from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Sum, TextField, Value, When
from django.db.models.functions import Cast, JSONObject, Length
from django.db.models.lookups import LessThan

from compounds.api.bodies import Body
from directory.models.divisions import Level
from projects.models import PlanEntry, PlanState, Project, Standing, Unit

Row = tuple[Any, ...]

# --- Works ------------------------------------------------------------------------------

PROJECT_WORK_COLUMNS = (
    "id", "catalogue_item__code", "catalogue_item__version", "catalogue_item__division_id", "catalogue_item__name_zh",
    "catalogue_item__name_en", "catalogue_item__category", "catalogue_item__aspect", "catalogue_item__indicator",
    "catalogue_item__unit", "location", "treatment", "origin", "progress__planned", "progress__done",
    "progress__cost",
)  # fmt: skip
WORK_COLUMNS = (
    *PROJECT_WORK_COLUMNS, "project__code", "project__year", "project__compound__code", "project__compound__name",
    "division_code", "project__compound__community__name", "project__updated_at",
)  # fmt: skip


def project_work_body(row: Row) -> Body:
    (
        key, code, version, division, name_zh, name_en, category, aspect, indicator,
        unit, location, treatment, origin, planned, done, cost,
    ) = row[: len(PROJECT_WORK_COLUMNS)]  # fmt: skip
    return {
        "id": key,
        "item": {
            "code": code, "version": version, "division": division, "name_zh": name_zh, "name_en": name_en,
        },
        "category": category,
        "aspect": aspect,
        "indicator": indicator,
        "unit": unit,
        "location": location,
        "treatment": treatment,
        "origin": origin,
        "planned": planned,
        "done": done,
        "cost": cost,
    }  # fmt: skip


def work_body(row: Row) -> Body:
    project, year, compound, compound_name, community, community_name, updated_at = row[
        len(PROJECT_WORK_COLUMNS) : len(WORK_COLUMNS)
    ]
    return {
        **project_work_body(row),
        "project": project,
        "year": year,
        "compound": {"code": compound, "name": compound_name},
        "community": {"code": community, "name": community_name},
        "updated_at": updated_at,
    }


# --- Indicators -------------------------------------------------------------------------

INDICATOR_COLUMNS = ("indicator", "unit", "planned_sum", "done_sum", "cost_sum", "project_count")
IN_KILOMETRES = "_km"
THOUSANDTH = -3


def by_indicator(progress: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """`progress` of works grouped by indicator and unit. What has no indicator is counted nowhere."""
    counted = progress.exclude(work_item__catalogue_item__indicator="").values(
        indicator=F("work_item__catalogue_item__indicator"), unit=F("work_item__catalogue_item__unit")
    )
    return counted.annotate(
        planned_sum=Sum("planned"),
        done_sum=Sum("done"),
        cost_sum=Sum("cost"),
        project_count=Count("project", distinct=True),
    )


def indicator_body(row: Row) -> Body:
    indicator, unit, planned, done, cost, projects = row[: len(INDICATOR_COLUMNS)]
    if indicator.endswith(IN_KILOMETRES) and unit == Unit.METRE:
        unit, planned, done = "km", planned.scaleb(THOUSANDTH), done.scaleb(THOUSANDTH)
    return {
        "indicator": indicator,
        "unit": unit,
        "planned": f"{planned:f}",
        "done": f"{done:f}",
        "cost": cost,
        "projects": projects,
    }


# --- Plans ------------------------------------------------------------------------------


def listed() -> Case:
    """What a plan's list adds up to, as one JSON text: its own entries, or those in force of the counties below."""
    own = PlanEntry.objects.filter(plan=OuterRef("pk"))
    below = PlanEntry.objects.filter(
        plan__division__code__startswith=OuterRef("division_id"), plan__kind=OuterRef("kind"),
        plan__first_year=OuterRef("first_year"), plan__state=PlanState.ISSUED,
    )  # fmt: skip
    is_above = LessThan(Length("division_id"), Level.COUNTY.value)
    return Case(When(is_above, then=_sums(below)), default=_sums(own), output_field=TextField())


def _sums(entries: QuerySet[PlanEntry]) -> Subquery:
    sums = JSONObject(
        compounds=Count("pk"),
        buildings=Sum("building_count", default=0),
        households=Sum("household_count", default=0),
        floor_area=_as_written("floor_area"),
        investment=_as_written("estimated_investment"),
    )
    return Subquery(
        entries.order_by().values(one=Value(1)).annotate(sums=Cast(sums, TextField())).values("sums")
    )


def _as_written(field: str) -> Cast:
    return Cast(Sum(field, default=Decimal("0.00")), TextField())


NOTHING: Body = {"compounds": 0, "buildings": 0, "households": 0, "floor_area": "0.00", "investment": "0.00"}
PLAN_COLUMNS = (
    "id", "division_id", "division__name", "kind", "first_year", "last_year", "version", "state", "title",
    "document_number", "issued_on", "target_compounds", "target_households", "target_area", "target_investment",
    listed(),
)  # fmt: skip
PLAN_DETAIL_COLUMNS = (*PLAN_COLUMNS, "amendment_reason")
ENTRY_COLUMNS = (
    "year", "position", "compound__code", "compound__name", "division_code", "compound__community__name",
    "urgency_at_entry", "jump_reason", "building_count", "household_count", "floor_area", "estimated_investment",
    "current",
)  # fmt: skip


def plan_body(row: Row) -> Body:
    (
        key, division, division_name, kind, first_year, last_year, version, state, title,
        document_number, issued_on, compounds, households, area, investment,
        sums,
    ) = row[: len(PLAN_COLUMNS)]  # fmt: skip
    return {
        "id": key,
        "division": {"code": division, "name": division_name},
        "kind": kind,
        "first_year": first_year,
        "last_year": last_year,
        "version": version,
        "state": state,
        "title": title,
        "document_number": document_number,
        "issued_on": issued_on,
        "targets": {
            "compounds": compounds, "households": households, "floor_area": area, "investment": investment,
        },
        "listed": orjson.loads(sums) if sums else NOTHING,
    }  # fmt: skip


def plan_detail_body(row: Row, *, scopes: tuple[str, ...]) -> Body:
    """With the entries of the caller's divisions: one statement more."""
    (reason,) = row[len(PLAN_COLUMNS) :]
    seen = Q(pk__in=[])
    for scope in scopes:
        seen |= Q(division_code__startswith=scope)
    projects = Project.objects.filter(plan_entry=OuterRef("pk")).exclude(standing=Standing.CANCELLED)
    entries = PlanEntry.objects.filter(seen, plan=row[0]).order_by("year", "position", "id")
    rows = entries.values_list(*ENTRY_COLUMNS, Subquery(projects.order_by().values("code")[:1]))
    return {
        **plan_body(row),
        "amendment_reason": reason,
        "entries": [_entry(found) for found in rows],
    }


def _entry(row: Row) -> Body:
    (
        year, position, code, name, community, community_name,
        urgency, reason, buildings, households, area, investment,
        current, project,
    ) = row  # fmt: skip
    return {
        "year": year,
        "position": position,
        "compound": {"code": code, "name": name},
        "community": {"code": community, "name": community_name},
        "urgency_at_entry": urgency,
        "jump_reason": reason,
        "building_count": buildings,
        "household_count": households,
        "floor_area": area,
        "estimated_investment": investment,
        "in_force": current,
        "project": project,
    }


# --- Catalogue --------------------------------------------------------------------------

CATALOGUE_COLUMNS = (
    "code", "version", "division_id", "name_zh", "name_en", "category", "aspect", "unit", "indicator",
    "unit_cost_low", "unit_cost", "unit_cost_high", "warranty_years", "topics", "is_offered", "basis",
)  # fmt: skip
CATALOGUE_MEMBERS = (
    "code", "version", "division", "name_zh", "name_en", "category", "aspect", "unit", "indicator",
    "unit_cost_low", "unit_cost", "unit_cost_high", "warranty_years", "topics", "offered", "basis",
)  # fmt: skip


def catalogue_body(row: Row) -> Body:
    return dict(zip(CATALOGUE_MEMBERS, row[: len(CATALOGUE_COLUMNS)], strict=True))
