"""Reading the two files that `manage.py import_divisions` takes. Nothing is written here.

The register of divisions: code,name. The successions: old,new,kind,effective_on. UTF-8
with or without a byte-order mark, or GBK as Chinese spreadsheet programs save it; a
first line of headings may stand above, in English or Chinese, in any order of columns.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from core.text import clean_line
from directory.codes import LENGTHS, is_division_code
from directory.errors import DivisionFileRefused, SuccessionFileRefused
from directory.models import Division, SuccessionKind

LONGEST_NAME = Division._meta.get_field("name").max_length or 60

DIVISION_COLUMNS: Mapping[str, Sequence[str]] = {
    "code": ("code", "代码", "区划代码", "行政区划代码", "统计用区划代码"),
    "name": ("name", "名称", "区划名称", "单位名称"),
}
SUCCESSION_COLUMNS: Mapping[str, Sequence[str]] = {
    "old": ("old", "原代码", "旧代码"),
    "new": ("new", "新代码", "现代码"),
    "kind": ("kind", "类型", "变更类型"),
    "effective_on": ("effective_on", "生效日期", "变更日期"),
}
KINDS = {
    **{value: value for value in SuccessionKind.values},
    "更名": SuccessionKind.RENAMED,
    "合并": SuccessionKind.MERGED,
    "并入": SuccessionKind.MERGED,
    "拆分": SuccessionKind.SPLIT,
    "撤销": SuccessionKind.DISSOLVED,
}


@dataclass(frozen=True)
class DivisionLine:
    number: int
    code: str
    name: str


@dataclass(frozen=True)
class SuccessionLine:
    number: int
    old: str
    new: str
    kind: str
    effective_on: date


Faults = list[tuple[int, str]]


def decoded(content: bytes) -> str:
    """UTF-8 or UTF-16 by its mark, else UTF-8, else GB 18030 (which contains GBK)."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def short_code(code: str) -> str:
    """Official lists pad higher levels with zeros: 421003000000 and 421000 mean 421003 and 4210.

    No sub-district ends in 000 and no county in 00, so nothing else is meant by them.
    """
    if len(code) == 12:
        code = code.removesuffix("000")
    if len(code) == 9:
        code = code.removesuffix("000")
    if len(code) == 6:
        code = code.removesuffix("00")
    return code.removesuffix("00") if len(code) == 4 else code


def read_divisions(content: bytes) -> list[DivisionLine]:
    """The lines of a register of divisions; every fault of the file itself in one refusal."""
    faults: Faults = []
    lines: list[DivisionLine] = []
    first_seen: dict[str, int] = {}
    for number, cells in _rows(content, DIVISION_COLUMNS):
        code, name = short_code(cells["code"]), cells["name"]
        fault = _code_fault(cells["code"], code) or _name_fault(name)
        if not fault and code in first_seen:
            fault = _("{code} stands in line {line} already.").format(code=code, line=first_seen[code])
        if fault:
            faults.append((number, fault))
            continue
        first_seen[code] = number
        lines.append(DivisionLine(number, code, name))
    if not lines and not faults:
        faults.append((1, _("The file holds no divisions.")))
    if faults:
        raise DivisionFileRefused(faults)
    return lines


def read_successions(content: bytes) -> list[SuccessionLine]:
    """The lines of a succession file, in its order."""
    faults: Faults = []
    lines: list[SuccessionLine] = []
    for number, cells in _rows(content, SUCCESSION_COLUMNS):
        old, new = short_code(cells["old"]), short_code(cells["new"])
        kind, effective_on = KINDS.get(cells["kind"].lower()), _day(cells["effective_on"])
        fault = _code_fault(cells["old"], old) or _code_fault(cells["new"], new)
        if fault or kind is None or effective_on is None:
            faults.append((number, fault or _succession_fault(cells, kind)))
        else:
            lines.append(SuccessionLine(number, old, new, kind, effective_on))
    if faults:
        raise SuccessionFileRefused(faults)
    return lines


def _succession_fault(cells: Mapping[str, str], kind: str | None) -> str:
    if kind is None:
        return _("The kind “{kind}” is none of: {kinds}.").format(kind=cells["kind"], kinds=", ".join(KINDS))
    return _("“{text}” is no date such as 2026-01-31.").format(text=cells["effective_on"])


def _code_fault(typed: str, code: str) -> str:
    if is_division_code(code):
        return ""
    if any(sign.isdigit() and not sign.isascii() for sign in typed):
        return _("“{text}” is written with full-width digits; use plain ones.").format(text=typed)
    if not typed.isdigit():
        return _("“{text}” is no division code: digits only.").format(text=typed)
    lengths = "/".join(str(length) for length in LENGTHS)
    return _("“{text}” has {count} digits; a division code has {lengths}.").format(
        text=typed, count=len(typed), lengths=lengths
    )


def _name_fault(name: str) -> str:
    if not name:
        return _("The name is missing.")
    if "\ufffd" in name:
        return _("The name cannot be read: save the file as UTF-8 or GBK.")
    if len(name) > LONGEST_NAME:
        return _("The name is longer than {count} signs.").format(count=LONGEST_NAME)
    return ""


def _day(text: str) -> date | None:
    match = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", text)
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def _rows(content: bytes, columns: Mapping[str, Sequence[str]]) -> Iterator[tuple[int, dict[str, str]]]:
    """(line number, {column: text}); empty lines are passed over, missing cells are empty."""
    text = decoded(content)
    sample = text.splitlines()[0] if text else ""
    delimiter = "\t" if "\t" in sample else ";" if ";" in sample and "," not in sample else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    places = {name: place for place, name in enumerate(columns)}
    heading = True
    try:
        for cells in reader:
            cells = [clean_line(cell) for cell in cells]
            if not any(cells):
                continue
            if heading and not any(sign.isdigit() for sign in "".join(cells)):
                places = _places(cells, columns)
            else:
                yield reader.line_num, _named(cells, places)
            heading = False
    except csv.Error as error:
        raise DivisionFileRefused([(reader.line_num, str(error))]) from error


def _places(headings: list[str], columns: Mapping[str, Sequence[str]]) -> dict[str, int]:
    found = {heading.lower(): place for place, heading in reversed(list(enumerate(headings)))}
    places: dict[str, int] = {}
    for name, spellings in columns.items():
        place = next((found[spelling] for spelling in spellings if spelling in found), None)
        if place is None:
            missing = _("No column is headed “{heading}” ({others}).").format(
                heading=spellings[0], others=", ".join(spellings[1:])
            )
            raise DivisionFileRefused([(1, missing)])
        places[name] = place
    return places


def _named(cells: list[str], places: Mapping[str, int]) -> dict[str, str]:
    return {name: cells[place] if place < len(cells) else "" for name, place in places.items()}
