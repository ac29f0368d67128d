"""Spreadsheets in and out: opened by what they are, refused when too large, written so that no cell can act."""

from core.sheets.cells import Merged, Sheet
from core.sheets.errors import EmptySheet, NoSuchSheet, TooManyRows, UnreadableSheet
from core.sheets.headings import Headings, bracket_of, find_headings, heading_key
from core.sheets.limits import MAX_COLUMNS, MAX_ROWS
from core.sheets.reading import SheetInfo, Workbook, open_bytes, open_workbook
from core.sheets.writing import (
    Kind,
    SheetColumn,
    TemplateSheet,
    WrongRow,
    csv_lines,
    write_csv,
    write_template,
    write_workbook,
    write_wrong_rows,
)

__all__ = [
    "MAX_COLUMNS",
    "MAX_ROWS",
    "EmptySheet",
    "Headings",
    "Kind",
    "Merged",
    "NoSuchSheet",
    "Sheet",
    "SheetColumn",
    "SheetInfo",
    "TemplateSheet",
    "TooManyRows",
    "UnreadableSheet",
    "Workbook",
    "WrongRow",
    "bracket_of",
    "csv_lines",
    "find_headings",
    "heading_key",
    "open_bytes",
    "open_workbook",
    "write_csv",
    "write_template",
    "write_workbook",
    "write_wrong_rows",
]
