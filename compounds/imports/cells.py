"""Single cells of a roster: what people write for a year, a number, an area, a position, a word.

Each reader takes the text of a filled cell and returns the fields it yields. What it
understood but doubts is a warning; what it cannot understand is `CellProblem`. No guess
is silent: a reading that differs from what stands there says so.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import BuiltYearCertainty, Heritage, ManagementState
from compounds.models.register import EARLIEST_BUILT_YEAR
from compounds.numbers import chinese_number
from compounds.positions import CoordinateSystem
from core.text import clean_line, comparison_key, without_invisible

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# What stands in rosters where nothing is known.
NOTHING = {
    "", "-", "--", "---", "—", "——", "–", "/", "\\", "?", "??", ".", "无数据", "暂无", "暂无数据", "暂无信息", "暂无资料",
    "未知", "不详", "不明", "不清楚", "待定", "待核实", "待查", "未填", "空", "无资料", "无信息", "n/a", "na", "nan", "none", "null",
    "nil", "unknown", "#n/a", "#value!", "#ref!", "#name?", "#div/0!",
}  # fmt: skip
LONGEST_NOTHING = 8
NO = {"无", "没有", "否", "无。"}
LARGEST = {"building_count": 5_000, "staircase_count": 20_000, "household_count": 100_000}
LARGEST_AREA = Decimal("99999999.99")
CENT = Decimal("0.01")
WAN = 10_000


class CellProblem(Exception):
    """The cell cannot be understood; the text says why and what would be."""


@dataclass(slots=True)
class Reading:
    """What a cell yields: {field: value as JSON}, and a doubt."""

    fields: dict[str, Any] = field(default_factory=dict)
    warning: str = ""


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


# --- Text -------------------------------------------------------------------------------


def line(field_name: str, longest: int) -> Reader:
    """One line of text of at most `longest` characters."""

    def read(text: str) -> Reading:
        cleaned = one_line(text)
        if is_nothing(cleaned) or cleaned in NO:
            return EMPTY
        check_text(cleaned, longest)
        return Reading({field_name: cleaned})

    return read


def check_text(text: str, longest: int) -> None:
    if REPLACEMENT in text:
        raise CellProblem(_("The text is damaged: characters were lost when the file was saved."))
    if len(text) > longest:
        raise CellProblem(
            _("The text has {count} characters; at most {limit} fit.").format(count=len(text), limit=longest)
        )


def notes(text: str) -> Reading:
    """Several lines; only the ends are trimmed."""
    cleaned = without_invisible(text).strip()
    if is_nothing(cleaned) or cleaned in NO:
        return EMPTY
    check_text(cleaned, 4000)
    return Reading({"notes": cleaned})


_NAME_SEPARATORS = re.compile(r"[、,，;；/|\n]+")


def former_names(text: str) -> Reading:
    names = [clean_line(name) for name in _NAME_SEPARATORS.split(text)]
    kept = [name for name in dict.fromkeys(names) if not is_nothing(name) and name not in NO]
    for name in kept:
        check_text(name, 80)
    return Reading({"former_names": kept}) if kept else EMPTY


# --- Numbers ----------------------------------------------------------------------------

_COUNT = re.compile(
    r"(?P<about>约|大约|近|将近|共约)?(?:共|共计|合计|总计|总共)?(?P<number>-?[0-9][0-9,\s]*(?:\.[0-9]+)?)(?P<wan>万)?"
    r"(?P<more>余|多|左右|以上)?\s*(?:户|栋|幢|座|个单元|单元|个|套|栋楼|号楼|间|门栋|人家)?(?P<after>左右|以上|余)?"
)
_CHINESE_COUNT = re.compile(
    r"(?P<number>[零〇一二两三四五六七八九十百千]{1,9})(?:户|栋|幢|座|单元|个|套|栋楼)?"
)
_THOUSANDS = re.compile(r"(?<=[0-9])[,\s]+(?=[0-9]{3}(?![0-9]))")


def count(field_name: str) -> Reader:
    """A whole number as people write it: 320户, 1,200, 约320户, 十二栋, 12.0."""
    limit = LARGEST[field_name]

    def read(text: str) -> Reading:
        plain = levelled(text)
        if is_nothing(plain) or plain in NO:
            return EMPTY
        number, about = _whole(plain)
        if number > limit:
            raise CellProblem(_("{number} is more than any compound has.").format(number=quoted(plain)))
        if number == 0:
            return Reading({}, _("0 is read as “not recorded”."))
        return Reading({field_name: number}, _("Read as {number}.").format(number=number) if about else "")

    return read


def _whole(plain: str) -> tuple[int, bool]:
    """The number, and whether it was only said to be about that."""
    found = _COUNT.fullmatch(_THOUSANDS.sub("", plain))
    if found is None:
        chinese = _CHINESE_COUNT.fullmatch(plain)
        if chinese is None or "千" in plain:
            raise CellProblem(_("“{text}” is not a whole number.").format(text=quoted(plain)))
        return chinese_number(chinese["number"]), False
    digits = found["number"].strip()
    # Beyond this no number is meant, and Python would refuse to read some of them.
    if len(digits) > 20 or "," in digits or " " in digits:
        raise CellProblem(_("“{text}” is not a whole number.").format(text=quoted(plain)))
    number = Decimal(digits) * (WAN if found["wan"] else 1)
    if number < 0:
        raise CellProblem(_("The number cannot be negative."))
    if number != number.to_integral_value():
        raise CellProblem(_("“{text}” is not a whole number.").format(text=quoted(plain)))
    return int(number), bool(found["about"] or found["more"] or found["after"])


_PLAIN_AREA = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,12})?")
_AREA = re.compile(
    r"(?P<about>约|大约|近)?(?P<number>-?[0-9][0-9,\s]*(?:\.[0-9]+)?)\s*(?P<wan>万|w)?\s*(?P<more>余|多)?"
    r"\s*(?:m2|m²|平方米|平米|平方|平|㎡|sqm)?(?P<after>左右|以上)?",
    re.IGNORECASE,
)


def area(heading_unit: str) -> Reader:
    """m²; `heading_unit` is what the heading says in brackets, 万 there or in the cell means ten thousand."""
    in_wan = "万" in heading_unit

    def read(text: str) -> Reading:
        plain = levelled(text)
        if _PLAIN_AREA.fullmatch(plain):
            return _metres(Decimal(plain) * (WAN if in_wan else 1), plain)
        if is_nothing(plain) or plain in NO:
            return EMPTY
        found = _AREA.fullmatch(_THOUSANDS.sub("", plain))
        digits = found["number"].strip() if found else ""
        if found is None or not digits or len(digits) > 20 or "," in digits or " " in digits:
            raise CellProblem(
                _("“{text}” is not an area. Write m² as a plain number.").format(text=quoted(plain))
            )
        about = found["about"] or found["more"] or found["after"]
        exact = Decimal(digits) * (WAN if in_wan or found["wan"] else 1)
        return _metres(exact, plain, about=bool(about))

    return read


def _metres(exact: Decimal, plain: str, *, about: bool = False) -> Reading:
    metres = exact.quantize(CENT, ROUND_HALF_UP)
    if metres < 0:
        raise CellProblem(_("The number cannot be negative."))
    if metres > LARGEST_AREA:
        raise CellProblem(_("{number} is more than any compound has.").format(number=quoted(plain)))
    if metres == 0:
        return Reading({}, _("0 is read as “not recorded”."))
    warning = _("Read as {number}.").format(number=f"{metres} m²") if about else ""
    return Reading({"floor_area": str(metres)}, warning)


# --- Years ------------------------------------------------------------------------------

_CHINESE_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
# 八十年代: in a year 十 stands for a nought.
_TENS = re.compile(r"([一二三四五六七八九])十(?=年代)")
_ABOUT = re.compile(r"约|大约|大概|左右|前后|估计|不早于|不晚于|以前|之前|以后|之后|~$|\?$")
_DECADE = re.compile(
    r"(?P<century>20世纪|二十世纪|上世纪|21世纪|本世纪)?(?P<decade>[0-9]{2}|[0-9]{4})(?:年代|s|'s)(?P<part>[初早中末后晚]?)期?"
)
_PART_OF_DECADE = {"": 5, "初": 2, "早": 2, "中": 5, "末": 8, "后": 8, "晚": 8}
_DATE = re.compile(
    r"(?P<year>[0-9]{4})[-/.年](?P<month>0?[1-9]|1[0-2])(?:[-/.月](?:[0-3]?[0-9])?日?)?(?:\s[0-9:]+)?(?:建成|竣工|建)?"
)
_YEAR = re.compile(
    r"(?:建于|建成于|始建于|竣工于)?(?P<year>[0-9]{4})(?:\.0+)?(?:年)?(?:建成|建造|竣工|建|交付|完工|建设)?"
)
_COMPACT = re.compile(r"(?P<year>(?:18|19|20)[0-9]{2})(?:0[1-9]|1[0-2])(?:[0-3][0-9])?")
# What programs write where they have no year.
_NO_YEAR = re.compile(r"(?:0+(?:\.0+)?|未知|暂无|不详|无)年?(?:建成|建造|竣工)?")
_SHORT_YEAR = re.compile(r"(?P<year>[0-9]{2})年(?:建成|建造|竣工|建)?")
_SEVERAL = re.compile(r"[0-9]{4}")
_BETWEEN = re.compile(r"(?:年|建成|竣工|建|至|到|和|与|及|[-–—~/、,，;；\s])+")


def built_year(certainty: str) -> Reader:
    """The year a compound was built; `certainty` is that of a plain year in this file."""

    def read(text: str) -> Reading:
        plain = levelled(text)
        if is_nothing(plain) or plain in NO or _NO_YEAR.fullmatch(plain):
            return EMPTY
        digits = _TENS.sub(r"\g<1>0", plain).translate(_CHINESE_DIGITS)
        year, plainly = _year(digits.replace(" ", ""))
        if year is None:
            raise CellProblem(
                _("“{text}” is not understood as a year. Write for example 1987, 约1990 or 80年代.").format(
                    text=quoted(plain)
                )
            )
        if not EARLIEST_BUILT_YEAR <= year <= timezone.localdate().year:
            raise CellProblem(
                _(
                    "{year} cannot be the year it was built: it must lie between {first} and this year."
                ).format(year=year, first=EARLIEST_BUILT_YEAR)
            )
        fields = {
            "built_year": year,
            "built_year_certainty": certainty if plainly else BuiltYearCertainty.APPROXIMATE,
        }
        return Reading(fields, "" if plainly else _("Read as about {year}.").format(year=year))

    return read


def _year(plain: str) -> tuple[int | None, bool]:
    """(year, whether it stands there plainly)."""
    if found := _YEAR.fullmatch(plain) or _DATE.fullmatch(plain) or _COMPACT.fullmatch(plain):
        return int(found["year"]), True
    if found := _DECADE.fullmatch(_ABOUT.sub("", plain)):
        return _of_decade(found), False
    without_doubt = _ABOUT.sub("", plain)
    if found := _YEAR.fullmatch(without_doubt) or _DATE.fullmatch(without_doubt):
        return int(found["year"]), False
    if found := _SHORT_YEAR.fullmatch(without_doubt):
        short = int(found["year"])
        return (1900 if short > 30 else 2000) + short, False
    years = _SEVERAL.findall(without_doubt)
    # Built over several years: the first counts, as it does for the age of the pipes.
    if len(years) > 1 and not _BETWEEN.sub("", _SEVERAL.sub("", without_doubt)):
        return min(map(int, years)), False
    return None, False


def _of_decade(found: "re.Match[str]") -> int:
    digits, century = found["decade"], found["century"] or ""
    if len(digits) == 4:
        decade = int(digits) // 10 * 10
    elif century in {"21世纪", "本世纪"} or (not century and int(digits) < 30):
        decade = 2000 + int(digits)
    else:
        decade = 1900 + int(digits)
    return decade + _PART_OF_DECADE[found["part"]]


# --- Words ------------------------------------------------------------------------------


def words(field_name: str, choices: Mapping[str, Any], labels: Iterable[tuple[Any, Any]]) -> Reader:
    """A word out of a list; `choices` are further spellings, `labels` the words of our own forms."""
    known = {comparison_key(word): value for word, value in choices.items()}
    known |= {comparison_key(str(label)): value for value, label in labels}
    own = "、".join(str(label) for _value, label in labels)

    def read(text: str) -> Reading:
        key = comparison_key(text)
        if key in known:
            return Reading({field_name: known[key]})
        if key in NOTHING:
            return EMPTY
        raise CellProblem(
            _("“{text}” is not known here. Write one of: {words}").format(text=quoted(text), words=own)
        )

    return read


def _spelled(value: Any) -> Callable[..., dict[str, Any]]:
    return lambda *spellings: dict.fromkeys(spellings, value)


def _yes(*spellings: str) -> dict[str, bool]:
    return dict.fromkeys(spellings, True)


def _no(*spellings: str) -> dict[str, bool]:
    return dict.fromkeys(spellings, False)


YES_NO_WORDS = {
    **_yes("是", "有", "已", "已成立", "成立", "已有", "有业委会", "√", "✓", "y", "yes", "true", "1", "已缴", "已缴存", "已归集"),
    **_no("否", "无", "没有", "未", "未成立", "没成立", "无业委会", "×", "✗", "x", "n", "no", "false", "0", "未缴", "未缴存", "未归集"),
}  # fmt: skip
MANAGEMENT_WORDS = {
    **_spelled(ManagementState.NONE)("无", "无物业", "无人管理", "无物业管理", "失管", "弃管", "无管理", "没有", "否", "无主管部门", "三无"),
    **_spelled(ManagementState.PROFESSIONAL)("有", "有物业", "物业公司", "专业物业", "专业化物业", "物业管理", "物业服务企业", "市场化物业",
               "专业物业管理", "物业公司管理", "市场化", "是"),
    **_spelled(ManagementState.SELF_MANAGED)("自管", "业主自管", "居民自管", "自治管理", "居民自治", "业主自治", "自治", "自我管理", "业委会自管"),
    **_spelled(ManagementState.TITLE_OWNER)("单位自管", "产权单位管理", "单位管理", "产权单位", "原单位管理", "单位代管", "房改房单位管理"),
    **_spelled(ManagementState.COMMUNITY)("社区代管", "社区托管", "社区管理", "社区居委会管理", "居委会代管", "社区兜底", "社区准物业", "准物业"),
    **_spelled(ManagementState.UNKNOWN)("未登记"),
}  # fmt: skip
HERITAGE_WORDS = {
    **_spelled(Heritage.NONE)("无", "否", "没有", "不涉及"),
    **_spelled(Heritage.CONTROL_ZONE)("建设控制地带", "建控地带", "控制地带", "古城保护范围"),
    **_spelled(Heritage.HISTORIC_DISTRICT)("历史文化街区", "历史街区", "历史城区", "历史风貌区"),
    **_spelled(Heritage.LISTED)("文物", "文保单位", "文物保护单位", "历史建筑", "优秀历史建筑", "保护建筑"),
}  # fmt: skip
CERTAINTY_WORDS = {
    **_spelled(BuiltYearCertainty.CERTAIN)("确定", "准确", "是", "有档案", "档案", "确切"),
    **_spelled(BuiltYearCertainty.APPROXIMATE)("大约", "约", "估计", "大概", "不准确", "否", "推断"),
    **_spelled(BuiltYearCertainty.UNKNOWN)("不详", "未知"),
}
SYSTEM_WORDS = {
    **_spelled(CoordinateSystem.WGS84)("wgs84", "wgs-84", "wgs", "gps", "cgcs2000", "国家2000", "2000国家大地坐标系", "天地图", "4326",
               "epsg:4326"),
    **_spelled(CoordinateSystem.GCJ02)("gcj02", "gcj-02", "gcj", "火星", "火星坐标", "国测局", "高德", "腾讯", "amap"),
    **_spelled(CoordinateSystem.BD09)("bd09", "bd-09", "bd09ll", "bd", "百度", "baidu", "百度坐标"),
}  # fmt: skip


def property_firm(text: str) -> Reading:
    """The name of a firm says that a firm manages the compound; "none" that none does."""
    plain = levelled(text)
    if is_nothing(plain):
        return EMPTY
    known = MANAGEMENT_WORDS.get(plain)
    return Reading({"management_state": known or ManagementState.PROFESSIONAL})


# --- Positions --------------------------------------------------------------------------

_DEGREES = re.compile(
    r"[东西北南经纬度EWNSewns:\s]*(?P<number>-?[0-9]{1,3}(?:\.[0-9]{1,20})?)\s*°?\s*(?:[EWNSewns])?"
)
_PLAIN_DEGREES = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,20})?")
_SEXAGESIMAL = re.compile(
    r"[东西北南经纬度EWNSewns:\s]*(?P<d>[0-9]{1,3})[°度]\s*(?P<m>[0-9]{1,2}(?:\.[0-9]{1,15})?)['′分]\s*"
    r"(?:(?P<s>[0-9]{1,2}(?:\.[0-9]{1,15})?)(?:[\"″秒]|''|′′))?\s*(?:[EWNSewns])?"
)
LONGITUDES, LATITUDES = (73, 136), (3, 54)


def degrees(field_name: str) -> Reader:
    """Decimal degrees, or degrees, minutes and seconds; 0 is what programs write for nothing."""

    def read(text: str) -> Reading:
        plain = levelled(text)
        if _PLAIN_DEGREES.fullmatch(plain):
            value = float(plain)
        elif is_nothing(plain) or plain in NO:
            return EMPTY
        elif found := _SEXAGESIMAL.fullmatch(plain):
            value = float(found["d"]) + float(found["m"]) / 60 + float(found["s"] or 0) / 3600
        elif found := _DEGREES.fullmatch(plain):
            value = float(found["number"])
        else:
            raise CellProblem(_("“{text}” is no position in degrees.").format(text=quoted(plain)))
        return Reading({field_name: value}) if value else EMPTY

    return read


def both_degrees(text: str) -> Reading:
    """Longitude and latitude in one cell, in either order."""
    plain = levelled(text)
    if is_nothing(plain) or plain in NO:
        return EMPTY
    parts = [part for part in re.split(r"[,;|\s、]+", plain) if part]
    if len(parts) == 2 and all(_SEXAGESIMAL.fullmatch(part) for part in parts):
        numbers = [degrees("x")(part).fields["x"] for part in parts]
    else:
        numbers = [float(number) for number in _PLAIN_DEGREES.findall(plain)]
    if len(numbers) != 2:
        raise CellProblem(
            _("“{text}” is no position: longitude and latitude are expected.").format(text=quoted(plain))
        )
    if not any(numbers):
        return EMPTY
    return Reading({"longitude": numbers[0], "latitude": numbers[1]})


def system_named(text: str) -> str:
    """The coordinate system that a heading names (百度经度, lng_gcj02), or ""."""
    key = comparison_key(text)
    for word, system in (("百度", "bd09"), ("bd", "bd09"), ("baidu", "bd09"), ("高德", "gcj02"), ("腾讯", "gcj02"),
                         ("火星", "gcj02"), ("gcj", "gcj02"), ("wgs", "wgs84"), ("gps", "wgs84")):  # fmt: skip
        if word in key:
            return system
    return ""


def yes_no_labels() -> list[tuple[bool, str]]:
    return [(True, _("yes")), (False, _("no"))]
