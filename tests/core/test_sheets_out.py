"""Spreadsheets out: no cell can act, whatever stands in it."""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.sheets import (
    Kind,
    SheetColumn,
    WrongRow,
    open_bytes,
    write_csv,
    write_template,
    write_workbook,
    write_wrong_rows,
)
from tests.effort import examples

FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"]
COLUMNS = (
    SheetColumn(key="name", heading="小区"),
    SheetColumn(key="households", heading="户数", kind=Kind.INTEGER),
    SheetColumn(key="area", heading="面积", kind=Kind.DECIMAL),
    SheetColumn(key="day", heading="日期", kind=Kind.DATE),
)


def written(rows: Sequence[tuple[Any, ...]], columns: tuple[SheetColumn, ...] = COLUMNS) -> bytes:
    to = io.BytesIO()
    write_workbook(title="小区", columns=columns, rows=rows, to=to)
    return to.getvalue()


def test_a_workbook_reads_back_as_it_was_written() -> None:
    rows = [("砂石厂小区", 320, Decimal("1496200.50"), date(2026, 11, 20)), ("甲", None, None, None)]
    sheet = open_bytes(written(rows)).read()
    assert sheet.name == "小区"
    assert sheet.rows == [
        ["小区", "户数", "面积", "日期"],
        ["砂石厂小区", "320", "1496200.5", "2026-11-20"],
        ["甲", "", "", ""],
    ]


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_inert_in_workbooks(text: str) -> None:
    content = written([(text,)], (SheetColumn(key="a", heading=text),))
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        xml = package.read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in xml
        assert b'quotePrefix="1"' in package.read("xl/styles.xml")


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_inert_in_csv(text: str) -> None:
    to = io.BytesIO()
    write_csv(columns=[SheetColumn(key="a", heading="x")], rows=[(text,), (-5,), (Decimal("-0.5"),)], to=to)
    lines = to.getvalue().decode("utf-8-sig").split("\r\n")
    assert lines[1].lstrip('"').startswith("'")
    assert lines[-3:-1] == ["-5", "-0.5"]


def test_times_are_written_as_the_portals_clock_shows_them() -> None:
    moment = datetime(2026, 12, 31, 17, 30, tzinfo=UTC)
    column = SheetColumn(key="at", heading="时间", kind=Kind.MOMENT)
    assert open_bytes(written([(moment,)], (column,))).read().rows[1] == ["2027-01-01 01:30:00"]


def test_years_long_numbers_and_lists() -> None:
    columns = (
        SheetColumn(key="year", heading="y", kind=Kind.INTEGER, number_format="0"),
        SheetColumn(key="code", heading="c"),
        SheetColumn(key="old", heading="o"),
        SheetColumn(key="flag", heading="f"),
    )
    rows = open_bytes(written([(1987, 10**17, ["甲", "乙"], date(1850, 1, 1))], columns)).read().rows
    assert rows[1] == ["1987", "1" + "0" * 17, "甲、乙", "1850-01-01"]


def test_a_template_has_drop_downs_and_explains_itself() -> None:
    to = io.BytesIO()
    column = SheetColumn(
        key="state",
        heading="管理",
        required=True,
        note="谁在管理",
        example="无人管理",
        choices=("无人管理", "物业"),
    )
    write_template(title="小区", columns=(*COLUMNS, column), notes=["空格不改动"], to=to)
    book = open_bytes(to.getvalue())
    assert [sheet.hidden for sheet in book.sheets] == [False, False, True]
    assert book.read().rows == [["小区", "户数", "面积", "日期", "管理 *"]]
    guide = book.read(book.sheets[1].name).rows
    assert guide[0][0] == "空格不改动"
    assert guide[-1][0] == "管理"
    assert guide[-1][2:] == ["谁在管理", "无人管理"]
    with zipfile.ZipFile(io.BytesIO(to.getvalue())) as package:
        assert b"dataValidation " in package.read("xl/worksheets/sheet1.xml")


def test_wrong_rows_come_back_as_they_came_with_what_is_wrong() -> None:
    to = io.BytesIO()
    rows = [WrongRow(number=7, cells=["甲", "-1", "=x"], problems={1: "没有负的户数。", -1: "重复。"})]
    assert write_wrong_rows(title="错误", headings=["小区", "户数", "单价"], rows=rows, to=to) == 1
    found = open_bytes(to.getvalue()).read().rows
    assert found[0][2:] == ["小区", "户数", "单价"]
    assert found[1] == ["重复。\n户数：没有负的户数。", "7", "甲", "-1", "=x"]


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.tuples(st.text(max_size=30), st.integers() | st.floats() | st.none()), max_size=5))
def test_whatever_is_written_can_be_read(rows: list[tuple[str, int | float | None]]) -> None:
    columns = (SheetColumn(key="a", heading="a"), SheetColumn(key="b", heading="b", kind=Kind.DECIMAL))
    assert open_bytes(written([("x", 1), *rows], columns)).read().rows[1] == ["x", "1"]
    to = io.BytesIO()
    assert write_csv(columns=columns, rows=rows, to=to) == len(rows)
