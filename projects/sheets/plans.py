"""A plan as a published table: 序号, 区划/街道, 小区名称, 楼栋数, 户数, 建筑面积 – out, and the same columns in."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.sheets import Kind
from imports.kinds import ImportColumn
from projects.models import Plan, PlanEntry

# Headings of published plans, the best known first; what is not named here may stay in the file.
PLAN_COLUMNS: tuple[ImportColumn, ...] = (
    ImportColumn(
        key="number", heading=_("No."), kind=Kind.INTEGER, width=7, in_template=False, names=("序号", "编号", "no", "no."),
    ),
    ImportColumn(
        key="county", heading=pgettext_lazy("plan table", "Division"), width=14, in_template=False,
        names=("区划", "县市区", "区县", "行政区", "所属区县", "县区", "division", "county", "district"),
    ),
    ImportColumn(
        key="street", heading=_("Sub-district or town"), width=18, fills_down=True,
        names=("街道", "街道（乡镇）", "街道（镇）", "镇街", "乡镇街道", "所属街道", "street", "sub-district", "sub-district or town"),
        note=_("Helps where two compounds have the same name."),
    ),
    ImportColumn(
        key="name", heading=pgettext_lazy("plan table", "Compound"), width=28, example="砂石厂小区",
        names=("小区名称", "小区", "项目名称", "改造小区", "改造小区名称", "老旧小区名称", "compound", "name"),
        note=_("As in the register, or a former name. A row is found by its code if there is one."),
    ),
    ImportColumn(
        key="code", heading=_("Compound code"), width=18, names=("小区编码", "小区代码", "compound code", "code"),
    ),
    ImportColumn(
        key="building_count", heading=pgettext_lazy("figure", "Buildings"), kind=Kind.INTEGER, width=9, example="12",
        names=("楼栋数", "楼栋数（栋）", "栋数", "改造楼栋数", "楼栋", "幢数", "buildings"),
    ),
    ImportColumn(
        key="household_count", heading=pgettext_lazy("figure", "Households"), kind=Kind.INTEGER, width=9, example="432",
        names=("户数", "户数（户）", "改造户数", "惠及户数", "涉及户数", "居民户数", "households"),
    ),
    ImportColumn(
        key="floor_area", heading=_("Floor area (m²)"), kind=Kind.DECIMAL, width=14, example="38600",
        names=("建筑面积", "建筑面积（平方米）", "改造面积", "总建筑面积", "面积", "floor area", "area"),
        note=_("In m². With 万㎡ in the heading or in the cell it is read as 10,000 m²."),
    ),
    ImportColumn(
        key="estimated_investment", heading=_("Estimated investment (10,000 yuan)"), kind=Kind.DECIMAL, width=16, example="480",
        names=("估算投资（万元）", "估算投资", "计划投资（万元）", "计划投资", "投资估算", "投资估算（万元）", "总投资（万元）", "总投资", "投资（万元）",
               "estimated investment", "estimated investment (10,000 yuan)", "investment"),
        note=_("In 10,000 yuan. With 元 alone in the heading or in the cell it is read as yuan."),
    ),
    ImportColumn(
        key="year", heading=_("Year"), kind=Kind.INTEGER, width=8, number_format="0",
        names=("年度", "年份", "计划年度", "改造年度", "实施年度", "year"), note=_("Of a five-year plan; empty: the plan's first year."),
    ),
    ImportColumn(
        key="jump_reason", heading=_("Reason for going first"), width=30,
        names=("优先理由", "优先原因", "先行理由", "提前理由", "reason for going first", "reason"),
        note=_("Needed where a more urgent compound of the pool is left out."),
    ),
)  # fmt: skip

PLAN_NOTES = (
    _("Nothing is written until you have seen the preview and confirmed it."),
    _("Compounds come from the reserve pool of the plan's county; those already in the plan are changed."),
    _("An empty cell changes nothing: the figures of the register are taken for what is new."),
)

WAN = 10_000


def out_columns(plan: Plan) -> list[ImportColumn]:
    """As shown: the year only where there is more than one."""
    return [column for column in PLAN_COLUMNS if column.key != "year" or len(plan.years) > 1]


def out_rows(plan: Plan, entries: Iterable[PlanEntry], streets: dict[str, str]) -> Iterator[Sequence[Any]]:
    """Rows in the order of `out_columns`; `streets` are {code of 9 digits: name}."""
    county = plan.division.name
    keys = [column.key for column in out_columns(plan)]
    for number, entry in enumerate(entries, 1):
        invested = entry.estimated_investment
        cells: dict[str, Any] = {
            "number": number,
            "county": county,
            "street": streets.get(entry.division_code[:9], ""),
            "name": entry.compound.name,
            "code": entry.compound.code,
            "building_count": entry.building_count,
            "household_count": entry.household_count,
            "floor_area": entry.floor_area,
            "estimated_investment": None if invested is None else invested / WAN,
            "year": entry.year,
            "jump_reason": entry.jump_reason,
        }
        yield [cells[key] for key in keys]
