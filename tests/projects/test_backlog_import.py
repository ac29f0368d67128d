"""Projects from before the portal out of a spreadsheet: what each row may be, and writing it whole or not at all."""

import io
import sys
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone, translation
from PIL import Image

from core.integrity import ConstraintRefused
from core.sheets import open_bytes
from delivery.models import ProgressEntry, ProgressSource
from directory.models import Organisation, OrganisationKind
from files.actions import store_document
from imports import actions
from imports.errors import ChangedSincePreview
from imports.kinds import kind_of
from imports.models import ImportRun, ImportState, Verdict
from jobs.progress import Silent
from projects.actions.backlog import ProjectBefore, enter_projects_from_before
from projects.actions.go_live import enter_project_from_before
from projects.errors import ProjectUnfinished
from projects.models import Origin, Project, ProjectParty, Scheme, Stage, WorkItemProgress
from projects.sheets.backlog import WORK_SHEET
from tests.cast import JINGZHOU, MINZHU, Cast, make_organisation
from tests.compounds.builders import do_jobs, make_compound
from tests.projects.backlog import DONE, HEADINGS, RUNNING, listing, live_from, previewed, problems, why
from tests.projects.builders import PDF, make_project


def write(run: ImportRun) -> ImportRun:
    return actions.write(run=run, progress=Silent())


# --- What is written --------------------------------------------------------------------


def test_finished_and_running_projects_come_in_as_they_stood(cast: Cast) -> None:
    live_from(cast)
    make_organisation("荆州建工有限公司", kind=OrganisationKind.CONTRACTOR)
    for name in ("砂石厂小区", "棉纺厂宿舍"):
        make_compound(cast, name)
    headings = [*HEADINGS, "施工单位", "监理单位", "总投资（万元）", "备注"]
    run = previewed(
        cast,
        listing(
            ["砂石厂小区", *DONE, "荆州建工有限公司", "", "326.5", "第1批"],
            ["棉纺厂宿舍", *RUNNING, "", "荆州新监理有限公司", "", ""],
            headings=headings,
        ),
    )
    assert run.counts == {"new": 2, "changed": 0, "unchanged": 0, "wrong": 0}
    assert why(run) == [[], ["new_firm"]]
    assert not Project.objects.exists()
    write(run)
    done, running = Project.objects.order_by("pk")
    assert (done.origin, done.stage, done.started_on, done.completed_on) == (
        Origin.BEFORE_PORTAL, Stage.AFTERCARE, date(2022, 4, 12), date(2022, 10, 28),
    )  # fmt: skip
    assert (done.reported_investment, done.notes) == (Decimal("3265000.00"), "第1批")
    assert done.before_portal_document == running.before_portal_document
    assert (running.stage, running.started_on, running.completed_on) == (
        Stage.CONSTRUCTION,
        date(2022, 6, 1),
        None,
    )
    assert [str(party) for party in ProjectParty.objects.filter(project=done)] == [
        "施工单位: 荆州建工有限公司"
    ]
    new = Organisation.objects.get(name="荆州新监理有限公司")
    assert (new.kind, new.division_id) == (OrganisationKind.SUPERVISOR, JINGZHOU)
    assert ImportRun.objects.get(pk=run.pk).state == ImportState.WRITTEN


def test_works_of_columns_become_an_approved_scheme_and_marked_entries(cast: Cast) -> None:
    live_from(cast)
    make_compound(cast, "砂石厂小区")
    headings = [*HEADINGS, "B08 小区道路修复刷黑 计划量", "B08 小区道路修复刷黑 完成量", "供水管网改造（km）"]
    run = previewed(cast, listing(["砂石厂小区", *RUNNING, 1200, "900㎡", 0.8], headings=headings))
    assert problems(run) == {2: {}}
    write(run)
    scheme = Scheme.objects.get()
    assert (scheme.state, scheme.from_before, scheme.approved_on) == ("approved", True, date(2022, 6, 1))
    kept = {
        row.work_item.catalogue_item.code: (int(row.planned), int(row.done))
        for row in WorkItemProgress.objects.select_related("work_item__catalogue_item")
    }
    assert kept == {"B08": (1200, 900), "B01": (800, 0)}
    entry = ProgressEntry.objects.get()
    assert (entry.source, entry.done_on, entry.by) == (
        ProgressSource.BEFORE_PORTAL,
        date(2022, 12, 20),
        cast.bureau,
    )
    assert Project.objects.get().percent_done > 0


