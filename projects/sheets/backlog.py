"""The columns of projects from before the portal coming in, and the headings under which offices keep them."""

from collections.abc import Sequence
from functools import lru_cache

from django.db.models import Max
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.sheets import Kind
from imports.kinds import ImportColumn
from projects.models import CatalogueItem, Stage

STAGES = tuple(label for _value, label in Stage.choices)
# Keys of the columns of works: "planned:B08", "done:B08".
PLANNED, DONE = "planned:", "done:"

BACKLOG_COLUMNS = (
    ImportColumn(
        key="code", heading=_("Code of the compound"), width=18, samples_like=r"[0-9]{6}-[0-9]{4,}", example="421003-000017",
        note=_("The compound's code in the register, or its name."),
        names=("小区编码", "小区编号", "小区代码", "编码", "编号", "compound code", "code"),
    ),
    ImportColumn(
        key="name", heading=pgettext_lazy("heading", "Name of the compound"), width=26, example="砂石厂小区",
        note=_("As in the register, or a former name."),
        names=("小区名称", "小区名", "小区", "改造小区", "改造小区名称", "老旧小区名称", "项目名称", "名称", "compound", "compound name", "project", "name"),
    ),
    ImportColumn(
        key="community", heading=_("Community"), width=22, fills_down=True,
        note=_("Only needed where several compounds of the county have the same name."),
        names=("社区", "所属社区", "所在社区", "社区名称", "community"),
    ),
    ImportColumn(
        key="year", heading=_("Plan year"), width=10, required=True, kind=Kind.INTEGER, number_format="0", fills_down=True, example="2022",
        names=("计划年度", "年度", "计划年份", "改造年度", "年份", "plan year", "year"),
    ),
    ImportColumn(
        key="stage", heading=_("Stage"), width=14, required=True, choices=STAGES, example=Stage.AFTERCARE.label,
        note=_("Where the project stood on the day given beside it. Also understood: 在建, 已完工, 已验收, 已移交."),
        names=("阶段", "当前阶段", "所处阶段", "项目阶段", "进展阶段", "项目状态", "状态", "stage", "current stage", "status"),
    ),
    ImportColumn(
        key="stage_on", heading=_("In this stage on"), width=13, required=True, kind=Kind.DATE, example="2022-12-20",
        note=_("A day before the division's go-live."),
        names=("阶段日期", "状态日期", "截至日期", "进入阶段日期", "阶段时间", "截止日期", "stage date", "as of", "in this stage on"),
    ),
    ImportColumn(
        key="started_on", heading=_("Works started on"), width=13, kind=Kind.DATE, example="2022-04-12",
        note=_("Needed from construction on."),
        names=("开工日期", "开工时间", "实际开工日期", "实际开工时间", "started on", "start date", "started"),
    ),
    ImportColumn(
        key="completed_on", heading=_("Works completed on"), width=13, kind=Kind.DATE, example="2022-10-28",
        note=_("Needed from acceptance on."),
        names=("完工日期", "竣工日期", "完工时间", "竣工时间", "实际竣工日期", "实际完工日期", "completed on", "completion date", "completed"),
    ),
    ImportColumn(
        key="client", heading=_("Client"), width=26, fills_down=True, note=_("Name or credit code."),
        names=("建设单位", "业主单位", "项目业主", "项目法人", "client", "owner"),
    ),
    ImportColumn(
        key="contractor", heading=_("Contractor"), width=26, fills_down=True, note=_("Name or credit code."),
        names=("施工单位", "承建单位", "施工企业", "contractor", "builder"),
    ),
    ImportColumn(
        key="designer", heading=_("Designer"), width=26, fills_down=True, note=_("Name or credit code."),
        names=("设计单位", "设计院", "designer", "design"),
    ),
    ImportColumn(
        key="supervisor", heading=_("Supervisor"), width=26, fills_down=True, note=_("Name or credit code."),
        names=("监理单位", "监理企业", "supervisor", "supervision"),
    ),
    ImportColumn(
        key="investment", heading=_("Investment (yuan)"), width=16, kind=Kind.DECIMAL, example="3260000",
        note=_("In yuan. With 万元 in the heading or in the cell it is read as 10,000 yuan."),
        names=("投资", "总投资", "项目投资", "投资额", "总投资额", "完成投资", "investment", "total investment"),
    ),
    ImportColumn(
        key="notes", heading=_("Notes"), width=40, names=("备注", "说明", "notes", "remarks", "remark"),
    ),
)  # fmt: skip

