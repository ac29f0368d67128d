"""How large a spreadsheet may be, checked before it is unpacked into memory.

A workbook of a few kilobytes can claim a million rows, or unpack to gigabytes. Here
the package is looked through as a stream, in constant memory, and refused in time.
"""

import re
import zipfile
from collections.abc import Iterator
from typing import BinaryIO
from xml.parsers import expat

from core.errors import DomainError
from core.sheets.errors import TooManyCells, TooManyColumns, TooManyRows, UnpacksTooLarge, UnreadableSheet

MAX_ROWS = 100_000
MAX_COLUMNS = 200
# The heading stands within the first rows; they come on top of the rows of data.
HEADING_WITHIN = 20
LAST_ROW = MAX_ROWS + HEADING_WITHIN
# Rows times columns of the smallest rectangle around everything: what a reader allocates.
MAX_CELLS = 5_200_000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_ENTRIES = 2_000
# Spreadsheet XML packs 10 to 60 times; deflate's own maximum is about 1,030.
MAX_RATIO, RATIO_MATTERS_FROM = 250, 16 * 1024 * 1024
CHUNK = 1024 * 1024
OVERLAP = 512

# A rectangle up to this column, or up to this row, cannot hold more than MAX_CELLS.
WIDE_FROM, TALL_FROM = 52, 10_000
# Plain searches that find nothing in almost every file; what they find is looked at closely.
_WIDE_OR_FAR = re.compile(rb'r="(?:(?:[A-Z]{3,}|[B-Z][A-Z])[0-9]|[A-Z]{0,8}[0-9]{6})')
_TALL = re.compile(rb'r="[A-Z]{0,8}[0-9]{5}')
# The same attribute in a spelling that programs do not use.
_UNUSUAL = (b"r='", b"r =", b"r\t", b"r\n", b"r\r", b'= "')
_CELL = re.compile(
    rb"""<(?:\w+:)?c\s[^<>]{0,300}?\br\s*=\s*["']([A-Z]{1,8})([0-9]{1,12})["'][^<>]{0,300}?(/?)>(</)?"""
)


def check_grid(rows: int, columns: int) -> None:
    """Refuse a rectangle of `rows` × `columns` cells that is beyond what is read at once."""
    if rows > LAST_ROW:
        raise TooManyRows(limit=MAX_ROWS)
    if columns > MAX_COLUMNS:
        raise TooManyColumns(limit=MAX_COLUMNS)
    if rows * columns > MAX_CELLS:
        raise TooManyCells


def check_package(source: BinaryIO) -> None:
    """Refuse a zip that would unpack beyond the limits, by what it says and by what comes out."""
    try:
        with zipfile.ZipFile(source) as package:
            _check_entries(package.infolist())
            for entry in package.infolist():
                if entry.filename.endswith("content.xml"):
                    _check_repeats(_chunks(package, entry))
                elif entry.filename.lower().endswith(".xml"):
                    _check_references(_chunks(package, entry))
    except DomainError:
        raise
    except Exception as error:
        # A damaged package fails in a dozen ways (zlib, struct, offsets, encodings): all mean the same.
        raise UnreadableSheet from error
    finally:
        source.seek(0)


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED or len(entries) > MAX_ENTRIES:
        raise UnpacksTooLarge(limit=MAX_UNPACKED // 1024 // 1024)
    for entry in entries:
        if entry.file_size > RATIO_MATTERS_FROM and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise UnpacksTooLarge(limit=MAX_UNPACKED // 1024 // 1024)


def _chunks(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The entry's bytes. zipfile stops at the size the entry claims and checks the sum: a lie is an error."""
    with package.open(entry) as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _check_references(chunks: Iterator[bytes]) -> None:
    """How far the cells of an .xlsx sheet reach; cells without a value do not count.

    Only a sheet that has wide or far references, which few have, is measured exactly.
    """
    is_sheet = suspicious = tall = False
    rows = columns = 0
    rest = b""
    for chunk in chunks:
        text = rest + chunk
        is_sheet = is_sheet or b"sheetData" in text
        if is_sheet:
            tall = tall or _TALL.search(text) is not None
            suspicious = suspicious or _is_suspicious(text)
        if suspicious:
            last_row, last_column = _reach(text)
            rows, columns = max(rows, last_row), max(columns, last_column)
            # What came before the first suspicious cell was within the harmless columns.
            check_grid(max(rows, TALL_FROM if tall else 0), max(columns, WIDE_FROM if tall else 0))
        rest = text[-OVERLAP:]


def _is_suspicious(text: bytes) -> bool:
    return _WIDE_OR_FAR.search(text) is not None or any(spelling in text for spelling in _UNUSUAL)


def _reach(text: bytes) -> tuple[int, int]:
    """The last row and column (from 1) with a value in it."""
    rows = columns = 0
    for letters, digits, empty, ends in _CELL.findall(text):
        if not empty and not ends:
            rows = max(rows, int(digits))
            columns = max(columns, column_number(letters))
    return rows, columns


def column_number(letters: bytes) -> int:
    """A → 1, Z → 26, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


class _Extent:
    """How far the filled cells of an .ods reach when its repetitions are unrolled."""

    ROW, CELLS = "table-row", ("table-cell", "covered-table-cell")

    def __init__(self) -> None:
        self.row = self.column = self.repeated = 0
        self.filled_columns = 0
        self.cell_repeats = 0
        self.cell_filled = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "table":
            self.row = 0
        elif tag == self.ROW:
            self.repeated = _count(attributes, "table:number-rows-repeated")
            self.column = self.filled_columns = 0
        elif tag in self.CELLS:
            self.cell_repeats = _count(attributes, "table:number-columns-repeated")
            self.cell_filled = any(key.endswith(("value-type", "formula")) for key in attributes)
        elif tag == "p":
            self.cell_filled = True

    def end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        if tag in self.CELLS:
            self.column += self.cell_repeats
            if self.cell_filled:
                self.filled_columns = self.column
        elif tag == self.ROW:
            self.row += self.repeated
            if self.filled_columns:
                check_grid(self.row, self.filled_columns)

    @staticmethod
    def refuse_doctype(*_arguments: object) -> None:
        """Entities that multiply need a DOCTYPE; no spreadsheet has one."""
        raise UnreadableSheet


def _count(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def _check_repeats(chunks: Iterator[bytes]) -> None:
    extent = _Extent()
    parser = expat.ParserCreate()
    parser.StartElementHandler = extent.start
    parser.EndElementHandler = extent.end
    parser.StartDoctypeDeclHandler = extent.refuse_doctype
    try:
        for chunk in chunks:
            parser.Parse(chunk)
        parser.Parse(b"", True)  # noqa: FBT003
    except expat.ExpatError as error:
        raise UnreadableSheet from error
