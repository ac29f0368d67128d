"""Opening a spreadsheet of any kind: .xlsx, .xls, .ods, CSV, and HTML tables that call themselves .xls."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    WorksheetNotFound,
)

from core import filetypes
from core.sheets.cells import Merged, Sheet, rows_of_text
from core.sheets.csvfiles import read_csv
from core.sheets.errors import (
    EmptySheet,
    NoSuchSheet,
    NotASpreadsheet,
    PasswordProtected,
    SaveAsXlsx,
    UnreadableSheet,
)
from core.sheets.htmltables import read_html
from core.sheets.limits import check_grid, check_package

# A workbook with more merged ranges than this is somebody's drawing; they are then left alone.
MAX_MERGED = 50_000
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, kw_only=True)
class SheetInfo:
    name: str
    hidden: bool


class Workbook:
    """An open file: which sheets it has, and `read(name)` for one of them."""

    def __init__(self, sheets: tuple[SheetInfo, ...], read: Callable[[str], Sheet]) -> None:
        self.sheets = sheets
        self._read = read

    def read(self, name: str = "") -> Sheet:
        """The sheet of this name, without a name the first visible one.

        Raises `NoSuchSheet`, `EmptySheet` and the refusals of size in `core.sheets.errors`.
        """
        if not name:
            name = next((sheet.name for sheet in self.sheets if not sheet.hidden), self.sheets[0].name)
        elif name not in {sheet.name for sheet in self.sheets}:
            raise NoSuchSheet
        return self._read(name)


def open_workbook(source: BinaryIO) -> Workbook:
    """Open `source` (seekable) as what its bytes are; its name does not matter.

    Raises a `core.sheets.errors.UnreadableSheet` that says what to do.
    """
    kind = filetypes.real_type(source)
    if kind in {filetypes.XLSX, filetypes.ODS}:
        check_package(source)
        return _calamine(source)
    if kind == filetypes.XLS:
        return _calamine(source)
    if kind in {filetypes.HTML, filetypes.TEXT}:
        return _plain(source.read(), read_html if kind == filetypes.HTML else read_csv)
    if kind == filetypes.OLE and _ENCRYPTED in source.read():
        raise PasswordProtected
    if kind in {filetypes.XLSB, filetypes.XML}:
        raise SaveAsXlsx
    raise NotASpreadsheet


def open_bytes(content: bytes) -> Workbook:
    return open_workbook(BytesIO(content))


def _plain(content: bytes, read: Callable[..., Sheet]) -> Workbook:
    if not content.strip():
        raise EmptySheet
    return Workbook((SheetInfo(name="", hidden=False),), lambda name: read(content, name=name))


@contextmanager
def _refusals() -> Iterator[None]:
    """What the reader says of a damaged or locked file, as a refusal."""
    try:
        yield
    except PasswordError as error:
        raise PasswordProtected from error
    except WorksheetNotFound as error:
        raise NoSuchSheet from error
    except (CalamineError, OSError, ValueError) as error:
        raise UnreadableSheet from error
    except BaseException as error:
        # A panic of the Rust reader on a damaged file; its class is not importable and no Exception.
        if type(error).__name__ == "PanicException":
            raise UnreadableSheet from error
        raise


def _calamine(source: BinaryIO) -> Workbook:
    with _refusals():
        book = CalamineWorkbook.from_filelike(source)
        found = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    if not found:
        raise EmptySheet
    sheets = tuple(
        SheetInfo(name=sheet.name, hidden=sheet.visible != SheetVisibleEnum.Visible) for sheet in found
    )
    return Workbook(sheets, lambda name: _calamine_sheet(book, name))


def _calamine_sheet(book: CalamineWorkbook, name: str) -> Sheet:
    with _refusals():
        sheet = book.get_sheet_by_name(name)
        if sheet.end is not None:
            check_grid(sheet.end[0] + 1, sheet.end[1] + 1)
        rows = rows_of_text(sheet.to_python(skip_empty_area=False))
        ranges = sheet.merged_cell_ranges or []
    merged = tuple(Merged(top, left, bottom, right) for (top, left), (bottom, right) in ranges[:MAX_MERGED])
    return Sheet(name=name, rows=rows, merged=merged)
