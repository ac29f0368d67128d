"""From rows of the database to the API's objects: plain tuples in, plain dictionaries out."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import CharField, F
from django.db.models.functions import Cast

from compounds.models import Building, CompoundSuccession, ConditionSurvey
from directory.models import User

Body = dict[str, Any]


def as_text(path: str) -> Cast:
    """A decimal as the database writes it: `62.50` stays `62.50`, and nobody's float rounds it."""
    return Cast(path, CharField())


COMPOUND_COLUMNS = (
    "code", "name", "former_names", "community_id", "community__name", "address", "cluster_id", "cluster__name",
    "built_year", "built_year_certainty", "title_owner_id", "title_owner__name", "management_state",
    "has_owners_committee", "has_repair_fund", "no_manager", "building_count", "staircase_count", "household_count",
    as_text("floor_area"), as_text("wgs84_longitude"), as_text("wgs84_latitude"), "heritage", "batch",
    F("current_entry__moved_at"), "override_rank", F("current_entry__override_reason"), as_text("urgency"),
    "urgency_score__is_eligible", "ended_on", "updated_at",
)  # fmt: skip


def compound_body(row: tuple[Any, ...]) -> Body:
    (
        code, name, former_names, community, community_name, address, cluster, cluster_name,
        built_year, certainty, title_owner, title_owner_name, management_state,
        has_committee, has_fund, no_manager, buildings, staircases, households,
        area, longitude, latitude, heritage, batch,
        since, override_rank, override_reason, urgency,
        eligible, ended_on, updated_at,
    ) = row[: len(COMPOUND_COLUMNS)]  # fmt: skip
    return {
        "code": code,
        "name": name,
        "former_names": former_names,
        "community": {"code": community, "name": community_name},
        "address": address,
        "cluster": {"id": cluster, "name": cluster_name} if cluster else None,
        "built_year": built_year,
        "built_year_certainty": certainty,
        "title_owner": {"id": title_owner, "name": title_owner_name} if title_owner else None,
        "management_state": management_state,
        "has_owners_committee": has_committee,
        "has_repair_fund": has_fund,
        "no_manager": no_manager,
        "building_count": buildings,
        "staircase_count": staircases,
        "household_count": households,
        "floor_area": area,
        "position": {"longitude": longitude, "latitude": latitude} if longitude else None,
        "heritage": heritage,
        "pool": batch and pool_place(batch, since, override_rank, override_reason),
        "urgency_score": urgency,
        "eligible": eligible,
        "ended_on": ended_on,
        "updated_at": updated_at,
    }


def pool_place(batch: str, since: Any, override_rank: int | None, override_reason: str) -> Body:
    return {
        "batch": batch,
        "since": since,
        "override_rank": override_rank,
        "override_reason": override_reason,
    }


POOL_COLUMNS = (
    "code", "name", "community_id", "community__name", "building_count", "household_count", as_text("floor_area"),
    "batch", F("current_entry__moved_at"), "override_rank", F("current_entry__override_reason"),
    as_text("urgency"), "urgency_score__is_eligible", "updated_at",
)  # fmt: skip


def pool_body(row: tuple[Any, ...], rank: int) -> Body:
    (
        code, name, community, community_name, buildings, households, area,
        batch, since, override_rank, override_reason,
        urgency, eligible, updated_at,
    ) = row[: len(POOL_COLUMNS)]  # fmt: skip
    return {
        "rank": rank,
        **pool_place(batch, since, override_rank, override_reason),
        "urgency_score": urgency,
        "eligible": eligible,
        "compound": {
            "code": code,
            "name": name,
            "community": {"code": community, "name": community_name},
            "building_count": buildings,
            "household_count": households,
            "floor_area": area,
        },
        "updated_at": updated_at,
    }


# --- Detail -----------------------------------------------------------------------------

DETAIL_COLUMNS = (
    *COMPOUND_COLUMNS,
    "id", "notes", "created_at", as_text("longitude"), as_text("latitude"), "coordinate_system",
    "urgency_score__parts", "urgency_score__eligibility", "urgency_score__computed_at",
    "urgency_score__survey__surveyed_on", "urgency_score__formula__version", "urgency_score__formula__division_id",
)  # fmt: skip

