"""Words out of a list, in the many spellings of rosters: yes and no, kinds of management, heritage, systems."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from compounds.models import BuiltYearCertainty, Heritage, ManagementState
from compounds.positions import CoordinateSystem
from compounds.reading.cells import EMPTY, NOTHING, CellProblem, Reader, Reading, is_nothing, levelled, quoted
from compounds.reading.reasons import Reason
from core.text import comparison_key


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
            Reason.WORD_UNKNOWN,
            _("“{text}” is not known here. Write one of: {words}").format(text=quoted(text), words=own),
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


def yes_no_labels() -> list[tuple[bool, str]]:
    return [(True, _("yes")), (False, _("no"))]
