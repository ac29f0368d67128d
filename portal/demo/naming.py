"""Names of made-up compounds: what units, streets and estates are called in such towns."""

from dataclasses import dataclass
from random import Random

from portal.demo.places import community_short_name
from portal.demo.words import ESTATES, GARDENS, OFFICES, QUARTERS, SCHOOLS, STREETS, WORKS


@dataclass(frozen=True, kw_only=True)
class Name:
    """`unit` is the unit that built it for its staff, "" where none did; `estate` = built for sale."""

    text: str
    unit: str = ""
    estate: bool = False


# Whose dormitory a published name says it is.
UNIT_OF_PUBLISHED = {
    "砂石厂小区": "砂石公司",
    "荆州区中医医院宿舍": "荆州区中医医院",
    "荆东路38号物资局宿舍": "物资局",
    "物资车队宿舍": "物资车队",
    "航运及种蜂厂小区": "航运公司",
    "丝绸厂小区": "丝绸厂",
    "轻工业局宿舍": "轻工业局",
    "荆南路14号农行宿舍": "农业银行荆州支行",
    "屈原路6号农行宿舍": "农业银行荆州支行",
    "荆东路29号市委党校宿舍": "市委党校",
    "荆东路31号市职业技术学校": "市职业技术学校",
    "紫金山巷6号国税宿舍": "国税局",
    "人民路高医专宿舍": "医学高等专科学校",
    "燃料宿舍": "燃料公司",
    "检察院宿舍": "检察院",
    "传输局宿舍": "长途传输局",
    "供电所宿舍": "供电所",
    "荆东路54号行署": "地区行署",
    "钢窗厂宿舍": "钢窗厂",
    "文化宫宿舍": "工人文化宫",
}


def published(text: str) -> Name:
    return Name(text=text, unit=UNIT_OF_PUBLISHED.get(text, ""))


class Namer:
    """Gives names that are unique within a county."""

    def __init__(self, random: Random, county: str, taken: set[str]) -> None:
        self.random = random
        self.county = county
        self.taken = taken

    def next(self, community: str) -> Name:
        while True:
            name = self._draw(community)
            if name.text not in self.taken:
                self.taken.add(name.text)
                return name

    def _draw(self, community: str) -> Name:
        kind = self.random.choices(("unit", "street", "estate", "community"), weights=(52, 22, 20, 6))[0]
        if kind == "unit":
            unit = self.random.choice((*OFFICES, *WORKS, *WORKS, *SCHOOLS))
            return Name(text=unit + self.random.choice(QUARTERS), unit=unit)
        if kind == "street":
            street = self.random.choice(STREETS[self.county])
            return Name(text=f"{street}{self.random.randint(3, 188)}号院")
        if kind == "estate":
            return Name(text=self.random.choice(GARDENS) + self.random.choice(ESTATES), estate=True)
        place = community_short_name(community).removesuffix("社区")
        return Name(text=f"{place}{self.random.choice(('一', '二', '三', '四'))}小区")


def address(random: Random, county: str, name: Name) -> str:
    """The street and number in the name, else a made-up one."""
    for street in STREETS[county]:
        rest = name.text.removeprefix(street)
        if rest != name.text and "号" in rest:
            return f"{street}{rest.split('号')[0]}号"
    return f"{random.choice(STREETS[county])}{random.randint(2, 260)}号"
