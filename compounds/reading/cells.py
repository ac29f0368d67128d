"""What every cell of a roster has in common: how it is read, what counts as empty, what cannot be understood.

The readers stand beside it, by what they read: `texts`, `amounts`, `years`, `words`, `degrees`. Each takes
the text of a filled cell and returns the fields it yields. What it understood but doubts is a warning; what
it cannot understand is `CellProblem`. No guess is silent: a reading that differs from what stands there says so.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from core.text import clean_line, comparison_key, without_invisible
from imports.kinds import Remark

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
