"""What stands in a cell of a list of old projects: days, years, quantities, money, stages."""

import re
from calendar import monthrange
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from compounds.reading.cells import EMPTY, NO, CellProblem, Reader, Reading, is_nothing, levelled, quoted
from compounds.reading.words import words
from imports.kinds import Remark, Row
from projects.imports.backlog.reasons import Why
from projects.models import Stage

CENT = Decimal("0.01")
WAN, YI = 10_000, 100_000_000
LARGEST_MONEY = Decimal(10) ** 13
LARGEST_QUANTITY = Decimal(10) ** 10


def naming_column(row: Row) -> str:
    """The column that names the compound: its code where one stands, else its name."""
    code = row.cells.get("code", "")
    return "name" if is_nothing(code) else "code"


_DAY = re.compile(
    r"(?P<year>(?:19|20)[0-9]{2})\s*[-/.年]\s*(?P<month>[0-9]{1,2})\s*(?:[-/.月]\s*(?:(?P<day>[0-9]{1,2})\s*[日号]?)?)?(?:\s+00:00(?::00)?|T00:00:00)?"
)
_COMPACT = re.compile(r"(?P<year>(?:19|20)[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")


def day(field: str, *, last: bool) -> Reader:
    """A day in any of the usual spellings. Of a month alone its first or `last` day, with a doubt."""

    def read(text: str) -> Reading:
        plain = levelled(text)
        if is_nothing(plain) or plain in NO:
            return EMPTY
        found = _DAY.fullmatch(plain) or _COMPACT.fullmatch(plain)
        if found is None:
            raise _unread(plain)
        year, month = int(found["year"]), int(found["month"])
        if not 1 <= month <= 12:
            raise _unread(plain)
        if found["day"] is None:
            read_as = date(year, month, monthrange(year, month)[1] if last else 1)
            doubt = _("Only the month is given; read as {day}.").format(day=read_as.isoformat())
            return Reading({field: read_as.isoformat()}, Remark(Why.MONTH_ONLY, doubt))
        try:
            return Reading({field: date(year, month, int(found["day"])).isoformat()})
        except ValueError:
            raise _unread(plain) from None

    return read


def _unread(plain: str) -> CellProblem:
    sentence = _("“{text}” is not a day. Write it like 2022-04-12.")
    return CellProblem(Why.DAY_UNREAD, sentence.format(text=quoted(plain)))


_YEAR = re.compile(r"(?P<year>20[0-9]{2})(?:\.0+)?\s*年?度?")


def year(text: str) -> Reading:
    plain = levelled(text)
    if is_nothing(plain):
        return EMPTY
    found = _YEAR.fullmatch(plain)
    if found is None:
        raise CellProblem(
            Why.YEAR_WRONG, _("“{text}” is not a plan year such as 2022.").format(text=quoted(plain))
        )
    return Reading({"year": int(found["year"])})


_NUMBER = re.compile(
    r"(?P<about>约|大约|近)?(?P<number>-?[0-9][0-9,\s]*(?:\.[0-9]+)?)\s*(?P<scale>万|亿)?(?P<unit>[^0-9万亿余多]*[23]?)(?P<more>余|多)?[^0-9]{0,6}"
)
_THOUSANDS = re.compile(r"(?<=[0-9])[,\s]+(?=[0-9]{3}(?![0-9]))")


def _number(plain: str) -> tuple[Decimal, str, bool] | None:
    """(number with its 万 or 亿, unit as typed, whether it was only about that)."""
    found = _NUMBER.fullmatch(_THOUSANDS.sub("", plain))
    if found is None or "," in found["number"] or " " in found["number"].strip() or len(found["number"]) > 20:
        return None
    scale = {"万": WAN, "亿": YI}.get(found["scale"] or "", 1)
    return (
        Decimal(found["number"].strip()) * scale,
        found["unit"].strip(),
        bool(found["about"] or found["more"]),
    )


