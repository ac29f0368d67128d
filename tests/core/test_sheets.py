"""Spreadsheets in: what people send, and what they should not be able to do with it."""

import io
import zipfile
from datetime import datetime
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.sheets import (
    Merged,
    NoSuchSheet,
    Sheet,
    UnreadableSheet,
    find_headings,
    heading_key,
    open_bytes,
    open_workbook,
)
from core.sheets.errors import (
    BrokenCsv,
    EmptySheet,
    NotASpreadsheet,
    PasswordProtected,
    SaveAsXlsx,
    TooManyCells,
    TooManyColumns,
    TooManyRows,
    UnknownEncoding,
    UnpacksTooLarge,
)
from tests.effort import examples
from tests.spreadsheets import csv_bytes, html_table, ods, ods_rows, package, xls, xlsx, xlsx_of_xml

ROSTER = [["小区名称", "户数"], ["砂石厂小区", "320"], ["𠮷祥㐂苑", "12"]]


def rows_of(content: bytes, name: str = "") -> list[list[str]]:
    return open_bytes(content).read(name).rows


# --- Every kind of file -----------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(xlsx(ROSTER), id="xlsx"),
        pytest.param(xls(ROSTER), id="xls"),
        pytest.param(ods_rows(ROSTER), id="ods"),
        pytest.param(csv_bytes(ROSTER), id="utf-8"),
        pytest.param(csv_bytes(ROSTER, encoding="utf-8-sig"), id="utf-8 with mark"),
        pytest.param(csv_bytes(ROSTER, encoding="utf-16"), id="utf-16"),
        pytest.param(csv_bytes(ROSTER, encoding="gb18030"), id="gb18030"),
        pytest.param(csv_bytes(ROSTER, delimiter=";"), id="semicolons"),
        pytest.param(csv_bytes(ROSTER, delimiter="\t", encoding="gb18030"), id="tabs, gb18030"),
        pytest.param(html_table(ROSTER), id="html"),
        pytest.param(html_table(ROSTER, charset="gb2312"), id="html in gb2312"),
    ],
)
def test_the_same_table_is_read_from_every_kind_of_file(content: bytes) -> None:
    assert rows_of(content) == ROSTER


