"""Spreadsheets of every kind as bytes, made in the test itself so that what is in them can be read beside it."""

import csv
import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter

Rows = Sequence[Sequence[Any]]


def xlsx(
    rows: Rows,
    *,
    name: str = "小区",
    merge: Sequence[tuple[int, int, int, int]] = (),
    hidden: dict[str, Rows] | None = None,
    more: dict[str, Rows] | None = None,
) -> bytes:
    """One visible sheet, further sheets after it; `merge` are (top, left, bottom, right) from 0."""
    to = io.BytesIO()
    book = xlsxwriter.Workbook(
        to, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    for hidden_name, content in (hidden or {}).items():
        _fill(book.add_worksheet(hidden_name), content).hide()
    sheet = _fill(book.add_worksheet(name), rows)
    sheet.activate()
    sheet.set_first_sheet()
    for top, left, bottom, right in merge:
        sheet.merge_range(top, left, bottom, right, rows[top][left])
    for further, content in (more or {}).items():
        _fill(book.add_worksheet(further), content)
    book.close()
    return to.getvalue()


def _fill(sheet: Any, rows: Rows) -> Any:
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(at, column, value)
            elif value is not None:
                sheet.write(at, column, value)
    return sheet


def csv_bytes(rows: Rows, *, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    to = io.StringIO(newline="")
    csv.writer(to, delimiter=delimiter).writerows(rows)
    return to.getvalue().encode(encoding)


def html_table(rows: Rows, *, charset: str = "utf-8") -> bytes:
    """What many systems hand out as .xls."""
    lines = "".join(f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>" for row in rows)
    page = f'<html><head><meta charset="{charset}"></head><body><table border=1>{lines}</table></body></html>'
    return page.encode("gb18030" if charset.startswith("gb") else charset)


def package(parts: Mapping[str, str | bytes]) -> bytes:
    to = io.BytesIO()
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return to.getvalue()


def xlsx_of_xml(sheet_data: str) -> bytes:
    """An .xlsx whose sheet is exactly this XML: what no honest program writes."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return package(
        {
            "[Content_Types].xml": '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
            "_rels/.rels": f'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<?xml version="1.0"?><workbook xmlns="{main}" xmlns:r="{relations}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/worksheets/sheet1.xml": f'<?xml version="1.0"?><worksheet xmlns="{main}"><sheetData>{sheet_data}</sheetData></worksheet>',
        }
    )


def ods(table: str) -> bytes:
    """An .ods whose table is exactly this XML."""
    office = "urn:oasis:names:tc:opendocument:xmlns"
    return package(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="{office}:manifest:1.0"/>',
            "content.xml": f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{office}:office:1.0" xmlns:table="{office}:table:1.0" xmlns:text="{office}:text:1.0"><office:body><office:spreadsheet><table:table table:name="S">{table}</table:table></office:spreadsheet></office:body></office:document-content>',
        }
    )


def ods_rows(rows: Rows) -> bytes:
    def cell(value: Any) -> str:
        if value in (None, ""):
            return "<table:table-cell/>"
        return f'<table:table-cell office:value-type="string"><text:p>{escape(str(value))}</text:p></table:table-cell>'

    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    # LibreOffice fills the sheet to its last row and column with one repeated empty cell.
    rest = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    return ods(body + rest)


# --- Excel 97–2003 ----------------------------------------------------------------------


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _biff8(rows: Rows) -> bytes:
    """A Workbook stream with one sheet: LABEL for text, NUMBER for numbers."""
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if value in (None, ""):
                continue
            if isinstance(value, str):
                text = value.encode("utf-16-le")
                content = struct.pack("<HHHHB", at, column, 0, len(text) // 2, 1) + text
                sheet += _record(0x0204, content)
            else:
                sheet += _record(0x0203, struct.pack("<HHHd", at, column, 0, float(value)))
    sheet += _record(0x000A, b"")
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    name = "S".encode("utf-16-le")
    end = _record(0x000A, b"")
    offset = len(start) + 4 + 8 + len(name) + len(end)
    bound = _record(0x0085, struct.pack("<IBBBB", offset, 0, 0, 1, 1) + name)
    return start + bound + end + sheet


def xls(rows: Rows) -> bytes:
    """A real .xls: the Workbook stream in an OLE compound file of 512-byte sectors."""
    stream = _biff8(rows)
    stream += b"\0" * (max(4096, -(-len(stream) // 512) * 512) - len(stream))
    sectors = len(stream) // 512
    fat_sectors = 1
    while fat_sectors * 128 < sectors + 1 + fat_sectors:
        fat_sectors += 1
    end, free, fat_mark = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    # Sector 0: directory; then the allocation table; then the stream.
    first = 1 + fat_sectors
    table = [end, *[fat_mark] * fat_sectors, *range(first + 1, first + sectors), end]
    table += [free] * (fat_sectors * 128 - len(table))

    def entry(name: str, kind: int, start: int, size: int, child: int = free) -> bytes:
        raw = name.encode("utf-16-le")
        return (
            raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw) + 2, kind, 1, free, free, child)
            + b"\0" * 36 + struct.pack("<IQ", start, size)
        )  # fmt: skip

    directory = entry("Root Entry", 5, end, 0, child=1) + entry("Workbook", 2, first, len(stream))
    directory += (b"\0" * 66 + struct.pack("<BBIII", 0, 1, free, free, free) + b"\0" * 48)[:128].ljust(
        128, b"\0"
    ) * 2
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, fat_sectors, 0, 0, 4096, end, 0, end, 0)
    slots = [*range(1, 1 + fat_sectors)]
    header += struct.pack("<109I", *(slots + [free] * (109 - len(slots))))
    return header + directory + struct.pack(f"<{len(table)}I", *table) + stream