def test_works_of_a_second_sheet_stand_by_their_project(cast: Cast) -> None:
    live_from(cast)
    compound = make_compound(cast, "砂石厂小区")
    works = [["砂石厂小区", "B08 小区道路修复刷黑", 100, 100], [compound.code, "机动车停车位", 20, ""]]
    listed = [compound.code, "砂石厂小区", *DONE]
    write(previewed(cast, listing(listed, headings=["小区编码", *HEADINGS], works=works)))
    assert {str(item.catalogue_item.code) for item in Project.objects.get().work_items.all()} == {
        "B08",
        "I06",
    }


def test_a_line_of_works_that_fits_no_project_is_a_wrong_row_of_its_own(cast: Cast) -> None:
    live_from(cast)
    make_compound(cast, "砂石厂小区")
    earlier = ["2009", "已移交", "2009-12-20", "2009-04-12", "2009-10-28"]
    works = [["沙石厂", "B08", 100, 1], ["砂石厂小区", "B01", 7, 7], ["", "B02", 1, 1]]
    run = previewed(cast, listing(["砂石厂小区", *DONE], ["砂石厂小区", *earlier], works=works))
    wrong = run.rows.filter(verdict=Verdict.WRONG).order_by("number")
    assert [(row.sheet, row.number, row.reasons) for row in wrong] == [
        ("工程", number, ["work_unplaced"]) for number in (2, 3, 4)
    ]
    assert "沙石厂" in wrong[0].problems["name"]
    assert "计划年度" in wrong[1].problems["name"]
    assert run.counts == {"new": 2, "changed": 0, "unchanged": 0, "wrong": 3}
    page = cast.client("bureau").get(reverse("imports:detail", args=[run.pk])).content.decode()
    assert "工程 · 2" in page
    answer: Any = cast.client("bureau").get(reverse("imports:wrong_rows", args=[run.pk]))
    handed_back = open_bytes(b"".join(answer.streaming_content)).read().rows
    assert [row[1:3] for row in handed_back[1:]] == [
        ["工程 · 2", "沙石厂"],
        ["工程 · 3", "砂石厂小区"],
        ["工程 · 4", ""],
    ]


def test_the_pages_of_the_import_stand_below_projects_and_speak_of_them(cast: Cast) -> None:
    live_from(cast)
    make_compound(cast, "砂石厂小区")
    run, client = previewed(cast, listing(["砂石厂小区", *DONE])), cast.client("bureau")
    of_import = [reverse("imports:upload", args=["backlog"]), reverse("imports:list")]
    for address in (
        *of_import,
        *(reverse(f"imports:{name}", args=[run.pk]) for name in ("columns", "detail")),
    ):
        page = client.get(address).content.decode()
        assert '<a href="/projects/" aria-current="true">' in page, address
        assert '<a href="/compounds/" aria-current="true">' not in page, address
    assert "记入每个项目的变更记录" in page


def test_what_is_there_already_is_not_written_again(cast: Cast) -> None:
    live_from(cast)
    for name in ("砂石厂小区", "棉纺厂宿舍"):
        make_compound(cast, name)
    write(previewed(cast, listing(["砂石厂小区", *DONE])))
    again = previewed(cast, listing(["砂石厂小区", *DONE], ["棉纺厂宿舍", *DONE]))
    assert [row.verdict for row in again.rows.order_by("number")] == [Verdict.UNCHANGED, Verdict.NEW]
    other = previewed(cast, listing(["砂石厂小区", "2022", "验收", "2022-12-20", "2022-04-12", "2022-10-28"]))
    assert why(other) == [["already_there"]]
    assert other.counts["wrong"] == 0


# --- What is refused, row by row --------------------------------------------------------


