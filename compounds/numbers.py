"""Building numbers as people write them, brought to one key.

3号楼 = 3栋 = 3# = 三号楼 = ３号楼 = 第3幢; 3-1号楼 and A栋 stay different from 3.
The household register normalises staircases and units by the same digits.
"""

import re

from core.text import comparison_key

_DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_UNITS = {"十": 10, "百": 100}
_NUMERAL = re.compile("[零〇一二两三四五六七八九十百]+")
# Words that say "building" and nothing else.
_BUILDING_WORDS = re.compile(
    r"(第|号楼|號樓|栋楼|幢楼|号栋|号幢|栋|幢|座|楼|号|#|№|no\.?|building|bldg\.?|block)"
)
_LEADING_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")


def chinese_number(text: str) -> int:
    """三 → 3, 十二 → 12, 二十 → 20, 一百零三 → 103, 二三 → 23 (digit by digit)."""
    if not any(sign in _UNITS for sign in text):
        return int("".join(str(_DIGITS[sign]) for sign in text))
    total = digit = 0
    for sign in text:
        if sign in _UNITS:
            total += (digit or 1) * _UNITS[sign]
            digit = 0
        else:
            digit = _DIGITS[sign]
    return total + digit


def building_number_key(number: str) -> str:
    """The key under which two spellings of a building's number are the same; "" for nothing."""
    key = comparison_key(number).replace("—", "-").replace("–", "-").replace("－", "-")
    stripped = _BUILDING_WORDS.sub("", key)
    # A name that consists of such words alone ("楼") still needs a key.
    key = stripped or key
    key = _NUMERAL.sub(lambda found: str(chinese_number(found.group())), key)
    return _LEADING_ZEROS.sub("", key)
