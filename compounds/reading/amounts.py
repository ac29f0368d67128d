"""Numbers of buildings and households and areas, as people write them: 320户, 1,200, 约320户, 十二栋, 3.86万㎡."""

import re
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from compounds.numbers import chinese_number
from compounds.reading.cells import EMPTY, NO, CellProblem, Reader, Reading, is_nothing, levelled, quoted
from compounds.reading.reasons import Reason
from imports.kinds import Remark

LARGEST = {"building_count": 5_000, "staircase_count": 20_000, "household_count": 100_000}
LARGEST_AREA = Decimal("99999999.99")
CENT = Decimal("0.01")
WAN = 10_000

_COUNT = re.compile(
    r"(?P<about>约|大约|近|将近|共约)?(?:共|共计|合计|总计|总共)?(?P<number>-?[0-9][0-9,\s]*(?:\.[0-9]+)?)(?P<wan>万)?"
    r"(?P<more>余|多|左右|以上)?\s*(?:户|栋|幢|座|个单元|单元|个|套|栋楼|号楼|间|门栋|人家)?(?P<after>左右|以上|余)?"
)
_CHINESE_COUNT = re.compile(
    r"(?P<number>[零〇一二两三四五六七八九十百千]{1,9})(?:户|栋|幢|座|单元|个|套|栋楼)?"
)
_THOUSANDS = re.compile(r"(?<=[0-9])[,\s]+(?=[0-9]{3}(?![0-9]))")


def count(field_name: str) -> Reader:
    """A whole number as people write it: 320户, 1,200, 约320户, 十二栋, 12.0."""
    limit = LARGEST[field_name]

    def read(text: str) -> Reading:
        plain = levelled(text)
        if is_nothing(plain) or plain in NO:
            return EMPTY
        number, about = _whole(plain)
        if number > limit:
            raise CellProblem(
                Reason.OUT_OF_RANGE, _("{number} is more than any compound has.").format(number=quoted(plain))
            )
        if number == 0:
            return Reading({}, _zero())
        return Reading({field_name: number}, _about(str(number)) if about else None)

    return read


def _whole(plain: str) -> tuple[int, bool]:
    """The number, and whether it was only said to be about that."""
    found = _COUNT.fullmatch(_THOUSANDS.sub("", plain))
    if found is None:
        chinese = _CHINESE_COUNT.fullmatch(plain)
        if chinese is None or "千" in plain:
            raise CellProblem(
                Reason.NUMBER_UNREAD, _("“{text}” is not a whole number.").format(text=quoted(plain))
            )
        return chinese_number(chinese["number"]), False
    digits = found["number"].strip()
    # Beyond this no number is meant, and Python would refuse to read some of them.
    if len(digits) > 20 or "," in digits or " " in digits:
        raise CellProblem(
            Reason.NUMBER_UNREAD, _("“{text}” is not a whole number.").format(text=quoted(plain))
        )
    number = Decimal(digits) * (WAN if found["wan"] else 1)
    if number < 0:
        raise CellProblem(Reason.OUT_OF_RANGE, _("The number cannot be negative."))
    if number != number.to_integral_value():
        raise CellProblem(
            Reason.NUMBER_UNREAD, _("“{text}” is not a whole number.").format(text=quoted(plain))
        )
    return int(number), bool(found["about"] or found["more"] or found["after"])


_PLAIN_AREA = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,12})?")
_AREA = re.compile(
    r"(?P<about>约|大约|近)?(?P<number>-?[0-9][0-9,\s]*(?:\.[0-9]+)?)\s*(?P<wan>万|w)?\s*(?P<more>余|多)?"
    r"\s*(?:m2|m²|平方米|平米|平方|平|㎡|sqm)?(?P<after>左右|以上)?",
    re.IGNORECASE,
)


def area(heading_unit: str) -> Reader:
    """m²; `heading_unit` is what the heading says in brackets, 万 there or in the cell means ten thousand."""
    in_wan = "万" in heading_unit

    def read(text: str) -> Reading:
        plain = levelled(text)
        if _PLAIN_AREA.fullmatch(plain):
            return _metres(Decimal(plain) * (WAN if in_wan else 1), plain)
        if is_nothing(plain) or plain in NO:
            return EMPTY
        found = _AREA.fullmatch(_THOUSANDS.sub("", plain))
        digits = found["number"].strip() if found else ""
        if found is None or not digits or len(digits) > 20 or "," in digits or " " in digits:
            raise CellProblem(
                Reason.NUMBER_UNREAD,
                _("“{text}” is not an area. Write m² as a plain number.").format(text=quoted(plain)),
            )
        about = found["about"] or found["more"] or found["after"]
        exact = Decimal(digits) * (WAN if in_wan or found["wan"] else 1)
        return _metres(exact, plain, about=bool(about))

    return read


def _metres(exact: Decimal, plain: str, *, about: bool = False) -> Reading:
    metres = exact.quantize(CENT, ROUND_HALF_UP)
    if metres < 0:
        raise CellProblem(Reason.OUT_OF_RANGE, _("The number cannot be negative."))
    if metres > LARGEST_AREA:
        raise CellProblem(
            Reason.OUT_OF_RANGE, _("{number} is more than any compound has.").format(number=quoted(plain))
        )
    if metres == 0:
        return Reading({}, _zero())
    return Reading({"floor_area": str(metres)}, _about(f"{metres} m²") if about else None)


def _about(number: str) -> Remark:
    return Remark(Reason.ABOUT, _("Read as {number}.").format(number=number))


def _zero() -> Remark:
    return Remark(Reason.ZERO, _("0 is read as “not recorded”."))
