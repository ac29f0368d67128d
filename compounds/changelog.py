"""What changed about a compound, who changed it and why (`core.changelog` says how).

The history rows of the compound, its buildings, its places in the pool and its surveys, and the merges and splits.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.models import Building, Compound, CompoundSuccession, ConditionSurvey, PoolEntry
from core.changelog import (
    PAGE,
    Change,
    Line,
    Names,
    Row,
    differences,
    fetch,
    foreign_keys,
    from_another_day,
    own_rows,
    recorded,
)
from core.history import history_of

# What says nothing to a reader, or says twice what another column says.
UNSHOWN = {
    "id", "code", "division_code", "number_key", "wgs84_longitude", "wgs84_latitude", "created_at", "moved_at",
    "moved_by", "submitted_at", "submitted_by", "decided_at", "decided_by", "filled_by", "reason", "ended_at",
    "urgency_at_entry", "return_reason", "compound",
}  # fmt: skip
# Whole numbers that are names rather than amounts.
NO_AMOUNTS = {"built_year", "longitude", "latitude", "override_rank"}

KINDS = {
    "compound": gettext_lazy("Facts"),
    "building": gettext_lazy("Buildings"),
    "survey": gettext_lazy("Surveys"),
    "pool": gettext_lazy("Pool"),
}
TRACKED: dict[str, type[models.Model]] = {
    "compound": Compound, "building": Building, "survey": ConditionSurvey, "pool": PoolEntry,
}  # fmt: skip


# --- Reading ----------------------------------------------------------------------------


def changes_of(compound: Compound, *, kind: str = "", page: int = 1) -> tuple[list[Change], bool]:
    """A page of changes, newest first, and whether older ones follow."""
    sources = _sources(compound)
    chosen = [sources[kind]] if kind in sources else [*sources.values(), _successions(compound)]
    rows = fetch(chosen, start=(page - 1) * PAGE, most=PAGE + 1)
    shown = rows[:PAGE]
    names = Names(shown, keys_in=_keys())
    return [_change(row, compound, names) for row in shown], len(rows) > PAGE


def _sources(compound: Compound) -> dict[str, QuerySet[Any, Any]]:
    of_compound = {"compound_id": compound.pk}
    return {
        "compound": _recorded("compound").filter(pgh_obj_id=compound.pk),
        # A building that a merge or split took elsewhere: its coming and its going.
        "building": _recorded("building")
        .filter(pgh_obj_id__in=history_of(Building).filter(**of_compound).values("pgh_obj_id"))
        .filter(Q(compound_id=compound.pk) | Q(log_before__compound_id=compound.pk)),
        "survey": _recorded("survey").filter(**of_compound),
        # A move ends one stay and begins the next: beside a stay's rows stands the stay before,
        # and the row that only ends it is left out.
        "pool": _recorded("pool", sequence="compound_id").filter(**of_compound, ended_at__isnull=True),
    }


def _recorded(kind: str, **options: Any) -> QuerySet[Any, Any]:
    return recorded(kind, TRACKED[kind], **options)


def _successions(compound: Compound) -> QuerySet[Any, Any]:
    rows = CompoundSuccession.objects.filter(Q(old=compound) | Q(new=compound))
    return own_rows("succession", rows, by="recorded_by_id")


# --- Telling ----------------------------------------------------------------------------


def _keys() -> dict[str, list[Any]]:
    """Foreign keys that are named; only a building goes from one compound to another."""
    found = {kind: foreign_keys(model, without=("compound",)) for kind, model in TRACKED.items()}
    return found | {"building": foreign_keys(Building), "succession": foreign_keys(CompoundSuccession)}


def _change(row: Row, compound: Compound, names: Names) -> Change:
    return Change(
        at=row.at,
        who=names.person(row),
        what=_what(row, compound, names),
        reason=str(
            row.row.get("reason") or row.row.get("return_reason") or (row.context or {}).get("reason") or ""
        ),
        lines=[] if row.kind == "succession" else list(_differences(row, names)),
        effective_on=_effective_on(row),
    )


def _effective_on(row: Row) -> date | None:
    """A move and a merge have a day of their own: entered later, they still hold from that day."""
    if row.kind == "pool" and row.label == "insert":
        return from_another_day(row.row["moved_at"], row)
    return from_another_day(row.row["effective_on"], row) if row.kind == "succession" else None


def _differences(row: Row, names: Names) -> Iterator[Line]:
    # A first row shows what was entered, the last one what was removed.
    old: Mapping[str, Any] = row.before or {}
    new: Mapping[str, Any] = row.row
    if row.label == "insert" and row.kind != "pool":
        old = {}
    if row.label == "delete":
        old, new = row.row, {}
    told = [field for field in TRACKED[row.kind]._meta.concrete_fields if field.name not in UNSHOWN]
    return differences(told, old, new, names, no_amounts=NO_AMOUNTS)


# --- What happened, in a few words --------------------------------------------------------


def _what(row: Row, compound: Compound, names: Names) -> str:
    return {
        "compound": _what_of_compound,
        "building": _what_of_building,
        "survey": _what_of_survey,
        "pool": _what_of_pool,
        "succession": _what_of_succession,
    }[row.kind](row, compound, names)


def _what_of_compound(row: Row, compound: Compound, names: Names) -> str:
    if row.label == "insert":
        return _("Entered in the register")
    if row.row["ended_on"] and row.before and not row.before["ended_on"]:
        return _("Merged or split up; kept as history")
    return _("Facts changed")


def _what_of_building(row: Row, compound: Compound, names: Names) -> str:
    number = row.row["number"]
    if row.label == "insert":
        return _("Building {number} added").format(number=number)
    if row.label == "delete":
        return _("Building {number} removed").format(number=number)
    before = (row.before or row.row)["compound_id"]
    if before != row.row["compound_id"]:
        other = names.of(Compound, row.row["compound_id"] if before == compound.pk else before)
        sentence = (
            _("Building {number} went to {other}")
            if before == compound.pk
            else _("Building {number} came from {other}")
        )
        return sentence.format(number=number, other=other)
    return _("Building {number} changed").format(number=number)


def _what_of_survey(row: Row, compound: Compound, names: Names) -> str:
    on = row.row["surveyed_on"]
    if row.label == "insert":
        return _("Survey of {day} begun").format(day=on)
    state, before = row.row["state"], (row.before or {}).get("state")
    sentences = {
        "submitted": _("Survey of {day} submitted"),
        "confirmed": _("Survey of {day} confirmed"),
        "returned": _("Survey of {day} returned"),
    }
    if state != before and state in sentences:
        return sentences[state].format(day=on)
    return _("Survey of {day} changed").format(day=on)


def _what_of_pool(row: Row, compound: Compound, names: Names) -> str:
    if row.label != "insert":
        return _("Place in the order changed")
    if row.row["batch"] == "out":
        return _("Removed from the pool")
    return (
        _("Moved within the pool") if row.before and row.before["batch"] != "out" else _("Added to the pool")
    )


def _what_of_succession(row: Row, compound: Compound, names: Names) -> str:
    old, new = (names.of(Compound, row.row[key]) for key in ("old_id", "new_id"))
    if row.row["kind"] == CompoundSuccession.Kind.MERGE:
        return _("{old} merged into {new}").format(old=old, new=new)
    return _("{new} split from {old}").format(old=old, new=new)
