"""Names of residents in the papers of a project: masked before they are stored."""

import re

# Five digits in a row are a telephone, a door key or an identity number; years and amounts are shorter.
_NUMBER = re.compile(r"\d[\d\s-]{5,}\d")
_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}")
# What people are called by their role stays readable.
_ROLE = re.compile(r"(居民|业主|住户|租户|商户|家属|代表|委员|主任|组长|楼长|网格员|老人|群众|若干|匿名|户)")


def masked(name: str) -> str:
    """张三丰 → 张*. A role (居民, 业主代表), a masked name and whatever is no Chinese name stay as they are."""
    if "*" in name or _ROLE.search(name) or not _NAME.fullmatch(name):
        return name
    return f"{name[0]}*"


def holds_a_number(text: str) -> bool:
    """Whether a telephone or identity number stands in the text."""
    return any(len(re.sub(r"\D", "", found)) >= 7 for found in _NUMBER.findall(text))
