"""Whole doors: 3号楼2单元501, 3-2-501, 3栋二单元五楼东, in one cell or in several."""

import re
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from compounds.numbers import building_number_key
from compounds.reading.cells import NO, CellProblem, is_nothing, quoted
from imports.kinds import Remark
from residents.reading.reasons import Reason
from residents.reading.units import Unit, read_floor, read_plain_unit, staircase_key, staircase_name
from residents.reading.writing import plain_door


@dataclass(frozen=True, slots=True)
class Door:
    """A household's door. `building`, `staircase` and `unit` as they are shown, the keys as they are compared.

    `before` is what stood in front of the building (a compound's name, a street); `remarks` are doubts.
    """

    building: str
    building_key: str
    staircase: str
    staircase_key: str
    floor: int | None
    unit: str
    unit_key: str
    remarks: tuple[Remark, ...] = ()
    before: str = ""


@dataclass(slots=True)
class _Parts:
    """What one text names, as plain text; "" for what it does not name."""

    before: str = ""
    building: str = ""
    staircase: str = ""
    unit: str = ""
    is_short: bool = False


@dataclass(slots=True)
class _Cells:
    """The filled cells of a row."""

    building: str = ""
    staircase: str = ""
    floor: str = ""
    door: str = ""
    remarks: list[Remark] = field(default_factory=list)


# A dash between two parts; that of −1楼 is a part's own.
_NEXT = "(?:-(?![0-9]{1,2}(?:楼|层|f)))?"
_BUILDING = re.compile(
    r"(?P<before>.*?)(?<![0-9a-z])"
    r"(?P<number>第?(?:(?<![一-鿿])[东西南北中][0-9]+|[a-z]?[0-9]+(?:-[0-9]+)?[a-z]?|[a-z]|[甲乙丙丁戊东西南北中]))"
    rf"(?P<word>号楼|号栋|号幢|栋楼|幢楼|号#|#楼|#|栋|幢|座){_NEXT}(?P<rest>.*)"
)
_ENTRANCE = r"(?:单元|号?门洞|号门|门(?![面市店])|号?楼?梯口|号?楼?梯|号?楼道|洞)"
_STAIR = r"第?(?:[0-9]{1,2}|[a-z]|[东西南北中左右前后甲乙丙丁戊己]{1,2})"
# 3号2单元501 and 3楼501: these words say "building" only when a staircase or a door follows.
_BUILDING_BY_REST = re.compile(
    rf"(?P<before>.*?)(?<![0-9a-z])(?P<number>[0-9]{{1,3}})(?P<word>号|楼){_NEXT}"
    rf"(?P<rest>{_STAIR}{_ENTRANCE}.*|(?P<door>[0-9]{{3,4}})[室号]?)"
)
_STREET = re.compile("[路街巷道弄里]$")
_STAIRCASE = re.compile(rf"(?P<number>{_STAIR}){_ENTRANCE}{_NEXT}|单元(?P<after>[0-9]{{1,2}}|[a-z])-")
_DATE = re.compile(
    r"(?:19|20)[0-9]{2}[-/][0-9]{1,2}[-/][0-9]{1,2}(?:[ t].*)?|[0-9]{1,2}月[0-9]{1,2}日", re.IGNORECASE
)
_LONG_DOOR = re.compile("[a-z]{0,2}[0-9]{3,5}.*")


# --- Reading ----------------------------------------------------------------------------


def read_door(text: str) -> Door:
    """A whole door in one cell; `CellProblem` says what is missing or cannot be understood."""
    return read_cells(door=text)


def read_cells(*, building: str = "", staircase: str = "", floor: str = "", door: str = "") -> Door:
    """A door from the cells of a row; each may be empty, or hold more than its heading says."""
    cells = _Cells(_filled(building), _filled(staircase), _filled(floor), _filled(door))
    for text in (cells.building, cells.staircase, cells.floor, cells.door):
        _refuse_date(text)
    named, said = _building_cell(cells.building), _door_cell(cells)
    number = _one_building(named.building, said.building, cells)
    stair = _one_staircase(named.staircase, said.staircase, cells)
    unit = _unit_of(said, cells)
    if said.is_short:
        shown = f"{building_name(number)}{staircase_name(stair)}{unit.key.upper()}"
        cells.remarks.append(Remark(Reason.DOOR_DOUBTFUL, _("Read as {door}.").format(door=shown)))
    return Door(
        building=building_name(number), building_key=building_number_key(number),
        staircase=staircase_name(stair), staircase_key=stair,
        floor=unit.floor, unit=unit.key.upper(), unit_key=unit.key,
        remarks=tuple(cells.remarks), before=named.before or said.before,
    )  # fmt: skip


def building_name(number: str) -> str:
    """How a building is called here: 3 → 3号楼, a → A栋; a name (办公楼) stays."""
    key = building_number_key(number)
    if re.fullmatch("[0-9]+(?:-[0-9]+)?", key):
        return f"{key}号楼"
    return f"{key.upper()}栋" if len(key) == 1 else number.strip().upper()


