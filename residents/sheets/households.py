"""The columns of a household list coming in, and the headings under which people keep them."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.sheets import Kind
from imports.kinds import ImportColumn
from residents.models import HouseholdUse, Tenancy

HOUSEHOLD_COLUMNS = (
    ImportColumn(
        key="compound", heading=pgettext_lazy("heading", "Compound"), width=26, fills_down=True, example="421003-000017",
        note=_("Code or name. Not needed where the whole file is about one compound: you choose it in the step “Columns”."),
        names=("小区名称", "小区", "小区编码", "小区编号", "小区代码", "所属小区", "院落", "院落名称", "compound", "compound code", "compound name", "estate"),
    ),
    ImportColumn(
        key="building", heading=_("Building"), width=12, fills_down=True, example="3号楼",
        note=_("3号楼, 3栋, 3# and 三号楼 are one. A building that is not listed yet is added."),
        names=("楼栋", "楼栋号", "楼栋名称", "栋号", "幢号", "楼号", "楼幢", "楼幢号", "楼宇", "栋", "幢", "楼", "座", "building", "building number", "block"),
    ),
    ImportColumn(
        key="staircase", heading=_("Staircase"), width=10, fills_down=True, example="2单元",
        names=("单元", "单元号", "单元名称", "门洞", "门洞号", "楼道", "梯", "staircase", "entrance", "stair"),
    ),
    ImportColumn(
        key="floor", heading=_("Floor"), width=8, fills_down=True, example="5",
        note=_("Taken from the door number where it is empty."),
        names=("楼层", "所在楼层", "所在层", "层", "层次", "层数", "floor", "storey"),
    ),
    ImportColumn(
        key="door", heading=pgettext_lazy("of a household", "Door number"), required=True, width=18, example="501",
        note=_("The number alone, or the whole door in one cell: 3号楼2单元501, 3-2-501."),
        names=("房号", "室号", "门牌号", "门牌", "房间号", "户号", "门号", "室", "房屋编号", "房间", "门牌地址", "房屋坐落", "坐落", "房屋地址",
               "住址", "详细地址", "地址", "door", "door number", "unit", "room", "flat", "address"),
    ),
    ImportColumn(
        key="exclusive_area", heading=_("Exclusive area (m²)"), width=14, kind=Kind.DECIMAL, example="61.50",
        note=_("As in the deed, else as measured, else as in the sales contract."),
        names=("专有面积", "专有部分面积", "产权面积", "登记面积", "房屋建筑面积", "建筑面积", "房屋面积", "面积", "套型面积", "exclusive area", "area", "floor area"),
    ),
    ImportColumn(
        key="use", heading=_("Use"), width=12, choices=tuple(label for _value, label in HouseholdUse.choices[:-1]),
        names=("用途", "房屋用途", "规划用途", "使用性质", "房屋性质", "房屋类型", "use", "usage", "type"),
    ),
    ImportColumn(
        key="tenancy", heading=_("Tenancy"), width=14, choices=tuple(label for _value, label in Tenancy.choices[:-1]),
        names=("居住情况", "居住状态", "居住状况", "入住情况", "使用情况", "使用状态", "出租情况", "租住情况", "tenancy", "occupancy"),
    ),
    ImportColumn(
        key="owners", heading=_("Owners"), width=20, is_personal=True, example="张三、李四",
        note=_("Several are separated by 、. Identity numbers are not kept."),
        names=("业主", "业主姓名", "业主名称", "产权人", "产权人姓名", "户主", "户主姓名", "房主", "房主姓名", "权利人", "所有权人", "共有人", "姓名",
               "owner", "owners", "name", "owner name"),
    ),
    ImportColumn(
        key="shares", heading=_("Shares"), width=14, is_personal=True, example="1/2、1/2", note=_("1/2 or 50%, in the order of the owners."),
        names=("份额", "产权份额", "共有份额", "所占份额", "共有情况", "占比", "产权比例", "share", "shares"),
    ),
    ImportColumn(
        key="phones", heading=_("Phones"), width=18, is_personal=True, note=_("Only numbers that the owners gave for this."),
        names=("电话", "联系电话", "手机", "手机号", "手机号码", "联系方式", "电话号码", "业主电话", "phone", "phones", "mobile", "telephone"),
    ),
)  # fmt: skip

HOUSEHOLD_NOTES = (
    _("Nothing is written until you have seen the preview and confirmed it."),
    _("A door that the file does not name stays as it is. An empty cell changes nothing."),
    _("Of several rows of one door the owners are put together."),
    _("Other owners than recorded mean that the household changed hands on the day that you give in the step “Columns”."),
)  # fmt: skip
