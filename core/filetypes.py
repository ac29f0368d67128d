"""What a file really is, told by its bytes; what its name or sender says is not believed."""

import re
import zipfile
from typing import BinaryIO

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEAD = 4096

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSB = "application/vnd.ms-excel.sheet.binary.macroEnabled.12"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ODT = "application/vnd.oasis.opendocument.text"
XLS = "application/vnd.ms-excel"
OLE = "application/x-ole-storage"
ZIP = "application/zip"
PDF = "application/pdf"
HTML = "text/html"
XML = "text/xml"
SVG = "image/svg+xml"
TEXT = "text/plain"
JPEG, PNG, GIF, WEBP = "image/jpeg", "image/png", "image/gif", "image/webp"
UNKNOWN = "application/octet-stream"

_SIGNATURES = (
    (b"%PDF-", PDF),
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
)
# The part of a package that says what the package is.
_PARTS = (
    ("xl/workbook.xml", XLSX),
    ("xl/workbook.bin", XLSB),
    ("word/document.xml", DOCX),
    ("ppt/presentation.xml", PPTX),
)
# Markup is what begins with it, as for a browser: a tag further on may stand in a cell of a CSV.
_PROLOGUE = re.compile(rb"(?:\s+|<\?xml.*?\?>|<!--.*?-->)*", re.DOTALL)
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|table|tr|script|iframe|meta|style|link|div|p|a|b|br|h1|font|form|img|title)"
    rb"[\s>/]",
    re.IGNORECASE,
)
_SVG = re.compile(rb"<(?:!doctype\s+svg|svg)[\s>/]", re.IGNORECASE)
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def real_type(source: BinaryIO) -> str:
    """The media type of the bytes; `UNKNOWN` where nothing fits. Leaves `source` at its start."""
    source.seek(0)
    head = source.read(HEAD)
    source.seek(0)
    for signature, found in _SIGNATURES:
        if head.startswith(signature):
            return found
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head.startswith(ZIP_MAGIC):
        return _package_type(source)
    if head.startswith(OLE_MAGIC):
        return _compound_file_type(source)
    return _text_type(head)


def _package_type(source: BinaryIO) -> str:
    try:
        with zipfile.ZipFile(source) as package:
            names = {name.replace("\\", "/").lower() for name in package.namelist()}
            found = next((media for part, media in _PARTS if part in names), ZIP)
            if found == ZIP and "mimetype" in names and package.getinfo("mimetype").file_size < 200:
                declared = package.read("mimetype").decode("ascii", "replace").strip()
                found = declared if declared in {ODS, ODT} else ZIP
    except Exception:
        # A damaged package fails in a dozen ways; none of them makes it anything.
        found = UNKNOWN
    finally:
        source.seek(0)
    return found


def _compound_file_type(source: BinaryIO) -> str:
    """A workbook of Excel 97–2003 holds a stream called Workbook (Excel 5: Book)."""
    content = source.read()
    source.seek(0)
    names = ("Workbook", "Book")
    return XLS if any(f"{name}\0".encode("utf-16-le") in content for name in names) else OLE


def _text_type(head: bytes) -> str:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n\x0c")
    prologue = _PROLOGUE.match(text)
    start = text[prologue.end() :] if prologue else text
    if _SVG.match(start):
        return SVG
    if _HTML.match(start):
        return HTML
    if text[:5].lower() == b"<?xml":
        return XML
    if head.startswith(_BYTE_ORDER_MARKS) or b"\0" not in head:
        return TEXT
    return UNKNOWN
