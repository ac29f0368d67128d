"""The pages of plans: list, plan, choosing from the pool, figures, the way through the offices, versions, spreadsheets."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import AuditEntry
from compounds.models import Batch, Compound
from core.sheets import open_bytes
from directory.models import Division
from directory.powers import Role
from projects.actions.plans import (
    add_to_plan,
    amend_plan,
    draw_up_plan,
    edit_plan,
    remove_from_plan,
    submit_plan,
)
from projects.models import Plan, PlanEntry, PlanKind, PlanState, Project
from tests.cast import JINGZHOU, Cast, make_user
from tests.compounds.builders import current_entry, make_pooled
from tests.compounds.pages import picture
from tests.projects.builders import make_issued_plan, make_plan


def at(name: str, *args: Any) -> str:
    return reverse(f"projects:{name}", args=args)


def browser(cast: Cast, who: str) -> Any:
    """Signed in as one of the cast."""
    return cast.client(who)


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def statements(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.fixture
def city(cast: Cast) -> Any:
    return make_user("city", role=Role.BUREAU_MANAGER, division="4210")


def make_five_year(cast: Cast, *compounds: Compound, year: int = 2027) -> Plan:
    plan = draw_up_plan(
        division=Division.objects.get(pk=JINGZHOU), user=cast.bureau, kind=PlanKind.FIVE_YEAR, first_year=2026, title="十五五"
    )  # fmt: skip
    if compounds:
        add_to_plan(plan=plan, compounds=compounds, user=cast.bureau, year=year)
    return plan


# --- Seeing -----------------------------------------------------------------------------


def test_drafts_are_their_offices_own_and_issued_plans_reach_down(cast: Cast) -> None:
    draft = make_plan(cast, year=2027)
    issued = make_issued_plan(cast, make_pooled(cast))
    for who, status in (("bureau", 200), ("street", 404), ("stranger", 404), ("contractor", 403)):
        assert browser(cast, who).get(at("plan", draft.pk)).status_code == status, who
    assert browser(cast, "street").get(at("plan", issued.pk)).status_code == 200
    assert browser(cast, "stranger").get(at("plan", issued.pk)).status_code == 404


def test_the_list_is_filtered_by_the_address_and_leaves_replaced_versions_out(cast: Cast) -> None:
    plan = make_issued_plan(cast, make_pooled(cast), target_compounds=3)
    make_five_year(cast)
    client = browser(cast, "bureau")
    page = text_of(client.get(at("plans")))
    assert "荆州区2026年度计划" in page
    assert "十五五" in page
    assert "十五五" not in text_of(client.get(at("plans"), {"kind": "annual"}))
    assert "十五五" in text_of(client.get(at("plans"), {"year": "2029"}))
    amended = amend_plan(plan=plan, user=cast.bureau, reason="追加")
    assert client.get(at("plans"), {"kind": "annual"}).context["list"].count == 2
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.SUPERSEDED)
    assert client.get(at("plans"), {"kind": "annual"}).context["list"].count == 1
    assert client.get(at("plans"), {"state": "superseded"}).context["list"].count == 1
    assert amended.version == 2


def test_no_target_is_no_percentage(cast: Cast) -> None:
    plan = make_plan(cast, make_pooled(cast), target_households=0)
    page = text_of(browser(cast, "bureau").get(at("plan", plan.pk)))
    assert "0 %" not in page
    assert "未设目标" in page
    edit_plan(plan=plan, user=cast.bureau, target_compounds=4)
    assert "25 %" in text_of(browser(cast, "bureau").get(at("plan", plan.pk)))


def test_a_plans_page_takes_the_same_statements_for_one_compound_and_for_many(cast: Cast) -> None:
    plan = make_plan(cast, make_pooled(cast))
    client = browser(cast, "bureau")
    few = statements(client, at("plan", plan.pk)), statements(client, at("plan_figures", plan.pk))
    add_to_plan(plan=plan, compounds=[make_pooled(cast) for _each in range(6)], user=cast.bureau)
    assert (statements(client, at("plan", plan.pk)), statements(client, at("plan_figures", plan.pk))) == few
    assert few[0] <= 16


def test_lists_take_the_same_statements_for_few_and_for_many(cast: Cast) -> None:
    plan = make_plan(cast)
    make_pooled(cast)
    client = browser(cast, "bureau")
    names = (("plans",), ("plan_choose", plan.pk), ("plan_actual",))
    few = [statements(client, at(*name)) for name in names]
    for year in (2027, 2028, 2029):
        make_plan(cast, year=year)
        make_pooled(cast)
    assert [statements(client, at(*name)) for name in names] == few


# --- Drawing up -------------------------------------------------------------------------


def test_a_plan_is_begun_and_named_after_division_and_year(cast: Cast) -> None:
    client = browser(cast, "bureau")
    assert client.get(at("plan_new")).status_code == 200
    sent = {
        "division": JINGZHOU,
        "kind": "annual",
        "first_year": "2027",
        "target_compounds": "12",
        "target_area": "3.86",
    }
    assert client.post(at("plan_new"), sent).status_code == 302
    plan: Any = Plan.objects.get()
    assert (plan.title, plan.target_compounds, plan.target_area) == ("荆州区2027年度计划", 12, 38600)
    again = client.post(at("plan_new"), sent)
    assert again.status_code == 422
    assert "已" in text_of(again)
    assert browser(cast, "street").get(at("plan_new")).status_code == 403
    assert (
        client.post(at("plan_new"), {**sent, "division": "420683", "first_year": "2028"}).status_code == 422
    )


def test_the_most_urgent_are_taken_with_one_button(cast: Cast) -> None:
    for score in (2, 3, 4):
        make_pooled(cast, f"小区{score}", score=score)
    plan = make_plan(cast)
    browser(cast, "bureau").post(at("plan_draw", plan.pk), {"count": "2", "year": "2026"})
    assert list(plan.entries.values_list("compound__name", flat=True)) == ["小区4", "小区3"]
    assert browser(cast, "bureau").post(at("plan_draw", plan.pk), {"count": "-3"}).status_code == 400


def test_choosing_past_a_more_urgent_one_asks_for_the_reason_on_the_same_page(cast: Cast) -> None:
    make_pooled(cast, "急", score=4)
    slow = make_pooled(cast, "缓", score=2)
    plan = make_plan(cast)
    client = browser(cast, "bureau")
    page = client.get(at("plan_choose", plan.pk))
    assert [row["compound"].name for row in page.context["rows"]] == ["急", "缓"]
    asked = client.post(at("plan_choose", plan.pk), {"pick": slow.pk})
    assert asked.status_code == 422
    assert asked.context["passed"] == ["急"]
    assert [row["is_picked"] for row in asked.context["rows"]] == [False, True]
    assert (
        client.post(at("plan_choose", plan.pk), {"pick": slow.pk, "reason": "与道路同步"}).status_code == 302
    )
    page_text = text_of(client.get(at("plan", plan.pk)))
    assert "与道路同步" in page_text
    assert client.post(at("plan_choose", plan.pk), {}).status_code == 422


def test_a_jump_that_came_later_is_marked_until_its_reason_is_given(cast: Cast) -> None:
    plan = make_plan(cast, make_pooled(cast, "缓", score=2))
    make_pooled(cast, "新急", score=4)
    client = browser(cast, "bureau")
    assert "新急" in text_of(client.get(at("plan", plan.pk)))
    refused = client.post(at("plan_submit", plan.pk), follow=True)
    assert "新急" in text_of(refused)
    entry = plan.entries.get()
    sent = {f"e{entry.pk}-jump_reason": "资金已落实", f"e{entry.pk}-seen": "{}"}
    assert client.post(at("plan_figures", plan.pk), sent).status_code == 302
    client.post(at("plan_submit", plan.pk))
    plan.refresh_from_db()
    assert plan.state == PlanState.SUBMITTED


def test_figures_are_edited_in_ten_thousands_and_nobodys_change_is_lost(cast: Cast) -> None:
    plan = make_plan(cast, make_pooled(cast, "甲"))
    entry: Any = plan.entries.get()
    client = browser(cast, "bureau")
    ((name, seen),) = [line["form"].twin for line in client.get(at("plan_figures", plan.pk)).context["lines"]]
    e = f"e{entry.pk}"
    sent = {name: seen, f"{e}-estimated_investment": "240.5", f"{e}-household_count": "", f"{e}-building_count": "", f"{e}-floor_area": "", f"{e}-jump_reason": ""}  # fmt: skip
    assert client.post(at("plan_figures", plan.pk), sent).status_code == 302
    entry.refresh_from_db()
    assert entry.estimated_investment == 2_405_000
    # A colleague who still sees the empty page changes another figure, then the same one.
    other = browser(cast, "bureau2")
    assert other.post(at("plan_figures", plan.pk), {**sent, f"{e}-estimated_investment": "", f"{e}-household_count": "88"}).status_code == 302  # fmt: skip
    refused = other.post(at("plan_figures", plan.pk), {**sent, f"{e}-estimated_investment": "300"})
    assert refused.status_code == 422
    entry.refresh_from_db()
    assert (entry.estimated_investment, entry.household_count) == (2_405_000, 88)
    assert client.post(at("plan_figures", plan.pk), {**sent, f"{e}-floor_area": "viel"}).status_code == 422


def test_compounds_are_taken_off_the_list(cast: Cast) -> None:
    one, two = make_pooled(cast), make_pooled(cast)
    plan = make_plan(cast, one, two)
    browser(cast, "bureau").post(at("plan_remove", plan.pk), {"pick": [one.pk, "x", "9" * 30]})
    assert [entry.compound for entry in plan.entries.all()] == [two]
    assert browser(cast, "finance").post(at("plan_remove", plan.pk), {"pick": two.pk}).status_code == 403


# --- Its way ----------------------------------------------------------------------------


def test_from_the_draft_to_the_issued_plan_with_what_follows_in_words(cast: Cast) -> None:
    compound = make_pooled(cast)
    plan = make_plan(cast, compound)
    mine, theirs = browser(cast, "bureau"), browser(cast, "bureau2")
    mine.post(at("plan_submit", plan.pk))
    assert mine.post(at("plan_approve", plan.pk)).status_code == 403
    theirs.post(at("plan_return", plan.pk), {"reason": "缺投资"})
    assert "缺投资" in text_of(mine.get(at("plan", plan.pk)))
    mine.post(at("plan_submit", plan.pk))
    theirs.post(at("plan_approve", plan.pk))
    page = theirs.get(at("plan_issue", plan.pk))
    assert any("1" in sentence for sentence in page.context["consequences"])
    assert "实施" in "".join(page.context["consequences"])
    sent = {"document_number": "荆区住建〔2026〕12号", "issued_on": "2026-03-01"}
    assert theirs.post(at("plan_issue", plan.pk), {**sent, "document_number": ""}).status_code == 422
    assert theirs.post(at("plan_issue", plan.pk), {**sent, "issued_on": "2999-01-01"}).status_code == 422
    assert theirs.post(at("plan_issue", plan.pk), {**sent, "file": picture()}).status_code == 302
    plan.refresh_from_db()
    assert (plan.state, plan.issued_on) == (PlanState.ISSUED, date(2026, 3, 1))
    assert current_entry(compound).batch == Batch.IMPLEMENTING
    assert Project.objects.get().code in text_of(mine.get(at("plan", plan.pk)))
    document = browser(cast, "street").get(at("plan_document", plan.pk))
    assert b"".join(document.streaming_content).startswith(b"\xff\xd8")
    assert browser(cast, "stranger").get(at("plan_document", plan.pk)).status_code == 404


def test_an_amendment_and_what_it_changes(cast: Cast) -> None:
    kept, gone, new = make_pooled(cast, "留"), make_pooled(cast, "去"), make_pooled(cast, "来")
    plan = make_issued_plan(cast, kept, gone, reason="x")
    client = browser(cast, "bureau")
    assert client.post(at("plan_amend", plan.pk), {"reason": ""}).status_code == 422
    assert client.post(at("plan_amend", plan.pk), {"reason": "追加"}).status_code == 302
    amended = Plan.objects.get(version=2)
    edit_plan(plan=amended, user=cast.bureau, target_compounds=9)
    remove_from_plan(plan=amended, compounds=[gone], user=cast.bureau)
    add_to_plan(plan=amended, compounds=[new], user=cast.bureau)
    entry = amended.entries.get(compound=kept)
    PlanEntry.objects.filter(pk=entry.pk).update(household_count=77)
    page = client.get(at("plan_changes", amended.pk))
    found = page.context["difference"]
    assert [one.compound.name for one in found.added] == ["来"]
    assert [one.compound.name for one in found.removed] == ["去"]
    assert [(entry.compound.name, lines[0][2]) for entry, lines in page.context["changed"]] == [("留", "77")]
    assert len(page.context["changed_targets"]) == 1
    assert client.get(at("plan_changes", plan.pk), {"from": amended.pk}).context["old"] == amended
    assert client.get(at("plan_changes", plan.pk), {"from": "x"}).status_code == 200


# --- Higher plans and five years --------------------------------------------------------


def test_a_citys_plan_adds_up_its_counties_and_names_those_without(cast: Cast, city: Any) -> None:
    Division.objects.create(code="421002", name="沙市区", parent_id="4210")
    compound = make_pooled(cast)
    Compound.objects.filter(pk=compound.pk).update(household_count=120)
    make_issued_plan(cast, compound)
    plan = draw_up_plan(
        division=Division.objects.get(pk="4210"), user=city, kind=PlanKind.ANNUAL, first_year=2026, title="荆州市计划",
        target_compounds=4,
    )  # fmt: skip
    client = Client()
    client.force_login(city)
    page = client.get(at("plan", plan.pk))
    found = page.context["roll_up"]
    assert (found.in_force.compounds, found.in_force.households, found.counties, found.issued) == (
        1,
        120,
        2,
        1,
    )
    assert [line.name for line in found.without] == ["沙市区"]
    assert "25 %" in text_of(page)
    few = statements(client, at("plan", plan.pk))
    Division.objects.create(code="421004", name="某区", parent_id="4210")
    assert statements(client, at("plan", plan.pk)) == few


def test_a_provinces_plan_goes_city_by_city(cast: Cast) -> None:
    province = make_user(role=Role.BUREAU_MANAGER, division="42")
    make_issued_plan(cast, make_pooled(cast))
    plan = draw_up_plan(
        division=Division.objects.get(pk="42"),
        user=province,
        kind=PlanKind.ANNUAL,
        first_year=2026,
        title="湖北省计划",
    )
    client = Client()
    client.force_login(province)
    lines: Any = client.get(at("plan", plan.pk)).context["lines"]
    assert [(line.name, line.issued, line.counties, line.sums.compounds) for line in lines] == [
        ("襄阳市", 0, 1, 0), ("荆州市", 1, 1, 1),
    ]  # fmt: skip


def test_whoever_sees_a_part_sees_no_sum_of_the_whole(cast: Cast, city: Any) -> None:
    plan = draw_up_plan(
        division=Division.objects.get(pk="4210"),
        user=city,
        kind=PlanKind.ANNUAL,
        first_year=2026,
        title="荆州市计划",
    )
    assert browser(cast, "bureau").get(at("plan", plan.pk)).status_code == 404
    submit_plan(plan=plan, user=city)
    boss = make_user(role=Role.BUREAU_MANAGER, division="4210")
    client = Client()
    client.force_login(boss)
    client.post(at("plan_approve", plan.pk))
    client.post(
        at("plan_issue", plan.pk), {"document_number": "荆住建〔2026〕1号", "issued_on": "2026-01-05"}
    )
    page = browser(cast, "bureau").get(at("plan", plan.pk))
    assert page.context["sees_whole"] is False
    assert not page.context["lines"]


def test_a_five_year_plan_beside_its_annual_plans(cast: Cast) -> None:
    one, two = make_pooled(cast), make_pooled(cast)
    plan = make_five_year(cast, one, two, year=2026)
    make_plan(cast, one)
    lines = browser(cast, "bureau").get(at("plan", plan.pk)).context["years"]
    assert [(line.year, line.planned.compounds) for line in lines][:2] == [(2026, 2), (2027, 0)]
    assert (lines[0].both, lines[0].only_here, lines[0].only_annual) == (1, 1, 0)
    assert lines[1].annual is None


# --- Paper ------------------------------------------------------------------------------


def test_the_table_leaves_as_shown_and_the_audit_knows(cast: Cast) -> None:
    compound = make_pooled(cast, "=小区")
    Compound.objects.filter(pk=compound.pk).update(household_count=120, floor_area="8000")
    plan = make_plan(cast, compound)
    PlanEntry.objects.update(household_count=120, estimated_investment=2_400_000)
    answer = browser(cast, "bureau").get(at("plan_sheet", plan.pk))
    rows = open_bytes(b"".join(answer.streaming_content)).read("").rows
    assert rows[0][:7] == ["序号", "区划", "街道（乡镇）", "小区名称", "小区编码", "楼栋数", "户数"]
    assert rows[1][:4] == ["1", "荆州区", "西城街道", "=小区"]
    assert "240" in rows[1]
    assert AuditEntry.objects.filter(action="plan.exported").exists()
    assert browser(cast, "liaison").get(at("plan_sheet", plan.pk)).status_code == 403


def test_documents_of_the_programme_with_versions(cast: Cast) -> None:
    plan = make_issued_plan(cast, make_pooled(cast))
    client = browser(cast, "bureau")

    sent = {"kind": "overall_scheme", "title": "总体方案", "file": picture()}
    assert client.post(at("plan_paper_add", plan.pk), sent).status_code == 302
    document = plan.documents.get()
    newer = {"note": "按专家意见修改", "file": picture()}
    assert client.post(at("plan_paper_version", plan.pk, document.pk), newer).status_code == 302
    page = text_of(browser(cast, "street").get(at("plan", plan.pk)))
    assert "总体方案" in page
    assert "按专家意见修改" in page
    version = document.versions.first()
    assert version
    paper = browser(cast, "street").get(at("plan_paper", plan.pk, version.pk))
    assert b"".join(paper.streaming_content).startswith(b"\xff\xd8")
    preview = browser(cast, "street").get(at("plan_paper_preview", plan.pk, version.pk), {"small": "1"})
    assert b"".join(preview.streaming_content).startswith(b"\xff\xd8")
    assert browser(cast, "stranger").get(at("plan_paper", plan.pk, version.pk)).status_code == 404
    assert browser(cast, "street").get(at("plan_paper_add", plan.pk)).status_code == 403


# --- On the board -----------------------------------------------------------------------


def test_a_submitted_plan_waits_for_a_colleague_not_for_oneself(cast: Cast) -> None:
    submit_plan(plan=make_plan(cast, make_pooled(cast)), user=cast.bureau)
    address = f"{at('plans')}?state=submitted"
    assert address in browser(cast, "bureau2").get(reverse("portal:overview")).content.decode()
    lines = browser(cast, "bureau").get(reverse("portal:overview")).content.decode()
    assert f'{address}"' not in lines or "0" in lines


def test_a_compounds_page_names_its_plans(cast: Cast) -> None:
    compound = make_pooled(cast)
    make_issued_plan(cast, compound)
    page = browser(cast, "bureau").get(reverse("compounds:detail", args=[compound.code]))
    assert "荆州区2026年度计划" in text_of(page)


@pytest.mark.parametrize("address", ["plans", "plan_actual", "catalogue", "timetable_template"])
def test_firms_see_no_plans(as_role: Callable[[str], Client], address: str) -> None:
    assert as_role("contractor").get(at(address)).status_code == 403
