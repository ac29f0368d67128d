"""The pages of an import from upload to result, for those who may and those who may not."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from compounds.models import Compound
from core.sheets import open_bytes
from imports import actions
from imports.models import ImportRun, ImportState
from imports.tasks import forget_old_rows
from jobs.models import Job, JobState
from jobs.progress import Silent
from jobs.running import perform
from tests.cast import MINSHENG, SHENGLI, Cast
from tests.compounds.builders import make_compound
from tests.compounds.rosters import OFFICE, previewed, roster
from tests.spreadsheets import csv_bytes, xlsx, xlsx_of_xml

UPLOAD = "/imports/new/compounds/"


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def bureau(cast: Cast) -> Client:
    return cast.client("bureau", headers={"accept-language": "en"})


def upload(client: Client, content: bytes, name: str = "花名册.xlsx") -> Any:
    return client.post(UPLOAD, {"file": SimpleUploadedFile(name, content)})


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def work() -> None:
    """Do the waiting jobs as a worker would, in this test's transaction."""
    for job in Job.objects.filter(state=JobState.DUE):
        outcome = perform(job, Silent())
        Job.objects.filter(pk=job.pk).update(
            state=JobState.DONE,
            finished_at=job.created_at,
            message=outcome.message,
            result_url=outcome.url,
            result_file=outcome.file,
        )


def choose(client: Client, run: ImportRun, **changes: str) -> Any:
    """Send the columns page as it stands, with changes: {heading: column key} or an option's name."""
    page = client.get(f"/imports/{run.pk}/columns/")
    form, options = page.context["form"], page.context["options"]
    data = {"sheet": page.context["table"].sheet.name}
    for bound, _samples in form.lines:
        data[bound.html_name] = changes.get(bound.label, bound.initial or "")
    for bound in options:
        data[bound.html_name] = changes.get(bound.html_name, bound.initial or "")
    return client.post(f"/imports/{run.pk}/columns/", data)


# --- The whole way ----------------------------------------------------------------------


def test_from_upload_to_result(bureau: Client, cast: Cast) -> None:
    make_compound(cast, "乙", household_count=100)
    content = roster(
        ["甲", SHENGLI, "", 1987, 320], ["乙", SHENGLI, "", "", 120], ["丙", "不存在社区"], [SHENGLI]
    )
    response = upload(bureau, content)
    run = ImportRun.objects.get()
    assert response["Location"] == f"/imports/{run.pk}/columns/"

    page = text_of(bureau.get(response["Location"]))
    assert "花名册.xlsx" in page
    assert "4 rows" in page
    assert choose(bureau, run)["Location"] == f"/imports/{run.pk}/"
    assert "Waiting to start" in text_of(bureau.get(f"/imports/{run.pk}/"))
    work()

    page = text_of(bureau.get(f"/imports/{run.pk}/"))
    assert "nothing has been saved yet" in page
    assert "No community is called “不存在社区”" in page
    page = text_of(bureau.get(f"/imports/{run.pk}/?verdict=changed"))
    assert "<del>100</del>" in page
    assert "<ins>120</ins>" in page
    assert Compound.objects.count() == 1

    refused = bureau.post(f"/imports/{run.pk}/write/", {"reason": "x"})
    assert refused.status_code == 422
    assert "2 rows have errors" in text_of(refused)
    bureau.post(f"/imports/{run.pk}/write/", {"reason": "荆建函3号", "leave_out_wrong": "on"})
    work()
    page = text_of(bureau.get(f"/imports/{run.pk}/"))
    assert "1 added, 1 changed" in page
    assert "2 rows with errors were skipped" in page
    assert Compound.objects.count() == 2
    assert "written" in text_of(bureau.get("/imports/"))
    assert bureau.post(f"/imports/{run.pk}/write/", {"leave_out_wrong": "on"}).status_code == 409


