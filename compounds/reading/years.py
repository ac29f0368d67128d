"""Years as people write them: 1987年建成, 约1990, 80年代初, 1990-1995, 一九八七年."""

import re

from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import BuiltYearCertainty
from compounds.models.register import EARLIEST_BUILT_YEAR
from compounds.reading.cells import EMPTY, NO, CellProblem, Reader, Reading, is_nothing, levelled, quoted
from compounds.reading.reasons import Reason
from imports.kinds import Remark

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
                Reason.YEAR_UNREAD,
                _("“{text}” is not understood as a year. Write for example 1987, 约1990 or 80年代.").format(
                    text=quoted(plain)
                ),
            )
        if not EARLIEST_BUILT_YEAR <= year <= timezone.localdate().year:
            raise CellProblem(
                Reason.YEAR_IMPOSSIBLE,
                _(
                    "{year} cannot be the year it was built: it must lie between {first} and this year."
                ).format(year=year, first=EARLIEST_BUILT_YEAR),
            )
        fields = {
            "built_year": year,
            "built_year_certainty": certainty if plainly else BuiltYearCertainty.APPROXIMATE,
        }
        if plainly:
            return Reading(fields)
        return Reading(fields, Remark(Reason.YEAR_ABOUT, _("Read as about {year}.").format(year=year)))

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
