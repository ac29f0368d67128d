"""Text as people type it, brought to one form. No domain words here."""

import re
import unicodedata
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

# Zero-width, direction marks and other invisible format characters, and controls but tab and newline.
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_SPACES = re.compile(r"\s+")


def without_invisible(text: str) -> str:
    """Drop controls, direction marks, zero-width characters and lone surrogates."""
    return _INVISIBLE.sub("", text)


def clean_line(text: str) -> str:
    """One line as it should be stored: invisible characters dropped, runs of space made one."""
    return _SPACES.sub(" ", without_invisible(text)).strip()


def comparison_key(text: str) -> str:
    """Two spellings that a reader takes for the same text have the same key.

    Full-width and half-width forms, case and spaces are levelled.
    """
    return _SPACES.sub("", unicodedata.normalize("NFKC", without_invisible(text)).casefold())


@lru_cache(maxsize=50_000)
def pinyin_initials(text: str) -> str:
    """砂石厂小区 → ssxcxq-style initials for the search box (`ssc` finds 砂石厂)."""
    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).lower()


def search_text(*parts: str) -> str:
    """What a search box looks through for a record: the texts themselves and their pinyin initials."""
    keys = [comparison_key(part) for part in parts if part]
    initials = [pinyin_initials(key) for key in keys]
    return " ".join(dict.fromkeys(keys + [comparison_key(text) for text in initials]))
