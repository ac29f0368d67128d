"""The register in Chromium: from the list to a compound and its form, the map, two people at once, the phone."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Dialog, Page, expect

from compounds.actions.names import assign_cluster
from compounds.actions.pool import move_to_batch
from compounds.actions.register import update_compound
from compounds.models import Batch, Compound
from tests.browser import SignedIn
from tests.cast import Cast
from tests.compounds.builders import make_building, make_compound, make_survey

pytestmark = pytest.mark.browser

Axe = Callable[[Page], None]


def at(name: str, *args: str) -> str:
    return reverse(f"compounds:{name}", args=args)


@pytest.fixture
def compound(committed_cast: Cast) -> Compound:
    """A compound with everything: position, buildings, survey, a place in the pool; and two neighbours."""
    cast = committed_cast
    place: dict[str, Any] = {"longitude": Decimal("112.19"), "latitude": Decimal("30.35")}
    full = make_compound(
        cast,
        "砂石厂小区",
        built_year=1985,
        household_count=80,
        building_count=2,
        former_names=["砂石厂宿舍"],
        **place,
    )
    make_building(cast, full, "1号楼", household_count=36, floors=6)
    make_building(cast, full, "2号楼", household_count=36, floors=6)
    make_survey(cast, full, score=3, pipes=4)
    move_to_batch(compounds=[full], batch=Batch.RESERVE, user=cast.bureau)
    near = make_compound(cast, "棉纺小区", longitude=Decimal("112.1905"), latitude=Decimal("30.3503"))
    make_compound(cast, "古建小区", longitude=Decimal("112.25"), latitude=Decimal("30.40"))
    assign_cluster(compounds=[full, near], name="古城片区", user=cast.bureau)
    return full


def test_from_the_list_to_a_compound_to_its_form(signed_in: SignedIn, compound: Compound) -> None:
    page = signed_in()
    page.goto(at("list"))
    page.get_by_placeholder("名称、拼音、地址或编号").fill("ssc")
    expect(page.locator("tbody tr")).to_have_count(1)
    assert "q=ssc" in page.url
    page.get_by_role("link", name="砂石厂小区").click()
    expect(page.get_by_role("heading", name="砂石厂小区", level=1)).to_be_visible()
    page.get_by_role("link", name="编辑").click()
    page.get_by_label("户数").fill("96")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存。")).to_be_visible()
    page.get_by_role("link", name="变更历史").click()
    expect(page.get_by_text("基本信息变更").first).to_be_visible()
    expect(page.locator("dl.diff").first).to_contain_text("96")


def test_a_cluster_is_changed_in_the_list(signed_in: SignedIn, compound: Compound) -> None:
    page = signed_in()
    page.goto(f"{at('list')}?q=ssc")
    row = page.get_by_role("row", name="砂石厂小区")
    row.hover()
    row.get_by_role("button", name="修改片区").click()
    box = row.get_by_role("textbox", name="修改片区")
    expect(box).to_have_value("古城片区")
    box.fill("东门片区")
    box.press("Enter")
    expect(row.locator("[data-cell=cluster]")).to_have_text("东门片区")
    compound.refresh_from_db()
    assert str(compound.cluster) == "东门片区"


def test_the_picker_finds_a_community_by_pinyin_and_by_keyboard(
    signed_in: SignedIn, compound: Compound
) -> None:
    page = signed_in()
    page.goto(at("create"))
    page.locator("#id_name").fill("新小区")
    box = page.get_by_role("combobox", name="社区")
    box.fill("msj")
    expect(page.locator(".picker-list [role=option]")).to_have_text(["民生街社区居民委员会"])
    box.fill("shengj")
    expect(page.locator(".picker-list [role=option]")).to_have_text(["民生街社区居民委员会"])
    box.press("Enter")
    expect(box).to_have_value("民生街社区居民委员会")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="新小区", level=1)).to_be_visible()
    assert Compound.objects.get(name="新小区").community.name == "民生街社区居民委员会"


def test_leaving_with_changes_is_asked_about(signed_in: SignedIn, compound: Compound) -> None:
    page = signed_in()
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.goto(at("edit", compound.code))
    page.get_by_label("备注").fill("改动")
    page.get_by_role("link", name="取消").click()
    expect(page).to_have_url(re.compile(compound.get_absolute_url() + "$"))
    assert asked == ["beforeunload"]


def test_the_second_of_two_editors_sees_what_changed(
    signed_in: SignedIn, committed_cast: Cast, compound: Compound
) -> None:
    page = signed_in()
    page.goto(at("edit", compound.code))
    update_compound(compound=compound, user=committed_cast.bureau2, household_count=90, address="荆南路1号")
    page.get_by_label("户数").fill("96")
    page.get_by_role("button", name="保存").click()
    conflict = page.locator("#conflict")
    expect(conflict).to_contain_text("90")
    expect(conflict).to_contain_text("96")
    expect(conflict).to_contain_text("已采用对方的修改：地址。")
    page.get_by_role("button", name="以我的内容保存").click()
    expect(page.get_by_text("已保存。")).to_be_visible()
    compound.refresh_from_db()
    assert (compound.household_count, compound.address) == (96, "荆南路1号")


def test_a_click_on_the_form_s_map_types_the_position(signed_in: SignedIn, compound: Compound) -> None:
    page = signed_in()
    page.goto(at("edit", compound.code))
    expect(page.locator(".map-here")).to_have_count(1)
    page.locator("[data-position-map]").click(position={"x": 60, "y": 200})
    expect(page.get_by_label("经度")).not_to_have_value("112.190000")
    assert float(page.get_by_label("经度").input_value()) < 112.19


# --- The map ----------------------------------------------------------------------------


def test_points_cluster_and_tell_what_they_are(signed_in: SignedIn, compound: Compound) -> None:
    page = signed_in()
    page.goto(at("map"))
    drawn = page.locator("[data-map]")
    expect(drawn).to_have_attribute("data-ready", "3")
    expect(page.locator(".map-cluster")).to_have_count(1)
    expect(page.locator(".map-label")).to_have_text(["西城街道"])
    page.get_by_role("button", name="古建小区").click()
    popup = page.locator(".leaflet-popup")
    expect(popup).to_contain_text("古建小区")
    expect(popup).to_contain_text("未入库")
    popup.get_by_role("link", name="查看").click()
    expect(page.get_by_role("heading", name="古建小区", level=1)).to_be_visible()


def test_the_map_s_filter_draws_what_it_finds(signed_in: SignedIn, compound: Compound) -> None:
    page = signed_in()
    page.goto(f"{at('map')}?batch=reserve")
    expect(page.locator("[data-map]")).to_have_attribute("data-ready", "1")
    expect(page.locator(".map-point .point-reserve")).to_have_count(1)
    page.get_by_label("在地图上搜索").fill("nothing")
    page.get_by_label("在地图上搜索").press("Enter")
    expect(page.locator("[data-map-notice]")).to_have_text("筛选出的小区均未标注位置。")


def test_without_scripts_there_is_the_table(signed_in: SignedIn, compound: Compound) -> None:
    page = signed_in(javascript=False)
    page.goto(at("map"))
    assert not page.locator("[data-map-frame]").is_visible()
    assert page.get_by_role("row", name="西城街道").is_visible()
    page.goto(at("edit", compound.code))
    page.locator("#id_community").select_option(label="民主街社区居民委员会")
    page.get_by_role("button", name="保存").click()
    compound.refresh_from_db()
    assert compound.community.name == "民主街社区居民委员会"


# --- Every page, both languages, both widths -----------------------------------------------


def addresses(compound: Compound) -> list[str]:
    of_compound = ("detail", "buildings", "building_add", "history", "edit", "merge", "split")
    return [
        at("list"),
        f"{at('list')}?filters=1&batch=reserve",
        at("map"),
        at("create"),
        *(at(name, compound.code) for name in of_compound),
    ]


@pytest.mark.parametrize(("language", "width"), [("zh-hans", 1440), ("en", 390)])
def test_every_page_is_accessible_and_fits_the_window(
    signed_in: SignedIn, compound: Compound, axe: Axe, language: str, width: int
) -> None:
    page = signed_in(language=language, width=width)
    for address in addresses(compound):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        axe(page)
        overflow = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, f"{address} is {overflow} px too wide"


def test_a_refused_form_is_accessible(signed_in: SignedIn, compound: Compound, axe: Axe) -> None:
    page = signed_in(width=390)
    page.goto(at("building_add", compound.code))
    page.get_by_label("楼号").fill("一栋")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("1号楼")
    axe(page)
