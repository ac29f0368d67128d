"""Dates and responsible persons read in from a workbook: old beside new, all or nothing, and back unchanged."""

import io
from datetime import date
from typing import Any

import pytest

from core.sheets.reading import open_bytes
from imports import actions as imports
from imports.errors import ChangedSincePreview
from imports.kinds import kind_of
from imports.models import ImportRun, Verdict
from jobs.progress import Silent
from projects.actions.projects import appoint_manager
from projects.actions.stages import cancel, pass_as_not_required
from projects.actions.timetable import move_milestone
from projects.models import Milestone, MilestoneMove, Project
from tests.cast import Cast, make_user
from tests.projects.builders import make_unplanned_project
from tests.projects.pages import at, text_of
from tests.spreadsheets import xlsx

HEADINGS = ["项目编号", "小区", "责任人", "招标完成日期", "施工完成日期", "理由"]


def preview(cast: Cast, *lines: list[Any], reason: str = "", user: Any = None) -> ImportRun:
    content = xlsx([HEADINGS, *lines])
    run = imports.upload(
        kind=kind_of("project_dates"), file=io.BytesIO(content), name="日期.xlsx", user=user or cast.bureau
    )
    found = imports.table_of_run(run)
    run = imports.choose_columns(run=run, table=found, mapping=run.mapping, options={"reason": reason})
    return imports.preview(run=run, progress=Silent())


def kinds(run: ImportRun) -> list[list[str]]:
    return [row.reasons or [] for row in run.rows.order_by("number")]


def due(project: Project, stage: str) -> date:
    return Milestone.objects.get(project=project, stage=stage, closes_stage=True).due_on


@pytest.fixture
def project(cast: Cast) -> Project:
    return make_unplanned_project(cast, "砂石厂小区")


def test_the_preview_stands_old_beside_new_and_is_what_is_written(cast: Cast, project: Project) -> None:
    name = cast.street.name
    run = preview(cast, [project.code, "", name, "2026-12-01", "", "统一招标"])
    (row,) = run.rows.all()
    assert (row.verdict, row.changes) == (
        Verdict.CHANGED, {"tender": ["2026-06-15", "2026-12-01"], "manager": ["", name]},
    )  # fmt: skip
    assert not MilestoneMove.objects.exists()
    imports.write(run=run, progress=Silent())
    project.refresh_from_db()
    assert (due(project, "tender"), project.manager) == (date(2026, 12, 1), cast.street)
    assert MilestoneMove.objects.get().reason == "统一招标"


def test_one_reason_may_stand_for_all_rows(cast: Cast, project: Project) -> None:
    without = preview(cast, [project.code, "", "", "2026-12-01", "", ""])
    assert kinds(without) == [["no_reason"]]
    run = preview(cast, [project.code, "", "", "2026-12-01", "", ""], reason="区级统一部署")
    imports.write(run=run, progress=Silent())
    assert MilestoneMove.objects.get().reason == "区级统一部署"


def test_each_wrong_row_says_why(cast: Cast, project: Project) -> None:
    over, begun = make_unplanned_project(cast, "已终止小区"), make_unplanned_project(cast, "已过意愿小区")
    cancel(project=over, user=cast.bureau, reason="征收")
    pass_as_not_required(project=begun, user=cast.bureau, reason="职代会")
    for name in ("a", "b"):
        make_user(f"wang{name}", name="王华", role="street_officer", division="421003001")
    run = preview(
        cast,
        ["", "无编号", "", "", "", ""],
        ["421003-2026-9999", "", "", "", "", ""],
        [over.code, "", "", "2026-12-01", "", "x"],
        [project.code, "", "王华", "", "", ""],
        [project.code, "", "", "2026-12-01", "", "x"],
        [begun.code, "", "查无此人", "31.12.", "2026-12-31", "x"],
    )
    assert kinds(run) == [
        ["code_missing"], ["unknown_project"], ["finished"], ["several"], ["repeated"], ["day_unread", "nobody"],
    ]  # fmt: skip


def test_the_day_of_a_stage_that_was_left_stays(cast: Cast, project: Project) -> None:
    pass_as_not_required(project=project, user=cast.bureau, reason="职代会")
    client: Any = cast.client("bureau")
    content = b"".join(client.get(at("dates_sheet")).streaming_content)
    headings, line = open_bytes(content).read("").rows[:2]
    assert line[headings.index("意愿征集完成日期")] == ""


def test_what_left_as_a_workbook_comes_back_unchanged(cast: Cast, project: Project) -> None:
    appoint_manager(projects=[project], manager=cast.street, user=cast.bureau)
    client: Any = cast.client("bureau")
    content = b"".join(client.get(at("dates_sheet")).streaming_content)
    run = imports.upload(
        kind=kind_of("project_dates"), file=io.BytesIO(content), name="日期.xlsx", user=cast.bureau
    )
    run = imports.choose_columns(
        run=run, table=imports.table_of_run(run), mapping=run.mapping, options={"reason": ""}
    )
    run = imports.preview(run=run, progress=Silent())
    assert [row.verdict for row in run.rows.all()] == [Verdict.UNCHANGED]


def test_a_day_that_moved_since_the_preview_refuses_everything(cast: Cast, project: Project) -> None:
    other = make_unplanned_project(cast, "棉纺小区")
    run = preview(
        cast, [project.code, "", "", "2026-12-01", "", "x"], [other.code, "", "", "2026-12-02", "", "x"]
    )
    milestone = Milestone.objects.get(project=project, stage="tender", closes_stage=True)
    move_milestone(milestone=milestone, user=cast.bureau2, to=date(2026, 8, 1), reason="另议")
    with pytest.raises(ChangedSincePreview):
        imports.write(run=run, progress=Silent())
    assert due(other, "tender") == date(2026, 6, 15)


def test_another_districts_project_is_unknown(cast: Cast, project: Project) -> None:
    run = preview(cast, [project.code, "", "", "2026-12-01", "", "x"], user=cast.stranger)
    assert kinds(run) == [["unknown_project"]]


def test_the_list_leads_to_the_import_and_its_workbook(cast: Cast) -> None:
    page = text_of(cast.client("bureau"), at("list"))
    assert "/imports/new/project_dates/" in page or "project_dates" in page
    assert at("dates_sheet") in page
    assert "project_dates" not in text_of(cast.client("finance"), at("list"))