def test_a_portals_roster_gets_its_communities_by_the_values_of_a_column(bureau: Client) -> None:
    headings = ["标题", "区县", "商圈", "建筑年代", "均价"]
    rows = [
        ["甲", "荆州区", "西门", "1987年建成", "4,500元/㎡"],
        ["乙", "荆州区", "民生街", "", ""],
        ["丙", "荆州区", "西门", "", ""],
    ]
    upload(bureau, csv_bytes([headings, *rows], encoding="gbk"), "portal.csv")
    run = ImportRun.objects.get()
    assert "标题" in text_of(bureau.get(f"/imports/{run.pk}/columns/"))
    # The narrowest column that says where a compound is stands chosen already.
    missing = choose(bureau, run, community_heading="")
    assert missing.status_code == 422
    assert "Say which column of the file holds: Name of the compound, Community" in text_of(missing)
    answer = choose(bureau, run, 标题="name")
    assert answer["Location"] == f"/imports/{run.pk}/values/"

    page = bureau.get(answer["Location"])
    assert [(text, count) for text, count, _suggested in page.context["question"].values] == [
        ("西门", 2),
        ("民生街", 1),
    ]
    assert MINSHENG in page.context["question"].values[1][2]
    wrong = bureau.post(answer["Location"], {"value-0": "火星", "value-1": MINSHENG})
    assert wrong.status_code == 422
    assert "No community is called “火星”" in text_of(wrong)
    bureau.post(answer["Location"], {"value-0": f"{SHENGLI} 胜利街社区", "value-1": MINSHENG})
    work()
    run.refresh_from_db()
    assert run.counts == {"new": 3, "changed": 0, "unchanged": 0, "wrong": 0}
    preview = text_of(bureau.get(f"/imports/{run.pk}/"))
    assert "商圈, 均价" in preview
    assert "1987年建成" in preview


def test_another_sheet_can_be_chosen_and_hidden_ones_say_so(bureau: Client) -> None:
    content = xlsx(
        [OFFICE, ["甲", SHENGLI]],
        hidden={"旧表": [OFFICE, ["乙", SHENGLI], ["丙", SHENGLI]]},
        more={"说明": [["x"]]},
    )
    upload(bureau, content)
    run = ImportRun.objects.get()
    assert run.sheet == "小区"
    page = bureau.get(f"/imports/{run.pk}/columns/?sheet=旧表")
    assert "旧表 (hidden)" in text_of(page)
    assert page.context["table"].row_count() == 2
    assert bureau.get(f"/imports/{run.pk}/columns/?sheet=没有").status_code == 400


def test_two_columns_cannot_be_the_same_thing(bureau: Client) -> None:
    upload(bureau, roster(["甲", SHENGLI, "x"]))
    answer = choose(bureau, ImportRun.objects.get(), 地址="name")
    assert answer.status_code == 422
    assert "already taken for" in text_of(answer)


def test_columns_can_be_changed_after_the_preview(bureau: Client, cast: Cast) -> None:
    run = previewed(roster(["甲", SHENGLI, "某某路"]), cast.bureau)
    choose(bureau, run, 地址="notes")
    work()
    run.refresh_from_db()
    assert run.state == ImportState.PREVIEWED
    assert run.rows.get().values["notes"] == "某某路"


def test_an_import_can_be_discarded(bureau: Client, cast: Cast) -> None:
    run = previewed(roster(["甲", SHENGLI]), cast.bureau)
    page = bureau.post(f"/imports/{run.pk}/discard/", follow=True)
    assert "was discarded" in text_of(page)
    assert run.rows.count() == 0
    assert "nothing was saved" in text_of(bureau.get(f"/imports/{run.pk}/"))
    assert bureau.post(f"/imports/{run.pk}/write/").status_code == 409


def test_what_the_register_did_meanwhile_is_told_above_the_new_preview(bureau: Client, cast: Cast) -> None:
    run = previewed(roster(["甲", SHENGLI, "新地址"]), cast.bureau)
    job = Job.objects.create(
        kind="imports.write",
        title="x",
        requested_by=cast.bureau,
        state=JobState.FAILED,
        error="Somebody was faster.",
        finished_at=run.uploaded_at,
    )
    ImportRun.objects.filter(pk=run.pk).update(job=job)
    assert "Somebody was faster." in text_of(bureau.get(f"/imports/{run.pk}/"))


def test_rows_are_forgotten_after_a_month_the_file_and_the_outcome_stay(bureau: Client, cast: Cast) -> None:
    old, waiting, fresh = (previewed(roster(["甲", SHENGLI], ["乙", "x"]), cast.bureau) for _ in range(3))
    actions.write(run=_left_out(old), progress=Silent())
    month_ago = timezone.now() - timedelta(days=31)
    ImportRun.objects.filter(pk__in=[old.pk, waiting.pk]).update(uploaded_at=month_ago)
    assert forget_old_rows() == 4
    states = dict(ImportRun.objects.values_list("pk", "state"))
    assert states == {old.pk: "written", waiting.pk: "discarded", fresh.pk: "previewed"}
    assert fresh.rows.count() == 2
    page = text_of(bureau.get(f"/imports/{old.pk}/"))
    assert "1 added" in page
    assert "wrong-rows" not in page


