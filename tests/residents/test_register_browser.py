"""The household register in Chromium: from the list to whose a door is, on a desk and on a phone."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from residents.models import RecordOpening
from tests.browser import SignedIn
from tests.cast import Cast
from tests.compounds.builders import make_compound
from tests.residents.builders import make_doors, make_owner
from tests.residents.register_pages import at

pytestmark = pytest.mark.browser

Axe = Callable[[Page], None]


def test_from_a_door_as_people_write_it_to_its_owner(
    committed_cast: Cast, signed_in: SignedIn, axe: Axe
) -> None:
    compound = make_compound(committed_cast, "砂石厂小区", household_count=9)
    doors = make_doors(
        committed_cast, compound, building="3号楼", staircases=2, exclusive_area=Decimal("61.5")
    )
    make_owner(committed_cast, doors[-1], "欧阳修远", phone="13812345678")
    page = signed_in("community", width=390)
    page.goto(at("households", compound.code))
    axe(page)
    page.get_by_placeholder("门牌：3号楼、3-2-501、501").fill("3-2-202")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="3号楼2单元202").click()
    expect(page.get_by_text("欧**")).to_be_visible()
    page.get_by_text("查看业主信息").click()
    page.get_by_label("就改造事宜联系业主").check()
    axe(page)
    page.get_by_role("button", name="查看", exact=True).click()
    expect(page.get_by_text("欧阳修远")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    axe(page)
    assert RecordOpening.objects.get().reason == "就改造事宜联系业主"
    page.get_by_role("link", name="更正或变更业主").click()
    axe(page)
    for name in ("household_grid", "household_figures"):
        page.goto(at(name, compound.code))
        axe(page)
