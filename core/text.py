"""Text as people type it, brought to one form. No domain words here."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice, product

from django.utils.translation import pgettext
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


def clean_text(text: str) -> str:
    """Several lines, each as `clean_line` leaves it; at most one empty line in a row."""
    lines = [clean_line(line) for line in text.splitlines()]
    kept = [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]
    return "\n".join(kept).strip("\n")


def comma() -> str:
    """What stands between the words of a list, in the reader's language."""
    return pgettext("between words", ", ")


def listed(words: Iterable[object]) -> str:
    """roads, pipes, parking · 道路、管网、停车"""
    return comma().join(str(word) for word in words)


def first_of(names: Sequence[str], most: int = 3) -> str:
    """The first few names, so that a sentence about 200 rows stays readable."""
    return listed(names[:most]) + ("…" if len(names) > most else "")


def comparison_key(text: str) -> str:
    """Two spellings that a reader takes for the same text have the same key.

    Full-width and half-width forms, case and spaces are levelled.
    """
    return _SPACES.sub("", unicodedata.normalize("NFKC", without_invisible(text)).casefold())


# Characters of place names with several readings that people type, beside the one that their word suggests.
_OTHER_READINGS = {
    "长": ("chang", "zhang"), "重": ("chong", "zhong"), "乐": ("le", "yue"), "行": ("hang", "xing"),
    "朝": ("chao", "zhao"), "曾": ("zeng", "ceng"), "单": ("dan", "shan"), "解": ("jie", "xie"),
    "厦": ("sha", "xia"), "都": ("du", "dou"), "车": ("che", "ju"), "盛": ("sheng", "cheng"),
    "沈": ("shen", "chen"), "洗": ("xi", "xian"), "薄": ("bo", "bao"), "柏": ("bai", "bo"), "泊": ("bo", "po"),
    "盖": ("gai", "ge"), "巷": ("xiang", "hang"), "尉": ("wei", "yu"), "绿": ("lv", "lu"), "女": ("nv", "nu"),
    "吕": ("lv", "lu"), "旅": ("lv", "lu"),
}  # fmt: skip
MOST_READINGS = 4
# Typed between syllables, or for ü, as keyboards differ.
_TYPED_PINYIN = re.compile(r"(?=.*[a-z])[a-z0-9ü:'’·-]+")
_BETWEEN_SYLLABLES = re.compile(r"['’·-]")
# No key holds white space: nobody can type it.
SYLLABLES_FROM = "\t"


@lru_cache(maxsize=50_000)
def pinyin_initials(text: str) -> str:
    """砂石厂小区 → ssxcxq-style initials for the search box (`ssc` finds 砂石厂)."""
    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).lower()


def readings(text: str) -> list[tuple[str, ...]]:
    """The syllables of a text, once for each way in which people read it: 长安 as chang-an and zhang-an.

    The reading that the words suggest (银行 yin-hang) comes first; at most `MOST_READINGS`.
    """
    spoken = [tuple(lazy_pinyin(character)) for character in text]
    suggested = lazy_pinyin(text, errors=list)  # type: ignore[arg-type]
    ways = []
    for character, alone, heard in zip(text, spoken, suggested, strict=False):
        ways.append(tuple(dict.fromkeys((heard, *_OTHER_READINGS.get(character, alone)))))
    return list(islice(product(*ways), MOST_READINGS))


@lru_cache(maxsize=50_000)
def syllables(text: str) -> str:
    """As `sha shi chang`, or `chang an|zhang an`: for scripts that look for pinyin themselves; "" without any."""
    key = comparison_key(text)
    return "" if key.isascii() else "|".join(" ".join(way) for way in readings(key))


@lru_cache(maxsize=50_000)
def _spoken(key: str) -> str:
    """SHASHICHANG, SHICHANG, CHANG: from each syllable to the end, in capitals, a tab before each.

    So a search begins where a syllable begins (`an` does not find 厂 chang), and the plain
    letters of codes and initials, which are small, are never taken for it.
    """
    ends = (
        SYLLABLES_FROM + "".join(syllables[start:]).upper()
        for syllables in readings(key)
        for start, syllable in enumerate(syllables)
        if syllable.isalnum()
    )
    return "".join(dict.fromkeys(ends))


def _initials(key: str) -> list[str]:
    return ["".join(syllable[:1] for syllable in syllables) for syllables in readings(key)]


def search_text(*parts: str, spoken: Iterable[str] = ()) -> str:
    """What a search box looks through for a record: the texts themselves and their pinyin initials.

    `spoken` are those of them that full pinyin finds too, which takes several times the room.
    """
    keys = [comparison_key(part) for part in parts if part]
    initials = [pinyin_initials(key) for key in keys]
    aloud = [comparison_key(part) for part in spoken if part]
    initials += [letters for key in aloud for letters in _initials(key)]
    levelled = dict.fromkeys(keys + [comparison_key(text) for text in initials])
    return " ".join([*levelled, *map(_spoken, aloud)])


def search_keys(typed: str) -> list[str]:
    """What to look for in a `search_text`: what was typed and, where it may be pinyin, its syllables."""
    key = comparison_key(typed)
    if not key:
        return []
    if not _TYPED_PINYIN.fullmatch(key):
        return [key]
    letters = _BETWEEN_SYLLABLES.sub("", key).replace("u:", "v").replace("ü", "v")
    return [key, SYLLABLES_FROM + letters.upper()] if letters else [key]
