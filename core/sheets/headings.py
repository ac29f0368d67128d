"""Finding the row of headings: titles, notes and merged group headings may stand above it."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from core.sheets.cells import Sheet
from core.sheets.limits import HEADING_WITHIN
from core.text import without_invisible

_BRACKETS = re.compile(r"[(\[{【〔「<][^)\]}】〕」>]*[)\]}】〕」>]?")
_NOISE = re.compile(r"[\s*:：、,，.。;；/\\_\-—–·#?!'\"“”]+")


def heading_key(text: str) -> str:
    """Two headings that a reader takes for the same have the same key.

    Units and remarks in brackets, required-marks, spaces, case and full-width forms are levelled:
    `* 总户数（户）：` and `总户数` are one.
    """
    levelled = unicodedata.normalize("NFKC", without_invisible(text)).casefold()
    bare = _NOISE.sub("", _BRACKETS.sub("", levelled))
    # A heading that is nothing but a bracket is still a heading.
    return bare or _NOISE.sub("", levelled)


def bracket_of(text: str) -> str:
    """What stands in a heading's brackets, levelled: `建筑面积（万㎡）` → `万m2`."""
    levelled = unicodedata.normalize("NFKC", text).casefold()
    return "".join(found.strip("()[]{}【】〔〕「」<> ") for found in _BRACKETS.findall(levelled))


@dataclass(frozen=True, kw_only=True)
class Headings:
    """`labels[i]` heads column i, made unique; "" where a column has no heading. Data begins at index `first_row`."""

    labels: tuple[str, ...]
    first_row: int

    def column_of(self, label: str) -> int | None:
        return self.labels.index(label) if label and label in self.labels else None

    @property
    def named(self) -> tuple[str, ...]:
        return tuple(label for label in self.labels if label)


def find_headings(sheet: Sheet, known: Collection[str]) -> Headings:
    """The row within the first 20 that holds the most different known headings (as `heading_key`s).

    Where none is known, the first row with two filled cells counts as headings.
    A heading of two rows, joined by cells merged down, is read as one.
    """
    filled = [_filled_row(sheet, index) for index in range(min(HEADING_WITHIN, len(sheet.rows)))]
    scores = [len({heading_key(cell) for cell in row} & set(known)) for row in filled]
    best = max(scores, default=0)
    if best:
        at = scores.index(best)
    else:
        at = next((index for index, row in enumerate(filled) if sum(map(bool, row)) > 1), 0)
    top, bottom = _extent(sheet, at)
    width = max((len(row) for row in sheet.rows[: bottom + HEADING_WITHIN]), default=0)
    labels = [_label([filled[row] for row in range(top, bottom + 1)], column) for column in range(width)]
    return Headings(labels=tuple(_unique(labels)), first_row=bottom + 1)


def _filled_row(sheet: Sheet, index: int) -> list[str]:
    """The row with merged cells written out."""
    row = [cell.strip() for cell in sheet.rows[index]]
    for merged in sheet.merged:
        if merged.top <= index <= merged.bottom and merged.top < len(sheet.rows):
            above = sheet.rows[merged.top]
            text = above[merged.left].strip() if merged.left < len(above) else ""
            row.extend([""] * (merged.right + 1 - len(row)))
            row[merged.left : merged.right + 1] = [text] * (merged.right + 1 - merged.left)
    return row


def _extent(sheet: Sheet, at: int) -> tuple[int, int]:
    """The rows of a heading that cells merged downwards tie together."""
    top = bottom = at
    for merged in sheet.merged:
        if merged.top <= at <= merged.bottom and merged.bottom < min(HEADING_WITHIN, len(sheet.rows)):
            top, bottom = min(top, merged.top), max(bottom, merged.bottom)
    return top, bottom


def _label(rows: list[list[str]], column: int) -> str:
    """Group and column heading, the group first, each once."""
    parts = dict.fromkeys(row[column] for row in rows if column < len(row) and row[column])
    return " ".join(" ".join(parts).split())[:100]


def _unique(labels: list[str]) -> list[str]:
    """A heading that stands twice gets a number, so that every column can be named."""
    seen: dict[str, int] = {}
    made = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        made.append(f"{label} ({seen[label]})" if label and seen[label] > 1 else label)
    return made
