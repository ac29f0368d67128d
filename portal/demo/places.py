"""Communities of the demo and positions near the real town centres (accurate to about a kilometre)."""

from collections.abc import Sequence
from decimal import Decimal
from math import atan2, cos, pi, sin, sqrt
from random import Random

from compounds.positions import CoordinateSystem, wgs84_to_gcj02
from portal.demo.published import JINGZHOU, ZAOYANG, divisions

# WGS-84 longitude and latitude of sub-district and town centres, read off a map to the second decimal or so.
CENTRES: dict[str, tuple[float, float]] = {
    "421003001": (112.183, 30.353), "421003002": (112.199, 30.352), "421003003": (112.188, 30.337),
    "421003004": (112.216, 30.343), "421003005": (112.163, 30.361), "421003100": (112.205, 30.413),
    "421003102": (112.085, 30.447), "421003106": (112.236, 30.371),
    "420683001": (112.768, 32.139), "420683002": (112.762, 32.118), "420683003": (112.790, 32.133),
    "420683402": (112.742, 32.122), "420683100": (112.556, 32.073), "420683101": (112.484, 32.163),
    "420683103": (112.602, 32.298), "420683104": (112.840, 32.322), "420683107": (112.886, 32.070),
    "420683109": (112.776, 31.985),
}  # fmt: skip
# Sub-districts of the town proper, where most old compounds stand; the others are small towns.
IN_TOWN = {
    JINGZHOU: ("421003001", "421003002", "421003003", "421003004", "421003005"),
    ZAOYANG: ("420683001", "420683002", "420683003", "420683402"),
}
# Within the Ming wall of Jingzhou: what may be built is limited.
OLD_CITY = ("421003001", "421003002")

# Published compounds stand where their name says; the community is our assumption but for 砂石厂小区.
COMMUNITY_OF: dict[str, str] = {
    "砂石厂小区": "421003003006",
    "荆州区中医医院宿舍": "421003001004",
    "古建小区": "421003001003",
    "荆南生活区": "421003003002",
    "荆南路14号农行宿舍": "421003003002",
    "屈原路6号农行宿舍": "421003001002",
    "人民路高医专宿舍": "421003001001",
    "航运及种蜂厂小区": "421003003007",
    "梅园小区": "421003003003",
    "沙店小区": "420683002002",
    "广元小区": "420683001005",
    "西路小区": "420683001009",
    "盛隆小区": "420683002013",
}
EAST_ROAD = "421003002003"  # 荆东路 → 荆东社区
JINSHAN = "421003002007"  # 金山苑片区: three compounds side by side
INNER_RING = "421003002006"  # 内环北路 → 玄妙观社区


def urban_communities(county: str) -> list[str]:
    """Codes of residents' committees (居委会) of the county for which a centre is known."""
    return [
        code
        for code, name in divisions().items()
        if len(code) == 12 and code.startswith(county) and code[:9] in CENTRES and _is_urban(name)
    ]


def _is_urban(name: str) -> bool:
    return "村" not in name and ("居" in name or name.endswith("社区"))


def community_weights(county: str, communities: Sequence[str]) -> list[float]:
    """How many old compounds a community has, relatively: the inner town most, small towns few."""
    inner = IN_TOWN[county][:3]
    return [6.0 if code[:9] in inner else 2.5 if code[:9] in IN_TOWN[county] else 0.7 for code in communities]


def community_of_published(name: str) -> str | None:
    if name in COMMUNITY_OF:
        return COMMUNITY_OF[name]
    if name.startswith("荆东路"):
        return EAST_ROAD
    if name.startswith("金山苑"):
        return JINSHAN
    return INNER_RING if name.startswith("内环北路") else None


def community_short_name(code: str) -> str:
    """新民社区居民委员会 → 新民社区, 沙店居委会 → 沙店社区."""
    name = divisions()[code]
    for ending in ("社区居民委员会", "社区居委会", "居民委员会", "居委会", "社区"):
        if name.endswith(ending):
            return f"{name.removesuffix(ending)}社区"
    return name


def position(random: Random, community: str) -> tuple[float, float]:
    """WGS-84, a few hundred metres around the community's place within its sub-district."""
    east, north = CENTRES[community[:9]]
    in_town = any(community.startswith(street) for streets in IN_TOWN.values() for street in streets)
    # Golden angle: the communities of a sub-district stand around its centre without overlapping.
    place, spread = int(community[9:]), 0.0034 if in_town else 0.0016
    radius, angle = spread * sqrt(place % 20), place * 2.399963
    return (
        east + radius * cos(angle) * 1.15 + random.gauss(0, 0.0011),
        north + radius * sin(angle) + random.gauss(0, 0.0009),
    )


def as_recorded(random: Random, wgs84: tuple[float, float]) -> tuple[Decimal, Decimal, str]:
    """The position as an office would have noted it: mostly GPS, some from Amap, some from Baidu."""
    system = random.choices(
        (CoordinateSystem.WGS84, CoordinateSystem.GCJ02, CoordinateSystem.BD09), weights=(55, 30, 15)
    )[0]
    east, north = wgs84
    if system != CoordinateSystem.WGS84:
        east, north = wgs84_to_gcj02(east, north)
    if system == CoordinateSystem.BD09:
        east, north = _gcj02_to_bd09(east, north)
    return Decimal(f"{east:.6f}"), Decimal(f"{north:.6f}"), system.value


def _gcj02_to_bd09(east: float, north: float) -> tuple[float, float]:
    turn = pi * 3000.0 / 180.0
    radius = sqrt(east * east + north * north) + 0.00002 * sin(north * turn)
    angle = atan2(north, east) + 0.000003 * cos(east * turn)
    return radius * cos(angle) + 0.0065, radius * sin(angle) + 0.006