def _filled(text: str) -> str:
    return "" if is_nothing(text) or text.strip() in NO else text


def _refuse_date(text: str) -> None:
    if _DATE.fullmatch(text.strip()):
        raise CellProblem(
            Reason.DOOR_IS_DATE,
            _(
                "“{text}” is a date: the spreadsheet made one of a door such as 5-1. Format the column as text."
            ).format(text=quoted(text)),
        )


# --- What each cell names ---------------------------------------------------------------


def _building_cell(text: str) -> _Parts:
    """3号楼, 3, A栋, 办公楼; sometimes with the staircase behind it."""
    plain = plain_door(text) if text else ""
    found = _find_building(plain)
    if found is None:
        return _Parts(building=text.strip())
    stair = _STAIRCASE.match(found["rest"])
    return _Parts(
        before=found["before"].strip("-"),
        building=found["number"] + found["word"],
        staircase=staircase_key(stair["number"] or stair["after"]) if stair else "",
    )


def _door_cell(cells: _Cells) -> _Parts:
    plain = plain_door(cells.door) if cells.door else ""
    parts = _Parts(unit=plain)
    if found := _find_building(plain):
        parts = _Parts(
            before=found["before"].strip("-"), building=found["number"] + found["word"], unit=found["rest"]
        )
    if found := _STAIRCASE.match(parts.unit):
        parts.staircase = staircase_key(found["number"] or found["after"])
        parts.unit = parts.unit[found.end() :]
    _split(parts, has_building=bool(cells.building), has_staircase=bool(cells.staircase))
    return parts


def _find_building(plain: str) -> "re.Match[str] | None":
    if found := _BUILDING.fullmatch(plain):
        return found
    found = _BUILDING_BY_REST.fullmatch(plain)
    if found is None or _STREET.search(found["before"]):
        return None
    # 5楼501 is a floor and its door, 3楼501 a building and its door.
    is_floor = found["word"] == "楼" and found["door"] and found["door"][:-2] == found["number"]
    return None if is_floor else found


def _split(parts: _Parts, *, has_building: bool, has_staircase: bool) -> None:
    """3-2-501, 2-501, 3-2-5-1: what the dashes part, by how many there are and what is known already."""
    words = [word for word in parts.unit.split("-") if word]
    if len(words) < 2 or parts.unit.startswith("-"):
        return
    knows_building = bool(parts.building) or has_building
    ends_long = _LONG_DOOR.fullmatch(words[-1]) is not None
    door = words[-1:] if ends_long else words[-2:]
    left = words[: -len(door)]
    if not left or _LONG_DOOR.fullmatch(words[0]):
        return
    if len(left) > 2:
        raise CellProblem(
            Reason.DOOR_UNREAD, _("“{text}” has too many parts for a door.").format(text=quoted(parts.unit))
        )
    if len(left) == 2:
        parts.building, parts.staircase = parts.building or left[0], parts.staircase or staircase_key(left[1])
    elif knows_building and not (has_staircase and parts.staircase):
        parts.staircase = parts.staircase or staircase_key(left[0])
    else:
        parts.building = parts.building or left[0]
    parts.is_short = not ends_long or not knows_building
    parts.unit = "-".join(door)


# --- One door of several cells ----------------------------------------------------------


def _one_building(named: str, said: str, cells: _Cells) -> str:
    number = named or said
    if not building_number_key(number):
        raise CellProblem(
            Reason.BUILDING_MISSING, _("There is no building. Write the door as 3号楼2单元501 or 3-2-501.")
        )
    if named and said and building_number_key(named) != building_number_key(said):
        cells.remarks.append(_differs(named, said))
    return number


def _one_staircase(beside_building: str, said: str, cells: _Cells) -> str:
    own = staircase_key(cells.staircase) or beside_building
    if own and said and own != said:
        cells.remarks.append(_differs(staircase_name(own), staircase_name(said)))
    return own or said


def _differs(one: str, other: str) -> Remark:
    return Remark(
        Reason.DOOR_DIFFERS,
        _("One cell says {one}, another {other}; the first is taken.").format(one=one, other=other),
    )


def _unit_of(said: _Parts, cells: _Cells) -> Unit:
    if not said.unit:
        raise CellProblem(
            Reason.UNIT_MISSING, _("There is no door number. Write the door as 3号楼2单元501 or 3-2-501.")
        )
    floor = read_floor(cells.floor) if cells.floor else None
    unit = read_plain_unit(said.unit, cells.door, floor)
    if floor is None:
        if unit.floor is not None and not unit.floor_is_sure:
            guessed = _("Floor {floor} is guessed from the door number.").format(floor=unit.floor)
            cells.remarks.append(Remark(Reason.FLOOR_DOUBTFUL, guessed))
        return unit
    if unit.floor != floor:
        differs = _("The floor is {floor}, the door number says {other}; the first is taken.")
        cells.remarks.append(Remark(Reason.FLOOR_DIFFERS, differs.format(floor=floor, other=unit.floor)))
    return Unit(unit.key, floor)
