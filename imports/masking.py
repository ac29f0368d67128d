"""Residents' names and phones in cells, made unrecognisable before they are shown."""

import re
from collections.abc import Mapping

from imports.kinds import ImportKind, Row

_WORD = re.compile(r"[^\W_]+")
# Shorter figures are shares and years.
FEWEST_DIGITS = 7


def masked(text: str) -> str:
    """张三、李四 13800005678 → 张*、李* 138****5678; shares such as 1/2 stay."""
    return _WORD.sub(lambda found: _masked_word(found[0]), text)


def _masked_word(word: str) -> str:
    if word.isdecimal():
        if len(word) < FEWEST_DIGITS:
            return word
        return f"{word[:3]}****{word[-4:]}" if len(word) in {10, 11, 12} else "****"
    return f"{word[0]}{'*' * min(len(word) - 1, 2)}"


def discreet_cells(row: Row, kind: ImportKind) -> Mapping[str, str]:
    """The cells as typed, those of personal columns masked."""
    personal = kind.personal_columns
    return {key: masked(text) if key in personal else text for key, text in row.cells.items()}
