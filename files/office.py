"""Office files that could act are not taken: macros, controls, templates fetched from elsewhere; nor are bombs.

Nothing is unpacked but a few small parts; what a package holds stands in its directory.
"""

import re
import zipfile
from typing import BinaryIO

from core import filetypes
from files.errors import ActiveContent, PackedTooTight

PACKAGES = frozenset({filetypes.XLSX, filetypes.DOCX, filetypes.PPTX, filetypes.ODS, filetypes.ODT})
COMPOUND_FILES = frozenset({filetypes.OLE, filetypes.XLS})

MOST_PARTS = 10_000
MOST_UNPACKED = 400 * 1024 * 1024
MOST_OF_A_PART = 1024 * 1024

# Word, Excel and PowerPoint keep macros here; OpenDocument under Basic/ and Scripts/.
_ACTIVE_PARTS = re.compile(
    r"(^|/)(vbaproject\.bin|vbadata\.xml|activex\d*\.(bin|xml))$|/activex/|/macrosheets/|^basic/|^scripts/",
    re.IGNORECASE,
)
_ACTIVE_TYPE = re.compile(rb"macroEnabled|vnd\.ms-office\.(vbaProject|activeX)", re.IGNORECASE)
_TEMPLATE_FROM_ELSEWHERE = re.compile(
    rb"<Relationship\b(?=[^>]*\battachedTemplate\b)(?=[^>]*TargetMode\s*=\s*[\"']External)", re.IGNORECASE
)
# Names in the directory of a file of Office 97–2003; the last is a newer one under a password.
_ACTIVE_STORAGES = tuple(
    name.encode("utf-16-le") for name in ("_VBA_PROJECT", "Macros\0", "VBA\0", "EncryptedPackage")
)


def refuse_active(source: BinaryIO, media_type: str) -> None:
    """Raises `ActiveContent` or `PackedTooTight`. Leaves `source` at its start."""
    try:
        if media_type in PACKAGES:
            _look_into_package(source)
        elif media_type in COMPOUND_FILES:
            _look_into_compound_file(source)
    finally:
        source.seek(0)


def _look_into_package(source: BinaryIO) -> None:
    source.seek(0)
    try:
        with zipfile.ZipFile(source) as package:
            parts = package.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise PackedTooTight
            if any(_ACTIVE_PARTS.search(part.filename.replace("\\", "/")) for part in parts):
                raise ActiveContent
            for part in parts:
                _look_into_part(package, part)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        # A part that cannot be read (damaged, or under a password) cannot be judged.
        raise ActiveContent from error


def _look_into_part(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    name = part.filename.replace("\\", "/").lower()
    if name == "[content_types].xml" or name.endswith("settings.xml.rels"):
        with package.open(part) as opened:
            content = opened.read(MOST_OF_A_PART + 1)
        if len(content) > MOST_OF_A_PART:
            raise PackedTooTight
        if _ACTIVE_TYPE.search(content) or _TEMPLATE_FROM_ELSEWHERE.search(content):
            raise ActiveContent


def _look_into_compound_file(source: BinaryIO) -> None:
    source.seek(0)
    content = source.read()
    if any(name in content for name in _ACTIVE_STORAGES):
        raise ActiveContent
