"""Rosters as offices and property portals write them. Every compound, person and firm is invented."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from imports import actions
from imports.kinds import Row, Task, kind_of
from imports.models import ImportRun
from imports.reading import match, open_table
from jobs.progress import Silent
from tests.cast import SHENGLI, Cast
from tests.spreadsheets import xlsx

OFFICE = ["小区名称", "所属社区", "地址", "建成年代", "总户数", "楼栋数", "建筑面积(㎡)"]
PORTAL = [
    "标题", "小区名称", "区县", "商圈", "小区地址", "建筑年代", "总户数", "楼栋总数", "均价", "物业公司", "经度", "纬度", "链接",
]  # fmt: skip


def roster(*rows: Sequence[Any], headings: Sequence[str] = OFFICE) -> bytes:
    return xlsx([headings, *rows])


def only(*cells: Any, headings: list[str]) -> bytes:
    return roster(cells, headings=headings)


def portal_row(name: str, **cells: Any) -> list[Any]:
    """A line of a property portal's roster."""
    own = {"小区名称": name, "区县": "荆州区", "商圈": "西门", "小区地址": "西门路18号", "建筑年代": "1987年建成", "总户数": "320户",
           "楼栋总数": "12栋", "均价": "4,500元/㎡", "物业公司": "暂无信息", "经度": 112.1905, "纬度": 30.3521, "链接": "https://x/1"}  # fmt: skip
    return [{**own, **cells}.get(heading, "") for heading in PORTAL]


def examine(
    content: bytes,
    user: Any,
    *,
    columns: Mapping[str, str] | None = None,
    division: str = "",
    **options: Any,
) -> list[Row]:
    """The rows with their verdicts, as the preview would show them."""
    kind = kind_of("compounds")
    table = open_table(io.BytesIO(content), kind)
    mapping = {**match(kind, table), **(columns or {})}
    task = Task(user=user, mapping=mapping, headings=table.labels, options=options, division=division)
    return actions.examined(kind=kind, table=table, task=task, progress=Silent())


def verdicts(rows: list[Row]) -> list[str]:
    return [row.verdict for row in rows]


def row_with(cast: Cast, heading: str, text: Any, **options: Any) -> Row:
    """A right row but for one cell."""
    content = roster(["砂石厂小区", SHENGLI, text], headings=["小区名称", "所属社区", heading])
    (row,) = examine(content, cast.bureau, **options)
    return row


def previewed(content: bytes, user: Any, *, name: str = "花名册.xlsx", **options: Any) -> ImportRun:
    """Uploaded and previewed, ready to be confirmed."""
    run = actions.upload(kind=kind_of("compounds"), file=io.BytesIO(content), name=name, user=user)
    run.options = {**run.options, **options}
    run.save()
    return actions.preview(run=run, progress=Silent())


def imported(content: bytes, user: Any, **options: Any) -> ImportRun:
    """Uploaded, previewed and written."""
    return actions.write(run=previewed(content, user, **options), progress=Silent())