def test_numbers_and_dates_are_text_as_somebody_would_read_them() -> None:
    day = datetime.fromisoformat("1987-05-01")
    table: list[list[Any]] = [["a"], [1.0, 0.1 + 0.2, 421003001001, 1e20, True, 12345.678, -3]]
    assert rows_of(xlsx(table))[1] == ["1", "0.3", "421003001001", "1" + "0" * 20, "TRUE", "12345.678", "-3"]

    to = io.BytesIO()
    book = xlsxwriter.Workbook(to, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_datetime(0, 0, day, book.add_format({"num_format": "yyyy-mm-dd"}))
    sheet.write_datetime(
        0, 1, day.replace(hour=14, minute=5), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    )
    sheet.write_formula(0, 2, "=1+1", None, 2)
    sheet.write_string(0, 3, "a\u202eb\u200bc\x07")
    book.close()
    assert rows_of(to.getvalue()) == [["1987-05-01", "1987-05-01 14:05:00", "2", "abc"]]


def test_a_formula_made_inert_on_the_way_out_comes_back_as_it_was() -> None:
    assert rows_of(csv_bytes([["a", "b"], ["'=1+1", "'quoted'"]])) == [["a", "b"], ["=1+1", "'quoted'"]]


def test_row_numbers_hold_when_the_table_begins_further_down() -> None:
    assert rows_of(xlsx([[], [], [None, "小区名称"], [None, "甲"]])) == [
        [""] * 2,
        [""] * 2,
        ["", "小区名称"],
        ["", "甲"],
    ]


def test_hidden_sheets_are_named_and_not_chosen_by_themselves() -> None:
    book = open_bytes(xlsx(ROSTER, hidden={"字典": [["x"]]}, more={"另一张": [["y"]]}))
    assert [(sheet.name, sheet.hidden) for sheet in book.sheets] == [
        ("字典", True),
        ("小区", False),
        ("另一张", False),
    ]
    assert book.read().rows == ROSTER
    assert book.read("字典").rows == [["x"]]
    with pytest.raises(NoSuchSheet):
        book.read("没有")


def test_merged_cells_are_reported() -> None:
    sheet = open_bytes(xlsx([["街道", "小区"], ["西城街道", "甲"], ["", "乙"]], merge=[(1, 0, 2, 0)])).read()
    assert sheet.merged == (Merged(1, 0, 2, 0),)
    assert sheet.rows[2] == ["", "乙"]


def test_an_html_table_with_spans() -> None:
    page = b"<table><tr><td rowspan=2>S</td><td>a</td></tr><tr><td>b</td></tr><tr><td colspan=2>c</td></tr></table>"
    sheet = open_bytes(page).read()
    assert sheet.rows == [["S", "a"], ["", "b"], ["c", ""]]
    assert sheet.merged == (Merged(0, 0, 1, 0), Merged(2, 0, 2, 1))


# --- Files that are refused, each with a sentence ---------------------------------------


def encrypted() -> bytes:
    return xls([["x"]]).replace(
        "Workbook".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le")[:16]
    ) + ("EncryptedPackage".encode("utf-16-le"))


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        pytest.param(b"", EmptySheet, id="empty file"),
        pytest.param(b"  \n ", EmptySheet, id="blank file"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"0" * 100, NotASpreadsheet, id="a picture"),
        pytest.param(b"%PDF-1.7 ...", NotASpreadsheet, id="a pdf"),
        pytest.param(b"<svg xmlns='x'><script/></svg>", NotASpreadsheet, id="svg"),
        pytest.param(package({"word/document.xml": "<x/>"}), NotASpreadsheet, id="a word document"),
        pytest.param(package({"xl/workbook.bin": "x"}), SaveAsXlsx, id="xlsb"),
        pytest.param(b'<?xml version="1.0"?><Workbook xmlns="urn:s"/>', SaveAsXlsx, id="xml 2003"),
        pytest.param(encrypted(), PasswordProtected, id="password"),
        pytest.param(package({"xl/workbook.xml": "<broken"}), UnreadableSheet, id="broken xml"),
        pytest.param(xlsx(ROSTER)[:900], NotASpreadsheet, id="cut off"),
        pytest.param(xls(ROSTER)[:2000], UnreadableSheet, id="xls cut off"),
        pytest.param(b"a,b\n\xff\xfd\x81,\xff\xff" * 50, UnknownEncoding, id="no encoding"),
        pytest.param(b"<html><body><p>Not found</p></body></html>", EmptySheet, id="html without a table"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(content: bytes, refusal: type[UnreadableSheet]) -> None:
    with pytest.raises(refusal) as caught:
        open_bytes(content).read()
    assert len(caught.value.message) > 6


def test_an_unclosed_quotation_mark_names_its_line() -> None:
    with pytest.raises(BrokenCsv) as caught:
        rows_of(b'a,b\n1,"' + b"x" * 200_000)
    assert caught.value.details["line"] == 2


def test_one_damaged_character_does_not_condemn_the_file() -> None:
    content = (
        csv_bytes([["小区名称"], *([f"第{n}小区"] for n in range(500))], encoding="gb18030") + b"\xd0\xff\n"
    )
    rows = rows_of(content)
    assert rows[1] == ["第0小区"]
    assert "�" in rows[-1][0]


# --- Bombs ------------------------------------------------------------------------------


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = package({"xl/workbook.xml": "<x/>", "xl/worksheets/sheet1.xml": b" " * (210 * 1024 * 1024)})
    assert len(bomb) < 1_000_000
    with pytest.raises(UnpacksTooLarge):
        open_bytes(bomb)


def test_a_zip_that_lies_about_its_size_is_refused() -> None:
    content = bytearray(package({"xl/workbook.xml": "<x/>", "xl/worksheets/sheet1.xml": b" " * 50_000_000}))
    true, claimed = (50_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little")
    assert content.count(true) == 2
    with pytest.raises(UnreadableSheet):
        open_bytes(bytes(content).replace(true, claimed))


def test_ten_thousand_entries_are_refused() -> None:
    with pytest.raises(UnpacksTooLarge):
        open_bytes(package({"xl/workbook.xml": "<x/>", **{f"{n}.txt": "" for n in range(2_500)}}))


@pytest.mark.parametrize(
    ("cells", "refusal"),
    [
        (
            '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row>',
            TooManyRows,
        ),
        ('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>', TooManyColumns),
        ("<row r='9'><c s='1' r='XFD9'><v>1</v></c></row>", TooManyColumns),
        ('<row r="90000"><c r="CV90000"><v>1</v></c></row>', TooManyCells),
        (
            '<row r="1"><c r="CV1"><v>1</v></c></row><row r="90000"><c r="A90000"><v>1</v></c></row>',
            TooManyCells,
        ),
    ],
    ids=["far down", "far right", "other quotes", "far corner", "two far cells"],
)
def test_two_cells_that_span_a_billion_are_refused(cells: str, refusal: type[UnreadableSheet]) -> None:
    with pytest.raises(refusal):
        open_bytes(xlsx_of_xml(cells))


def test_formatted_cells_far_away_without_a_value_do_no_harm() -> None:
    cells = '<row r="1"><c r="A1"><v>7</v></c></row><row r="1048576"><c r="XFD1048576" s="1"/><c r="A1048576" s="1"></c></row>'
    assert rows_of(xlsx_of_xml(cells)) == [["7"]]


FILLED = "><text:p>x</text:p></table:table-cell></table:table-row>"
A_BILLION = f'<table:table-row table:number-rows-repeated="1048576"><table:table-cell office:value-type="string"{FILLED}'
TOO_WIDE = f'<table:table-row><table:table-cell table:number-columns-repeated="9000"{FILLED}'


@pytest.mark.parametrize(("table", "refusal"), [(A_BILLION, TooManyRows), (TOO_WIDE, TooManyColumns)])
def test_repetitions_in_an_ods_are_counted_before_they_are_unrolled(
    table: str, refusal: type[UnreadableSheet]
) -> None:
    with pytest.raises(refusal):
        open_bytes(ods(table))


def test_entities_that_multiply_are_refused() -> None:
    content = ods("<table:table-row/>")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["content.xml"] = parts["content.xml"].replace(
        b"?><office", b'?><!DOCTYPE x [<!ENTITY a "aaaa">]><office', 1
    )
    with pytest.raises(UnreadableSheet):
        open_bytes(package(parts))


def test_a_hundred_thousand_rows_are_read_and_more_are_refused() -> None:
    line = "砂石厂小区,320\n".encode()
    assert len(rows_of("小区,户数\n".encode() + line * 100_000)) == 100_001
    with pytest.raises(TooManyRows):
        rows_of("小区,户数\n".encode() + line * 100_020)


def test_three_hundred_columns_are_refused() -> None:
    with pytest.raises(TooManyColumns):
        rows_of(csv_bytes([["x"] * 300]))


# --- Headings ---------------------------------------------------------------------------

KNOWN = {heading_key(text) for text in ("小区名称", "总户数", "建成年代", "街道")}


@pytest.mark.parametrize(
    "text", ["总户数", "* 总户数（户）：", "总 户 数", "总户数(户)", "总户数\n(户)", "【总户数】总户数"]
)
def test_headings_are_known_by_what_they_say(text: str) -> None:
    assert heading_key(text) == "总户数"


def headings_of(rows: list[list[str]], *merged: Merged) -> tuple[tuple[str, ...], int]:
    found = find_headings(Sheet(name="", rows=rows, merged=merged), KNOWN)
    return found.labels, found.first_row


def test_titles_and_notes_above_the_headings_are_skipped() -> None:
    rows = [["荆州区老旧小区花名册"], ["单位:户"], [], ["序号", "小区名称", "总户数"], ["1", "甲", "3"]]
    assert headings_of(rows) == (("序号", "小区名称", "总户数"), 4)


def test_a_heading_of_two_rows_is_read_as_one() -> None:
    rows = [["小区名称", "规模", ""], ["", "总户数", "楼栋"], ["甲", "3", "1"]]
    merged = (Merged(0, 0, 1, 0), Merged(0, 1, 0, 2))
    assert headings_of(rows, *merged) == (("小区名称", "规模 总户数", "规模 楼栋"), 2)


def test_equal_headings_are_told_apart_and_unknown_ones_still_found() -> None:
    assert headings_of([["x"], ["foo", "bar", "foo"], ["1", "2", "3"]]) == (("foo", "bar", "foo (2)"), 2)


def test_an_empty_sheet_has_no_headings() -> None:
    assert headings_of([]) == ((), 1)


# --- Anything at all --------------------------------------------------------------------


def reading(content: bytes) -> list[list[str]] | str:
    """The rows, or the sentence of the refusal; any other exception is a fault."""
    try:
        return open_workbook(io.BytesIO(content)).read().rows
    except UnreadableSheet as refusal:
        return refusal.message


@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=2_000))
def test_arbitrary_bytes_are_read_or_refused(content: bytes) -> None:
    found = reading(content)
    assert isinstance(found, list) or len(found) > 6
    assert "\0" not in str(found)


WORKBOOKS = [xlsx(ROSTER), xls(ROSTER), ods_rows(ROSTER), html_table(ROSTER)]


@settings(max_examples=examples(200), deadline=None)
@given(
    st.sampled_from(WORKBOOKS), st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=8)
)
def test_damaged_workbooks_are_read_or_refused(content: bytes, damage: list[tuple[int, int]]) -> None:
    damaged = bytearray(content)
    for place, value in damage:
        damaged[place % len(damaged)] = value
    assert reading(bytes(damaged)) is not None
