"""Lists of projects from before the portal, as offices keep them."""

import io
from datetime import date
from typing import Any

from xlsxwriter import Workbook

from directory.models import Division
from files.actions import store_document
from imports import actions
from imports.kinds import kind_of
from imports.models import ImportRun
from jobs.progress import Silent
from projects.actions.go_live import confirm_go_live, propose_go_live
from projects.models import GoLive
from tests.cast import JINGZHOU, Cast
from tests.projects.builders import PDF

HEADINGS = ["小区名称", "计划年度", "当前阶段", "阶段日期", "开工日期", "竣工日期"]
DONE = ["2022", "已移交", "2022-12-20", "2022-04-12", "2022-10-28"]
RUNNING = ["2022", "在建", "2022-12-20", "2022-06-01", ""]


def live_from(cast: Cast, day: date = date(2023, 1, 1)) -> GoLive:
    go_live = propose_go_live(division=Division.objects.get(pk=JINGZHOU), user=cast.sysadmin, live_from=day)
    return confirm_go_live(go_live=go_live, user=cast.secadmin)


def listing(
    *rows: list[Any], headings: list[str] | None = None, works: list[list[Any]] | None = None
) -> bytes:
    """A workbook; `works` are lines of a second sheet."""
    to = io.BytesIO()
    book = Workbook(to)
    sheet = book.add_worksheet("项目")
    for at, row in enumerate([headings or HEADINGS, *rows]):
        sheet.write_row(at, 0, row)
    if works is not None:
        second = book.add_worksheet("工程")
        for at, row in enumerate([["小区", "工程内容", "计划量", "完成量"], *works]):
            second.write_row(at, 0, row)
    book.close()
    return to.getvalue()


def previewed(cast: Cast, content: bytes, *, by: str = "bureau", **options: Any) -> ImportRun:
    user = getattr(cast, by)
    run = actions.upload(kind=kind_of("backlog"), file=io.BytesIO(content), name="存量项目.xlsx", user=user)
    proof = store_document(file=io.BytesIO(PDF), name="存量项目批复.pdf", user=user)
    run.options = {**run.options, "document": proof.pk, "county": "", **options}
    run.save()
    return actions.preview(run=run, progress=Silent())


def problems(run: ImportRun) -> dict[int, dict[str, str]]:
    return {row.number: row.problems or {} for row in run.rows.order_by("number")}


def why(run: ImportRun) -> list[list[str]]:
    """The kinds of what is wrong or doubted, row by row."""
    return [row.reasons or [] for row in run.rows.order_by("number")]
