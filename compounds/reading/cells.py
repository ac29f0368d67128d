"""What every cell of a roster has in common: how it is read, what counts as empty, what cannot be understood.

The readers stand beside it, by what they read: `texts`, `amounts`, `years`, `words`, `degrees`. Each takes
the text of a filled cell and returns the fields it yields. What it understood but doubts is a warning; what
it cannot understand is `CellProblem`. No guess is silent: a reading that differs from what stands there says so.
"""

import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from decimal import InvalidOperation
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from compounds.reading.reasons import Reason
from core.text import clean_line, comparison_key, without_invisible
from imports.kinds import Remark, Row

# What stands in rosters where nothing is known.
NOTHING = {
    "", "-", "--", "---", "—", "——", "–", "/", "\\", "?", "??", ".", "无数据", "暂无", "暂无数据", "暂无信息", "暂无资料",
    "未知", "不详", "不明", "不清楚", "待定", "待核实", "待查", "未填", "空", "无资料", "无信息", "n/a", "na", "nan", "none", "null",
    "nil", "unknown", "#n/a", "#value!", "#ref!", "#name?", "#div/0!",
}  # fmt: skip
LONGEST_NOTHING = 8
NO = {"无", "没有", "否", "无。"}


class CellProblem(Exception):
    """The cell cannot be understood; the remark says why and what would be."""

    def __init__(self, reason: str, text: str) -> None:
        self.remark = Remark(reason, text)
        super().__init__(text)


@dataclass(slots=True)
class Reading:
    """What a cell yields: {field: value as JSON}, and a doubt."""

    fields: dict[str, Any] = field(default_factory=dict)
    warning: Remark | None = None


Reader = Callable[[str], Reading]
EMPTY = Reading()


# The same name is asked for several times on its way through.
name_key = lru_cache(maxsize=1 << 16)(comparison_key)


def levelled(text: str) -> str:
    """Full-width forms and invisible characters levelled, spaces at the ends dropped."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return unicodedata.normalize("NFKC", without_invisible(text)).strip()


def one_line(text: str) -> str:
    """As `clean_line`, at once for what is clean already."""
    return text.strip() if text.isprintable() and "  " not in text else clean_line(text)


def is_nothing(text: str) -> bool:
    return len(text) <= LONGEST_NOTHING and comparison_key(text) in NOTHING


def quoted(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"


class CellReaders:
    """The readers of a list's columns, by column key; the same text in a column is read once."""

    def __init__(self, readers: Mapping[str, Reader]) -> None:
        self._readers = readers
        self._read: dict[str, dict[str, Reading | Remark]] = {key: {} for key in readers}

    @property
    def keys(self) -> Collection[str]:
        return self._read.keys()

    def of(self, row: Row, key: str) -> Reading | None:
        """What the row's cell yields; None where there is no cell, or where the row now says why it was not read."""
        text = row.cells.get(key)
        if text is None:
            return None
        cache = self._read[key]
        reading = cache.get(text)
        if reading is None:
            reading = cache[text] = self._reading(key, text)
        if isinstance(reading, Remark):
            row.problems[key] = reading
            return None
        return reading

    def _reading(self, key: str, text: str) -> Reading | Remark:
        try:
            return self._readers[key](text)
        except CellProblem as problem:
            return problem.remark
        except (InvalidOperation, ValueError, OverflowError):
            return Remark(Reason.CELL_UNREAD, _("“{text}” cannot be read.").format(text=quoted(text)))

    def fill(self, row: Row) -> None:
        """Every cell that can be read, with its doubt, into the row."""
        for key in self._read:
            reading = self.of(row, key)
            if reading is not None:
                keep(row, key, reading)


def keep(row: Row, key: str, reading: Reading) -> None:
    row.values.update(reading.fields)
    if reading.warning is not None:
        row.warnings[key] = reading.warning