WORK_COLUMNS = (
    ImportColumn(key="compound", heading=_("Compound (code or name)"), width=26, required=True,
                 names=("小区编码", "小区编号", "小区名称", "小区", "项目名称", "小区编码或名称", "compound", "compound code or name", "compound code", "project")),
    ImportColumn(key="work_year", heading=_("Plan year"), width=10, kind=Kind.INTEGER, number_format="0",
                 note=_("Only needed where a compound has several projects in the file."),
                 names=("计划年度", "年度", "年份", "plan year", "year")),
    ImportColumn(key="item", heading=_("Work (code or name)"), width=26, required=True,
                 names=("工程内容", "工程内容编码", "目录编码", "改造内容", "项目内容", "工程内容编码或名称", "work", "work code", "item", "catalogue code")),
    ImportColumn(key="planned", heading=_("Quantity planned"), width=14, kind=Kind.DECIMAL, required=True,
                 names=("计划量", "计划工程量", "计划数量", "工程量", "数量", "quantity planned", "planned", "quantity")),
    ImportColumn(key="done", heading=_("Quantity done"), width=14, kind=Kind.DECIMAL,
                 names=("完成量", "完成工程量", "已完成", "完成数量", "quantity done", "done")),
)  # fmt: skip
WORK_SHEET = pgettext_lazy("sheet", "Works")

BACKLOG_NOTES = (
    _("Nothing is written until you have seen the preview and confirmed it."),
    _("Only what happened before the go-live of the division can be entered; it is shown as from before the portal for ever."),
    _("Works stand on the second sheet, one in a row; or beside the projects in columns such as “B08 计划量” and “B08 完成量”."),
    _("One document proves the whole file: you add it in the step “Columns”."),
)  # fmt: skip


def work_columns() -> Sequence[ImportColumn]:
    """Two columns for each code of the catalogue, in whatever version; they are understood, not asked for."""
    return _work_columns(CatalogueItem.objects.aggregate(latest=Max("pk"))["latest"] or 0)


@lru_cache(maxsize=4)
def _work_columns(_latest: int) -> tuple[ImportColumn, ...]:
    """The catalogue is append-only: its last row says whether it is still the same."""
    names: dict[str, list[str]] = {}
    for code, zh, en in CatalogueItem.objects.order_by("code", "-version").values_list(
        "code", "name_zh", "name_en"
    ):
        known = names.setdefault(code, [])
        known += [name for name in (f"{code}{zh}", code, zh, en) if name and name not in known]
    found = []
    for code, known in names.items():
        label = known[0].replace(code, f"{code} ", 1)
        found.append(
            ImportColumn(
                key=f"{PLANNED}{code}", heading=f"{label} 计划量", in_template=False, kind=Kind.DECIMAL,
                names=tuple(f"{name}{end}" for end in ("计划量", "计划", "工程量", "数量", " planned", "") for name in known),
            )
        )  # fmt: skip
        found.append(
            ImportColumn(
                key=f"{DONE}{code}", heading=f"{label} 完成量", in_template=False, kind=Kind.DECIMAL,
                names=tuple(f"{name}{end}" for end in ("完成量", "完成", "已完成", "完成工程量", " done") for name in known),
            )
        )  # fmt: skip
    return tuple(found)
