"""The path of somebody who is 75, in Chromium at 320 px: from the letter through every question to the receipt."""

from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from residents.actions.menus import publish_menu
from residents.models import Choice, Menu
from tests.browser import NewPage
from tests.cast import Cast
from tests.residents.home_screens import HEAVIEST, Axe, Weight, look
from tests.residents.letters_held import code_of
from tests.residents.menus import doors_of, make_menu, make_option

pytestmark = pytest.mark.browser


@pytest.fixture
def menu(committed_cast: Cast, site: str) -> Menu:
    """Open, with three questions; the first costs each of its four doors 100 yuan."""
    found = make_menu(committed_cast, published=False, items=[])
    make_option(
        committed_cast, found, "充电棚", "improve", 120_000, subsidy=Decimal(80_000), residents_pay=Decimal(400),
        share_rule="equal",
    )  # fmt: skip
    make_option(committed_cast, found, "健身器材", "improve", 50_000, place=1)
    make_option(committed_cast, found, "加装电梯", "upgrade", 300_000)
    return publish_menu(menu=found, user=committed_cast.bureau)


@pytest.fixture
def code(committed_cast: Cast, menu: Menu) -> str:
    return code_of(committed_cast, doors_of(menu)[0])


def to_the_first_question(page: Page, code: str) -> None:
    page.goto(f"/r/{code}")
    page.locator("main button.btn-primary").click()
    page.locator("section:has(#open) .btn").first.click()
    page.get_by_role("link", name="从第一项开始").click()


@pytest.mark.parametrize(("scripts", "large"), [(False, True), (True, False)])
def test_from_the_letter_to_the_receipt(
    code: str, menu: Menu, new_page: NewPage, axe: Axe, *, scripts: bool, large: bool
) -> None:
    page = new_page(width=320, height=640, javascript=scripts)
    checker = axe if scripts else None
    weight = Weight(page)
    page.goto(f"/r/{code}")
    if large:
        page.get_by_role("button", name="大字").click()
    page.locator("main button.btn-primary").click()
    page.locator("section:has(#open) .btn").first.click()
    look(page, checker, large=large)
    page.get_by_role("link", name="从第一项开始").click()
    # Nothing ticked: the question stays, and says so.
    page.locator("main form button").click()
    expect(page.locator(".error-box")).to_contain_text("请在三个回答里选一个")
    look(page, checker, large=large)
    expect(page.locator(".price")).to_contain_text("您家约出 100 元")
    for answer in ("想要", "不想要", "都可以"):
        weight.bytes = 0
        page.get_by_label(answer, exact=True).check()
        page.locator("main form button").click()
        assert weight.bytes < HEAVIEST
    # Everything stands there once more; nothing counts yet.
    expect(page.locator("h1")).to_have_text("核对您的选择")
    expect(page.locator(".bar")).to_contain_text("还没有提交")
    look(page, checker, large=large)
    assert not Choice.objects.exists()
    page.get_by_role("button", name="提交我的选择").click()
    expect(page.locator("h1")).to_contain_text("您的选择已提交")
    expect(page.locator(".bar")).to_have_count(0)
    look(page, checker, large=large)
    sent = Choice.objects.get(menu=menu)
    expect(page.locator(".number")).to_have_text(f"{sent.receipt[:4]} {sent.receipt[4:]}")
    page.get_by_role("link", name="好了，回到首页").click()
    expect(page.locator("section:has(#open)")).to_contain_text("已提交")


def test_two_taps_are_one_choice_and_the_way_back_sends_nothing_again(
    code: str, menu: Menu, new_page: NewPage
) -> None:
    page = new_page(width=390, height=844)
    to_the_first_question(page, code)
    for _question in range(3):
        page.get_by_label("想要", exact=True).check()
        page.locator("main form button").dblclick()
    page.get_by_role("button", name="提交我的选择").dblclick()
    expect(page.locator("h1")).to_contain_text("您的选择已提交")
    page.go_back()
    # The page is asked for anew, and knows that a choice is in: what is sent from here is a change of it.
    expect(page.get_by_role("button", name="提交修改")).to_be_visible()
    assert Choice.objects.filter(menu=menu).count() == 1


def test_without_a_network_nothing_is_lost_and_the_page_says_so(
    code: str, menu: Menu, new_page: NewPage
) -> None:
    page = new_page(width=320, height=640)
    to_the_first_question(page, code)
    for _question in range(3):
        page.get_by_label("想要", exact=True).check()
        page.locator("main form button").click()
    expect(page.locator("h1")).to_have_text("核对您的选择")
    # With its script, which the network still brought.
    page.wait_for_load_state("load")
    page.context.set_offline(True)
    page.wait_for_function("navigator.onLine === false")
    page.get_by_role("button", name="提交我的选择").click()
    expect(page.locator("[data-offline]")).to_contain_text("还没有提交")
    assert not Choice.objects.exists()
    page.context.set_offline(False)
    page.wait_for_function("navigator.onLine")
    expect(page.locator("[data-offline]")).to_be_hidden()
    page.get_by_role("button", name="提交我的选择").click()
    expect(page.locator("h1")).to_contain_text("您的选择已提交")
    assert Choice.objects.get(menu=menu).wanted


def test_an_answer_that_is_lost_on_the_way_back_is_there_when_the_button_is_pressed_again(
    code: str, menu: Menu, new_page: NewPage
) -> None:
    """The portal has it, the phone never heard so: pressing again shows the first receipt."""
    page = new_page(width=320, height=640)
    to_the_first_question(page, code)
    for _question in range(3):
        page.get_by_label("都可以", exact=True).check()
        page.locator("main form button").click()
    check = page.url

    def lose_the_answer(route: object) -> None:
        route.fetch(max_redirects=0)  # type: ignore[attr-defined]
        route.abort()  # type: ignore[attr-defined]

    fields = page.locator("form[data-online] input[type=hidden]")
    sent: dict[str, str | bool | float] = {
        str(fields.nth(place).get_attribute("name")): fields.nth(place).get_attribute("value") or ""
        for place in range(fields.count())
    }
    page.route(check, lose_the_answer, times=1)
    page.get_by_role("button", name="提交我的选择").click(no_wait_after=True)
    page.wait_for_timeout(500)
    assert Choice.objects.filter(menu=menu).count() == 1
    # The same form with the same key, as the browser sends it again after its error page.
    again = page.request.post(check, form=sent, headers={"Referer": check})
    assert again.ok
    assert again.url.endswith("/receipt/")
    assert Choice.objects.filter(menu=menu).count() == 1
