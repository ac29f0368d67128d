"""The shell and its lists in Chromium: axe, keyboard, no scripts, narrow windows, large print."""

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page, expect

from directory.models import SavedView
from jobs.actions import enqueue
from jobs.models import Job, JobState
from outbox.actions import tell
from tests.browser import NewPage, SignedIn
from tests.cast import WEST_STREET, Cast
from tests.compounds.builders import make_compound

pytestmark = pytest.mark.browser

Axe = Callable[[Page], None]
PAGES = (
    "/overview/",
    "/search/?q=小区",
    "/division/",
    "/jobs/",
    "/inbox/",
    "/compounds/",
    "/compounds/?filters=1",
    "/nothing/",
)


@pytest.fixture
def filled(committed_cast: Cast) -> Cast:
    """Compounds, a job and a message."""
    cast = committed_cast
    for number in range(4):
        make_compound(cast, f"测试{number}小区", household_count=100 + number)
    enqueue(kind="x", title="导入名册", user=cast.bureau)
    tell(recipient=cast.bureau, subject="调查已退回", text="请补充照片。", url="/overview/")
    return cast


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_page_breaks_the_accessibility_rules(
    signed_in: SignedIn, new_page: NewPage, filled: Cast, axe: Axe, language: str
) -> None:
    page = signed_in(language=language)
    for address in PAGES:
        page.goto(address)
        axe(page)
    page.goto("/compounds/")
    page.locator("tbody .pick input").first.check()
    axe(page)
    # An empty list, so that nothing lies half hidden beneath an open menu.
    page.goto("/compounds/?q=nothing")
    for menu in page.locator("details.menu").all():
        menu.locator("summary").first.click()
        axe(page)
        page.keyboard.press("Escape")
    outside = new_page(language=language)
    outside.goto("/")
    axe(outside)


# 320 px, a phone, 200 % zoom of a desktop, a desktop.
WINDOWS = [(320, 640), (390, 844), (720, 450), (1440, 900)]


@pytest.mark.parametrize("first", [WINDOWS[0], WINDOWS[-1]])
def test_nothing_is_wider_than_the_window(
    signed_in: SignedIn, site: str, filled: Cast, first: tuple[int, int]
) -> None:
    """In usual and in large print, whether the window was opened narrow or wide."""
    page = signed_in(width=first[0], height=first[1])
    for large in ("0", "1"):
        page.context.add_cookies([{"name": "large_print", "value": large, "url": site}])
        for address in ("/", *PAGES):
            page.set_viewport_size({"width": first[0], "height": first[1]})
            page.goto(address)
            for width, height in WINDOWS if first == WINDOWS[0] else WINDOWS[::-1]:
                page.set_viewport_size({"width": width, "height": height})
                assert overflow(page) <= 0, (address, large, width)


def test_phone_pages_keep_the_accessibility_rules(signed_in: SignedIn, filled: Cast, axe: Axe) -> None:
    page = signed_in(width=390, height=844)
    for address in PAGES:
        page.goto(address)
        axe(page)


def test_the_rail_is_a_drawer_on_a_phone_without_scripts(signed_in: SignedIn, filled: Cast) -> None:
    page = signed_in(width=390, height=844, javascript=False)
    page.goto("/overview/")
    rail = page.get_by_role("navigation", name="主菜单")
    expect(rail).to_be_hidden()
    page.get_by_role("checkbox", name="打开菜单").focus()
    page.keyboard.press("Space")
    expect(rail).to_be_visible()
    rail.get_by_role("link", name="小区", exact=True).click()
    expect(page).to_have_url("/compounds/")


def test_ctrl_k_searches_and_the_arrows_walk_through_what_was_found(
    signed_in: SignedIn, filled: Cast
) -> None:
    page = signed_in()
    page.goto("/overview/")
    page.keyboard.press("Control+k")
    page.keyboard.type("cs1")
    hit = page.locator(".finder-hits").get_by_role("link", name="测试1小区")
    expect(hit).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(hit).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("测试1小区")


def test_the_search_works_without_scripts(signed_in: SignedIn, filled: Cast) -> None:
    page = signed_in(javascript=False)
    page.goto("/overview/")
    page.get_by_label("搜索", exact=True).fill("测试2")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="测试2小区")).to_be_visible()


def test_the_division_is_chosen_from_the_top_bar(signed_in: SignedIn, filled: Cast) -> None:
    page = signed_in()
    page.goto("/compounds/")
    page.locator(".division > summary").click()
    page.locator(".division").get_by_role("button", name="东城街道").click()
    expect(page.locator(".division > summary")).to_contain_text("东城街道")
    expect(page.locator(".empty")).to_be_visible()
    page.locator(".division > summary").click()
    page.locator(".division").get_by_role("button", name="全部辖区").click()
    expect(page.locator(".list-sum strong").first).to_have_text("4")


