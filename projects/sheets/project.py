"""Days by which projects leave their stages, and who answers for them: one row a project, out and in again."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.sheets import Kind
from imports.kinds import ImportColumn
from projects.models import LINE, Milestone, Project, Stage

# After-care is where the line ends: nothing leaves it.
DATED = LINE[:-1]


def _by(stage: str) -> str:
    return _now("{stage}: by").format(stage=Stage(stage).label)


_lazy_by = lazy(_by, str)

DATE_COLUMNS: tuple[ImportColumn, ...] = (
    ImportColumn(
        key="code", heading=_("Project number"), required=True, width=20, example="421003-2026-0001",
        samples_like=r"[0-9]{6}-[0-9]{4}-[0-9]{4,}", names=("项目编号", "项目编码", "编号", "project number", "project code"),
        note=_("It says which project is meant; the name beside it is for reading only."),
    ),
    ImportColumn(
        key="compound", heading=pgettext_lazy("plan table", "Compound"), width=26,
        names=("小区名称", "小区", "项目名称", "compound"),
    ),
    ImportColumn(
        key="manager", heading=_("Responsible person"), width=16, names=("责任人", "负责人", "包保责任人", "responsible person"),
        note=_("The name, or the user name where several have the same. Empty changes nothing."),
    ),
    *(
        ImportColumn(
            key=stage, heading=_lazy_by(stage), kind=Kind.DATE, width=14,
            names=(f"{zh}完成日期", f"{zh}时间", f"{zh}节点", f"{zh}：截止", f"{stage.replace('_', ' ')}: by"),
        )
        for stage, zh in zip(
            DATED, ("意愿征集", "计划", "方案", "联合审查", "概算", "招标", "开工", "施工", "验收", "移交"), strict=True
        )
    ),
    ImportColumn(
        key="reason", heading=_("Reason"), width=36, names=("理由", "原因", "调整理由", "调整原因", "reason"),
        note=_("Needed where a day moves; it stays with the day, beside the old one."),
    ),
)  # fmt: skip

DATE_NOTES = (
    _("Nothing is written until you have seen the preview and confirmed it."),
    _("An empty cell changes nothing. Days of stages that are done stay as they are."),
)


def date_rows(projects: Iterable[Project], open_milestones: Iterable[Milestone]) -> Iterator[list[Any]]:
    """A row for each project: the open days of its stages; the column of the reason is empty."""
    days = {(milestone.project_id, milestone.stage): milestone.due_on for milestone in open_milestones}
    for project in projects:
        manager = project.manager.name if project.manager else ""
        row = [days.get((project.pk, stage)) for stage in DATED]
        yield [project.code, project.compound.name, manager, *row, ""]
