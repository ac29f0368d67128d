"""Questionnaires in Chromium: answered at 320 px with and without scripts, drawn up and read in the office; axe on all pages."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from residents.models import Response
from tests.browser import NewPage, SignedIn
from tests.cast import Cast
from tests.residents.asking import answer, closed_and_finished, doors_of, make_questionnaire
from tests.residents.letters_held import code_of
from tests.residents.test_home_browser import look

pytestmark = pytest.mark.browser

Axe = Callable[[Page], None]


@pytest.mark.parametrize(("scripts", "large"), [(True, True), (False, False)])
def test_somebody_of_75_answers_at_320_px(
    committed_cast: Cast, new_page: NewPage, axe: Axe, *, scripts: bool, large: bool
) -> None:
    questionnaire = make_questionnaire(committed_cast)
    page = new_page(width=320, height=640, javascript=scripts)
    checker = axe if scripts else None
    page.goto(f"/r/{code_of(committed_cast, doors_of(questionnaire)[0])}")
    if large:
        page.get_by_role("button", name="大字").click()
    page.locator("main button.btn-primary").click()
    page.get_by_role("link", name="开始填写").click()
    look(page, checker, large=large)
    page.get_by_role("link", name="从第一题开始").click()
    # Nothing is ticked before somebody has looked; what must be answered is said in the same words twice.
    expect(page.locator("input:checked")).to_have_count(0)
    page.get_by_role("button", name="下一题").click()
    expect(page.get_by_text("请回答这一题。")).to_have_count(2)
    look(page, checker, large=large)
    page.get_by_text("想装", exact=True).click()
    page.get_by_role("button", name="下一题").dblclick()
    for word in ("路灯", "停车"):
        page.get_by_text(word).click()
    look(page, checker, large=large)
    page.get_by_role("button", name="下一题").click()
    expect(page.locator("input:checked")).to_have_count(0)
    look(page, checker, large=large)
    page.get_by_text("5（最高）").click()
    page.get_by_role("button", name="下一题").click()
    # Back as the phone has it: the answer stands there.
    page.go_back()
    expect(page.locator("input:checked")).to_have_value("5")
    page.go_forward()
    page.locator("#id_answer").fill("三口")
    page.get_by_role("button", name="下一题").click()
    expect(page.locator("#id_answer")).to_have_value("三口")
    page.locator("#id_answer").fill("3")
    page.get_by_role("button", name="下一题").click()
    page.locator("#id_answer").fill("楼道太暗")
    page.get_by_role("button", name="核对我的答案").click()
    expect(page.locator(".bar")).to_contain_text("已答 5 题")
    look(page, checker, large=large)
    page.get_by_role("button", name="提交我的答案").dblclick()
    expect(page.locator("h1")).to_contain_text("问卷已提交")
    look(page, checker, large=large)
    assert list(Response.objects.get().answers.values()) == [0, [0, 2], 5, 3, "楼道太暗"]


def test_anybody_and_the_results_pass_axe(committed_cast: Cast, new_page: NewPage, axe: Axe) -> None:
    cast = committed_cast
    open_one = make_questionnaire(cast, is_per_household=False)
    page = new_page(width=320, height=640)
    page.goto(f"/r/ask/{open_one.public_code}/")
    look(page, axe, large=False)
    closing = timezone.now() + timedelta(seconds=3)
    closed = make_questionnaire(cast, doors=7, closes_at=closing, is_per_household=True)
    for door in doors_of(closed)[:6]:
        answer(closed, door)
    page.goto(f"/r/{code_of(cast, doors_of(closed)[0])}")
    page.locator("main button.btn-primary").click()
    expect(page.locator("h1")).to_contain_text(closed.compound.name)
    closed_and_finished(cast, closed)
    page.goto(f"/r/survey/{closed.pk}/result/")
    look(page, axe, large=False)


@pytest.mark.parametrize("width", [1440, 390])
def test_the_office_draws_up_enters_and_reads(
    committed_cast: Cast, signed_in: SignedIn, axe: Axe, width: int
) -> None:
    cast = committed_cast
    running, draft = make_questionnaire(cast, doors=8), make_questionnaire(cast, published=False)
    for door in doors_of(running)[:6]:
        answer(running, door)
    page = signed_in("bureau", width=width)
    base = f"/residents/questionnaires/{draft.pk}/"
    page.goto(base)
    axe(page)
    page.get_by_role("link", name="添加题目").click()
    # The kind decides which fields there are.
    expect(page.get_by_label("选项")).to_be_visible()
    page.get_by_label("文字", exact=True).check()
    expect(page.get_by_label("选项")).to_be_hidden()
    axe(page)
    page.get_by_label("题目").fill("还差什么？")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator(".questions > li")).to_have_count(6)
    running_at = f"/residents/questionnaires/{running.pk}/"
    for rest in ("", "results/", "missing/", f"desk/{doors_of(running)[-1].pk}/", "history/"):
        page.goto(running_at + rest)
        if rest == "results/":
            expect(page.locator(".result-chart canvas").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, rest
        axe(page)