def _left_out(run: ImportRun) -> ImportRun:
    run.options = {**run.options, actions.LEAVE_OUT: True}
    run.save()
    return run


# --- Reasons ----------------------------------------------------------------------------


def mixed(bureau: Any) -> ImportRun:
    """Two errors of one kind in different words, one of another, two warnings of one kind."""
    return previewed(
        roster(
            ["甲", "不存在社区"], ["乙", "没有的社区"], ["丙", SHENGLI, "", "很久以前"],
            ["丁", SHENGLI, "", 2015], ["戊", SHENGLI, "", 2016, 12],
        ),
        bureau,
    )  # fmt: skip


def test_errors_and_warnings_are_counted_by_kind_and_each_count_leads_to_its_rows(
    bureau: Client, cast: Cast
) -> None:
    run = mixed(cast.bureau)
    assert run.reasons == {
        "wrong": {"community_unknown": 2, "year_unread": 1},
        "warned": {"not_old": 2},
    }
    page = bureau.get(f"/imports/{run.pk}/")
    counted = [(item.verdict, item.kind, item.rows) for item in page.context["reasons"]]
    assert counted == [
        ("wrong", "community_unknown", 2),
        ("wrong", "year_unread", 1),
        ("warned", "not_old", 2),
    ]
    for verdict, kind, rows in counted:
        address = f"/imports/{run.pk}/?verdict={verdict}&amp;reason={kind}#rows"
        assert address in page.content.decode()
        shown = bureau.get(f"/imports/{run.pk}/?verdict={verdict}&reason={kind}")
        assert len(shown.context["page"].lines) == shown.context["page"].total == rows
        assert all(line.remarks for line in shown.context["page"].lines)


@pytest.mark.parametrize(
    "query", ["verdict=wrong&reason=x", "verdict=new&reason=year_unread", "reason=year_unread"]
)
def test_a_reason_that_the_rows_do_not_have_is_left_out(query: str, bureau: Client, cast: Cast) -> None:
    page = bureau.get(f"/imports/{mixed(cast.bureau).pk}/?{query}")
    assert (page.status_code, page.context["reason"]) == (200, "")


def test_links_of_a_refused_confirmation_lead_to_the_preview(bureau: Client, cast: Cast) -> None:
    run = mixed(cast.bureau)
    refused = bureau.post(f"/imports/{run.pk}/write/", {"reason": ""})
    assert refused.status_code == 422
    assert f'href="/imports/{run.pk}/?verdict=' in refused.content.decode()
    assert 'href="?' not in refused.content.decode()


def test_a_row_without_a_community_says_so_and_not_the_county(bureau: Client, cast: Cast) -> None:
    run = previewed(roster(["甲", "荆州区"], headings=["小区名称", "区县"]), cast.bureau)
    (line,) = bureau.get(f"/imports/{run.pk}/").context["page"].lines
    cells = {field.key: cell for field, cell in line.cells}
    assert (cells["community"].shown, cells["community"].typed) == ("no community found", "荆州区")
    assert "cannot be written until you choose one" in line.remarks[0].text


# --- What nobody may guess --------------------------------------------------------------

PLACED = ["小区名称", "社区", "建成年代", "经度", "纬度"]


def test_where_positions_come_from_must_be_chosen(bureau: Client) -> None:
    upload(bureau, roster(["甲", SHENGLI, "1987年建成", 112.19, 30.35], headings=PLACED))
    run = ImportRun.objects.get()
    page = bureau.get(f"/imports/{run.pk}/columns/")
    assert page.context["options"]["coordinate_system"].initial == ""
    assert page.context["options"]["year_certainty"].initial == "approximate"
    refused = choose(bureau, run)
    assert refused.status_code == 422
    assert "The file has positions (经度, 纬度)" in text_of(refused)
    assert choose(bureau, run, coordinate_system="bd09").status_code == 302
    work()
    page = bureau.get(f"/imports/{run.pk}/")
    assert "Baidu map (BD-09)" in text_of(page)
    assert "approximate: from a portal" in text_of(page)
    assert ImportRun.objects.get().rows.get().values["coordinate_system"] == "bd09"
    assert choose(bureau, run, coordinate_system="none").status_code == 302
    work()
    assert "longitude" not in ImportRun.objects.get().rows.get().values


