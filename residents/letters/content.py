"""What stands on the papers: plain data, filled by whoever asks the database.

The papers are Chinese with English beneath the essentials, whatever the language of the person who prints them: it is
the resident who reads them. So the words stand in the templates and here, not in the translation catalogues.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
WEEKDAYS = "一二三四五六日"
WAN = 10_000
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


# --- Words ------------------------------------------------------------------------------


def chinese_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_moment(moment: datetime) -> str:
    """2026年12月15日（星期二）18:00"""
    local = moment.astimezone(CHINA)
    return f"{chinese_date(local)}（星期{WEEKDAYS[local.weekday()]}）{local:%H:%M}"


def english_moment(moment: datetime) -> str:
    """15 December 2026, 18:00; the month in words whatever the server's locale."""
    local = moment.astimezone(CHINA)
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}, {local:%H:%M}"


def yuan(amount: Decimal | int) -> str:
    """To the yuan: 3500 → 3,500 元, 120000 → 12 万元, 123450 → 12.345 万元."""
    whole = Decimal(amount).quantize(Decimal(1), ROUND_HALF_UP)
    if abs(whole) < WAN:
        return f"{whole:,} 元"
    return f"{format(whole / WAN, '.4f').rstrip('0').rstrip('.')} 万元"


def door_text(building: str, staircase: str, unit: str) -> str:
    """3号楼2单元501室; a door that is no number (商铺3, 5东) stands as it is."""
    return f"{building}{staircase}{unit}{'室' if unit[:1].isdecimal() and unit[-1:].isdecimal() else ''}"


def site_of(address: str) -> str:
    """What is typed into a browser: `https://portal.example.org/r/` → portal.example.org/r."""
    return address.split("://")[-1].rstrip("/")


# --- The letter -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to call: a role, not a private person's name, and where to go."""

    who: str
    phone: str
    place: str = "社区居委会"
    hours: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperItem:
    """An optional item. `subsidy` (paid by others) and `residents_pay` (by all households) are parts of `price`, in yuan.

    What is left is charged to the budget of the menu. `rule` such as 与第3项只能选一个。
    """

    name: str
    text: str
    price: Decimal
    subsidy: Decimal = Decimal(0)
    residents_pay: Decimal = Decimal(0)
    rule: str = ""

    @property
    def price_text(self) -> str:
        """共 12 万元：补助 8 万元，住户合出 2 万元，其余用改造款。"""
        payers = []
        if self.subsidy:
            payers.append(f"补助 {yuan(self.subsidy)}")
        if self.residents_pay:
            payers.append(f"住户合出 {yuan(self.residents_pay)}")
        if not payers:
            return f"共 {yuan(self.price)}，全部用改造款。"
        if self.price > self.subsidy + self.residents_pay:
            payers.append("其余用改造款")
        return f"共 {yuan(self.price)}：{'，'.join(payers)}。"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperMenu:
    """The running round: what is decided (`basic`), what is open, and how the sheet comes back.

    `hand_in` completes "在背面打勾、签名，" and "填好以后："; `precedence` says what counts when paper and web differ.
    """

    title: str
    basic: tuple[str, ...]
    items: tuple[PaperItem, ...]
    hand_in: str
    precedence: str
    most: int | None = None

    @property
    def rule(self) -> str:
        return f"最多选 {self.most} 项“想要”。" if self.most else "想要几项，就选几项。"


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRound:
    """What is the same on all letters of a compound. `address` ends in `/r/`; the QR code is that and the code."""

    compound: str
    community: str
    address: str
    contact: Contact
    sender: str
    dated: date
    until: datetime | None = None
    note: str = ""
    menu: PaperMenu | None = None

    @property
    def site(self) -> str:
        return site_of(self.address)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One household's. `shares`: whole yuan for each item of the menu, None where it cannot be told yet."""

    building: str
    staircase: str
    unit: str
    code: str
    shares: tuple[int | None, ...] = ()

    @property
    def door(self) -> str:
        return door_text(self.building, self.staircase, self.unit)


def share_text(share: int | None) -> str:
    if share is None:
        return "您家出多少，核定面积后告知"
    return f"您家约出 {share:,} 元" if share else "您家不用出钱"


# --- Other papers -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RepresentativeLetter:
    """A representative's own code, handed over in person. `address` as on the households' letters."""

    compound: str
    community: str
    name: str
    term: str
    address: str
    code: str
    contact: Contact
    sender: str
    dated: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorstepRow:
    """A door of the worklist. `known` is what the portal knows already, such as 网上已选."""

    staircase: str
    floor: int | None
    unit: str
    is_delivered: bool = False
    is_answered: bool = False
    is_absent: bool = False
    is_refused: bool = False
    known: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorstepSheet:
    """One building's worklist, rows in the order in which one walks. It carries no codes and no names."""

    compound: str
    building: str
    title: str
    dated: date
    rows: tuple[DoorstepRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeItem:
    """An item of the outcome: `sentence` says why it is in or out, in figures. `supporters` None: it is not published.

    `subsidy` (paid by others) and `residents_pay` (by all households) are parts of `cost`, in yuan. `requirement` is
    its category and how many households it needs.
    """

    name: str
    is_in: bool
    supporters: int | None
    sentence: str
    cost: Decimal
    subsidy: Decimal = Decimal(0)
    residents_pay: Decimal = Decimal(0)
    requirement: str = ""
    note: str = ""

    @property
    def price_text(self) -> str:
        """价格 4.5 万元（其中 3 万元由别处补助，9,160 元由各户分摊）"""
        payers = []
        if self.subsidy:
            payers.append(f"{yuan(self.subsidy)}由别处补助")
        if self.residents_pay:
            payers.append(f"{yuan(self.residents_pay)}由各户分摊")
        return f"价格 {yuan(self.cost)}" + (f"（其中 {'，'.join(payers)}）" if payers else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultNotice:
    """For the notice board. `answered` of `households` took part; `page` is the public page's address, or ""."""

    compound: str
    title: str
    households: int
    answered: int
    budget: Decimal
    spent: Decimal
    rule: str
    basic: tuple[str, ...]
    items: tuple[NoticeItem, ...]
    objections: str
    contact: Contact
    sender: str
    dated: date
    page: str = ""
