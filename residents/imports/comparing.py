"""Rows beside each other and beside the register: which door each means, and what it would change there."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from imports.kinds import Remark, Row
from imports.models import Verdict
from residents.imports.known import Doors, KnownDoor, KnownOwner, Told
from residents.imports.reasons import Why
from residents.reading.owners import MOST_OWNERS

FACTS = ("exclusive_area", "use", "tenancy")
ROWS_NAMED = 5
_DOOR = ("compound", "building_key", "staircase_key", "unit_key")


def compare(rows: Sequence[Row], doors: Doors) -> None:
    """Afterwards each row has its verdict."""
    placed = [row for row in rows if "compound" in row.values and "unit_key" in row.values]
    for row in placed:
        _take_staircase(row, doors)
    joined = _join(placed)
    remarks = _Remarks(doors)
    for row in rows:
        if row.number in joined and not row.problems:
            row.verdict = Verdict.UNCHANGED
        else:
            if not row.problems:
                row.target_id, row.changes = outcome_of(row.values, doors)
                remarks.on(row)
            row.settle()
        if row.verdict in {Verdict.WRONG, Verdict.UNCHANGED}:
            # What is not written needs no names kept.
            row.values.pop("owners", None)


# --- Rows of one door -----------------------------------------------------------------------


def _take_staircase(row: Row, doors: Doors) -> None:
    """Where the list names no staircase and the register knows this door in one, that one is meant."""
    values = row.values
    building = doors.buildings.get((values["compound"], values["building_key"]))
    if values["staircase_key"] or doors.door(building, "", values["unit_key"]) is not None:
        return
    found = doors.of_unit(building, values["unit_key"])
    if len(found) > 1:
        names = "、".join(door.staircase for door in found[:ROWS_NAMED])
        sentence = _("The register has this door in several staircases ({names}). Give the staircase.")
        row.problems["door"] = Remark(Why.STAIRCASE_MISSING, sentence.format(names=names))
    elif found:
        (door,) = found
        values |= {
            "staircase": door.staircase, "staircase_key": door.staircase_key,
            "door": f"{values['building']}{door.staircase}{values['unit']}",
        }  # fmt: skip
        sentence = _("The list names no staircase; {staircase} is taken from the register.")
        _warn(row, "door", Why.STAIRCASE_GUESSED, sentence.format(staircase=door.staircase))


def _join(rows: Sequence[Row]) -> set[int]:
    """Several rows of one door are its co-owners; the first one carries all. Returns the others' numbers.

    A plain repetition is wrong, and so are rows of one door that contradict each other.
    """
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        if not row.problems:
            groups[tuple(row.values[key] for key in _DOOR)].append(row)
    joined: set[int] = set()
    for group in groups.values():
        if len(group) > 1:
            joined |= _join_group(group)
    return joined


def _join_group(group: list[Row]) -> set[int]:
    first, *others = group
    numbers = "、".join(str(row.number) for row in group[:ROWS_NAMED]) + (
        "…" if len(group) > ROWS_NAMED else ""
    )
    if _contradict(group):
        sentence = _(
            "Rows {numbers} are the same door with different facts. Keep one of them, or mend the door."
        )
        for row in group:
            row.problems["door"] = Remark(Why.CONTRADICTORY_DOOR, sentence.format(numbers=numbers))
        return set()
    seen = [list(owner) for owner in first.values.get("owners", ())]
    joined: set[int] = set()
    for row in others:
        more = [owner for owner in row.values.get("owners", ()) if owner not in seen]
        if not more:
            same = _("Row {number} says the same. Leave this one out.").format(number=first.number)
            row.problems["door"] = Remark(Why.REPEATED_DOOR, same)
            continue
        seen += more
        joined.add(row.number)
        told = _("Told together with row {number}: the owners of one door.").format(number=first.number)
        _warn(row, "door", Why.JOINED_OWNERS, told)
    for fact in (*FACTS, "floor", "floor_is_said"):
        for row in others:
            if fact in row.values:
                first.values.setdefault(fact, row.values[fact])
    _give_owners(first, seen, numbers)
    return joined


def _contradict(group: Sequence[Row]) -> bool:
    return any(len({row.values[fact] for row in group if fact in row.values}) > 1 for fact in FACTS)


def _give_owners(row: Row, owners: list[Told], numbers: str) -> None:
    if not owners:
        return
    row.values["owners"] = owners
    if len(owners) > MOST_OWNERS or _sum(owners) > 1:
        sentence = _("Rows {numbers} together name too many owners or shares of more than the whole.")
        row.problems["door"] = Remark(Why.TOO_MANY_OWNERS, sentence.format(numbers=numbers))


def _sum(owners: Sequence[Told]) -> Fraction:
    return sum((Fraction(owner[1], owner[2]) for owner in owners if owner[1]), Fraction(0))


# --- The register ---------------------------------------------------------------------------


def outcome_of(values: dict[str, Any], doors: Doors) -> tuple[int | None, dict[str, list[Any]]]:
    """(the door meant, None for a new one; {field: [old, new]} as JSON holds them)."""
    building = doors.buildings.get((values["compound"], values["building_key"]))
    door = doors.door(building, values["staircase_key"], values["unit_key"])
    return (None, {}) if door is None else (door.pk, _changes(values, door, doors))


def _changes(values: dict[str, Any], door: KnownDoor, doors: Doors) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for field in FACTS:
        old = getattr(door, field)
        old = str(old) if field == "exclusive_area" and old is not None else old
        if field in values and values[field] != old:
            found[field] = [old, values[field]]
    if (
        "floor" in values
        and values["floor"] != door.floor
        and (door.floor is None or values["floor_is_said"])
    ):
        found["floor"] = [door.floor, values["floor"]]
    known = doors.owners.get(door.pk, [])
    owners = owners_after(known, values.get("owners", []))
    if owners is not None:
        found["owners"] = [[owner.told() for owner in known], owners]
    return found


def owners_after(known: Sequence[KnownOwner], told: Sequence[Told]) -> list[Told] | None:
    """Who owns the door once the list is written; None where it says nothing new.

    A share or a phone that the list leaves out stays, as long as the owners are the same people.
    """
    if not told:
        return None
    by_name: dict[str, list[KnownOwner]] = defaultdict(list)
    for owner in known:
        by_name[owner.name].append(owner)
    same = is_same_people(known, told)
    after = []
    for name, numerator, denominator, phone in told:
        staying = by_name[name].pop(0) if by_name.get(name) else None
        if staying is not None:
            phone = phone or staying.phone
            if same and numerator is None:
                numerator, denominator = staying.numerator, staying.denominator
        after.append([name, numerator, denominator, phone])
    if _sum(after) > 1:
        # What the list says and what was known do not fit together: the list's shares alone are taken.
        after = [[one[0], *owner[1:3], one[3]] for one, owner in zip(after, told, strict=True)]
    return None if sorted(map(str, after)) == sorted(str(owner.told()) for owner in known) else after


def is_same_people(known: Sequence[KnownOwner], told: Sequence[Told]) -> bool:
    return Counter(owner.name for owner in known) == Counter(owner[0] for owner in told)


class _Remarks:
    """What about a right row deserves a look; each sentence is made once."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self._new_building: dict[str, Remark] = {}

    def on(self, row: Row) -> None:
        values = row.values
        building = self._doors.buildings.get((values["compound"], values["building_key"]))
        if building is None:
            _add(row, "building" if "building" in row.cells else "door", self._added(values["building"]))
        elif row.target_id is None and self._stands_without_staircase(building, values):
            sentence = _(
                "The register has a door {unit} of this building without staircase. If it is this one, correct that one first."
            )
            _warn(row, "door", Why.WITHOUT_STAIRCASE, sentence.format(unit=values["unit"]))
        if "owners" in row.changes and row.target_id is not None:
            known = self._doors.owners.get(row.target_id, [])
            if known and not is_same_people(known, values["owners"]):
                _warn(row, "owners", Why.CHANGES_HANDS, _("The household changes hands."))

    def _stands_without_staircase(self, building: int, values: dict[str, Any]) -> bool:
        return (
            bool(values["staircase_key"]) and self._doors.door(building, "", values["unit_key"]) is not None
        )

    def _added(self, building: str) -> Remark:
        if building not in self._new_building:
            sentence = _("{building} is not listed yet; it will be added.").format(building=building)
            self._new_building[building] = Remark(Why.NEW_BUILDING, sentence)
        return self._new_building[building]


def _warn(row: Row, key: str, why: str, text: str) -> None:
    _add(row, key, Remark(why, text))


def _add(row: Row, key: str, remark: Remark) -> None:
    earlier = row.warnings.get(key)
    row.warnings[key] = remark if earlier is None else earlier.and_also(remark)
