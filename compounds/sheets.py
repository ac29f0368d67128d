"""The columns of a compound roster coming in, and the headings under which people know them.

The first name is what we call it; the rest is what rosters of offices and property
portals call it, in either language. Brackets, units, spaces and case do not matter.
"""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.models import BuiltYearCertainty, Heritage, ManagementState
from compounds.positions import CoordinateSystem
from core.sheets import Kind
from imports.kinds import ImportColumn


def _labels(choices: Iterable[tuple[str, str | Promise]]) -> tuple[str | Promise, ...]:
    return tuple(label for _value, label in choices)


YES_NO = (_("yes"), _("no"))

COMPOUND_COLUMNS = (
    ImportColumn(
        key="name", heading=pgettext_lazy("heading", "Name of the compound"), required=True, width=26,
        note=_("The name in use today. Each name stands once in a community."), example="砂石厂小区",
        names=("小区名称", "小区名", "小区", "老旧小区名称", "改造小区名称", "改造小区", "项目名称", "住宅小区名称", "院落名称",
               "名称", "楼盘名称", "楼盘名", "楼盘", "宿舍区名称", "compound", "compound name", "community name zh", "xiaoqu",
               "xiaoqu name", "estate", "estate name", "residential area", "name", "title"),
    ),
    ImportColumn(
        key="code", heading=_("Code"), width=16,
        note=_("Leave empty for a new compound; it gets its code here. For a known one the code finds it even after a new name."),
        example="421003-000017", samples_like=r"[0-9]{6}-[0-9]{4,}",
        names=("小区编码", "小区编号", "小区代码", "编号", "编码", "系统编码", "code", "compound code"),
    ),
    ImportColumn(
        key="former_names", heading=_("Former names"), width=24, note=_("Several are separated by 、"), example="砂石厂宿舍、砂石厂家属院",
        names=("曾用名", "原名", "别名", "小区别名", "又名", "俗称", "former names", "former name", "alias", "aliases", "also known as"),
    ),
    ImportColumn(
        key="community", heading=_("Community"), required=False, width=30, fills_down=True,
        note=_("The 12-digit code, or the name where your division has only one community of that name."),
        example="421003001001",
        names=("社区", "所属社区", "所在社区", "社区名称", "社区代码", "社区编码", "所属社区居委会", "社区居委会", "居委会", "居委会名称",
               "社区(村)", "社区村", "村居", "村社区", "行政区划代码", "区划代码", "community", "community code", "neighbourhood committee"),
    ),
    ImportColumn(
        key="county", heading=_("County or district"), width=14, fills_down=True, in_template=False,
        names=("区县", "县区", "县市区", "市县区", "所属区县", "所在区县", "所属区", "所在区", "行政区", "行政区域", "城区", "区", "县", "区域",
               "所属区域", "所在区域", "district", "county", "region"),
    ),
    ImportColumn(
        key="street", heading=_("Sub-district"), width=18, fills_down=True, in_template=False,
        names=("街道", "所属街道", "所在街道", "街道名称", "街道办", "街道办事处", "所属街道办", "乡镇", "镇街", "街镇", "乡镇街道", "街道乡镇",
               "街道(镇)", "所属乡镇", "street", "sub-district", "subdistrict", "street office", "town"),
    ),
    ImportColumn(
        key="address", heading=_("Address"), width=36, example="西门路 18 号",
        names=("地址", "详细地址", "小区地址", "小区位置", "坐落", "座落", "坐落位置", "地理位置", "具体位置", "位置", "四至", "address", "location"),
    ),
    ImportColumn(
        key="cluster", heading=_("Cluster"), width=18, fills_down=True, note=_("Neighbouring compounds that are planned together."),
        names=("片区", "所属片区", "片区名称", "改造片区", "cluster"),
    ),
    ImportColumn(
        key="built_year", heading=_("Built in"), width=12, number_format="0",
        note=_("A year. Also understood: 约1990, 80年代, 1990-1995."), example="1987",
        names=("建成年代", "建成年份", "建成时间", "建设年代", "建设年份", "建筑年代", "建筑年份", "建造年代", "建造年份", "竣工年份", "竣工时间",
               "竣工年代", "竣工日期", "建成日期", "建成年", "年代", "房龄年代", "建成于", "built", "built year", "year built", "built in",
               "construction year", "build year", "year"),
    ),
    ImportColumn(
        key="built_year_certainty", heading=_("Built year is"), width=16, choices=_labels(BuiltYearCertainty.choices),
        names=("年代是否准确", "年代准确性", "年代可信度", "built year certainty", "certainty"),
    ),
    ImportColumn(
        key="title_owner", heading=_("Title-owner unit"), width=24, fills_down=True,
        note=_("The unit that built it for its staff and still answers for it. A name that is not registered yet is added to the organisations."),
        example="荆州市砂石公司",
        names=("产权单位", "原产权单位", "产权人", "所属单位", "主管单位", "title owner", "title owner unit", "title-owner unit"),
    ),
    ImportColumn(
        key="management_state", heading=_("Management"), width=20, choices=_labels(ManagementState.choices),
        note=_("Who manages it before the renovation."),
        names=("管理状态", "管理方式", "管理模式", "管理情况", "物业管理", "物业管理方式", "物业管理模式", "物业管理情况", "物业情况", "物业状况",
               "物业类别", "有无物业", "是否有物业", "有无物业管理", "management", "management state", "managed by", "管理现状"),
    ),
    ImportColumn(
        key="property_firm", heading=_("Property-service firm"), width=24, in_template=False,
        names=("物业公司", "物业企业", "物业服务企业", "物业服务公司", "物业单位", "物业名称", "物业公司名称", "property company",
               "property firm", "property management company"),
    ),
    ImportColumn(
        key="has_owners_committee", heading=_("Owners' committee"), width=14, choices=YES_NO,
        names=("业委会", "业主委员会", "是否有业委会", "有无业委会", "是否成立业委会", "是否成立业主委员会", "业委会成立情况",
               "owners committee", "owners' committee"),
    ),
    ImportColumn(
        key="has_repair_fund", heading=_("Repair fund paid in"), width=14, choices=YES_NO,
        names=("维修资金", "有无维修资金", "是否有维修资金", "专项维修资金", "是否缴存维修资金", "是否归集维修资金", "已缴存维修资金", "repair fund", "repair fund paid in"),
    ),
    ImportColumn(
        key="building_count", heading=pgettext_lazy("figure", "Buildings"), kind=Kind.INTEGER, width=10, example="12",
        names=("楼栋数", "楼栋总数", "总楼栋数", "楼栋", "楼栋数量", "栋数", "总栋数", "幢数", "楼幢数", "房屋栋数", "住宅栋数", "住宅楼栋数",
               "楼数", "建筑栋数", "buildings", "building count", "number of buildings", "total buildings"),
    ),
    ImportColumn(
        key="staircase_count", heading=pgettext_lazy("figure", "Staircases"), kind=Kind.INTEGER, width=10, example="36",
        names=("单元数", "总单元数", "单元", "单元总数", "楼道数", "门栋数", "staircases", "staircase count", "entrances"),
    ),
    ImportColumn(
        key="household_count", heading=pgettext_lazy("figure", "Households"), kind=Kind.INTEGER, width=10, example="432",
        names=("户数", "总户数", "住户数", "居民户数", "房屋总数", "总套数", "套数", "住宅套数", "房屋套数", "惠及户数", "涉及户数", "居民总户数",
               "规划户数", "households", "household count", "number of households", "total households", "units"),
    ),
    ImportColumn(
        key="floor_area", heading=_("Floor area (m²)"), kind=Kind.DECIMAL, width=14, example="38600",
        note=_("In m². With 万㎡ in the heading or in the cell it is read as 10,000 m²."),
        names=("建筑面积", "总建筑面积", "房屋建筑面积", "住宅建筑面积", "总面积", "建筑总面积", "改造面积", "floor area", "total floor area",
               "gross floor area", "area"),
    ),
    ImportColumn(
        key="longitude", heading=_("Longitude"), kind=Kind.DECIMAL, number_format="0.000000", width=13, example="112.190500",
        names=("经度", "小区经度", "东经", "百度经度", "高德经度", "经度x", "longitude", "lng", "lon", "long", "x", "x坐标"),
    ),
    ImportColumn(
        key="latitude", heading=_("Latitude"), kind=Kind.DECIMAL, number_format="0.000000", width=13, example="30.352100",
        names=("纬度", "小区纬度", "北纬", "百度纬度", "高德纬度", "纬度y", "latitude", "lat", "y", "y坐标"),
    ),
    ImportColumn(
        key="position", heading=_("Position"), width=24, in_template=False,
        names=("坐标", "经纬度", "地理坐标", "小区坐标", "经纬度坐标", "坐标点", "定位", "百度坐标", "高德坐标", "position", "coordinates",
               "coordinate", "lnglat", "latlng", "location point"),
    ),
    ImportColumn(
        key="coordinate_system", heading=_("Coordinate system"), width=22, choices=_labels(CoordinateSystem.choices),
        note=_("If empty, as chosen when the file is uploaded."),
        names=("坐标系", "坐标系统", "坐标类型", "坐标体系", "coordinate system", "crs", "datum"),
    ),
    ImportColumn(
        key="heritage", heading=_("Heritage constraint"), width=20, choices=_labels(Heritage.choices),
        names=("历史文化保护", "历史保护", "文物保护", "文保情况", "历史文化街区", "保护要求", "是否历史文化街区", "heritage", "heritage constraint"),
    ),
    ImportColumn(
        key="notes", heading=_("Notes"), width=40,
        names=("备注", "说明", "其他说明", "备注说明", "notes", "note", "remarks", "remark", "comments"),
    ),
)  # fmt: skip

COMPOUND_NOTES = (
    _("Nothing is written until you have seen the preview and confirmed it."),
    _(
        "A compound that is known (by its code, or by community and name) is changed; every other row adds one."
    ),
    _("An empty cell changes nothing. Signs such as - and 暂无 count as empty."),
    _("Further columns may stay in the file; they are not imported."),
)
