"""A row of a household list: its compound, its door, what is told of it, and its owners."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from compounds.imports.known import KnownCompound, KnownCompounds, Meant
from compounds.reading import amounts
from compounds.reading.cells import (
    NO,
    NOTHING,
    CellProblem,
    CellReaders,
    Reading,
    is_nothing,
    levelled,
    quoted,
)
from compounds.reading.totals import REMARKS, TOTALS
from core.sheets import bracket_of
from core.text import clean_line
from imports.kinds import Remark, Row, Task
from imports.masking import masked
from residents.imports.reasons import Why
from residents.reading.doors import Door, read_cells
from residents.reading.owners import read_owners
from residents.reading.reasons import Reason
from residents.reading.units import LONGEST_STAIRCASE, LONGEST_UNIT
from residents.reading.words import NOT_RECORDED, read_tenancy, read_use

LARGEST_AREA = Decimal(100_000)
LONGEST_BUILDING = 30
DOOR_CELLS = ("building", "staircase", "floor", "door")
PERSONAL = ("owners", "shares", "phones")
# None of these signs joins names, says that there are more, or is part of a share.
_PLAIN_NAME = re.compile("(?:(?![和与及等分各均占共])[一-鿿]){2,3}")
_PLAIN_MOBILE = re.compile("1[3-9][0-9]{9}")
# Which column a problem of the door is told beneath.
_COLUMN_OF = {Reason.BUILDING_MISSING.value: "building", Reason.FLOOR_UNREAD.value: "floor"}


class RowReader:
    """Reads the rows of one file; the same text in a column is read once."""

    def __init__(self, task: Task, compounds: KnownCompounds) -> None:
        self._task, self._compounds = task, compounds
        self._area = amounts.area(bracket_of(task.mapping.get("exclusive_area", "")))
        self._cells = CellReaders(
            {
                "exclusive_area": self._read_area,
                "use": _worded("use", read_use),
                "tenancy": _worded("tenancy", read_tenancy),
            }
        )
        self._found: dict[str, tuple[KnownCompound, bool] | Remark | None] = {}
        self._doors: dict[tuple[str, ...], _Said] = {}

    def read(self, row: Row) -> None:
        """Fill values, problems and warnings. Afterwards no cell shows a name or a phone any more."""
        if _is_total(row):
            row.problems = {"door": Remark(Why.NOT_A_HOUSEHOLD, _("This is no household. Leave it out."))}
            _hide(row)
            return
        self._place(row)
        self._door(row)
        self._cells.fill(row)
        _read_people(row)
        _hide(row)

    # --- Where

    def _place(self, row: Row) -> None:
        text = row.cells.get("compound", "")
        if text not in self._found:
            self._found[text] = self._find(text)
        found = self._found[text]
        if found is None:
            row.problems["compound"] = Remark(
                Meant.COMPOUND_MISSING, _("No compound is named, and none was chosen for the whole file.")
            )
        elif isinstance(found, Remark):
            row.problems["compound"] = found
        else:
            compound, is_former = found
            row.values["compound"] = compound.pk
            if is_former:
                row.warnings["compound"] = compound.formerly()

    def _find(self, text: str) -> tuple[KnownCompound, bool] | Remark | None:
        """An empty cell means the compound of the whole file."""
        if not text or is_nothing(text):
            text = str(self._task.options.get("compound") or "")
        if not text:
            return None
        try:
            return self._compounds.find(text)
        except CellProblem as problem:
            return problem.remark

    def _door(self, row: Row) -> None:
        """Buildings of one street are built alike: the same writing of a door is read once."""
        key = tuple(row.cells.get(cell, "") for cell in DOOR_CELLS)
        said = self._doors.get(key)
        if said is None:
            said = self._doors[key] = _read_door(*key)
        row.values.update(said.values)
        if said.warning is not None:
            row.warnings["door"] = said.warning
        if said.problem is not None:
            column = _COLUMN_OF.get(said.problem.kinds[0], "door")
            row.problems[column if column in self._task.mapping else "door"] = said.problem

    # --- What

    def _read_area(self, text: str) -> Reading:
        reading = self._area(text)
        area = reading.fields.get("floor_area")
        if area is None:
            return Reading({}, reading.warning)
        if Decimal(area) > LARGEST_AREA:
            sentence = _("{number} m² is more than any household has.").format(number=quoted(text))
            raise CellProblem(Why.AREA_IMPOSSIBLE, sentence)
        return Reading({"exclusive_area": area}, reading.warning)


@dataclass(slots=True)
class _Said:
    """What the cells of a door say."""

    values: dict[str, Any] = field(default_factory=dict)
    warning: Remark | None = None
    problem: Remark | None = None


def _read_door(building: str, staircase: str, floor: str, door: str) -> _Said:
    try:
        found = read_cells(building=building, staircase=staircase, floor=floor, door=door)
    except CellProblem as problem:
        return _Said(problem=problem.remark)
    except (ValueError, OverflowError):
        sentence = _("“{text}” is not understood as a door.")
        return _Said(problem=Remark(Reason.DOOR_UNREAD, sentence.format(text=quoted(door))))
    name = clean_line(found.building)
    if (
        len(name) > LONGEST_BUILDING
        or len(found.staircase) > LONGEST_STAIRCASE
        or len(found.unit) > LONGEST_UNIT
    ):
        sentence = _("“{text}” is too long for a door.")
        return _Said(problem=Remark(Reason.DOOR_TOO_LONG, sentence.format(text=quoted(door))))
    said = _Said(_values(found, name, has_floor=bool(floor)))
    for remark in found.remarks:
        said.warning = remark if said.warning is None else said.warning.and_also(remark)
    return said


def _values(door: Door, building: str, *, has_floor: bool) -> dict[str, Any]:
    values: dict[str, Any] = {
        "building": building, "building_key": door.building_key, "staircase": door.staircase,
        "staircase_key": door.staircase_key, "unit": door.unit, "unit_key": door.unit_key,
        "door": f"{building}{door.staircase}{door.unit}",
    }  # fmt: skip
    if door.floor is not None:
        # A floor that was only concluded from the number fills a gap, and corrects nobody.
        values |= {"floor": door.floor, "floor_is_said": has_floor}
    return values


def _worded(name: str, read: Callable[[str], str]) -> Callable[[str], Reading]:
    def reader(text: str) -> Reading:
        value = read(text)
        return Reading({} if value == NOT_RECORDED else {name: value})

    return reader


def _is_total(row: Row) -> bool:
    """合计, 填表人: a line beneath the table. What begins with a figure is none."""
    for text in (row.lead, row.cells.get("door", "")):
        if text and not text[0].isdecimal():
            plain = levelled(text).replace(" ", "").casefold()
            if plain in TOTALS or plain.startswith(REMARKS):
                return True
    return False


# --- Whose ----------------------------------------------------------------------------------


def _read_people(row: Row) -> None:
    names, shares, phones = (row.cells.get(key, "") for key in PERSONAL)
    if not names:
        return
    if not shares and (plain := plain_owner(names, phones)) is not None:
        row.values["owners"] = [plain]
        return
    try:
        found = read_owners(names, shares, phones)
    except CellProblem as problem:
        key = "shares" if problem.remark.kinds[0] == Reason.SHARE_UNREAD and shares else "owners"
        row.problems[key] = _without_names(problem.remark)
        return
    except (ValueError, OverflowError):
        row.problems["owners"] = _without_names(Remark(Reason.NAME_UNREAD, "“"))
        return
    for remark in found.remarks:
        discreet = _without_names(remark)
        earlier = row.warnings.get("owners")
        row.warnings["owners"] = discreet if earlier is None else earlier.and_also(discreet)
    if found.owners:
        row.values["owners"] = [
            [
                owner.name,
                owner.share.numerator if owner.share else None,
                owner.share.denominator if owner.share else None,
                owner.phone,
            ]
            for owner in found.owners
        ]


def plain_owner(names: str, phones: str) -> list[Any] | None:
    """One Chinese name, with no phone or a mobile's digits: what `read_owners` would find, without its searching."""
    if not _PLAIN_NAME.fullmatch(names) or names in NOTHING or names in NO:
        return None
    if phones and not _PLAIN_MOBILE.fullmatch(phones):
        return None
    return [names, None, None, phones]


def _without_names(remark: Remark) -> Remark:
    """The readers quote what they do not understand; here that may be somebody's name or number."""
    neutral: dict[str, Any] = {
        Reason.NAME_UNREAD: _(
            "What stands as an owner's name is not understood: it has digits, or is too long."
        ),
        Reason.SHARE_UNREAD: _("A share is not understood. Write 1/2 or 50%."),
        Reason.NAMES_PARTED: _("Several names are read from one cell."),
        Reason.MORE_OWNERS: _("The list says that there are more owners than it names."),
    }
    kind = remark.kinds[0]
    always = kind in {Reason.NAMES_PARTED, Reason.MORE_OWNERS}
    if kind in neutral and (always or "“" in remark):
        return Remark(kind, neutral[kind])
    return remark


def _hide(row: Row) -> None:
    for key in PERSONAL:
        if key in row.cells:
            row.cells[key] = masked(row.cells[key])