# What a unit in a cell or a heading's brackets means, in the catalogue's own: km of pipes are kept in m.
SCALES = {
    "km": 1000,
    "公里": 1000,
    "千米": 1000,
    "万m": 10_000,
    "万m2": 10_000,
    "万平方米": 10_000,
    "万米": 10_000,
}


def quantity(text: str, *, bracket: str = "") -> Decimal | None:
    """A quantity in the catalogue's unit, None for nothing; raises `CellProblem`."""
    plain = levelled(text)
    if is_nothing(plain) or plain in NO:
        return None
    read = _number(plain)
    if read is None:
        raise CellProblem(Why.QUANTITY_UNREAD, _("“{text}” is not a quantity.").format(text=quoted(plain)))
    number, unit, _about = read
    number = (number * SCALES.get(unit.casefold() or bracket, 1)).quantize(CENT, ROUND_HALF_UP)
    if not 0 <= number < LARGEST_QUANTITY:
        raise CellProblem(
            Why.QUANTITY_UNREAD, _("“{text}” is no possible quantity.").format(text=quoted(plain))
        )
    return number


def money(bracket: str) -> Reader:
    """Yuan; `bracket` is what the heading says in brackets: 万元 there or in the cell means ten thousand."""
    of_heading = YI if "亿" in bracket else WAN if "万" in bracket else 1

    def read(text: str) -> Reading:
        plain = levelled(text)
        if is_nothing(plain) or plain in NO:
            return EMPTY
        read_as = _number(plain)
        if read_as is None:
            sentence = _("“{text}” is not an amount of money. Write yuan as a plain number.")
            raise CellProblem(Why.QUANTITY_UNREAD, sentence.format(text=quoted(plain)))
        number, _unit, about = read_as
        scaled = number if "万" in plain or "亿" in plain else number * of_heading
        yuan = scaled.quantize(CENT, ROUND_HALF_UP)
        if not 0 <= yuan < LARGEST_MONEY:
            raise CellProblem(
                Why.QUANTITY_UNREAD, _("“{text}” is no possible amount.").format(text=quoted(plain))
            )
        if not yuan:
            return EMPTY
        doubt = Remark(Why.ABOUT_MONEY, _("Read as {number}.").format(number=yuan)) if about else None
        return Reading({"investment": str(yuan)}, doubt)

    return read


def _spelled(stage: Stage, *spellings: str) -> dict[str, Stage]:
    return dict.fromkeys(spellings, stage)


# As lists of offices say it; 完工 is where the works are done and the joint acceptance is to come.
STAGE_WORDS = {
    **_spelled(Stage.WILLINGNESS, "意愿征集", "征求意见", "意见征集", "入户调查"),
    **_spelled(Stage.PLAN, "计划", "已列入计划", "计划下达", "申报"),
    **_spelled(Stage.SCHEME, "方案", "方案设计", "设计", "方案编制"),
    **_spelled(Stage.JOINT_REVIEW, "联合审查", "联审", "会审"),
    **_spelled(Stage.ESTIMATE, "概算", "概算审批", "财评", "预算评审"),
    **_spelled(Stage.TENDER, "招标", "招投标", "采购"),
    **_spelled(Stage.START, "开工", "待开工", "未开工", "准备开工", "开工准备"),
    **_spelled(Stage.CONSTRUCTION, "施工", "在建", "施工中", "建设中", "正在施工", "已开工", "改造中"),
    **_spelled(Stage.ACCEPTANCE, "验收", "完工", "已完工", "竣工", "待验收", "完工待验收", "已竣工"),
    **_spelled(Stage.HANDOVER, "移交", "已验收", "待移交", "验收合格", "竣工验收"),
    **_spelled(Stage.AFTERCARE, "管护", "已移交", "已完成", "完成", "后续管护", "已交付", "长效管理"),
}


def stage() -> Reader:
    return words("stage", STAGE_WORDS, Stage.choices)
