"""Projects: from rows of the database to the API's objects, plain tuples in, plain dictionaries out."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import (
    Case,
    DateField,
    F,
    Func,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Greatest, Least
from django.db.models.lookups import GreaterThanOrEqual

from compounds.api.bodies import Body, as_text
from projects.api.works import PROJECT_WORK_COLUMNS, project_work_body
from projects.models import (
    LINE,
    Milestone,
    MoveKind,
    ProjectParty,
    RelatedWork,
    SchemeLine,
    SchemeState,
    StageChange,
    WorkItem,
)
from projects.progression import AHEAD, DONE, HERE, LEAVING, NOT_REQUIRED, UNKNOWN

Row = tuple[Any, ...]


class Today(Func):
    """The database's day in Beijing: a statement that was prepared yesterday says today's."""

    template = "(now() AT TIME ZONE 'Asia/Shanghai')::date"
    output_field = DateField()


class DaysBetween(Func):
    """How many days from the first to the second, both included."""

    arity = 2
    template = "(%(expressions)s + 1)"
    arg_joiner = " - "
    output_field = IntegerField()

    def __init__(self, first: Combinable, second: Combinable) -> None:
        super().__init__(second, first)


class PercentOf(Func):
    """Two decimals, half up, as text."""

    arity = 2
    template = "round(%(expressions)s, 2)::text"
    arg_joiner = " * 100.0 / "
    output_field = TextField()


def planned_percent(start: Combinable, completion: Combinable) -> Case:
    """What the plan wants done by the end of today: the same share every day; null without both dates in their order."""
    whole = DaysBetween(start, completion)
    passed = Least(Greatest(DaysBetween(start, Today()), 0), whole)
    return Case(When(GreaterThanOrEqual(completion, start), then=PercentOf(passed, whole)))


def estimate() -> Subquery:
    """Cost of the approved scheme in yuan, exactly: four decimals, as text."""
    lines = SchemeLine.objects.filter(scheme__project=OuterRef("pk"), scheme__state=SchemeState.APPROVED)
    return Subquery(
        lines.order_by()
        .values("scheme__project")
        .annotate(total=Cast(Sum("cost"), TextField()))
        .values("total")
    )


PROJECT_COLUMNS = (
    "code", "compound__code", "compound__name", "division_code", "compound__community__name", "year",
    "plan_entry__plan_id", "plan_entry__plan__document_number", "origin", "programmes", "lead_kind",
    "lead_id", "lead__name", "client_id", "client__name", "stage", "standing", "started_on", "completed_on",
    "planned_start_on", "planned_completion_on", "forecast_completion_on", as_text("percent_done"),
    planned_percent(F("planned_start_on"), F("planned_completion_on")), "last_progress_on",
    "compound__building_count", "compound__household_count", as_text("compound__floor_area"), estimate(),
    "updated_at",
)  # fmt: skip


def project_body(row: Row) -> Body:
    (
        code, compound, compound_name, community, community_name, year,
        plan, document_number, origin, programmes, lead_kind,
        lead, lead_name, client, client_name, stage, standing, started_on, completed_on,
        planned_start_on, planned_completion_on, forecast_completion_on, percent_done,
        planned_percent, last_progress_on,
        buildings, households, area, cost,
        updated_at,
    ) = row[: len(PROJECT_COLUMNS)]  # fmt: skip
    return {
        "code": code,
        "compound": {"code": compound, "name": compound_name},
        "community": {"code": community, "name": community_name},
        "year": year,
        "plan": {"id": plan, "document_number": document_number} if plan else None,
        "origin": origin,
        "programmes": programmes,
        "lead_kind": lead_kind,
        "lead": organisation(lead, lead_name),
        "client": organisation(client, client_name),
        "stage": stage,
        "standing": standing,
        "started_on": started_on,
        "completed_on": completed_on,
        "planned_start_on": planned_start_on,
        "planned_completion_on": planned_completion_on,
        "forecast_completion_on": forecast_completion_on,
        "percent_done": percent_done,
        "planned_percent": planned_percent,
        "last_progress_on": last_progress_on,
        "building_count": buildings,
        "household_count": households,
        "floor_area": area,
        "estimate": cost,
        "updated_at": updated_at,
    }


def organisation(key: int | None, name: str | None) -> Body | None:
    return {"id": key, "name": name} if key else None


# --- Detail -----------------------------------------------------------------------------

DETAIL_COLUMNS = (*PROJECT_COLUMNS, "id", "created_at")
MILESTONE_COLUMNS = (
    "stage", "name", "name_en", "organisation_id", "organisation__name", "planned_on", "due_on", "done_on",
    "closes_stage",
)  # fmt: skip


def detail_row(projects: QuerySet[Any, Any], code: str) -> Row | None:
    found: Row | None = projects.filter(code=code).order_by().values_list(*DETAIL_COLUMNS).first()
    return found


def detail_body(row: Row) -> Body:
    """The whole project, in five statements more than the row itself."""
    key, created_at = row[len(PROJECT_COLUMNS) :]
    body = project_body(row)
    milestones = [_milestone(found) for found in _of(Milestone, key).values_list(*MILESTONE_COLUMNS)]
    changes = StageChange.objects.filter(project=key).order_by("id")
    works = WorkItem.objects.filter(project=key, progress__isnull=False).order_by(
        "catalogue_item__code", "id"
    )
    return {
        **body,
        "created_at": created_at,
        "stages": stages(
            body["stage"], changes.values_list("kind", "from_stage", "to_stage", "effective_on"), milestones
        ),
        "milestones": milestones,
        "parties": _parties(key),
        "works": [project_work_body(found) for found in works.values_list(*PROJECT_WORK_COLUMNS)],
        "related_works": _related(key),
    }


def _of(model: Any, project: int) -> QuerySet[Any, Any]:
    found: QuerySet[Any, Any] = model.objects.filter(project=project)
    return found


def _milestone(row: Row) -> Body:
    stage, name, name_en, firm, firm_name, planned_on, due_on, done_on, closes_stage = row
    return {
        "stage": stage,
        "name": name,
        "name_en": name_en,
        "organisation": organisation(firm, firm_name),
        "planned_on": planned_on,
        "due_on": due_on,
        "done_on": done_on,
        "closes_stage": closes_stage,
    }


def stages(
    current: str, changes: Iterable[tuple[str, str, str, date]], milestones: Iterable[Body]
) -> list[Body]:
    """All stages of the line. `changes` are (kind, from, to, day), oldest first: what was gone back on is forgotten."""
    here = LINE.index(current)
    entered: dict[str, date] = {}
    left: dict[str, tuple[str, date]] = {}
    for kind, before, after, day in changes:
        if kind in LEAVING:
            left[before] = kind, day
        if before != after or kind == MoveKind.ENTERED:
            entered[after] = day
    closing = {found["stage"]: found for found in milestones if found["closes_stage"]}
    found = []
    for place, stage in enumerate(LINE):
        kind, left_on = left.get(stage, ("", None)) if place < here else ("", None)
        milestone = closing.get(stage, {})
        found.append(
            {
                "stage": stage,
                "state": _state(place - here, kind),
                "planned_on": milestone.get("planned_on"),
                "due_on": milestone.get("due_on"),
                "entered_on": entered.get(stage) if place <= here else None,
                "left_on": left_on,
            }
        )
    return found


def _state(distance: int, kind: str) -> str:
    if distance >= 0:
        return AHEAD if distance else HERE
    if not kind:
        return UNKNOWN
    return NOT_REQUIRED if kind == MoveKind.NOT_REQUIRED else DONE


def _parties(project: int) -> list[Body]:
    rows = _of(ProjectParty, project).order_by("role", "from_on", "id")
    return [
        {"role": role, "organisation": organisation(key, name), "from_on": from_on, "until_on": until_on}
        for role, key, name, from_on, until_on in rows.values_list(
            "role", "organisation_id", "organisation__name", "from_on", "until_on"
        )
    ]


def _related(project: int) -> list[Body]:
    rows = _of(RelatedWork, project).order_by("planned_from", "id")
    return [
        {"kind": kind, "name": name, "organisation": organisation(key, firm), "planned_from": first, "planned_until": last}
        for kind, name, key, firm, first, last in rows.values_list(
            "kind", "name", "organisation_id", "organisation__name", "planned_from", "planned_until"
        )
    ]  # fmt: skip
