"""Choosing past a more urgent compound is said before sending; a plan's way on a phone; everybody's eyes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from projects.models import Plan, PlanState
from tests.browser import NewPage
from tests.cast import Cast
from tests.compounds.builders import make_pooled
from tests.compounds.pages import sign_in
from tests.projects.builders import make_plan

pytestmark = pytest.mark.browser


@pytest.fixture
def plan(committed_cast: Cast) -> Plan:
    make_pooled(committed_cast, "急小区", score=4)
    make_pooled(committed_cast, "缓小区", score=2)
    return make_plan(committed_cast)


def test_whoever_is_passed_is_named_while_one_ticks(
    page: Page, committed_cast: Cast, site: str, plan: Plan
) -> None:
    sign_in(page, committed_cast, "bureau", site).goto(f"/plans/{plan.pk}/choose/")
    notice = page.locator("[data-jump]")
    expect(notice).to_be_hidden()
    page.get_by_label("缓小区").check()
    expect(notice).to_contain_text("急小区")
    page.get_by_label("急小区").check()
    expect(notice).to_be_hidden()
    page.get_by_role("button", name="列入计划").click()
    expect(page.locator(".message.success")).to_be_visible()
    assert plan.entries.count() == 2


def test_on_a_phone_without_scripts_from_the_pool_to_the_issued_plan(
    new_page: NewPage, committed_cast: Cast, site: str, plan: Plan
) -> None:
    mine = sign_in(new_page(width=390, javascript=False), committed_cast, "bureau", site)
    theirs = sign_in(new_page(width=390, javascript=False), committed_cast, "bureau2", site)
    mine.goto(f"/plans/{plan.pk}/")
    mine.locator("[name=count]").fill("1")
    mine.get_by_role("button", name="列入", exact=True).click()
    expect(mine.locator(".plan-entries")).to_contain_text("急小区")
    mine.locator("details.confirm summary", has_text="提交").click()
    mine.locator("details[open] .btn-danger").click()
    theirs.goto(f"/plans/{plan.pk}/")
    theirs.locator("details.confirm summary", has_text="批准").click()
    theirs.locator("details[open] .btn-danger").click()
    theirs.get_by_role("link", name="下达", exact=True).click()
    expect(theirs.locator("main")).to_contain_text("1 个项目启动")
    theirs.locator("[name=document_number]").fill("荆区住建〔2026〕12号")
    theirs.get_by_role("button", name="下达计划").click()
    expect(theirs.locator(".message.success")).to_be_visible()
    plan.refresh_from_db()
    assert plan.state == PlanState.ISSUED


@pytest.mark.parametrize("width", [1440, 390])
def test_everybody_can_read_it(
    new_page: NewPage, committed_cast: Cast, site: str, plan: Plan, axe: Callable[[Page], None], width: int
) -> None:
    page = sign_in(new_page(width=width), committed_cast, "bureau", site)
    for path in (f"{plan.pk}/", f"{plan.pk}/choose/", f"{plan.pk}/figures/", "actual/", "new/"):
        page.goto(f"/plans/{path}")
        axe(page)
    for path in ("", "timetable/new/", "items/B01/publish/", "items/B01/"):
        page.goto(f"/catalogue/{path}")
        axe(page)
