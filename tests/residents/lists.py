"""Household lists as communities and property firms keep them. Every person in them is invented."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from imports import actions
from imports.kinds import Row, Task, kind_of
from imports.models import ImportRun
from imports.reading import match, open_table
from jobs.progress import Silent
from tests.spreadsheets import xlsx

LIST = ["楼栋", "单元", "房号", "建筑面积", "用途", "居住情况", "业主姓名", "产权份额", "联系电话"]


def household_list(*rows: Sequence[Any], headings: Sequence[str] = LIST) -> bytes:
    return xlsx([headings, *rows], name="住户")


def examine(
    content: bytes, user: Any, *, columns: Mapping[str, str] | None = None, division: str = "", **options: Any
) -> list[Row]:
    """The rows with their verdicts, as the preview would show them."""
    kind = kind_of("households")
    table = open_table(io.BytesIO(content), kind)
    mapping = {**match(kind, table), **(columns or {})}
    task = Task(user=user, mapping=mapping, headings=table.labels, options=options, division=division)
    return actions.examined(kind=kind, table=table, task=task, progress=Silent())


def previewed(content: bytes, user: Any, *, name: str = "住户清册.xlsx", **options: Any) -> ImportRun:
    """Uploaded and previewed, ready to be confirmed."""
    run = actions.upload(
        kind=kind_of("households"), file=io.BytesIO(content), name=name, user=user, options=options
    )
    return actions.preview(run=run, progress=Silent())


def imported(content: bytes, user: Any, **options: Any) -> ImportRun:
    """Uploaded, previewed and written."""
    return actions.write(run=previewed(content, user, **options), progress=Silent())
