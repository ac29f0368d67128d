"""Staircases, floors and doors: their normal forms, under which two spellings are the same door."""

import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext as _

from compounds.reading.cells import NO, CellProblem, is_nothing, quoted
from residents.reading.reasons import Reason
from residents.reading.writing import plain_door, without_leading_zeros

LONGEST_STAIRCASE, LONGEST_UNIT = 20, 30
LOWEST_FLOOR, HIGHEST_FLOOR = -9, 120

SIDES = "东西南北中左右前后"
_STAIRCASE_WORDS = re.compile("第|单元|号?门洞|号?楼道|号?楼?梯口|号?楼?梯|号门|门|洞|号|#|座")
# 室, 号 and the like say "door" and nothing else.
_UNIT_WORDS = re.compile("(?:号房间|号室|号房|号户|房间|室|房|号|#|(?<=[0-9])户)$|^(?:第|no-?)")
_SIDE = re.compile(f"(?P<side>[{SIDES}]{{1,2}})(?:边间|间|边户|边|户|侧|头|面|手)*")
_FLOOR = re.compile(r"(?P<floor>(?:负|-|地下)?[0-9]{1,3})(?:楼|层|f)-?")
_SHORT = re.compile(r"(?P<floor>[0-9]{1,2})-(?P<door>[0-9]{1,2})")
_NUMBER = re.compile(
    r"(?P<block>[a-z]{0,2})-?(?P<digits>[0-9]{3,5})(?P<more>-[0-9a-z]{1,4}|[a-z甲乙丙丁东西南北中左右]?)"
)
_SHOP = re.compile(
    r"(?:临街|沿街)?(?:底商|商铺|门面房|门面|门市房|门市|门店|店铺|商业网点|网点|商服|铺面|铺)-?"
)
_STORE = re.compile(
    r"(?P<what>地下车库|车库|车位|储藏室|储藏间|储藏|储物间|杂物间|杂屋|柴火间|柴间|地下室|车棚)-?"
)
STORES = {"储藏室": "储藏间", "储藏": "储藏间", "储物间": "储藏间", "柴火间": "柴间"}


@dataclass(frozen=True, slots=True)
class Unit:
    """A door inside its staircase: `key` is its normal form; the floor, where it follows, and whether that is sure."""

    key: str
    floor: int | None = None
    floor_is_sure: bool = True


# --- Staircases -------------------------------------------------------------------------


def staircase_key(text: str) -> str:
    """2单元 = 二单元 = 2门 = 二门洞 = 第2单元 = 02; A单元 → a; 东单元 → 东; "" for none."""
    if is_nothing(text) or text.strip() in NO:
        return ""
    plain = plain_door(text)
    stripped = _STAIRCASE_WORDS.sub("", plain).strip("-")
    # Once more: what stood before a word only now stands at the end (第三).
    key = without_leading_zeros(plain_door(stripped) or plain)
    if len(key) > LONGEST_STAIRCASE:
        raise _too_long(text)
    return key


def staircase_name(key: str) -> str:
    """As it is shown: 2单元, A单元; "" for none."""
    return f"{key.upper()}单元" if key else ""


# --- Floors -----------------------------------------------------------------------------


def read_floor(text: str) -> int | None:
    """5, 5楼, 五层, 5F, -1, 负一楼, 地下一层; None for nothing."""
    plain = plain_door(text)
    if is_nothing(text) or text.strip() in NO:
        return None
    found = _FLOOR.fullmatch(plain) or _FLOOR.fullmatch(f"{plain}层")
    floor = _floor_number(found["floor"]) if found else None
    if floor is None:
        raise CellProblem(
            Reason.FLOOR_UNREAD,
            _("“{text}” is not understood as a floor. Write a number: 5, or -1 for the first cellar.").format(
                text=quoted(text)
            ),
        )
    return floor


def _floor_number(digits: str) -> int | None:
    below = digits.startswith(("负", "-", "地下"))
    number = int(re.sub("[^0-9]", "", digits))
    floor = -number if below else number
    return floor if floor and LOWEST_FLOOR <= floor <= HIGHEST_FLOOR else None


# --- Doors ------------------------------------------------------------------------------