def test_a_heading_that_names_the_system_is_chosen_beforehand(bureau: Client) -> None:
    headings = ["小区名称", "社区", "建成年代", "百度经度", "百度纬度"]
    upload(bureau, roster(["甲", SHENGLI, "", 112.19, 30.35], headings=headings))
    run = ImportRun.objects.get()
    page = bureau.get(f"/imports/{run.pk}/columns/")
    assert page.context["options"]["coordinate_system"].initial == "bd09"
    assert choose(bureau, run).status_code == 302


def test_a_file_without_positions_is_not_asked(bureau: Client) -> None:
    upload(bureau, roster(["甲", SHENGLI]))
    assert choose(bureau, ImportRun.objects.get()).status_code == 302


# --- While a job runs -------------------------------------------------------------------


def test_the_progress_refreshes_itself_and_leads_on(bureau: Client, cast: Cast) -> None:
    upload(bureau, roster(["甲", SHENGLI]))
    run = ImportRun.objects.get()
    choose(bureau, run)
    Job.objects.update(state=JobState.RUNNING, done=30, total=120, message="checking")
    background = {"HX-Request": "true", "X-Background": "1"}
    fragment = text_of(bureau.get(f"/imports/{run.pk}/", headers=background))
    assert "30 of 120 · 25 %" in fragment.replace("</span>", "")
    assert "<html" not in fragment
    assert bureau.post(f"/imports/{run.pk}/discard/").status_code == 409
    Job.objects.update(state=JobState.DUE)
    work()
    answer = bureau.get(f"/imports/{run.pk}/", headers=background)
    assert answer["HX-Redirect"] == f"/imports/{run.pk}/"


def test_a_preview_that_failed_leads_back_to_the_columns_with_the_reason(bureau: Client) -> None:
    upload(bureau, roster(["甲", SHENGLI]))
    run = ImportRun.objects.get()
    choose(bureau, run)
    Job.objects.update(state=JobState.FAILED, error="It broke.", finished_at=run.uploaded_at)
    assert "It broke." in text_of(bureau.get(f"/imports/{run.pk}/", follow=True))


# --- Files ------------------------------------------------------------------------------


def test_wrong_rows_come_back_as_a_workbook_with_every_column(bureau: Client, cast: Cast) -> None:
    run = previewed(
        roster(["甲", SHENGLI, 45000], ["乙", "x", 46000], headings=["小区名称", "社区", "均价"]), cast.bureau
    )
    response = bureau.get(f"/imports/{run.pk}/wrong-rows/")
    assert "rows%20with%20errors.xlsx" in response["Content-Disposition"]
    rows = open_bytes(b"".join(response)).read().rows
    assert rows[0][2:] == ["小区名称", "社区", "均价"]
    assert rows[1][1:] == ["3", "乙", "x", "46000"]
    assert "No community is called “x”" in rows[1][0]


def test_many_wrong_rows_are_made_by_a_job(
    bureau: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imports.views.WRONG_ROWS_AT_ONCE", 1)
    run = previewed(roster(["甲", "x"], ["乙", "x"]), cast.bureau)
    response = bureau.get(f"/imports/{run.pk}/wrong-rows/")
    work()
    job = Job.objects.get()
    assert response["Location"] == reverse("jobs:detail", args=[job.pk])
    assert job.result_file is not None
    assert job.result_file.name == "花名册 rows with errors.xlsx"


def test_the_template_can_be_filled_in_and_imported(bureau: Client, cast: Cast) -> None:
    book = open_bytes(b"".join(bureau.get(f"{UPLOAD}template/")))
    headings = book.read().rows[0]
    assert headings[0] == "Name of the compound *"
    filled = {
        "Name of the compound *": "甲",
        "Community *": f"{SHENGLI} 胜利街社区居民委员会",
        "Management": "nobody manages it",
    }
    run = previewed(xlsx([headings, [filled.get(heading, "") for heading in headings]]), cast.bureau)
    assert run.counts["new"] == 1
    assert run.rows.get().values == {"name": "甲", "community": SHENGLI, "management_state": "none"}


def test_the_original_file_is_served_to_its_owner_as_a_download(bureau: Client, cast: Cast) -> None:
    content = roster(["甲", SHENGLI])
    run = previewed(content, cast.bureau)
    response = bureau.get(f"/imports/{run.pk}/file/")
    assert b"".join(response) == content
    assert response["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "a.xlsx", "empty"),
        (b"\x89PNG\r\n\x1a\n123", "a.xlsx", "not a spreadsheet"),
        (b"<html><script>alert(1)</script></html>", "a.xls", "no table"),
        (xlsx([]), "a.xlsx", "no table"),
    ],
)
def test_what_cannot_be_read_is_said_at_the_field(
    content: bytes, name: str, sentence: str, bureau: Client
) -> None:
    response = upload(bureau, content, name)
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert not ImportRun.objects.exists()


