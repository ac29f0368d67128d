"""Use and tenancy in the words of registers, each to the value that the household stores."""

from django.utils.translation import gettext as _

from compounds.reading.cells import CellProblem, is_nothing, quoted
from core.text import comparison_key
from residents.reading.reasons import Reason

USES = {
    "home": ("住宅", "成套住宅", "居住", "住", "民宅", "住房", "自住", "普通住宅", "商品房", "房改房", "公房", "宿舍", "home"),
    "shop": ("商业", "商铺", "底商", "门面", "门面房", "门市", "店铺", "网点", "商用", "商服", "经营", "营业", "住改商", "shop"),
    "office": ("办公", "办公用房", "写字楼", "办公室", "公司", "office"),
    "store": ("车库", "储藏间", "储藏室", "储物间", "杂物间", "柴间", "地下室", "车棚", "仓库", "车位", "storage"),
    "other": ("其他", "其它", "公共用房", "配套用房", "物业用房", "社区用房", "other"),
}  # fmt: skip
TENANCIES = {
    "owner": ("自住", "业主自住", "自用", "本人居住", "自有自住", "业主", "owner"),
    "let": ("出租", "租", "租住", "租户", "租赁", "租客", "已出租", "承租", "let"),
    "vacant": ("空置", "空", "空房", "闲置", "无人居住", "无人住", "未住人", "无人", "vacant"),
}
NOT_RECORDED = "unknown"
_USE_OF = {comparison_key(word): use for use, words in USES.items() for word in words}
_TENANCY_OF = {comparison_key(word): tenancy for tenancy, words in TENANCIES.items() for word in words}


def read_use(text: str) -> str:
    """home, shop, office, store or other; unknown for an empty cell."""
    return _word(text, _USE_OF)


def read_tenancy(text: str) -> str:
    """owner, let or vacant; unknown for an empty cell."""
    return _word(text, _TENANCY_OF)


def _word(text: str, known: dict[str, str]) -> str:
    key = comparison_key(text)
    if key in known:
        return known[key]
    if is_nothing(text):
        return NOT_RECORDED
    raise CellProblem(
        Reason.USE_UNREAD,
        _("“{text}” is not known here. Write one of: {words}").format(
            text=quoted(text), words="、".join(dict.fromkeys(_first(known)))
        ),
    )


def _first(known: dict[str, str]) -> list[str]:
    """One word for each value."""
    return list({value: word for word, value in reversed(known.items())}.values())[::-1]
