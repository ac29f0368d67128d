"""The previewed doors into the register: set-wise, all or nothing, and only if they still fit."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from compounds.models import Building, Compound
from imports.errors import ChangedSincePreview
from imports.kinds import Row, Task
from imports.models import Verdict
from imports.staging import staged
from jobs.progress import Progress
from residents.imports.comparing import outcome_of
from residents.imports.known import Doors, KnownOwner, Told, compounds_of
from residents.models import HouseholdUse, OwnerChange, Tenancy

CHUNK = 2_000
LONGEST_BASIS = 300
Line = tuple[Any, ...]

# Typed arrays, one for each column: (name, type) in the order of the lines.
_DOORS = (
    ("id", "bigint"), ("building_id", "bigint"), ("staircase", "text"), ("staircase_key", "text"), ("floor", "smallint"),
    ("unit", "text"), ("unit_key", "text"), ("exclusive_area", "numeric"), ("use", "text"), ("tenancy", "text"),
)  # fmt: skip
_CHANGED = (
    ("id", "bigint"), ("floor", "smallint"), ("exclusive_area", "numeric"), ("use", "text"), ("tenancy", "text"),
)  # fmt: skip
_OWNERS = (
    ("household_id", "bigint"), ("name", "text"), ("share_numerator", "int"), ("share_denominator", "int"),
    ("phone", "text"), ("from_on", "date"),
)  # fmt: skip
_KEPT = (("id", "bigint"), ("share_numerator", "int"), ("share_denominator", "int"), ("phone", "text"))
_ENDED = (("id", "bigint"), ("until_on", "date"))
_OWNER_CHANGES = (
    ("household_id", "bigint"), ("kind", "text"), ("effective_on", "date"), ("basis", "text"), ("owner_count", "smallint"),
    ("recorded_by_id", "bigint"),
)  # fmt: skip


def _insert(table: str, columns: Sequence[tuple[str, str]], **constants: str) -> str:
    names = [name for name, _type in columns]
    arrays = ", ".join(f"%s::{kind}[]" for _name, kind in columns)
    into = ", ".join([*names, *constants])
    values = ", ".join([*(f"v.{name}" for name in names), *constants.values()])
    return f"INSERT INTO {table} ({into}) SELECT {values} FROM unnest({arrays}) AS v({', '.join(names)})"  # noqa: S608


def _update(table: str, columns: Sequence[tuple[str, str]], sets: str) -> str:
    names = ", ".join(name for name, _type in columns)
    arrays = ", ".join(f"%s::{kind}[]" for _name, kind in columns)
    return f"UPDATE {table} t SET {sets} FROM unnest({arrays}) AS v({names}) WHERE t.id = v.id"  # noqa: S608


_INSERT_DOORS = _insert("residents_household", _DOORS)
# NULL stands for "as it is": an import never empties a fact.
_UPDATE_DOORS = _update(
    "residents_household", _CHANGED,
    "floor = coalesce(v.floor, t.floor), exclusive_area = coalesce(v.exclusive_area, t.exclusive_area),"
    ' "use" = coalesce(v."use", t."use"), tenancy = coalesce(v.tenancy, t.tenancy)',
)  # fmt: skip
_INSERT_OWNERS = _insert("residents_owner", _OWNERS, is_voter="false")
_UPDATE_OWNERS = _update(
    "residents_owner", _KEPT,
    "share_numerator = v.share_numerator, share_denominator = v.share_denominator, phone = v.phone",
)  # fmt: skip
_END_OWNERS = _update(
    "residents_owner",
    _ENDED,
    "until_on = greatest(v.until_on, coalesce(t.from_on, v.until_on)), is_voter = false",
)
_INSERT_CHANGES = _insert("residents_ownerchange", _OWNER_CHANGES)


class _Change(NamedTuple):
    """The owners of one door before and after."""

    household: int
    known: Sequence[KnownOwner]
    after: Sequence[Told]


def write_rows(
    *, run_id: int, task: Task, basis: str, effective_on: date, progress: Progress
) -> dict[str, int]:
    """Add and change what the preview showed, in the caller's transaction; returns {verdict: rows}.

    The compounds are locked first: of two imports into one the second waits, then finds what the first wrote and
    is refused. Raises `ChangedSincePreview`.
    """
    rows = staged(run_id, (Verdict.NEW, Verdict.CHANGED))
    new = [row for row in rows if row.verdict == Verdict.NEW]
    changed = [row for row in rows if row.verdict == Verdict.CHANGED]
    progress.step(0, len(rows), _("comparing once more"))
    doors = _still_right(rows, task)
    buildings = _buildings(new, doors)
    made = _write_new(new, buildings)
    progress.step(len(new), len(rows), _("writing"))
    _write_changed(changed)
    _write_owners(_owner_changes(new, changed, made, doors), task, basis, effective_on)
    progress.step(len(rows), len(rows), _("writing"))
    return {Verdict.NEW.value: len(new), Verdict.CHANGED.value: len(changed)}


# --- Once more ------------------------------------------------------------------------------


def _still_right(rows: Sequence[Row], task: Task) -> Doors:
    keys = {row.values["compound"] for row in rows}
    compounds = Compound.objects.select_for_update(no_key=True).order_by("pk").in_bulk(keys)
    reach = compounds_of(task.user, task.division)
    allowed = {
        key
        for key, compound in compounds.items()
        if compound.ended_on is None and reach.covers(compound.community_id)
    }
    doors = Doors(keys)
    outdated = sum(
        1
        for row in rows
        if row.values["compound"] not in allowed
        or outcome_of(row.values, doors) != (row.target_id, row.changes)
    )
    if outdated:
        raise ChangedSincePreview(count=outdated)
    return doors


# --- Doors ----------------------------------------------------------------------------------


def _buildings(new: Sequence[Row], doors: Doors) -> dict[tuple[int, str], int]:
    """{(compound, building's key): id}, with those that are named for the first time."""
    missing: dict[tuple[int, str], str] = {}
    for row in new:
        key = (row.values["compound"], row.values["building_key"])
        if key not in doors.buildings:
            missing.setdefault(key, row.values["building"])
    made = Building.objects.bulk_create(
        [
            Building(compound_id=compound, number=name, number_key=key)
            for (compound, key), name in missing.items()
        ]
    )
    return doors.buildings | {(one.compound_id, one.number_key): one.pk for one in made}


def _write_new(new: Sequence[Row], buildings: dict[tuple[int, str], int]) -> dict[int, int]:
    """Returns {row number: id}."""
    if not new:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('residents_household', 'id')) FROM generate_series(1, %s)",
            [len(new)],
        )
        ids = [key for (key,) in cursor.fetchall()]
    _execute(_INSERT_DOORS, (_door(row, key, buildings) for row, key in zip(new, ids, strict=True)))
    return {row.number: key for row, key in zip(new, ids, strict=True)}