FIGURES = ("building_count", "staircase_count", "household_count", "floor_area")
BUILDING_COLUMNS = (
    "number", "floors", "staircase_count", "household_count", "lift_count", "structure", "floor_area", "built_year",
    "notes",
)  # fmt: skip


def detail_body(row: tuple[Any, ...], *, user: User) -> Body:
    """The whole compound, in four statements more than the row itself."""
    key, notes, created_at, longitude, latitude, system, *urgency = row[len(COMPOUND_COLUMNS) :]
    body = compound_body(row)
    if body["position"]:
        body["position"]["original"] = {
            "longitude": longitude, "latitude": latitude, "coordinate_system": system,
        }  # fmt: skip
    buildings = list(Building.objects.filter(compound=key).values(*BUILDING_COLUMNS))
    return {
        **body,
        "notes": notes,
        "created_at": created_at,
        "figures": _comparison(body, buildings),
        **_explanations(body, urgency),
        "buildings": buildings,
        "surveys": _surveys(key, user),
        **_successions(key, user),
    }


def _comparison(body: Body, buildings: list[Body]) -> Body:
    declared = {name: body[name] for name in FIGURES}
    listed: Body = {"building_count": len(buildings) or None}
    for name in FIGURES[1:]:
        known = [building[name] for building in buildings if building[name] is not None]
        listed[name] = sum(known) if known else None
    return {
        "declared": declared,
        "listed": listed,
        "differing": [name for name in FIGURES if _differs(declared[name], listed[name])],
    }


def _differs(declared: Any, listed: Any) -> bool:
    """Only what is known on both sides can differ."""
    return declared is not None and listed is not None and Decimal(declared) != listed


def _explanations(body: Body, urgency: Iterable[Any]) -> Body:
    parts, lines, computed_at, surveyed_on, version, division = urgency
    if body["urgency_score"] is None:
        return {"urgency": None, "eligibility": None}
    return {
        "urgency": {
            "score": body["urgency_score"],
            "formula": {"version": version, "division": division},
            "surveyed_on": surveyed_on,
            "computed_at": computed_at,
            "parts": parts,
        },
        "eligibility": {"eligible": body["eligible"], "lines": lines},
    }


def _surveys(compound: int, user: User) -> list[Body]:
    confirmed = ConditionSurvey.objects.visible_to(user).confirmed().filter(compound=compound).latest_first()
    return [
        {
            "surveyed_on": survey.surveyed_on,
            "confirmed_at": survey.decided_at,
            "asked_households": survey.asked_households,
            "wishing_households": survey.wishing_households,
            "has_hazard": survey.has_hazard,
            "hazards": survey.hazards,
            "findings": [
                {"topic": finding.topic, "score": finding.score, "note": finding.note}
                for finding in sorted(survey.findings.all(), key=lambda finding: finding.pk)
            ],
        }
        for survey in confirmed.prefetch_related("findings")
    ]


def _successions(compound: int, user: User) -> Body:
    """The other side is named even where it lies outside the caller's divisions: its code says no more than that."""
    rows = CompoundSuccession.objects.filter(old=compound) | CompoundSuccession.objects.filter(new=compound)
    found: Body = {"successors": [], "predecessors": []}
    for row in rows.select_related("old", "new").order_by("effective_on", "id"):
        side, other = ("successors", row.new) if row.old_id == compound else ("predecessors", row.old)
        found[side].append(
            {"code": other.code, "kind": row.kind, "effective_on": row.effective_on, "reason": row.reason}
        )
    return found


def detail_row(compounds: Any, code: str) -> tuple[Any, ...] | None:
    """The row of DETAIL_COLUMNS, or None. `compounds` went through `with_pool()`."""
    found: tuple[Any, ...] | None = (
        compounds.filter(code=code).order_by().values_list(*DETAIL_COLUMNS).first()
    )
    return found
