"""Drawing a scheme up: the catalogue's form, the table of works, a sheet that is pasted or comes back."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audit.models import AuditEntry
from core.sheets import open_bytes
from projects.actions.schemes import begin_scheme, edit_line
from projects.models import CatalogueItem, Scheme, SchemeLine, SchemeState
from tests.cast import Cast
from tests.compounds.builders import make_survey
from tests.projects.builders import make_project
from tests.projects.scheme_pages import at, line_fields, text_of
from tests.projects.schemes import catalogue_item, make_line, make_scheme, work_of

# --- Drawing it up ----------------------------------------------------------------------


def item_fields(code: str, **values: str) -> dict[str, str]:
    item = catalogue_item(code)
    return {f"item{item.pk}-{name}": value for name, value in values.items()}


def test_thirty_works_are_taken_in_with_one_save(cast: Cast) -> None:
    project = make_project(cast)
    begin_scheme(project=project, user=cast.street)
    sent: dict[str, str] = {}
    for item in CatalogueItem.objects.of(project.division_code).order_by("code")[:30]:
        sent |= item_fields(item.code, quantity="10", unit_cost=str(item.unit_cost), treatment="alter",
                            origin="basic" if item.category == "basic" else "chosen", location="")  # fmt: skip
    answer = cast.client("street").post(at("scheme_add", project, 1), sent)
    assert answer.headers["Location"] == at("scheme_edit", project, 1)
    assert SchemeLine.objects.count() == 30


def test_what_is_wrong_in_the_catalogue_is_said_at_its_item_and_nothing_is_kept(cast: Cast) -> None:
    project = make_project(cast)
    begin_scheme(project=project, user=cast.street)
    client = cast.client("street")
    wrong = {**item_fields("B01", quantity="10"), **item_fields("B02", quantity="1e5")}
    answer = client.post(at("scheme_add", project, 1), wrong)
    assert answer.status_code == 422
    forgotten = client.post(at("scheme_add", project, 1), item_fields("B01", location="东侧"))
    assert forgotten.status_code == 422
    assert client.post(at("scheme_add", project, 1), {}).status_code == 422
    assert not SchemeLine.objects.exists()


def test_the_table_writes_only_the_rows_that_were_changed(cast: Cast) -> None:
    project = make_project(cast)
    scheme = make_scheme(cast, project)
    client, url = cast.client("street"), at("scheme_edit", project, 1)
    sent = line_fields(client.get(url))
    line = scheme.lines.get(work_item=work_of(project, "B01"))
    edit_line(line=scheme.lines.get(work_item=work_of(project, "B02")), user=cast.bureau, quantity=Decimal(1))
    answer = client.post(
        url,
        {
            **sent,
            f"line{line.pk}-quantity": "８８８.５",
            f"line{line.pk}-location": "东侧",
            "summary": "改管网",
        },
    )
    assert answer.status_code == 302, text_of(answer)
    line.refresh_from_db()
    scheme.refresh_from_db()
    assert (str(line.quantity), line.work_item.location, scheme.summary) == ("888.50", "东侧", "改管网")
    assert scheme.lines.get(work_item=work_of(project, "B02")).quantity == 1


def test_two_people_at_one_row_the_second_sees_what_the_first_saved(cast: Cast) -> None:
    project = make_project(cast)
    scheme = make_scheme(cast, project)
    client, url = cast.client("street"), at("scheme_edit", project, 1)
    sent = line_fields(client.get(url))
    line = scheme.lines.get(work_item=work_of(project, "B01"))
    edit_line(line=line, user=cast.bureau, quantity=Decimal(801))
    mine = {**sent, f"line{line.pk}-quantity": "900"}
    answer = client.post(url, mine)
    assert answer.status_code == 422
    assert "801" in text_of(answer)
    # What the page sends the next time carries the new mark: saving again is done knowingly.
    form = next(
        row["form"] for _group, rows in answer.context["groups"] for row in rows if row["line"].pk == line.pk
    )
    assert client.post(url, {**mine, f"line{line.pk}-seen": form["seen"].value()}).status_code == 302
    line.refresh_from_db()
    assert line.quantity == 900


def test_striking_asks_why_and_needs_are_waived_on_the_page(cast: Cast) -> None:
    project = make_project(cast)
    make_survey(cast, project.compound, score=1, roads=3)
    scheme = make_scheme(cast, project, {"B01": 10, "U03": 1})
    client = cast.client("street")
    line = scheme.lines.get(work_item=work_of(project, "B01"))
    assert client.post(at("scheme_strike", project, 1, line.pk), {"reason": " "}).status_code == 422
    client.post(at("scheme_strike", project, 1, line.pk), {"reason": "由供水公司实施"})
    struck = scheme.strikes.get()
    client.post(at("scheme_take_back", project, 1, struck.pk))
    assert scheme.lines.count() == 2
    answer = client.post(at("scheme_submit", project, 1), follow=True)
    assert "道路" in text_of(answer)
    assert Scheme.objects.get().state == SchemeState.DRAFT
    client.post(at("scheme_waive", project, 1, "roads"), {"reason": "随市政道路实施"})
    client.post(at("scheme_submit", project, 1))
    assert Scheme.objects.get().state == SchemeState.SIGNING
    # Handed in, its editing pages are closed: 409, nothing is written.
    assert client.get(at("scheme_edit", project, 1)).status_code == 409


# --- Sheets -----------------------------------------------------------------------------


def test_a_table_that_went_out_comes_back_unchanged_and_is_told_to_the_audit(cast: Cast) -> None:
    project = make_project(cast)
    scheme = make_scheme(cast, project)
    make_line(cast, scheme, "B08", location="=西侧", note="-夜间施工")
    client = cast.client("street")
    out = client.get(at("scheme_export", project, 1))
    assert AuditEntry.objects.filter(action__contains="export").exists()
    rows = open_bytes(out.content).read().rows
    assert len(rows) == 5
    upload = SimpleUploadedFile("方案.xlsx", out.content)
    reading = client.post(at("scheme_sheet", project, 1), {"file": upload}).context["reading"]
    assert [row.state for row in reading.rows] == ["same"] * 4
    assert not reading.is_good


def test_pasted_cells_are_shown_first_and_then_taken_over(cast: Cast) -> None:
    project = make_project(cast)
    make_scheme(cast, project, {"B01": 800})
    client, url = cast.client("street"), at("scheme_sheet", project, 1)
    pasted = "工程内容\t数量\t单价(元)\t位置\n供水管网改造\t1,000.5\t\t\n机动车停车位\t４０\t4800\t北侧空地\n"
    page = client.post(url, {"text": pasted})
    assert [row.state for row in page.context["reading"].rows] == ["changed", "added"]
    assert SchemeLine.objects.count() == 1
    answer = client.post(url, {"text": page.context["reading"].text, "confirm": "1"})
    assert answer.headers["Location"] == at("scheme_edit", project, 1)
    parking = SchemeLine.objects.get(work_item=work_of(project, "I06"))
    assert (parking.quantity, parking.unit_cost, parking.work_item.location) == (
        Decimal(40),
        Decimal(4800),
        "北侧空地",
    )
    assert str(SchemeLine.objects.get(work_item=work_of(project, "B01")).quantity) == "1000.50"


@pytest.mark.parametrize(
    "row",
    [
        "B99\t1",
        "B01\t0",
        "B01\t1.234",
        "B01\tabc",
        "B01\t99999999999",
        "I06\t1\t基础类",
        "B01\t1\tX",
        "B01\t",
    ],
)
def test_a_wrong_row_stops_the_whole_sheet_and_says_why(cast: Cast, row: str) -> None:
    project = make_project(cast)
    begin_scheme(project=project, user=cast.street)
    text = f"编码\t数量\t来源\nB02\t5\t\n{row}\n"
    page = cast.client("street").post(at("scheme_sheet", project, 1), {"text": text, "confirm": "1"})
    assert page.status_code == 422
    assert [one.number for one in page.context["reading"].of("wrong")] == [3]
    assert not SchemeLine.objects.exists()


@pytest.mark.parametrize("text", ["", "甲\t乙\n1\t2\n", "编码\nB01\n"])
def test_what_is_no_table_is_refused_with_a_sentence(cast: Cast, text: str) -> None:
    project = make_project(cast)
    begin_scheme(project=project, user=cast.street)
    page = cast.client("street").post(at("scheme_sheet", project, 1), {"text": text})
    assert page.status_code == 422
    assert page.context["form"].errors


# --- List, rules, board -----------------------------------------------------------------


@pytest.mark.parametrize("figure", ["NaN", "1e400", "-1", "9" * 30, "٣", "1_000", "inf", ""])
def test_figures_that_are_none_are_refused_at_their_row(cast: Cast, figure: str) -> None:
    project = make_project(cast)
    make_scheme(cast, project, {"B01": 10})
    client, url = cast.client("street"), at("scheme_edit", project, 1)
    line = SchemeLine.objects.get()
    answer = client.post(url, {**line_fields(client.get(url)), f"line{line.pk}-quantity": figure})
    assert answer.status_code == 422
    line.refresh_from_db()
    assert line.quantity == 10
