"""Owners in a register: several names in one cell, their shares, their phones.

Identity numbers are never kept, and a phone only where it looks like one.
"""

import re
from dataclasses import dataclass, field
from fractions import Fraction

from django.utils.translation import gettext as _

from compounds.reading.cells import NO, CellProblem, is_nothing, levelled, quoted
from core.text import clean_line
from imports.kinds import Remark
from residents.reading.reasons import Reason

LONGEST_NAME = 60
MOST_OWNERS = 20
LARGEST_DENOMINATOR = 1_000_000


@dataclass(frozen=True, slots=True)
class OwnerRead:
    """`share` of the household where it is known, above 0 and at most 1; `phone` as digits, or ""."""

    name: str
    share: Fraction | None = None
    phone: str = ""


@dataclass(slots=True)
class Owners:
    owners: list[OwnerRead] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


_SEPARATORS = re.compile(r"[、,;/|\\+&\n\t]+")
_IDENTITY = re.compile(r"(?<![0-9])[0-9]{17}[0-9xX](?![0-9])|(?<![0-9])[0-9]{15}(?![0-9])")
_MOBILE = re.compile(r"(?:\+?86[-\s]?)?(1[3-9][0-9](?:[-\s]?[0-9]{4}){2})(?![0-9])")
_LANDLINE = re.compile(r"\(?(0[0-9]{2,3})\)?[-\s]?([2-9][0-9]{6,7})(?:[-转][0-9]{1,5})?(?![0-9])")
_LOCAL = re.compile(r"[2-9][0-9]{6,7}")
_SHARE = re.compile(
    r"[(\[]?\s*(?:占|份额|产权)?\s*(?:(?P<percent>[0-9]{1,3}(?:\.[0-9]{1,6})?)\s*%|(?P<top>[0-9]{1,6})\s*/\s*(?P<bottom>[0-9]{1,6})|"
    r"(?P<of>[一二三四五六七八九十0-9]{1,3})分之(?P<some>[一二三四五六七八九十0-9]{1,3})|(?P<decimal>0\.[0-9]{1,6}))\s*[)\]]?"
)
# 张三(1/2)李四(1/2), 张三50%李四50%; not 等3人.
_SHARE_THEN_NAME = re.compile(r"([0-9%]\)?)(?=[^\W\d_a-zA-Z人名户份号])")
_HALF = re.compile(r"各?(?:一半|半)")
_EACH = re.compile("^(?:各|均)")
_WHOLE = {"100%", "1", "1.0", "全部", "全", "单独所有", "独有", "1/1"}
_JOINT = {"共同共有", "共有", "夫妻共有", "共同", "按份共有", "家庭共有"}
_MORE = re.compile(r"等(?:[0-9一二两三四五六七八九十]+[人名户]?|人)?$|[(](?:等|共)[0-9]+人[)]$")
_ROLES = re.compile(
    r"^(?:业主|产权人|房主|户主|姓名|所有权人|权利人)[:：]\s*|[(](?:已故|去世|亡|夫|妻|子|女|父|母|户主|业主|产权人|共有人|配偶)[)]"
)
_AND = re.compile("[和与及]")
_HAN = re.compile("[㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff]")
_CHINESE = {character: value for value, character in enumerate("一二三四五六七八九十", start=1)}


# --- All of a household's owners --------------------------------------------------------


def read_owners(names: str, shares: str = "", phones: str = "") -> Owners:
    """张三、李四 with 1/2、1/2 and their phones; each of the cells may be empty, or hold the others' matter too."""
    found = Owners()
    if _is_empty(names):
        return found
    text = _without_identity(levelled(names.replace("\n", "、")), found)
    parts = _parted(text, found)
    if len(parts) > MOST_OWNERS:
        raise CellProblem(
            Reason.NAME_UNREAD, _("More than {limit} owners stand in one cell.").format(limit=MOST_OWNERS)
        )
    people = _joined([_person(part, found) for part in parts])
    people = _with_shares(people, shares, found)
    found.owners = _with_phones(people, phones, found)
    _look_at_sum(found)
    return found


