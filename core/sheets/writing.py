"""Spreadsheets out: workbooks and CSV whose cells can never act, templates, and rows handed back for mending."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from math import isfinite
from typing import Any, BinaryIO

import xlsxwriter
import xlsxwriter.utility
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.text import without_invisible

TypeText = str | Promise

# A cell that begins so is a formula, a command or a shift of columns to some program.
DANGEROUS_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
LONGEST_CELL = 32_767
LONGEST_SHEET_NAME = 31
# Excel's calendar begins here.
OLDEST_DATE = 1901
# Rows below the headings of a template that get drop-downs.
TEMPLATE_ROWS = 5_000
TEAL, PALE, AMBER, RED = "#0F766E", "#F1F5F4", "#FEF3C7", "#FECACA"


class Kind(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    MOMENT = "moment"


FORMATS = {
    Kind.INTEGER: "#,##0",
    Kind.DECIMAL: "#,##0.00",
    Kind.DATE: "yyyy-mm-dd",
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
}


@dataclass(frozen=True, kw_only=True)
class SheetColumn:
    """A column as it is written; `width` in characters.

    `number_format` overrides the kind's (years have no thousands sign). `note`, `example`,
    `required` and `choices` are for templates.
    """

    key: str
    heading: TypeText
    kind: Kind = Kind.TEXT
    width: int = 16
    number_format: str = ""
    required: bool = False
    note: TypeText = ""
    example: TypeText = ""
    choices: tuple[TypeText, ...] = ()


def inert(text: str) -> str:
    """For CSV, where nothing but the text itself says that it is text."""
    return f"'{text}" if text.startswith(DANGEROUS_STARTS) else text


def plain_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return _local(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, (list, tuple)):
        return "、".join(plain_text(item) for item in value)
    return without_invisible(str(value))


def _local(moment: datetime) -> datetime:
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment


# --- CSV --------------------------------------------------------------------------------


def csv_lines(*, columns: Sequence[SheetColumn], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """UTF-8 with the mark that Excel and WPS need, line by line."""
    lines: list[str] = []

    class Collector:
        def write(self, line: str) -> None:
            lines.append(line)

    writer = csv.writer(Collector())
    writer.writerow([inert(str(column.heading)) for column in columns])
    yield b"\xef\xbb\xbf" + lines.pop().encode()
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row])
        yield lines.pop().encode("utf-8", "replace")


def _csv_cell(value: Any) -> str:
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return str(value)
    return inert(plain_text(value))


def write_csv(*, columns: Sequence[SheetColumn], rows: Iterable[Sequence[Any]], to: BinaryIO) -> int:
    """Returns how many rows of data were written."""
    count = -1
    for line in csv_lines(columns=columns, rows=rows):
        to.write(line)
        count += 1
    return count


# --- Workbooks --------------------------------------------------------------------------


class _Book:
    """An XlsxWriter workbook that never writes a formula and never turns text into a link."""

    def __init__(self, to: BinaryIO, *, streaming: bool) -> None:
        self.book = xlsxwriter.Workbook(
            to,
            {
                # Row after row goes to disk: memory stays flat however long the list is.
                "constant_memory": streaming,
                "in_memory": not streaming,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "remove_timezone": True,
                "default_date_format": FORMATS[Kind.DATE],
            },
        )
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def look(self, **properties: Any) -> Any:
        """A cell format, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format({"font_size": 11, "valign": "top", **properties})
        return self._formats[key]

    def sheet(self, name: str) -> Any:
        cleaned = "".join("_" if sign in "[]:*?/\\'" else sign for sign in without_invisible(name)).strip()
        return self.book.add_worksheet(cleaned[:LONGEST_SHEET_NAME] or "1")

    def put_text(self, sheet: Any, row: int, column: int, text: str, **properties: Any) -> None:
        if text.startswith(DANGEROUS_STARTS):
            # Excel then keeps it as text even after somebody edited the cell.
            properties["quote_prefix"] = True
        sheet.write_string(row, column, text[:LONGEST_CELL], self.look(**properties))

    def put(self, sheet: Any, row: int, column: int, value: Any, kind: SheetColumn) -> None:
        number_format = kind.number_format or FORMATS.get(kind.kind, "General")
        if value is None or value == "":
            return
        if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) and _fits(value):
            sheet.write_number(row, column, value, self.look(num_format=number_format))
        elif isinstance(value, date) and value.year < OLDEST_DATE:
            self.put_text(sheet, row, column, plain_text(value))
        elif isinstance(value, datetime):
            sheet.write_datetime(
                row, column, _local(value).replace(tzinfo=None), self.look(num_format=number_format)
            )
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, self.look(num_format=number_format))
        else:
            self.put_text(sheet, row, column, plain_text(value))

    def headings(self, sheet: Any, row: int, columns: Sequence[SheetColumn]) -> None:
        for at, column in enumerate(columns):
            sheet.set_column(at, at, column.width)
            label = f"{column.heading} *" if column.required else str(column.heading)
            self.put_text(
                sheet, row, at, label, bold=True, font_color="white", bg_color=TEAL, text_wrap=True, border=1
            )
        sheet.freeze_panes(row + 1, 1)


def _fits(value: int | float | Decimal) -> bool:
    """Excel keeps 15 digits and has no NaN: what does not fit is written as text."""
    return isfinite(value) and -(10**15) < value < 10**15