def _door(row: Row, key: int, buildings: dict[tuple[int, str], int]) -> Line:
    values = row.values
    return (
        key, buildings[values["compound"], values["building_key"]], values["staircase"], values["staircase_key"],
        values.get("floor"), values["unit"], values["unit_key"], values.get("exclusive_area"),
        values.get("use", HouseholdUse.UNKNOWN.value), values.get("tenancy", Tenancy.UNKNOWN.value),
    )  # fmt: skip


def _write_changed(changed: Sequence[Row]) -> None:
    facts = [name for name, _type in _CHANGED[1:]]
    _execute(
        _UPDATE_DOORS,
        (
            (row.target_id, *(row.changes[fact][1] if fact in row.changes else None for fact in facts))
            for row in changed
            if row.changes.keys() & set(facts)
        ),
    )


# --- Owners ---------------------------------------------------------------------------------


def _owner_changes(
    new: Sequence[Row], changed: Sequence[Row], made: dict[int, int], doors: Doors
) -> list[_Change]:
    found = [_Change(made[row.number], (), row.values["owners"]) for row in new if row.values.get("owners")]
    for row in changed:
        if "owners" in row.changes and row.target_id is not None:
            found.append(
                _Change(row.target_id, doors.owners.get(row.target_id, ()), row.changes["owners"][1])
            )
    return found


def _write_owners(changes: Sequence[_Change], task: Task, basis: str, effective_on: date) -> None:
    """Whoever stays stays the same row; whoever is not named any more ends; whoever is new begins."""
    begun: list[Line] = []
    kept: list[Line] = []
    ended: list[Line] = []
    told: list[Line] = []
    who = task.user.pk if task.user is not None else None
    for change in changes:
        staying: dict[str, list[KnownOwner]] = defaultdict(list)
        for owner in change.known:
            staying[owner.name].append(owner)
        has_new = False
        for name, numerator, denominator, phone in change.after:
            if staying.get(name):
                kept.append((staying[name].pop(0).pk, numerator, denominator, phone))
            else:
                has_new = True
                begun.append((change.household, name, numerator, denominator, phone, effective_on))
        gone = [owner for owners in staying.values() for owner in owners]
        ended += [(owner.pk, effective_on) for owner in gone]
        kind = _kind(change, changed_people=bool(gone) or has_new)
        told.append((change.household, kind, effective_on, basis[:LONGEST_BASIS], len(change.after), who))
    _execute(_END_OWNERS, ended)
    _execute(_UPDATE_OWNERS, kept)
    _execute(_INSERT_OWNERS, begun)
    _execute(_INSERT_CHANGES, told)


def _kind(change: _Change, *, changed_people: bool) -> str:
    if not change.known:
        return OwnerChange.Kind.ENTERED.value
    return (OwnerChange.Kind.TRANSFERRED if changed_people else OwnerChange.Kind.CORRECTED).value


def _execute(statement: str, lines: Iterable[Line]) -> None:
    with connection.cursor() as cursor:
        for chunk in _chunks(list(lines)):
            cursor.execute(statement, [list(column) for column in zip(*chunk, strict=True)])


def _chunks(lines: Sequence[Line]) -> Iterator[Sequence[Line]]:
    for start in range(0, len(lines), CHUNK):
        yield lines[start : start + CHUNK]