def test_without_a_day_of_going_live_nothing_comes_in(cast: Cast) -> None:
    make_compound(cast, "砂石厂小区")
    assert why(previewed(cast, listing(["砂石厂小区", *DONE]))) == [["no_go_live"]]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (["砂石场小区", *DONE], "name", "compound_unknown"),
        (["", *DONE], "name", "compound_missing"),
        (["砂石厂小区", "二二年", *DONE[1:]], "year", "year_wrong"),
        (["砂石厂小区", "2022", "进行", *DONE[2:]], "stage", "word_unknown"),
        (["砂石厂小区", "2022", "已移交", "2023-01-01", *DONE[3:]], "stage_on", "after_go_live"),
        (["砂石厂小区", "2022", "已移交", "2022-12-20", "2022-04-12", ""], "completed_on", "day_missing"),
        (["砂石厂小区", "2022", "在建", "2022-12-20", "", ""], "started_on", "day_missing"),
        (["砂石厂小区", "2022", "在建", "", "2022-04-12", ""], "stage_on", "day_missing"),
        (["砂石厂小区", "2022", "招标", "2022-12-20", "2022-04-12", ""], "started_on", "days_contradict"),
        (["砂石厂小区", "2022", "已移交", "2022-12-20", "2022-04-12", "2022-04-01"], "completed_on", "days_contradict"),
        (["砂石厂小区", "2022", "已移交", "2022-10-01", "2022-04-12", "2022-10-28"], "stage_on", "days_contradict"),
        (["砂石厂小区", "2022", "已移交", "2022-12-20", "四月", "2022-10-28"], "started_on", "day_unread"),
        (["合计", *DONE], "name", "not_a_project"),
    ],
)  # fmt: skip
def test_a_wrong_cell_says_why(cast: Cast, row: list[str], column: str, reason: str) -> None:
    live_from(cast)
    make_compound(cast, "砂石厂小区")
    run = previewed(cast, listing(row))
    assert [list(found) for found in problems(run).values()] == [[column]]
    assert why(run) == [[reason]]


def test_an_unknown_compound_is_answered_with_the_nearest_names(cast: Cast) -> None:
    live_from(cast)
    compound = make_compound(cast, "砂石厂小区")
    make_compound(cast, "邮电局家属院")
    (found,) = problems(previewed(cast, listing(["沙石厂小区", *DONE]))).values()
    assert f"砂石厂小区 ({compound.code})" in found["name"]
    assert "邮电局" not in found["name"]


def test_a_name_of_another_district_is_no_name_here(cast: Cast) -> None:
    live_from(cast)
    make_compound(cast, "砂石厂小区")
    assert why(previewed(cast, listing(["砂石厂小区", *DONE]), by="stranger")) == [["compound_unknown"]]


def test_namesakes_are_told_apart_by_their_community(cast: Cast) -> None:
    live_from(cast)
    make_compound(cast, "邮电局家属院")
    other = make_compound(cast, "邮电局家属院", community=MINZHU)
    assert why(previewed(cast, listing(["邮电局家属院", *DONE]))) == [["compound_ambiguous"]]
    run = previewed(cast, listing(["邮电局家属院", *DONE, "民主街社区"], headings=[*HEADINGS, "社区"]))
    assert run.rows.get().values["compound"]["id"] == other.pk


def test_one_unfinished_project_at_a_time(cast: Cast) -> None:
    live_from(cast)
    make_project(cast, "砂石厂小区")
    make_compound(cast, "棉纺厂宿舍")
    run = previewed(
        cast,
        listing(
            ["砂石厂小区", *RUNNING],
            ["棉纺厂宿舍", *RUNNING],
            ["棉纺厂宿舍", "2021", *RUNNING[1:]],
            ["砂石厂小区", *DONE],
        ),
    )
    assert why(run) == [["unfinished"], [], ["repeated_project"], ["repeated_project"]]


def test_an_old_project_and_the_running_one_after_it_come_in_together(cast: Cast) -> None:
    live_from(cast)
    make_compound(cast, "砂石厂小区")
    earlier = ["2009", "已移交", "2009-12-20", "2009-04-12", "2009-10-28"]
    write(previewed(cast, listing(["砂石厂小区", *RUNNING], ["砂石厂小区", *earlier])))
    stages = Project.objects.order_by("year").values_list("year", "stage")
    assert list(stages) == [(2009, Stage.AFTERCARE), (2022, Stage.CONSTRUCTION)]


def test_a_project_that_ended_before_the_portal_comes_in_beside_one_that_goes_on(cast: Cast) -> None:
    live_from(cast)
    running = make_project(cast, "砂石厂小区")
    earlier = ["2009", "已移交", "2009-12-20", "2009-04-12", "2009-10-28"]
    run = previewed(cast, listing(["砂石厂小区", *earlier], ["砂石厂小区", *RUNNING]))
    assert why(run) == [[], ["unfinished"]]
    write(previewed(cast, listing(["砂石厂小区", *earlier])))
    stages = Project.objects.order_by("year").values_list("year", "stage")
    assert list(stages) == [(2009, Stage.AFTERCARE), (running.year, Stage.WILLINGNESS)]


