"""Pages of a scheme: what each shows, what its forms do, and how many statements it takes."""

import re
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEntry
from compounds.models import Compound
from core.board import board
from core.sheets import open_bytes
from projects.actions.approvals import approve_scheme, record_objection, send_back
from projects.actions.schemes import begin_scheme, edit_line, new_version, strike, submit_scheme
from projects.actions.visits import record_visit
from projects.models import (
    CatalogueItem,
    Project,
    Scheme,
    SchemeLine,
    SchemeRule,
    SchemeState,
    SiteVisit,
    Stage,
    WorkItem,
)
from tests.cast import Cast
from tests.compounds.builders import make_survey
from tests.compounds.pages import picture
from tests.projects.builders import bring_to, make_project
from tests.projects.schemes import (
    catalogue_item,
    make_approved_scheme,
    make_line,
    make_scheme,
    post,
    sign,
    work_of,
)


def at(name: str, project: Project, *args: Any) -> str:
    return reverse(f"projects:{name}", args=[project.code, *args])


def statements(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


def text_of(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def kind_of(client: Client, url: str) -> str:
    """The media type of a file, which is read to its end."""
    answer: Any = client.get(url)
    b"".join(answer.streaming_content)
    # `answer.close()` would end the request, and with it the test's own connection.
    for close in answer._resource_closers:
        close()
    return str(answer.headers["Content-Type"])


# --- The tab ----------------------------------------------------------------------------


def test_a_project_without_a_scheme_offers_to_begin_one(cast: Cast) -> None:
    project = make_project(cast)
    page = cast.client("street").get(at("scheme", project))
    assert at("scheme_begin", project) in page.content.decode()
    assert (
        at("scheme_begin", project) not in cast.client("finance").get(at("scheme", project)).content.decode()
    )
    answer = cast.client("street").post(at("scheme_begin", project))
    assert answer.headers["Location"] == at("scheme_add", project, 1)


def test_the_tab_adds_up_and_warns_but_stops_nothing(cast: Cast) -> None:
    project = make_project(cast)
    Compound.objects.filter(pk=project.compound_id).update(household_count=100, floor_area=5000)
    scheme = make_scheme(cast, project, {"B01": 100})
    edit_line(line=scheme.lines.get(), user=cast.street, unit_cost=Decimal(50_000))
    page = cast.client("bureau").get(at("scheme", project))
    found = page.context["content"].estimate
    assert (found.total, found.per_household, found.per_area) == (5_000_000, 50_000, 1000)
    assert found.is_implausible
    assert len(found.empty_aspects) == 4
    assert len(page.context["content"].outside) == 1
    assert submit_scheme(scheme=scheme, user=cast.street).state == SchemeState.SIGNING


@pytest.mark.parametrize(
    "name", ["scheme", "scheme_version", "scheme_edit", "scheme_add", "scheme_works", "scheme_versions", "scheme_notice_print"]
)  # fmt: skip
def test_statements_do_not_grow_with_the_lines(cast: Cast, name: str) -> None:
    project = make_project(cast)
    scheme = make_scheme(cast, project)
    client = cast.client("street")
    args = [1] if name not in ("scheme", "scheme_works", "scheme_versions") else []
    few = statements(client, at(name, project, *args))
    for code in ("B03", "B04", "B05", "B13", "B14", "I01", "I02", "I06", "U01"):
        make_line(cast, scheme, code)
    assert statements(client, at(name, project, *args)) == few
    assert few <= {"scheme": 32, "scheme_version": 32, "scheme_edit": 33}.get(name, 30)


def test_with_versions_signatures_and_objections_the_pages_stay_constant_too(cast: Cast) -> None:
    project = make_project(cast)
    make_approved_scheme(cast, project)
    second = new_version(project=project, user=cast.street, reason="增加停车位")
    make_line(cast, second, "I06")
    post(cast, sign(cast, second))
    client = cast.client("bureau")
    names = ("scheme_notice", "scheme_sign", "scheme_approve")
    before = [statements(client, at(name, project, 2)) for name in names]
    for number in range(5):
        record_objection(
            scheme=second, user=cast.community, received_on=timezone.localdate(), channel="visit", text=f"意见{number}",
            raised_by="居民",
        )  # fmt: skip
    assert [statements(client, at(name, project, 2)) for name in names] == before
    assert max(before) <= 36


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


def line_fields(page: Any) -> dict[str, str]:
    """The form as the browser would send it back."""
    sent = {"summary": page.context["summary"].initial["summary"]}
    for _group, rows in page.context["groups"]:
        for row in rows:
            form = row["form"]
            sent |= {form.add_prefix(name): str(form.initial[name]) for name in form.fields}
    return sent


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


# --- On its way -------------------------------------------------------------------------


def test_from_the_table_to_the_approval_by_its_own_pages(cast: Cast) -> None:
    project = make_project(cast)
    make_scheme(cast, project)
    today = timezone.localdate()
    cast.client("street").post(at("scheme_submit", project, 1))
    for who, kind in (("street", "street_office"), ("community", "community")):
        answer = cast.client(who).post(at("scheme_sign", project, 1), {"kind": kind, "agrees": "yes"})
        assert answer.status_code == 302, text_of(answer)
    notice = {"from_on": today - timedelta(days=6), "until_on": today - timedelta(days=1), "places": "大门"}
    answer = cast.client("community").post(at("scheme_notice", project, 1), {**notice, "photo": picture()})
    assert answer.status_code == 302, text_of(answer)
    objection = {
        "received_on": today - timedelta(days=2),
        "channel": "phone",
        "raised_by": "李四",
        "text": "停车位不够",
    }
    cast.client("community").post(at("scheme_objection_add", project, 1), objection)
    page = cast.client("bureau").get(at("scheme_approve", project, 1))
    assert len(page.context["missing"]) == 1
    refused = cast.client("bureau").post(at("scheme_approve", project, 1), {"approved_on": today})
    assert refused.status_code == 422
    raised = Scheme.objects.get().notices.get().objections.get()
    assert raised.raised_by == "李*"
    url = at("scheme_objection", project, 1, raised.pk)
    assert cast.client("community").post(url, {"answer": "x", "is_adopted": "no"}).status_code == 403
    cast.client("street").post(url, {"answer": "另行增设停车位", "is_adopted": "no"})
    answer = cast.client("bureau").post(
        at("scheme_approve", project, 1), {"approved_on": today, "approval_number": "1号"}
    )
    assert answer.status_code == 302, text_of(answer)
    assert Scheme.objects.get().state == SchemeState.APPROVED
    shown = cast.client("finance").get(at("scheme_notice", project, 1))
    assert "另行增设停车位" in text_of(shown)
    photo = at("scheme_notice_photo", project, 1, raised.notice_id)
    assert kind_of(cast.client("finance"), photo) == "image/jpeg"


def test_what_a_paper_refuses_is_said_at_its_field(cast: Cast) -> None:
    project = make_project(cast)
    submit_scheme(scheme=make_scheme(cast, project), user=cast.street)
    html = SimpleUploadedFile("会签.pdf", b"<html><script>1</script></html>", content_type="application/pdf")
    answer = cast.client("street").post(
        at("scheme_sign", project, 1), {"kind": "street_office", "agrees": "yes", "paper": html}
    )
    assert answer.status_code == 422
    assert "paper" in answer.context["form"].errors
    assert not Scheme.objects.get().sign_offs.exists()
    silent = cast.client("street").post(
        at("scheme_sign", project, 1), {"kind": "street_office", "agrees": "no"}
    )
    assert "remark" in silent.context["form"].errors


def test_the_printed_notice_names_no_person(cast: Cast) -> None:
    project = make_project(cast)
    scheme = sign(cast, make_scheme(cast, project))
    post(cast, scheme)
    record_objection(
        scheme=scheme, user=cast.community, received_on=timezone.localdate(), channel="visit", text="噪音", raised_by="张三"
    )  # fmt: skip
    page = cast.client("auditor").get(at("scheme_notice_print", project, 1)).content.decode()
    sheet = page[page.index("<article") : page.index("</article>")]
    for user in (cast.street, cast.community, cast.bureau, cast.bureau2):
        assert user.name not in sheet
    assert "张" not in sheet
    assert "供水管网改造" in sheet


def test_sent_back_with_its_reason_on_the_page(cast: Cast) -> None:
    project = make_project(cast)
    sign(cast, make_scheme(cast, project))
    assert (
        cast.client("community").post(at("scheme_send_back", project, 1), {"reason": "x"}).status_code == 403
    )
    cast.client("bureau").post(at("scheme_send_back", project, 1), {"reason": "道路范围要改"})
    assert "道路范围要改" in text_of(cast.client("street").get(at("scheme", project)))


# --- Versions and works -----------------------------------------------------------------


def test_a_change_shows_beside_the_approved_version_what_it_adds_strikes_and_costs(cast: Cast) -> None:
    project = make_project(cast)
    make_approved_scheme(cast, project)
    client = cast.client("street")
    client.post(at("scheme_change", project), {"reason": "居民要求增加停车位"})
    second = project.schemes.get(version=2)
    strike(
        line=second.lines.get(work_item=work_of(project, "B08")), user=cast.street, reason="道路由市政实施"
    )
    make_line(cast, second, "I06", 10)
    edit_line(
        line=second.lines.get(work_item=work_of(project, "B01")), user=cast.street, quantity=Decimal(900)
    )
    changes = client.get(at("scheme", project)).context["compared"]
    assert [one.label for one in changes.added] == ["机动车停车位"]
    assert [(one.label, one.reason) for one in changes.struck] == [("小区道路修复刷黑", "道路由市政实施")]
    assert changes.sum == 10 * 5000 + 100 * 600 - 1500 * 110
    asked = client.get(at("scheme_versions", project), {"older": 2, "newer": 1}).context["compared"]
    assert asked.sum == -changes.sum


def test_a_struck_work_keeps_its_page_with_every_change(cast: Cast) -> None:
    project = make_project(cast)
    scheme = make_scheme(cast, project, {"B01": 10, "B02": 5})
    line = scheme.lines.get(work_item=work_of(project, "B01"))
    edit_line(line=line, user=cast.street, quantity=Decimal(12))
    strike(line=line, user=cast.street, reason="由供水公司实施")
    page = cast.client("auditor").get(at("scheme_works", project))
    struck = [row for row in page.context["rows"] if row["is_struck"]]
    assert [(row["item"].pk, row["reason"]) for row in struck] == [(line.work_item_id, "由供水公司实施")]
    events = cast.client("auditor").get(at("scheme_work", project, line.work_item_id)).context["events"]
    assert [event["label"] for event in events] == ["delete", "update", "insert"]


def test_works_and_versions_of_another_project_are_not_there(cast: Cast) -> None:
    one, other = make_project(cast), make_project(cast, year=2027)
    make_scheme(cast, one)
    item = WorkItem.objects.filter(project=one)[0]
    client = cast.client("bureau")
    for url in (
        at("scheme_work", other, item.pk),
        at("scheme_version", other, 1),
        at("scheme_sign", other, 1),
    ):
        assert client.get(url).status_code == 404
    assert cast.client("stranger").get(at("scheme", one)).status_code == 404


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


# --- Visits -----------------------------------------------------------------------------


def visit_of(cast: Cast, project: Project) -> SiteVisit:
    return record_visit(
        project=project, user=cast.community, visited_on=timezone.localdate(), participants="设计院、社区",
        conclusion="管网更换",
    )  # fmt: skip


def test_a_visit_is_recorded_and_its_photos_come_one_by_one_and_once(cast: Cast) -> None:
    project = make_project(cast)
    client = cast.client("community")
    sent = {
        "visited_on": timezone.localdate(),
        "participants": "设计院、社区",
        "purpose": "",
        "conclusion": "管网更换",
    }
    assert client.post(at("scheme_visit_add", project), {**sent, "conclusion": ""}).status_code == 422
    answer = client.post(at("scheme_visit_add", project), sent)
    visit = SiteVisit.objects.get()
    assert answer.headers["Location"] == at("scheme_visit", project, visit.pk)
    key = str(uuid.uuid4())
    for _again in range(2):
        tile = client.post(at("scheme_visit_photos", project, visit.pk), {"photo": picture(), "key": key})
        assert tile.status_code == 201
    photo = visit.photos.get()
    for name in ("scheme_visit_thumbnail", "scheme_visit_photo"):
        assert kind_of(client, at(name, project, visit.pk, photo.pk)) == "image/jpeg"
    refused = client.post(
        at("scheme_visit_photos", project, visit.pk),
        {"photo": SimpleUploadedFile("a.jpg", b"<html>"), "key": str(uuid.uuid4())},
    )
    assert (refused.status_code // 100, refused.headers["Content-Type"]) == (4, "text/plain; charset=utf-8")
    client.post(at("scheme_visit_photo_remove", project, visit.pk, photo.pk))
    assert not visit.photos.exists()


def test_without_scripts_the_plain_form_sends_the_photos(cast: Cast) -> None:
    project = make_project(cast)
    visit = visit_of(cast, project)
    client, url = cast.client("community"), at("scheme_visit", project, visit.pk)
    client.post(url, {"photos_": [picture(colour="red"), picture(colour="blue")]})
    assert visit.photos.count() == 2
    client.post(url, {"remove_photo": visit.photos.first().pk})  # type: ignore[union-attr]
    assert visit.photos.count() == 1
    assert cast.client("finance").post(url, {"photos_": [picture()]}).status_code == 403


# --- List, rules, board -----------------------------------------------------------------


def test_what_waits_for_whom_is_counted_and_listed(cast: Cast) -> None:
    scheme = make_scheme(cast, make_project(cast))

    def waits(who: str) -> dict[str, int]:
        lines = [line for line in board.waiting(getattr(cast, who)) if "/schemes/" in line.url]
        return {line.url.rpartition("=")[2]: line.count for line in lines}

    assert waits("street") == {}
    submit_scheme(scheme=scheme, user=cast.street)
    assert (waits("street"), waits("community"), waits("stranger")) == ({"sign": 1}, {"sign": 1}, {})
    sign_again = make_scheme(cast, make_project(cast, year=2027))
    sign(cast, sign_again)
    assert waits("street") == {"sign": 1, "notice": 1}
    post(cast, sign_again)
    assert (waits("bureau"), waits("street")) == ({"approve": 1}, {"sign": 1})
    record_objection(
        scheme=sign_again, user=cast.community, received_on=timezone.localdate(), channel="visit", text="噪音", raised_by=""
    )  # fmt: skip
    assert (waits("bureau"), waits("street")) == ({"answer": 1}, {"sign": 1, "answer": 1})
    page = cast.client("street").get(reverse("projects:schemes"), {"waiting": "answer"})
    assert sign_again.project.compound.name in text_of(page)
    assert scheme.project.compound.name not in text_of(page)


def test_the_list_takes_the_same_statements_for_many(cast: Cast) -> None:
    make_approved_scheme(cast, make_project(cast))
    client, url = cast.client("bureau"), reverse("projects:schemes")
    few = statements(client, url)
    for year in (2027, 2028, 2029):
        make_scheme(cast, make_project(cast, year=year))
    assert statements(client, url) == few <= 12


def test_the_county_publishes_its_own_rule(cast: Cast) -> None:
    url = reverse("projects:scheme_rules")
    sent = {"notice_days": "7", "cost_low": "100", "cost_high": "90", "basis": "荆区住建〔2026〕3号"}
    assert cast.client("bureau").post(url, sent).status_code == 422
    assert cast.client("bureau").post(url, {**sent, "cost_high": "600"}).status_code == 302
    assert SchemeRule.objects.in_force("421003").notice_days == 7
    assert cast.client("street").post(url, sent).status_code == 403


def test_a_version_that_was_withdrawn_gives_way_to_the_next_with_a_reason(cast: Cast) -> None:
    project = make_project(cast)
    make_scheme(cast, project)
    client = cast.client("street")
    client.post(at("scheme_withdraw", project, 1), {"reason": "范围变化"})
    assert "begin-reason" in client.get(at("scheme", project)).content.decode()
    client.post(at("scheme_begin", project), {"reason": "按新范围"})
    assert project.schemes.count() == 2


@pytest.mark.parametrize("number", ["0", "99", "2147483648", "9223372036854775808", "9" * 40])
def test_impossible_numbers_are_pages_that_are_not_there(cast: Cast, number: str) -> None:
    project = make_project(cast)
    make_scheme(cast, project)
    client, here = cast.client("street"), at("scheme", project)
    for path in (f"{number}/", f"{number}/edit/", f"works/{number}/", f"visits/{number}/", f"1/objections/{number}/",
                 f"1/lines/{number}/strike/", f"1/signatures/{number}/document/"):  # fmt: skip
        assert client.get(here + path).status_code == 404, path
    assert client.get(at("scheme_versions", project), {"older": number, "newer": number}).status_code == 200


@pytest.mark.parametrize("reason", ["\0", "x" * 5000, "\ud800", "\u202e反向", "𠮷野家"])
def test_hostile_reasons_neither_break_the_page_nor_pass_as_reasons(cast: Cast, reason: str) -> None:
    project = make_project(cast)
    make_scheme(cast, project)
    sent = {"reason": reason.encode("utf-8", "surrogatepass")}
    answer = cast.client("street").post(at("scheme_withdraw", project, 1), sent)
    assert answer.status_code == 302
    scheme = Scheme.objects.get()
    assert (scheme.state == SchemeState.WITHDRAWN) == (len(scheme.return_reason) > 0)
    assert len(scheme.return_reason) <= 300


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


def links_of(page: Any) -> set[str]:
    return set(re.findall(r'href="(/projects/[^"#?]+/scheme/[^"#?]*)', page.content.decode()))


@pytest.mark.parametrize("state", ["draft", "signing", "noticed", "changing"])
def test_every_link_that_a_role_is_shown_leads_somewhere(cast: Cast, state: str) -> None:
    project = bring_to(cast, make_project(cast), Stage.SCHEME)
    record_visit(
        project=project, user=cast.community, visited_on=timezone.localdate(), participants="社区", conclusion="可行"
    )  # fmt: skip
    scheme = make_scheme(cast, project)
    if state != "draft":
        submit_scheme(scheme=scheme, user=cast.street)
    if state not in ("draft", "signing"):
        send_back(scheme=scheme, user=cast.street, reason="再改")
        post(cast, sign(cast, scheme))
    if state in ("approved", "changing"):
        approve_scheme(scheme=scheme, user=cast.bureau)
    if state == "changing":
        new_version(project=project, user=cast.street, reason="变更")
    for who in ("bureau", "community", "liaison"):
        assert follow_links(cast.client(who), at("scheme", project), at("detail", project)) > 3


def follow_links(client: Client, *addresses: str) -> int:
    """How many pages there are; each must answer."""
    seen: set[str] = set()
    waiting = set(addresses)
    while waiting:
        url = waiting.pop()
        seen.add(url)
        answer: Any = client.get(url)
        assert answer.status_code == 200, url
        if not answer.streaming and answer.headers["Content-Type"].startswith("text/html"):
            waiting |= links_of(answer) - seen
        for close in answer._resource_closers:
            close()
    return len(seen)
