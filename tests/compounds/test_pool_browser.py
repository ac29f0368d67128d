"""The board by mouse, by keyboard and without scripts; the formula while it is typed; everybody's eyes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from compounds.actions.pool import move_to_batch, set_place
from compounds.models import Batch, Compound, UrgencyFormula
from tests.browser import NewPage, at_both_widths
from tests.cast import Cast
from tests.compounds.builders import current_entry, make_compound, make_pooled
from tests.compounds.pages import sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def pool(committed_cast: Cast) -> list[Compound]:
    """Two in reserve, the more urgent first."""
    return [
        make_pooled(committed_cast, "严重小区", score=4),
        make_pooled(committed_cast, "轻微小区", score=2),
    ]


def test_ticks_open_the_bar_and_the_most_urgent_moves(
    page: Page, committed_cast: Cast, site: str, pool: list[Compound]
) -> None:
    sign_in(page, committed_cast, "bureau", site).goto("/pool/")
    expect(page.locator("[data-pool-bar]")).to_be_hidden()
    page.get_by_label("选择严重小区").check()
    expect(page.locator("[data-pool-count]")).to_have_text("已选 1 个")
    page.locator("#pool-batch").select_option("preparing")
    page.get_by_role("button", name="调整", exact=True).click()
    expect(page.locator(".message.success")).to_be_visible()
    expect(page.locator("[data-batch=preparing]")).to_contain_text("严重小区")
    assert current_entry(pool[0]).batch == Batch.PREPARING


def test_a_refusal_asks_for_the_reason_and_goes_on_by_keyboard(
    page: Page, committed_cast: Cast, site: str, pool: list[Compound]
) -> None:
    sign_in(page, committed_cast, "bureau", site).goto("/pool/")
    page.get_by_label("选择轻微小区").focus()
    page.keyboard.press("Space")
    page.locator("#pool-batch").select_option("preparing")
    page.locator("#pool-reason").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".form-errors")).to_contain_text("严重小区")
    page.locator("[name=reason]").fill("与管网改造同步")
    page.keyboard.press("Enter")
    expect(page.locator(".message.success")).to_be_visible()
    assert current_entry(pool[1]).reason == "与管网改造同步"


def test_a_card_is_dragged_to_another_column(
    page: Page, committed_cast: Cast, site: str, pool: list[Compound]
) -> None:
    sign_in(page, committed_cast, "bureau", site).goto("/pool/")
    card = page.locator("[data-pool-card]", has_text="严重小区")
    card.drag_to(page.locator("[data-batch=preparing]"))
    expect(page.locator(".message.success")).to_be_visible()
    assert current_entry(pool[0]).batch == Batch.PREPARING


def test_the_board_works_without_scripts(
    new_page: NewPage, committed_cast: Cast, site: str, pool: list[Compound]
) -> None:
    page = sign_in(new_page(width=390, javascript=False), committed_cast, "bureau", site)
    page.goto("/pool/")
    page.get_by_label("选择严重小区").check()
    page.locator("#pool-batch").select_option("out")
    page.locator("#pool-reason").fill("列入征收范围")
    page.get_by_role("button", name="调整", exact=True).click()
    expect(page.locator(".message.success")).to_be_visible()
    page.locator(".pool-out summary").click()
    page.get_by_role("link", name="查看名单").click()
    expect(page.get_by_text("列入征收范围")).to_be_visible()
    assert current_entry(pool[0]).batch == Batch.OUT


def test_more_cards_come_into_the_column(page: Page, committed_cast: Cast, site: str) -> None:
    compounds = [make_compound(committed_cast) for _each in range(64)]
    move_to_batch(compounds=compounds, batch=Batch.RESERVE, user=committed_cast.bureau, reason="历史项目")
    sign_in(page, committed_cast, "bureau", site).goto("/pool/")
    cards = page.locator("[data-batch=reserve] .pool-card")
    expect(cards).to_have_count(30)
    page.get_by_role("link", name="更多").click()
    expect(cards).to_have_count(60)
    page.get_by_role("link", name="更多").click()
    expect(cards).to_have_count(64)
    expect(page.get_by_role("link", name="更多")).to_have_count(0)
    assert page.locator(".pool-place").all_inner_texts() == [str(place) for place in range(1, 65)]


def test_who_left_is_shown_when_asked_for(
    page: Page, committed_cast: Cast, site: str, pool: list[Compound]
) -> None:
    move_to_batch(compounds=[pool[0]], batch=Batch.OUT, user=committed_cast.bureau, reason="列入征收范围")
    sign_in(page, committed_cast, "bureau", site).goto("/pool/")
    page.locator(".pool-out summary").click()
    expect(page.locator(".pool-out .pool-card")).to_contain_text("列入征收范围")


def test_the_formula_adds_up_while_it_is_typed_and_is_published(
    page: Page, committed_cast: Cast, site: str, pool: list[Compound]
) -> None:
    sign_in(page, committed_cast, "bureau", site).goto("/rules/urgency/new/")
    expect(page.locator("[data-sum]")).to_have_text("100")
    today = str(Compound.objects.get(pk=pool[0].pk).urgency_score.score)
    expect(page.locator("[data-example]")).to_have_text(today)
    page.get_by_label("管网").fill("108")
    page.get_by_label("管网").fill("58")
    expect(page.locator("[data-sum]")).to_have_text("150")
    page.get_by_label("依据").fill("荆建〔2025〕7 号")
    page.get_by_role("button", name="查看影响").click()
    expect(page.locator("#effect")).to_contain_text("严重小区")
    page.get_by_role("button", name="发布此版本").click()
    expect(page.locator(".message.success")).to_be_visible()
    assert UrgencyFormula.objects.get(division="421003").weights["pipes"] == 58


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_for_everybodys_eyes(
    new_page: NewPage, committed_cast: Cast, site: str, axe: Callable[[Page], None], language: str, pool: list[Compound]
) -> None:  # fmt: skip
    first, second = pool
    set_place(compound=second, user=committed_cast.bureau, rank=1, reason="与道路改造同步")
    gone = make_pooled(committed_cast, "拆除小区")
    move_to_batch(compounds=[gone], batch=Batch.OUT, user=committed_cast.bureau, reason="列入征收范围")
    page = sign_in(new_page(language=language), committed_cast, "bureau", site)
    for url in (
        "/pool/",
        "/pool/list/",
        f"/pool/move/?pick={first.pk}&pick={second.pk}",
        f"/pool/place/{second.code}/",
        f"/compounds/{second.code}/pool/",
        "/rules/",
        "/rules/urgency/new/",
        "/rules/eligibility/new/",
        f"/rules/urgency/{UrgencyFormula.objects.get(division=None).pk}/",
    ):
        page.goto(url)
        for _width in at_both_widths(page):
            axe(page)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), url
    page.goto("/rules/eligibility/new/")
    page.locator("[name=built_before]").fill("1980")
    page.locator("[name=basis]").fill("荆建〔2025〕8 号")
    page.locator("[name=preview]").click()
    expect(page.locator("#effect")).to_be_visible()
    for _width in at_both_widths(page):
        # What the bar on top happens to cover half is no small target.
        page.evaluate("scrollTo(0, 0)")
        axe(page)
