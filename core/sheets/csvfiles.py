"""CSV as Chinese offices produce it: UTF-8 with or without mark, GBK, UTF-16; comma, semicolon or tab."""

import codecs
import csv
from io import StringIO
from itertools import islice
from typing import Any

from core.sheets.cells import Sheet, rows_of_text
from core.sheets.errors import BrokenCsv, UnknownEncoding
from core.sheets.limits import check_grid

DELIMITERS = (",", "\t", ";", "|")
LOOK_AT = 20
# One damaged character in a thousand is a damaged character, more are another encoding.
DAMAGE_ALLOWED = 0.001
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
LONGEST_CELL = 131_072


def decoded(content: bytes) -> str:
    """The text, by its byte-order mark or by what it is valid as.

    A few damaged characters stay in the text as U+FFFD, so that the rows that hold
    them can be shown; a file that fits nothing is refused.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
    ):  # fmt: skip
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    # Either damaged somewhere, or of a third kind: the reading with fewer scars decides.
    text = min((content.decode(encoding, "replace") for encoding in ("utf-8", "gb18030")), key=_scars)
    if _scars(text) > max(1, len(text) * DAMAGE_ALLOWED) or "\0" in text:
        raise UnknownEncoding
    return text


def _scars(text: str) -> int:
    return text.count(REPLACEMENT)


def delimiter_of(text: str) -> str:
    """The sign that cuts the first lines into the most columns, evenly."""

    def evenness(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in islice(_reader(text, delimiter), LOOK_AT) if row]
        widest = max(widths, default=1)
        return (sum(1 for width in widths if width == widest) if widest > 1 else 0, widest)

    try:
        return max(DELIMITERS, key=evenness)
    except csv.Error:
        return ","


def _reader(text: str, delimiter: str) -> Any:
    return csv.reader(StringIO(text, newline=""), delimiter=delimiter)


def read_csv(content: bytes, *, name: str = "") -> Sheet:
    text = decoded(content)
    reader = _reader(text, delimiter_of(text))
    rows: list[list[str]] = []
    widest = 0
    try:
        for row in reader:
            rows.append(row)
            widest = max(widest, len(row))
            check_grid(len(rows), widest)
    except csv.Error as error:
        raise BrokenCsv(line=reader.line_num) from error
    return Sheet(name=name, rows=[[_unquoted(cell) for cell in row] for row in rows_of_text(rows)])


def _unquoted(cell: str) -> str:
    """A formula made inert on the way out ('=…) comes back as what it was."""
    return cell[1:] if len(cell) > 1 and cell[0] == "'" and cell[1] in "=+-@" else cell
