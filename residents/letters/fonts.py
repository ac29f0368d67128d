"""The Chinese typeface of all papers: the set-up fetches it, a system's own may stand in, and nothing is ever a blank box."""

import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import typst
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError

# The first one found is used; those after it help out with characters that it lacks.
FAMILIES = (
    "Noto Sans S Chinese", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN",
    "PingFang SC", "Microsoft YaHei", "WenQuanYi Zen Hei",
)  # fmt: skip


class FontMissing(DomainError):
    code = "font_missing"
    sentence = _(
        "Nothing can be printed: the server has no Chinese typeface. Run `make setup`, or install one (Debian: apt install fonts-noto-cjk)."
    )


class CharacterMissing(DomainError):
    """A blank box on a letter is worse than no letter."""

    code = "character_missing"
    sentence = _(
        "The typeface of the letters has no “{characters}”. Write it otherwise, or install a larger typeface on the server (Debian: apt install fonts-noto-cjk)."
    )


@dataclass(frozen=True)
class Typeface:
    """`families` in the order in which they are asked for a character."""

    fonts: typst.Fonts
    families: tuple[str, ...]
    characters: frozenset[int]

    def check(self, text: str) -> None:
        missing = {
            character
            for character in set(text)
            if ord(character) not in self.characters and not character.isspace()
        }
        if missing:
            raise CharacterMissing(characters="".join(sorted(missing))[:20])


def typeface() -> Typeface:
    return _typeface(settings.DATA_DIR / "fonts")


@lru_cache(maxsize=2)
def _typeface(folder: Path) -> Typeface:
    paths = [folder] if folder.is_dir() else []
    fonts = typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=paths)
    found = {font.family: font for font in fonts.fonts() if font.weight == 400 and font.path}
    families = tuple(family for family in FAMILIES if family in found)
    if not families:
        raise FontMissing
    characters = frozenset().union(
        *(_characters(Path(str(found[name].path)), found[name].index) for name in families)
    )
    return Typeface(fonts, families, characters)


# --- Which characters a font file has ---------------------------------------------------


def _characters(path: Path, index: int) -> frozenset[int]:
    """From the file's `cmap` (formats 4 and 12), without a library for it."""
    content = path.read_bytes()
    start = struct.unpack_from(">L", content, 12 + 4 * index)[0] if content[:4] == b"ttcf" else 0
    found: set[int] = set()
    for kind, place in _character_maps(content, start):
        found |= _groups(content, place) if kind == 12 else _segments(content, place) if kind == 4 else set()
    return frozenset(found)


def _character_maps(content: bytes, start: int) -> list[tuple[int, int]]:
    """(format, place) of each table of the `cmap`."""
    (count,) = struct.unpack_from(">H", content, start + 4)
    records = (struct.unpack_from(">4sLLL", content, start + 12 + 16 * number) for number in range(count))
    table = next(offset for tag, _sum, offset, _length in records if tag == b"cmap")
    (maps,) = struct.unpack_from(">H", content, table + 2)
    places = (
        table + struct.unpack_from(">HHL", content, table + 4 + 8 * number)[2] for number in range(maps)
    )
    return [(struct.unpack_from(">H", content, place)[0], place) for place in places]


def _groups(content: bytes, place: int) -> set[int]:
    (count,) = struct.unpack_from(">L", content, place + 12)
    groups = (struct.unpack_from(">LLL", content, place + 16 + 12 * number) for number in range(count))
    return {character for first, last, _glyph in groups for character in range(first, last + 1)}


def _segments(content: bytes, place: int) -> set[int]:
    (twice,) = struct.unpack_from(">H", content, place + 6)
    count = twice // 2
    ends = struct.unpack_from(f">{count}H", content, place + 14)
    starts = struct.unpack_from(f">{count}H", content, place + 16 + twice)
    return {
        character
        for first, last in zip(starts, ends, strict=True)
        if first != 0xFFFF
        for character in range(first, last + 1)
    }