def unit_key(text: str, floor: int | None = None) -> str:
    """501 = 501室 = 0501 = 5-1 = 5楼1号 = ５０１; 底商3号 → 商铺3; at most 30 characters."""
    return read_unit(text, floor).key


def read_unit(text: str, floor: int | None = None) -> Unit:
    """A door; `floor` is what another cell says, and makes 501 of the door 1 on the 5th."""
    if is_nothing(text):
        raise CellProblem(Reason.UNIT_MISSING, _("There is no door number."))
    return read_plain_unit(plain_door(text), text, floor)


def read_plain_unit(plain: str, text: str, floor: int | None) -> Unit:
    said = _FLOOR.match(plain)
    if said and (number := _floor_number(said["floor"])) is not None:
        unit = _on_floor(plain[said.end() :], number)
    else:
        unit = _unit(plain, floor)
    # Signs that stood apart may now stand together.
    unit = Unit(unicodedata.normalize("NFKC", unit.key), unit.floor, unit.floor_is_sure)
    if not any(character.isalnum() for character in unit.key):
        raise CellProblem(
            Reason.DOOR_UNREAD, _("“{text}” is not understood as a door.").format(text=quoted(text))
        )
    if len(unit.key) > LONGEST_UNIT:
        raise _too_long(text)
    return unit


def _stripped(plain: str) -> str:
    """Without the words that say "door"."""
    return _UNIT_WORDS.sub("", _UNIT_WORDS.sub("", plain)).strip("-")


def _on_floor(rest: str, floor: int) -> Unit:
    """What follows a floor: 1号, 501, 东户, or nothing when the floor is one household."""
    if not rest:
        return Unit(f"{floor}楼", floor)
    unit = _unit(rest, floor)
    return Unit(unit.key, floor)


def _unit(plain: str, floor: int | None) -> Unit:
    if found := _SHOP.match(plain):
        rest = _stripped(plain[found.end() :])
        return Unit(
            f"商铺{without_leading_zeros(rest)}", floor if floor is not None else 1, floor is not None
        )
    if found := _STORE.match(plain):
        what, rest = found["what"], _stripped(plain[found.end() :])
        return Unit(f"{STORES.get(what, what)}{without_leading_zeros(rest)}", floor)
    door = _stripped(plain)
    if found := _SIDE.fullmatch(door):
        return Unit(f"{'' if floor is None else floor}{found['side']}", floor)
    if (found := _SHORT.fullmatch(door)) and int(found["floor"]):
        return _short(int(found["floor"]), int(found["door"]))
    return _numbered(door, floor)


def _short(floor: int, door: int) -> Unit:
    """5-1 is the first door of the fifth floor, which elsewhere in the file is called 501."""
    return Unit(f"{floor}{door:02d}", floor, floor_is_sure=False)


def _numbered(door: str, floor: int | None) -> Unit:
    if door.isascii() and door.isdecimal() and len(without_leading_zeros(door)) <= 2:
        number = int(door)
        if floor is None or floor < 0:
            return Unit(f"{floor}楼{number}" if floor else str(number), floor)
        return Unit(f"{floor}{number:02d}", floor)
    if not (found := _NUMBER.fullmatch(door)):
        return Unit(without_leading_zeros(door), floor)
    digits = found["digits"].lstrip("0")
    if len(digits) < 3:
        return Unit(f"{found['block']}{digits}{found['more']}", floor)
    own, is_sure = _floor_of_number(digits)
    key = f"{found['block']}{digits}{found['more']}"
    return Unit(key, own, is_sure and not found["block"])


def _floor_of_number(digits: str) -> tuple[int | None, bool]:
    """501 → 5, 1203 → 12; of five digits the first is a building's or a staircase's: 20501 → 5, with doubt."""
    if len(digits) == 5:
        middle = int(digits[1:3])
        return (middle or None), False
    floor = int(digits[:-2])
    return floor, floor <= 40 and digits[-2:] != "00"


def _too_long(text: str) -> CellProblem:
    return CellProblem(
        Reason.DOOR_TOO_LONG, _("“{text}” is too long for a door number.").format(text=quoted(text))
    )
