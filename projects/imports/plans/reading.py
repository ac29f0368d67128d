"""A row of a plan table: its cells."""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.utils.translation import gettext as _

from compounds.reading import amounts
from compounds.reading.cells import CellProblem, Reader, is_nothing, levelled, name_key, one_line, quoted
from compounds.reading.totals import TOTALS
from core.sheets import bracket_of
from imports.kinds import Remark, Row, Task
from projects.imports.plans.reasons import Reason
from projects.models import Plan

FIGURES = ("building_count", "household_count", "floor_area", "estimated_investment")
WRITTEN = (*FIGURES, "year", "jump_reason")
DECIMAL = {"floor_area", "estimated_investment"}
LONGEST_REASON = 300
LARGEST_MONEY = Decimal(10) ** 14
CENT = Decimal("0.01")
_MONEY = re.compile(r"(?:约|大约|近)?(-?[0-9][0-9,\s]*(?:\.[0-9]+)?)\s*(亿元?|万元?|元)?(?:左右|以上)?")


def read_row(row: Row, task: Task, plan: Plan | None) -> None:
    name = one_line(row.cells.get("name", ""))
    code = one_line(row.cells.get("code", ""))
    if name_key(name) in TOTALS or (not name and not code and row.lead):
        words = _("This is a line of totals or a remark, not a compound. Leave it out.")
        row.problems["name"] = Remark(Reason.NOT_A_COMPOUND, words)
        return
    if not name and not code:
        row.problems["name"] = Remark(Reason.NAME_MISSING, _("The name is missing."))
        return
    row.values["name"] = name or code
    if code:
        row.values["code"] = code
    for key in ("building_count", "household_count"):
        _take(row, key, amounts.count(key))
    _take(row, "floor_area", amounts.area(bracket_of(task.mapping.get("floor_area", ""))))
    _read_money(row, bracket_of(task.mapping.get("estimated_investment", "")))
    _read_year(row, plan)
    reason = one_line(row.cells.get("jump_reason", ""))
    if len(reason) > LONGEST_REASON:
        words = _("Longer than {limit} characters.").format(limit=LONGEST_REASON)
        row.problems["jump_reason"] = Remark(Reason.TOO_LONG, words)
    elif reason and not is_nothing(reason):
        row.values["jump_reason"] = reason


def _take(row: Row, key: str, reader: Reader) -> None:
    text = row.cells.get(key)
    if not text:
        return
    try:
        reading = reader(text)
    except CellProblem as problem:
        row.problems[key] = Remark(Reason.NUMBER, str(problem))
        return
    except (InvalidOperation, ValueError, OverflowError):
        row.problems[key] = Remark(Reason.NUMBER, _("“{text}” cannot be read.").format(text=quoted(text)))
        return
    row.values.update(reading.fields)
    if reading.warning is not None:
        row.warnings[key] = Remark(Reason.ABOUT, str(reading.warning))


def _read_money(row: Row, heading_unit: str) -> None:
    """万元 unless heading or cell say 元 or 亿; kept in yuan."""
    text = levelled(row.cells.get("estimated_investment", ""))
    if not text or is_nothing(text):
        return
    found = _MONEY.fullmatch(text)
    digits = re.sub(r"[,\s]", "", found[1]) if found else ""
    if found is None or len(digits) > 18:
        words = _("“{text}” is not a sum of money. Write it in 10,000 yuan.").format(text=quoted(text))
        row.problems["estimated_investment"] = Remark(Reason.NUMBER, words)
        return
    unit = found[2] or heading_unit
    factor = 100_000_000 if unit.startswith("亿") else 1 if unit in ("元", "yuan", "¥") else amounts.WAN
    yuan = (Decimal(digits) * factor).quantize(CENT, ROUND_HALF_UP)
    if not 0 <= yuan < LARGEST_MONEY:
        words = _("{number} is not a possible sum.").format(number=quoted(text))
        row.problems["estimated_investment"] = Remark(Reason.NUMBER, words)
        return
    row.values["estimated_investment"] = str(yuan)


def _read_year(row: Row, plan: Plan | None) -> None:
    text = levelled(row.cells.get("year", "")).removesuffix("度").removesuffix("年").removesuffix(".0")
    if not text or is_nothing(text):
        return
    year = int(text) if re.fullmatch("[0-9]{4}", text) else 0
    if plan is not None and year not in plan.years:
        words = _("{year} lies outside this plan ({first} to {last}).")
        found = words.format(year=quoted(text), first=plan.first_year, last=plan.last_year)
        row.problems["year"] = Remark(Reason.YEAR, found)
    else:
        row.values["year"] = year