def write_workbook(
    *, title: TypeText, columns: Sequence[SheetColumn], rows: Iterable[Sequence[Any]], to: BinaryIO
) -> int:
    """One sheet named `title`, values in the order of the columns, memory flat; returns the number of rows."""
    book = _Book(to, streaming=True)
    sheet = book.sheet(str(title))
    book.headings(sheet, 0, columns)
    count = 0
    for count, row in enumerate(rows, start=1):
        for at, (column, value) in enumerate(zip(columns, row, strict=True)):
            book.put(sheet, count, at, value, column)
    if count:
        sheet.autofilter(0, 0, count, len(columns) - 1)
    book.book.close()
    return count


@dataclass(frozen=True, kw_only=True)
class TemplateSheet:
    """A further sheet of a template, to be filled in like the first."""

    title: TypeText
    columns: Sequence[SheetColumn]


def write_template(
    *, title: TypeText, columns: Sequence[SheetColumn], notes: Sequence[TypeText], to: BinaryIO,
    more: Sequence[TemplateSheet] = (),
) -> None:  # fmt: skip
    """Empty sheets to fill in, with drop-downs, and a sheet that explains each column with an example."""
    book = _Book(to, streaming=False)
    to_fill = [TemplateSheet(title=title, columns=columns), *more]
    sheets = [book.sheet(str(one.title)) for one in to_fill]
    guide = book.sheet(_("How to fill in"))
    lists = book.sheet(_("Lists"))
    lists.hide()
    used = 0
    for sheet, one in zip(sheets, to_fill, strict=True):
        _to_fill(book, sheet, lists, one.columns, used)
        used += len(one.columns)
    _guide(book, guide, [column for one in to_fill for column in one.columns], notes)
    sheets[0].activate()
    book.book.close()


def _to_fill(book: _Book, sheet: Any, lists: Any, columns: Sequence[SheetColumn], used: int) -> None:
    """`used` columns of the hidden sheet of lists are taken already."""
    book.headings(sheet, 0, columns)
    for at, column in enumerate(columns):
        if column.note:
            sheet.write_comment(0, at, str(column.note), {"x_scale": 2, "y_scale": 1.5})
        if column.kind == Kind.TEXT:
            # Long digits typed into a text column stay as typed.
            sheet.set_column(at, at, column.width, book.look(num_format="@"))
        if column.choices:
            _drop_down(book, sheet, lists, at, used + at, column)


def _drop_down(book: _Book, sheet: Any, lists: Any, at: int, place: int, column: SheetColumn) -> None:
    """The drop-down of the sheet's column `at`; its words stand in column `place` of the lists."""
    for row, choice in enumerate(column.choices):
        book.put_text(lists, row, place, str(choice))
    letters = xlsxwriter.utility.xl_col_to_name(place, col_abs=True)
    source = f"='{lists.get_name()}'!{letters}$1:{letters}${len(column.choices)}"
    sheet.data_validation(
        1, at, TEMPLATE_ROWS, at,
        {
            "validate": "list", "source": source,
            # Other spellings are understood as well: say so rather than forbid.
            "error_type": "information", "error_title": str(column.heading)[:32],
            "error_message": _("This is not in the list. The preview will show how it is understood."),
        },
    )  # fmt: skip


def _guide(book: _Book, guide: Any, columns: Sequence[SheetColumn], notes: Sequence[TypeText]) -> None:
    row = 0
    for note in notes:
        book.put_text(guide, row, 0, str(note))
        row += 1
    heads = (
        SheetColumn(key="column", heading=_("Column"), width=26),
        SheetColumn(key="required", heading=_("Required"), width=10),
        SheetColumn(key="note", heading=_("What to write"), width=70),
        SheetColumn(key="example", heading=_("Example"), width=36),
    )
    row += 1
    book.headings(guide, row, heads)
    for column in columns:
        row += 1
        texts = (column.heading, _("yes") if column.required else "", column.note, column.example)
        for at, text in enumerate(texts):
            book.put_text(guide, row, at, str(text), text_wrap=True)


@dataclass(frozen=True, kw_only=True)
class WrongRow:
    """A row to hand back: its number, its cells as they came, and {column index: what is wrong there}.

    Problems of the row as a whole stand under -1. `sheet` is named where it is another one.
    """

    number: int
    cells: Sequence[str]
    problems: Mapping[int, str]
    sheet: str = ""


def write_wrong_rows(
    *, title: TypeText, headings: Sequence[str], rows: Iterable[WrongRow], to: BinaryIO
) -> int:
    """The wrong rows as they came, in front of them what is wrong; the cells in question are coloured."""
    book = _Book(to, streaming=True)
    sheet = book.sheet(str(title))
    columns = [
        SheetColumn(key="what", heading=_("What is wrong"), width=60),
        SheetColumn(key="row", heading=_("Row in the file"), width=10),
        *(SheetColumn(key=str(at), heading=heading, width=18) for at, heading in enumerate(headings)),
    ]
    book.headings(sheet, 0, columns)
    count = 0
    for count, row in enumerate(rows, start=1):
        sentences = [
            f"{headings[at]}：{text}" if 0 <= at < len(headings) and headings[at] else text
            for at, text in sorted(row.problems.items())
        ]
        book.put_text(sheet, count, 0, "\n".join(sentences), text_wrap=True, bg_color=AMBER)
        if row.sheet:
            book.put_text(sheet, count, 1, f"{row.sheet} · {row.number}")
        else:
            sheet.write_number(count, 1, row.number)
        for at, text in enumerate(row.cells):
            if at in row.problems:
                book.put_text(sheet, count, at + 2, text, bg_color=RED, bold=True)
            elif text:
                book.put_text(sheet, count, at + 2, text)
    book.book.close()
    return count
