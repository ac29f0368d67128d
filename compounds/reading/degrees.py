"""Positions in a roster: degrees in one cell or two, and the coordinate system that a heading names."""

import re

from django.utils.translation import gettext as _

from compounds.positions import CoordinateSystem
from compounds.reading.cells import EMPTY, NO, CellProblem, Reader, Reading, is_nothing, levelled, quoted
from compounds.reading.reasons import Reason
from core.text import comparison_key
from imports.kinds import Task

_DEGREES = re.compile(
    r"[东西北南经纬度EWNSewns:\s]*(?P<number>-?[0-9]{1,3}(?:\.[0-9]{1,20})?)\s*°?\s*(?:[EWNSewns])?"
)
_PLAIN_DEGREES = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,20})?")
_SEXAGESIMAL = re.compile(
    r"[东西北南经纬度EWNSewns:\s]*(?P<d>[0-9]{1,3})[°度]\s*(?P<m>[0-9]{1,2}(?:\.[0-9]{1,15})?)['′分]\s*"
    r"(?:(?P<s>[0-9]{1,2}(?:\.[0-9]{1,15})?)(?:[\"″秒]|''|′′))?\s*(?:[EWNSewns])?"
)
LONGITUDES, LATITUDES = (73, 136), (3, 54)
POSITION_COLUMNS = frozenset({"longitude", "latitude", "position", "coordinate_system"})
# Chosen instead of a system: the positions of the file are not imported.
LEFT_OUT = "none"


def degrees(field_name: str) -> Reader:
    """Decimal degrees, or degrees, minutes and seconds; 0 is what programs write for nothing."""

    def read(text: str) -> Reading:
        plain = levelled(text)
        if _PLAIN_DEGREES.fullmatch(plain):
            value = float(plain)
        elif is_nothing(plain) or plain in NO:
            return EMPTY
        elif found := _SEXAGESIMAL.fullmatch(plain):
            value = float(found["d"]) + float(found["m"]) / 60 + float(found["s"] or 0) / 3600
        elif found := _DEGREES.fullmatch(plain):
            value = float(found["number"])
        else:
            raise CellProblem(
                Reason.POSITION_UNREAD, _("“{text}” is no position in degrees.").format(text=quoted(plain))
            )
        return Reading({field_name: value}) if value else EMPTY

    return read


def both_degrees(text: str) -> Reading:
    """Longitude and latitude in one cell, in either order."""
    plain = levelled(text)
    if is_nothing(plain) or plain in NO:
        return EMPTY
    parts = [part for part in re.split(r"[,;|\s、]+", plain) if part]
    if len(parts) == 2 and all(_SEXAGESIMAL.fullmatch(part) for part in parts):
        numbers = [degrees("x")(part).fields["x"] for part in parts]
    else:
        numbers = [float(number) for number in _PLAIN_DEGREES.findall(plain)]
    if len(numbers) != 2:
        raise CellProblem(
            Reason.POSITION_UNREAD,
            _("“{text}” is no position: longitude and latitude are expected.").format(text=quoted(plain)),
        )
    if not any(numbers):
        return EMPTY
    return Reading({"longitude": numbers[0], "latitude": numbers[1]})


_SYSTEMS = (
    (re.compile(r"百度|baidu|(?<![a-z])bd(?![a-z])|bd-?09|bd_?(?:lng|lon|lat)"), CoordinateSystem.BD09),
    (re.compile("高德|腾讯|火星|国测局|gcj|amap|gaode|tencent"), CoordinateSystem.GCJ02),
    (re.compile("wgs|gps|cgcs2000|国家2000|2000坐标|天地图"), CoordinateSystem.WGS84),
)


def system_named(text: str) -> str:
    """The coordinate system that a heading names (百度经度, lng_gcj02), or ""."""
    key = comparison_key(text)
    for pattern, system in _SYSTEMS:
        if pattern.search(key):
            return system.value
    return ""


def system_of(task: Task) -> str:
    """The system of the file's positions: as chosen, else as its headings name it; `LEFT_OUT`, or "" where nobody says.

    There is no default: a Baidu position read as GPS stands a kilometre away from the compound.
    """
    if chosen := str(task.options.get("coordinate_system") or ""):
        return chosen
    headings = [task.mapping[key] for key in sorted(POSITION_COLUMNS & task.mapping.keys())]
    named = {system_named(heading) for heading in headings} - {""}
    return named.pop() if len(named) == 1 else ""
