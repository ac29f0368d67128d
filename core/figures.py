"""Numbers, areas, sums and moments as the portal writes them, in both languages.

Chinese counts in 万 (10⁴) and 亿 (10⁸), English in thousands and millions. Rounding
is half-up on the decimal, never by way of a float.
"""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import get_language
from django.utils.translation import gettext as _

# What is not recorded: an em dash, which no figure can be taken for.
NOTHING = "—"

Number = int | float | Decimal | str | None

WAN, YI = Decimal(10_000), Decimal(100_000_000)
MILLION, BILLION = Decimal(1_000_000), Decimal(1_000_000_000)


def _decimal(value: Number) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _written(number: Decimal, places: int) -> str:
    """Rounded to at most `places`, thousands grouped, no idle zeros behind the point."""
    rounded = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    text = f"{rounded:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def thousands(value: Number, places: int = 2) -> str:
    """1496200 → 1,496,200"""
    number = _decimal(value)
    return NOTHING if number is None else _written(number, places)


def _in_chinese() -> bool:
    return (get_language() or "").startswith("zh")


def area(value: Number) -> str:
    """Square metres: 986 ㎡ and from ten thousand on 149.62 万㎡; in English always m², 1,496,200 m².

    One unit in each language, so that two figures beside each other can be compared at a
    glance; English drops what lies behind the point where Chinese changes to 万.
    """
    number = _decimal(value)
    if number is None:
        return NOTHING
    is_large = abs(number) >= WAN
    if _in_chinese():
        return f"{_written(number / WAN, 2)} 万㎡" if is_large else f"{_written(number, 2)} ㎡"
    return f"{_written(number, 0 if is_large else 2)} m²"


def money(value: Number) -> str:
    """Yuan: 312 万元, 12.2 亿元 (¥3.12 million, ¥1.22 billion in English)."""
    number = _decimal(value)
    if number is None:
        return NOTHING
    if _in_chinese():
        return _chinese_money(number)
    if abs(number) >= BILLION:
        return f"¥{_written(number / BILLION, 3)} billion"
    return (
        f"¥{_written(number / MILLION, 3)} million" if abs(number) >= MILLION else f"¥{_written(number, 2)}"
    )


def _chinese_money(number: Decimal) -> str:
    if abs(number) >= YI:
        return f"{_written(number / YI, 2)} 亿元"
    return f"{_written(number / WAN, 2)} 万元" if abs(number) >= WAN else f"{_written(number, 2)} 元"


def percent(value: Number, places: int = 1) -> str:
    """A share (0.95) as 95 %."""
    number = _decimal(value)
    return NOTHING if number is None else f"{_written(number * 100, places)} %"


def day(value: date | datetime | None) -> str:
    """2026-11-20, in the portal's time zone."""
    if value is None:
        return NOTHING
    local = timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
    return local.strftime("%Y-%m-%d")


def moment(value: datetime | None) -> str:
    """2026-11-20 14:05, in the portal's time zone."""
    if value is None:
        return NOTHING
    return (timezone.localtime(value) if timezone.is_aware(value) else value).strftime("%Y-%m-%d %H:%M")


def ago(value: datetime) -> str:
    """How long since, in one unit; under a minute it is "just now"."""
    if (timezone.now() - value).total_seconds() < 60:
        return _("just now")
    return _("{time} ago").format(time=timesince(value, depth=1))