def test_a_cell_of_ten_megabytes_is_wrong_and_does_not_swell_the_page(bureau: Client, cast: Cast) -> None:
    cell = f'<c r="A2" t="inlineStr"><is><t>{"长" * 3_400_000}</t></is></c><c r="B2" t="inlineStr"><is><t>{SHENGLI}</t></is></c>'
    head = (
        '<c r="A1" t="inlineStr"><is><t>小区名称</t></is></c><c r="B1" t="inlineStr"><is><t>社区</t></is></c>'
    )
    run = previewed(xlsx_of_xml(f'<row r="1">{head}</row><row r="2">{cell}</row>'), cast.bureau)
    assert run.counts["wrong"] == 1
    page = bureau.get(f"/imports/{run.pk}/")
    assert "3400000 characters" in text_of(page)
    assert len(page.content) < 100_000


# --- Who may ----------------------------------------------------------------------------

PAGES = ["/imports/", UPLOAD, f"{UPLOAD}template/"]


@pytest.mark.parametrize("person", ["bureau", "street"])
def test_those_who_may_add_compounds_import(person: str, cast: Cast) -> None:
    assert [cast.client(person).get(page).status_code for page in PAGES] == [200] * 3


@pytest.mark.parametrize("person", ["community", "finance", "liaison", "auditor", "contractor", "nobody"])
def test_others_do_not(person: str, cast: Cast) -> None:
    # A community worker imports households: the list of imports is theirs, too.
    imports = 200 if person == "community" else 403
    assert [cast.client(person).get(page).status_code for page in PAGES] == [imports, 403, 403]
    assert (
        cast.client(person)
        .post(UPLOAD, {"file": SimpleUploadedFile("a.xlsx", roster(["甲", SHENGLI]))})
        .status_code
        == 403
    )


@pytest.mark.parametrize("page", ["", "columns/", "values/", "wrong-rows/", "file/"])
def test_another_persons_import_is_not_there(page: str, cast: Cast) -> None:
    run = previewed(roster(["甲", "x"]), cast.bureau)
    for person in ("bureau2", "stranger", "finance"):
        assert cast.client(person).get(f"/imports/{run.pk}/{page}").status_code == 404


@pytest.mark.parametrize("page", ["write/", "discard/"])
def test_nor_can_it_be_acted_on(page: str, cast: Cast) -> None:
    run = previewed(roster(["甲", SHENGLI]), cast.bureau)
    assert cast.client("bureau2").post(f"/imports/{run.pk}/{page}").status_code == 404
    assert cast.client("bureau").get(f"/imports/{run.pk}/{page}").status_code == 405


def test_an_unknown_kind_is_not_there(cast: Cast) -> None:
    assert cast.client("bureau").get("/imports/new/spaceships/").status_code == 404


# --- Paging -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "first"),
    [("1", 2), ("2", 52), ("3", 102), ("99", 102), ("9e99", 2), ("-1", 2), ("x", 2), ("", 2)],
)
def test_pages_of_the_preview(page: str, first: int, bureau: Client, cast: Cast) -> None:
    run = previewed(roster(*[[f"小区{n}", SHENGLI] for n in range(120)]), cast.bureau)
    answer = bureau.get(f"/imports/{run.pk}/?verdict=all&page={page}")
    assert answer.context["page"].lines[0].place == str(first)


def test_the_previews_statements_do_not_grow_with_its_rows(bureau: Client, cast: Cast) -> None:
    small = previewed(roster(["甲", SHENGLI]), cast.bureau)
    large = previewed(roster(*[[f"小区{n}", SHENGLI, "", 2015] for n in range(300)]), cast.bureau)
    bureau.get(f"/imports/{small.pk}/")
    counted = [_statements(bureau, f"/imports/{run.pk}/?verdict=all") for run in (small, large)]
    assert counted[0] == counted[1] <= 12
    filtered = f"/imports/{large.pk}/?verdict=warned&reason=not_old"
    assert [_statements(bureau, f"{filtered}&page={page}") for page in (1, 6)] == [counted[0]] * 2


def _statements(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)