def _is_empty(text: str) -> bool:
    return is_nothing(text) or text.strip() in NO


def _without_identity(text: str, found: Owners) -> str:
    kept = _IDENTITY.sub("", text)
    if kept != text:
        said = _("An identity number stood in the cell; the portal does not keep it.")
        found.remarks.append(Remark(Reason.IDENTITY_LEFT_OUT, said))
    return kept


def _parted(text: str, found: Owners) -> list[str]:
    """The people of a cell. 1/2 is no separator, 欧 阳 修 one name, John Smith as well."""
    kept = re.sub(r"([0-9])/(?=[0-9])", "\\1\N{FRACTION SLASH}", text)
    kept = _SHARE_THEN_NAME.sub(r"\1、", kept)
    parts = [part.replace("\N{FRACTION SLASH}", "/").strip() for part in _SEPARATORS.split(kept)]
    parts = [name for part in parts if part for name in _by_spaces(part)]
    if len(parts) == 1:
        parts = _by_and(parts[0])
        if len(parts) > 1:
            said = _("Read as {count} owners: {names}.").format(count=len(parts), names="、".join(parts))
            found.remarks.append(Remark(Reason.NAMES_PARTED, said))
    return parts


def _by_spaces(part: str) -> list[str]:
    words = part.split()
    names = [word for word in words if _HAN.match(word)]
    if len(names) < 2 or any(len(_HAN.findall(name)) < 2 for name in names):
        # 张 三 is one name; what has no Chinese in it stays together.
        return ["".join(words) if len(names) == len(words) else part]
    several: list[str] = []
    for word in words:
        if _HAN.match(word) or not several:
            several.append(word)
        else:
            several[-1] += f" {word}"
    return several


def _by_and(part: str) -> list[str]:
    """张三和李四 are two, 张和平 is one: on both sides there must be a name."""
    words = _AND.split(part)
    return words if len(words) == 2 and all(2 <= len(word) <= 4 for word in words) else [part]


def _joined(read: list[OwnerRead]) -> list[OwnerRead]:
    """A share or a phone between two names belongs to the name before it."""
    people: list[OwnerRead] = []
    for one in read:
        if one.name:
            people.append(one)
        elif people:
            last = people[-1]
            people[-1] = OwnerRead(last.name, last.share or one.share, last.phone or one.phone)
    return people


# --- One person -------------------------------------------------------------------------


def _person(text: str, found: Owners) -> OwnerRead:
    rest, phone = _take_phone(text)
    share = None
    if matched := _SHARE.search(rest):
        share = _fraction(matched)
        rest = rest[: matched.start()] + rest[matched.end() :]
    name = clean_line(_ROLES.sub("", rest)).strip(" -:()[]")
    if without := _MORE.sub("", name):
        if without != name:
            found.remarks.append(
                Remark(
                    Reason.MORE_OWNERS, _("The register names more owners than {name}.").format(name=without)
                )
            )
        name = without
    if len(name) > LONGEST_NAME or any(character.isdigit() for character in name):
        raise CellProblem(
            Reason.NAME_UNREAD, _("“{text}” is not understood as an owner's name.").format(text=quoted(text))
        )
    return OwnerRead(name, share, phone)


def _take_phone(text: str) -> tuple[str, str]:
    found = _MOBILE.search(text) or _LANDLINE.search(text)
    if found is None:
        return text, ""
    return text[: found.start()] + text[found.end() :], re.sub(r"[^0-9]", "", "".join(found.groups()))


def read_phone(text: str) -> str:
    """Digits of a mobile number, or of a landline with or without its area code; "" for anything else."""
    plain = levelled(text).strip()
    if found := _MOBILE.fullmatch(plain) or _LANDLINE.fullmatch(plain):
        return re.sub(r"[^0-9]", "", "".join(found.groups()))
    digits = re.sub(r"[-\s]", "", re.sub(r"\.0+$", "", plain))
    if _MOBILE.fullmatch(digits) or _LOCAL.fullmatch(digits):
        return digits
    return ""


