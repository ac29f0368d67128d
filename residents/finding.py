"""What a person typed into a search box, as doors: 3号楼, 3-2-501, 2单元501, 501."""

import re

from django.db.models import Q

from compounds.numbers import building_number_key
from compounds.reading.cells import CellProblem
from residents.reading.doors import Door, read_cells
from residents.reading.units import staircase_key
from residents.reading.writing import plain_door

# What stands for "some building" while only staircase and door are looked for.
_ANY = "0"
_TWO = re.compile(r"([0-9]{1,3})-([0-9a-z]{1,2})")
_STAIRCASE = re.compile(".{1,12}(?:单元|门洞|门|梯|楼道)")


def doors_like(typed: str) -> Q:
    """The doors that the text may mean, in every way in which it can be read; what is no door finds none."""
    if whole := _whole(typed):
        return whole
    found = Q(pk__in=[])
    for meant in (_building(typed), _two(typed), _staircase(typed), _inside(typed)):
        if meant is not None:
            found |= meant
    return found


def _whole(typed: str) -> Q | None:
    door = _read(door=typed)
    if door is None:
        return None
    meant = Q(building__number_key=door.building_key, unit_key=door.unit_key)
    return meant & Q(staircase_key=door.staircase_key) if door.staircase_key else meant


def _building(typed: str) -> Q | None:
    """3, 3号楼, 3栋二单元."""
    door = _read(building=typed, door="1")
    if door is None:
        return None
    meant = Q(building__number_key=door.building_key)
    return meant & Q(staircase_key=door.staircase_key) if door.staircase_key else meant


def _two(typed: str) -> Q | None:
    """3-2: a building and its staircase (as a door it is read by `_inside`)."""
    parts = _TWO.fullmatch(plain_door(typed))
    if parts is None:
        return None
    return Q(building__number_key=building_number_key(parts[1]), staircase_key=staircase_key(parts[2]))


def _staircase(typed: str) -> Q | None:
    plain = plain_door(typed)
    if not _STAIRCASE.fullmatch(plain):
        return None
    try:
        return Q(staircase_key=staircase_key(plain))
    except CellProblem:
        return None


def _inside(typed: str) -> Q | None:
    """501, 2单元501."""
    door = _read(building=_ANY, door=typed)
    if door is None:
        return None
    meant = Q(unit_key=door.unit_key)
    return meant & Q(staircase_key=door.staircase_key) if door.staircase_key else meant


def _read(*, building: str = "", door: str) -> Door | None:
    try:
        return read_cells(building=building, door=door)
    except CellProblem:
        return None
