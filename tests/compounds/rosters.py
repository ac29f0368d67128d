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


def roster(*rows: Sequence[Any], headings: Sequence[str] = OFFICE) -> bytes:
    return xlsx([headings, *rows])


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
