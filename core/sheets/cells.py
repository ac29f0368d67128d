"""Cells as text: what somebody who looks at the sheet would read there."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple

from core.text import without_invisible

# Excel keeps 15 significant digits; more are noise of binary fractions.
SIGNIFICANT_DIGITS = 15
MIDNIGHT = time(0)


class Merged(NamedTuple):
    """A merged range by 0-based indices of rows and columns, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A sheet as text. `rows[0]` is row 1 as a spreadsheet program shows it; rows may differ in length."""

    name: str
    rows: list[list[str]]
    merged: tuple[Merged, ...] = field(default=())


def number_text(value: float) -> str:
    """1.0 → 1; 0.1 + 0.2 → 0.3; in powers of ten only beyond what a sheet can hold exactly."""
    text = f"{value:.{SIGNIFICANT_DIGITS}g}"
    if "e" not in text or abs(value) >= 1e21:
        return text
    return format(Decimal(text), "f")


def moment_text(value: date | time | timedelta) -> str:
    """A date cell; midnight is a date without a time."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == MIDNIGHT else value.isoformat(" ", "seconds")
    return str(value)


def cell_text(value: object) -> str:
    """Any value a reader hands over, as one text without controls, direction marks and lone surrogates."""
    if isinstance(value, str):
        return value if value.isprintable() else without_invisible(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, (date, time, timedelta)):
        return moment_text(value)
    return "" if value is None else without_invisible(str(value))


def rows_of_text(rows: Iterable[Iterable[object]]) -> list[list[str]]:
    """Every cell as text. A large sheet has a million of them: what is common is decided without a call."""
    found = []
    for row in rows:
        texts = [
            cell if type(cell) is str else number_text(cell) if type(cell) is float else cell_text(cell)
            for cell in row
        ]
        # Asked once for the whole row.
        found.append(texts if "".join(texts).isprintable() else [cell_text(text) for text in texts])
    return found