def test_that_a_compound_has_one_unfinished_project_is_asked_at_the_end_at_the_latest(cast: Cast) -> None:
    live_from(cast)
    running = make_project(cast, "砂石厂小区")
    paper = store_document(file=io.BytesIO(PDF), name="批复.pdf", user=cast.bureau)
    before = ProjectBefore(
        compound=running.compound, year=2022, stage=Stage.TENDER, effective_on=date(2022, 9, 1)
    )
    with pytest.raises(ProjectUnfinished):
        enter_projects_from_before(projects=[before], user=cast.bureau, document=paper)
    other = make_compound(cast, "棉纺厂宿舍")
    twice = [replace(before, compound=other), replace(before, compound=other, year=2021)]
    with pytest.raises(ConstraintRefused) as refusal:
        enter_projects_from_before(projects=twice, user=cast.bureau, document=paper)
    assert refusal.value.details["constraint"] == "project_one_unfinished"
    assert not Project.objects.filter(compound=other).exists()


@pytest.mark.parametrize(
    ("planned", "done", "stage", "reason"),
    [("100", "101", RUNNING, "more_done"), ("一百", "", RUNNING, "quantity_unread"),
     ("100", "10", ["2022", "招标", "2022-12-20", "", ""], "not_started")],
)  # fmt: skip
def test_works_that_cannot_be(cast: Cast, planned: str, done: str, stage: list[str], reason: str) -> None:
    live_from(cast)
    make_compound(cast, "砂石厂小区")
    headings = [*HEADINGS, "B08计划量", "B08完成量"]
    assert why(previewed(cast, listing(["砂石厂小区", *stage, planned, done], headings=headings))) == [
        [reason]
    ]


def test_a_work_that_the_catalogue_does_not_know(cast: Cast) -> None:
    live_from(cast)
    make_compound(cast, "砂石厂小区")
    run = previewed(cast, listing(["砂石厂小区", *DONE], works=[["砂石厂小区", "热力站改造", 1, 1]]))
    assert why(run) == [["work_unknown"]]


def test_a_month_is_read_with_a_doubt_and_credit_codes_are_looked_up(cast: Cast) -> None:
    live_from(cast)
    make_compound(cast, "砂石厂小区")
    row = ["砂石厂小区", "2022年", "已移交", "2022年12月", "2022.4", "2022/10/28", "91420100MA4K000000"]
    run = previewed(cast, listing(row, headings=[*HEADINGS, "施工单位"]))
    (staged,) = run.rows.all()
    assert (staged.values["stage_on"], staged.values["started_on"]) == ("2022-12-31", "2022-04-01")
    assert set(staged.warnings or {}) == {"stage_on", "started_on"}
    assert staged.reasons == ["firm_unknown"]


# --- Whole or not at all ----------------------------------------------------------------


def test_what_was_entered_meanwhile_stops_the_whole_and_renews_the_preview(cast: Cast) -> None:
    go_live = live_from(cast)
    first, _second = (make_compound(cast, name) for name in ("砂石厂小区", "棉纺厂宿舍"))
    run = previewed(cast, listing(["砂石厂小区", *DONE], ["棉纺厂宿舍", *DONE]))
    enter_project_from_before(
        compound=first, user=cast.bureau, year=2022, stage=Stage.SCHEME, effective_on=go_live.live_from - timedelta(days=9),
        document=run.file,
    )  # fmt: skip
    with pytest.raises(ChangedSincePreview):
        write(run)
    assert Project.objects.count() == 1
    run.refresh_from_db()
    assert run.counts["unchanged"] == 1


def test_five_hundred_projects_come_in_quickly(cast: Cast) -> None:
    live_from(cast)
    for number in range(25):
        make_compound(cast, f"小区{number}")
    years = range(2003, 2023)
    rows = [
        [f"小区{number}", year, "已移交", "2022-12-20", "2022-04-12", "2022-10-28", 1200, 1200, 300, 300]
        for number in range(25)
        for year in years
    ]
    headings = [*HEADINGS, "B08计划量", "B08完成量", "B01计划量", "B01完成量"]
    run = previewed(cast, listing(*rows, headings=headings))
    assert run.counts["new"] == 500
    begun = monotonic()
    write(run)
    seconds = monotonic() - begun
    sys.stdout.write(f"500 projects with 1,000 works: {seconds:.1f} s\n")
    assert seconds < 45
    assert Project.objects.filter(percent_done=100).count() == 500