def test_the_division_is_chosen_without_scripts(signed_in: SignedIn, filled: Cast) -> None:
    page = signed_in(javascript=False)
    page.goto("/compounds/")
    page.locator(".division > summary").click()
    page.locator(".division").get_by_role("link", name="选择辖区").click()
    page.locator(f'button[value="{WEST_STREET}"]').click()
    expect(page).to_have_url("/compounds/")
    expect(page.locator(".division > summary")).to_contain_text("西城街道")


def test_a_list_sorts_filters_and_keeps_its_address(signed_in: SignedIn, filled: Cast) -> None:
    page = signed_in()
    page.goto("/compounds/")
    first = page.locator("tbody th").first
    page.get_by_role("columnheader", name="户数").get_by_role("link").click()
    expect(page).to_have_url("/compounds/?sort=households")
    page.get_by_role("columnheader", name="户数").get_by_role("link").click()
    expect(first).to_have_text("测试3小区")
    expect(page).to_have_url("/compounds/?sort=-households")
    page.locator("#list-typed").fill("测试2")
    expect(page.locator(".list-sum strong").first).to_have_text("1")
    assert "q=" in page.url
    page.go_back()
    expect(page.locator(".list-sum strong").first).to_have_text("4")
    page.get_by_role("link", name="筛选").click()
    page.locator(".filter-panel").get_by_label("户数自").fill("102")
    page.locator(".filter-panel").get_by_role("button", name="筛选").click()
    expect(page.locator(".list-sum strong").first).to_have_text("2")
    page.locator(".chip a").click()
    expect(page.locator(".list-sum strong").first).to_have_text("4")


def test_a_view_is_kept_as_a_tab(signed_in: SignedIn, filled: Cast) -> None:
    page = signed_in()
    page.goto("/compounds/?sort=-households")
    page.get_by_text("保存为视图").click()
    page.get_by_label("视图名称").fill("按户数")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator(".list-bar .tabs [aria-current]")).to_have_text("按户数")
    assert SavedView.objects.get().query == "sort=-households"


def test_ticked_rows_open_the_bar_of_actions(signed_in: SignedIn, filled: Cast) -> None:
    page = signed_in()
    page.goto("/compounds/")
    bar = page.locator(".bulk")
    expect(bar).to_be_hidden()
    boxes = page.locator("tbody .pick input")
    boxes.nth(0).check()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(bar).to_contain_text("已选 3 行")
    page.get_by_label("选择本页全部行").check()
    expect(bar).to_contain_text("已选 4 行")
    bar.get_by_role("checkbox").check()
    expect(bar).to_contain_text("已选全部")


def test_the_bar_of_actions_is_there_without_scripts(signed_in: SignedIn, filled: Cast) -> None:
    page = signed_in(javascript=False)
    page.goto("/compounds/")
    expect(page.locator(".bulk")).to_be_visible()


def test_a_job_moves_by_itself(signed_in: SignedIn, filled: Cast) -> None:
    page = signed_in()
    job = Job.objects.get()
    page.goto(f"/jobs/{job.pk}/")
    expect(page.locator(".job")).to_contain_text("排队中")
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, done=5, total=10)
    expect(page.locator(".job")).to_contain_text("50 %")
    page.get_by_role("button", name="取消任务").click()
    expect(page.locator(".messages")).to_contain_text("任务将在下一步停止")


def test_menus_close_by_escape_and_by_a_click_elsewhere(signed_in: SignedIn, filled: Cast) -> None:
    page = signed_in()
    page.goto("/overview/")
    menu = page.locator(".top-tools details.menu")
    menu.locator("summary").click()
    expect(menu.locator(".menu-body")).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu.locator(".menu-body")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()
    menu.locator("summary").click()
    page.locator("h1").click()
    expect(menu.locator(".menu-body")).to_be_hidden()


def test_a_keyboard_reaches_the_content_first(signed_in: SignedIn, filled: Cast) -> None:
    page = signed_in()
    page.goto("/compounds/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_an_ended_session_leads_to_the_sign_in_page_not_into_a_fragment(
    signed_in: SignedIn, filled: Cast
) -> None:
    page = signed_in()
    page.goto("/compounds/")
    page.context.clear_cookies()
    page.get_by_role("columnheader", name="户数").get_by_role("link").click()
    expect(page).to_have_url(re.compile(re.escape(reverse(settings.LOGIN_URL))))
