"""One writing for the many ways in which a door is typed: full-width forms, dashes, Chinese numerals."""

import re
import unicodedata

from compounds.numbers import chinese_number
from compounds.reading.cells import levelled

# Chinese numerals that number something: 三号楼, 二单元, 五楼东, 第四; not the 三 of 三里桥.
_COUNTED = re.compile(
    "(?<=第)[零〇一二两三四五六七八九十百]+|[零〇一二两三四五六七八九十百]+(?=号|栋|幢|座|#|单元|门|梯|楼|层|室|户|$)"
)
_DASHES = re.compile(r"\s*[-‐‑‒–—―−ー－_/\\.,，、;；·]+\s*")
_DECIMAL = re.compile(r"(?<=[0-9])\.0+$")
_BETWEEN_WORDS = re.compile(r"(?<=[0-9a-z])\s+(?=[0-9a-z])")
_SPACES = re.compile(r"\s+")
LEADING_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")


def plain_door(text: str) -> str:
    """As `3号楼2单元501` or `3-2-501`: small letters, ASCII digits, one kind of dash, no spaces.

    A dash at the very beginning is kept: −1楼 is a cellar.
    """
    # Small letters may come apart (İ), so they are put together again.
    line = unicodedata.normalize("NFKC", _DECIMAL.sub("", levelled(text)).casefold())
    line = _BETWEEN_WORDS.sub("-", _DASHES.sub("-", line))
    line = _SPACES.sub("", line).rstrip("-")
    return _COUNTED.sub(lambda found: str(chinese_number(found.group())), line)


def without_leading_zeros(text: str) -> str:
    return LEADING_ZEROS.sub("", text)