# --- Pages and command ------------------------------------------------------------------


def test_the_way_through_the_pages_asks_for_the_document(cast: Cast) -> None:
    live_from(cast)
    make_compound(cast, "砂石厂小区")
    client = cast.client("bureau")
    template = client.get(reverse("imports:template", args=["backlog"]))
    book = open_bytes(b"".join(template.streaming_content))  # type: ignore[attr-defined]
    assert [sheet.name for sheet in book.sheets][:2] == ["项目", str(WORK_SHEET)]
    content = listing(["砂石厂小区", *DONE], ["不知道小区", *DONE])
    upload = SimpleUploadedFile("存量.xlsx", content)
    page = client.post(reverse("imports:upload", args=["backlog"]), {"file": upload})
    run = ImportRun.objects.get()
    chosen = {
        f"column-{at}": key
        for at, key in enumerate(["name", "year", "stage", "stage_on", "started_on", "completed_on"])
    }
    columns = client.get(page["Location"])
    assert 'enctype="multipart/form-data"' in columns.content.decode()
    assert client.post(page["Location"], chosen).status_code == 422
    client.post(
        page["Location"], {**chosen, "proof": SimpleUploadedFile("批复.pdf", _one_page()), "county": JINGZHOU}
    )
    do_jobs()
    preview = client.get(reverse("imports:detail", args=[run.pk])).content.decode()
    assert "批复.pdf" in preview
    assert "不知道小区" in preview
    # Looked at once more, the document is kept.
    client.post(page["Location"], {**chosen, "county": JINGZHOU})
    do_jobs()
    answer = client.post(
        reverse("imports:write", args=[run.pk]), {"leave_out_wrong": "on", "reason": "存量项目"}
    )
    assert answer.status_code == 302
    do_jobs()
    project = Project.objects.get()
    assert project.before_portal_document is not None
    assert project.before_portal_document.name == "批复.pdf"
    assert client.get(project.get_absolute_url()).status_code == 200
    for address in (
        f"{project.get_absolute_url()}before-portal/",
        reverse("imports:wrong_rows", args=[run.pk]),
    ):
        answer = client.get(address)
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def _one_page() -> bytes:

    to = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(to, "PDF")
    return to.getvalue()


def test_only_those_who_lead_projects_may_enter_old_ones(cast: Cast) -> None:
    address = reverse("imports:upload", args=["backlog"])
    assert cast.client("bureau").get(address).status_code == 200
    for who in ("street", "community", "contractor", "auditor"):
        assert cast.client(who).get(address).status_code == 403, who


def command(*arguments: str) -> tuple[int, str]:
    out, code = io.StringIO(), 0
    try:
        with translation.override("en"):
            call_command("import_projects", *arguments, stdout=out, stderr=io.StringIO())
    except SystemExit as end:
        code = int(end.code or 0)
    return code, out.getvalue()


def test_the_command_looks_first_and_writes_for_somebody(cast: Cast, tmp_path: Path) -> None:
    live_from(cast)
    make_compound(cast, "砂石厂小区")
    file, proof, wrong = tmp_path / "存量.xlsx", tmp_path / "批复.pdf", tmp_path / "错误.xlsx"
    file.write_bytes(listing(["砂石厂小区", *DONE], ["砂石场", *DONE]))
    proof.write_bytes(_one_page())
    code, said = command(str(file), "--dry-run", "--division", JINGZHOU, "--wrong-rows", str(wrong))
    assert (code, Project.objects.count()) == (1, 0)
    assert "1  new" in said
    assert "unknown compound" in said
    assert "砂石场" in str(open_bytes(wrong.read_bytes()).read().rows)
    with pytest.raises(CommandError, match="--as"):
        command(str(file))
    code, said = command(str(file), "--as", "bureau", "--document", str(proof), "--leave-out-wrong")
    assert (code, Project.objects.get().created_by) == (0, cast.bureau)
    assert kind_of("backlog").may_import(cast.bureau)
    assert Project.objects.get().created_at.date() == timezone.now().date()
