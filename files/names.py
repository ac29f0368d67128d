"""File names as people gave them, without what a file system, a header or a reader could be fooled by."""

import re
import unicodedata

from core import filetypes
from core.text import without_invisible

LONGEST = 120
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f]+')
_SPACES = re.compile(r"\s+")
# What Windows keeps for its devices; people download onto Windows.
_DEVICES = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)

EXTENSIONS: dict[str, tuple[str, ...]] = {
    filetypes.JPEG: ("jpg", "jpeg"),
    filetypes.PNG: ("png",),
    filetypes.PDF: ("pdf",),
    filetypes.XLSX: ("xlsx", "xlsm"),
    filetypes.XLS: ("xls", "et"),
    filetypes.ODS: ("ods",),
    filetypes.DOCX: ("docx", "docm"),
    filetypes.PPTX: ("pptx", "pptm"),
    filetypes.ODT: ("odt",),
    filetypes.OLE: ("doc", "ppt", "wps", "dps"),
    "text/csv": ("csv",),
    filetypes.TEXT: ("txt",),
}


def clean_name(name: str, *, media_type: str = "") -> str:
    """The last part of a path, without controls and forbidden signs, Chinese kept, its ending true to its type."""
    levelled = unicodedata.normalize("NFC", without_invisible(name)).replace("\\", "/")
    last = levelled.rstrip("/").rpartition("/")[2]
    cleaned = _SPACES.sub(" ", _FORBIDDEN.sub("_", last)).strip(" .")
    if not cleaned or _DEVICES.match(cleaned):
        cleaned = f"file_{cleaned}".rstrip("_")
    stem, dot, ending = cleaned.rpartition(".")
    endings = EXTENSIONS.get(media_type, ())
    if endings and (not dot or ending.lower() not in endings):
        return f"{cleaned[:LONGEST]}.{endings[0]}"
    return f"{stem[:LONGEST]}.{ending[:10]}" if dot else cleaned[:LONGEST]