def _with_phones(people: list[OwnerRead], phones: str, found: Owners) -> list[OwnerRead]:
    if _is_empty(phones) or not people:
        return people
    text = _without_identity(levelled(phones), found)
    parts = [part for part in re.split(r"[、,;/|\n]+", text) if part.strip()]
    read = [read_phone(part) for part in parts]
    if not all(read):
        said = _("What stands as a phone is none, and is left out.")
        found.remarks.append(Remark(Reason.PHONE_LEFT_OUT, said))
    # Without a name of their own, several numbers belong to the people in the order of the names.
    numbers = iter(number for number in read if number)
    return [
        person if person.phone else OwnerRead(person.name, person.share, next(numbers, ""))
        for person in people
    ]


# --- Shares -----------------------------------------------------------------------------


def read_share(text: str) -> Fraction | None:
    """1/2, 50%, 0.5, 二分之一, 一半; None for nothing and for joint ownership without shares."""
    plain = levelled(text).replace(" ", "")
    if _is_empty(plain) or plain in _JOINT:
        return None
    if plain in _WHOLE:
        return Fraction(1)
    if _HALF.fullmatch(plain):
        return Fraction(1, 2)
    found = _SHARE.fullmatch(_EACH.sub("", plain))
    share = _fraction(found) if found else None
    if share is None:
        raise _unread(text)
    return share


def _fraction(found: "re.Match[str]") -> Fraction:
    try:
        share = _value(found)
    except ZeroDivisionError:
        share = Fraction(0)
    if not 0 < share <= 1:
        raise _unread(found.group())
    return share.limit_denominator(LARGEST_DENOMINATOR)


def _value(found: "re.Match[str]") -> Fraction:
    if found["percent"]:
        return _thirds(Fraction(found["percent"]) / 100)
    if found["decimal"]:
        return _thirds(Fraction(found["decimal"]))
    if found["of"]:
        return Fraction(_number(found["some"]), _number(found["of"]))
    return Fraction(int(found["top"]), int(found["bottom"]))


def _thirds(share: Fraction) -> Fraction:
    """33.33 % and 0.333 are thirds; other rounded figures stay as they are."""
    near = share.limit_denominator(12)
    return near if share != near and abs(share - near) < Fraction(1, 2000) else share


def _number(text: str) -> int:
    return _CHINESE[text] if text in _CHINESE else int(text) if text.isascii() else 0


def _unread(text: str) -> CellProblem:
    return CellProblem(
        Reason.SHARE_UNREAD,
        _("“{text}” is not understood as a share. Write 1/2 or 50%.").format(text=quoted(text)),
    )


def _with_shares(people: list[OwnerRead], shares: str, found: Owners) -> list[OwnerRead]:
    if _is_empty(shares) or not people:
        return people
    plain = levelled(shares)
    parts = [part.strip() for part in re.split(r"[、,;|\n]+", plain) if part.strip()]
    if len(parts) == 1 and len(people) > 1 and (_EACH.match(parts[0]) or _HALF.fullmatch(parts[0])):
        parts *= len(people)
    read = [read_share(part) for part in parts]
    if len(read) != len(people):
        if any(share is not None for share in read):
            said = _("{shares} shares for {owners} owners: the shares are left out.")
            said = said.format(shares=len(read), owners=len(people))
            found.remarks.append(Remark(Reason.SHARES_LEFT_OUT, said))
        return people
    return [
        OwnerRead(one.name, one.share or share, one.phone) for one, share in zip(people, read, strict=True)
    ]


def _look_at_sum(found: Owners) -> None:
    known = [owner.share for owner in found.owners if owner.share is not None]
    if not known:
        return
    total = sum(known, Fraction(0))
    if total > 1:
        raise CellProblem(
            Reason.SHARE_UNREAD, _("The shares add up to {total}, more than the whole.").format(total=total)
        )
    if len(known) == len(found.owners) and total != 1:
        said = _("The shares add up to {total}, not to the whole.").format(total=total)
        found.remarks.append(Remark(Reason.SHARES_NOT_WHOLE, said))
