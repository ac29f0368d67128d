"""An import in Chromium: the whole way with a real worker, axe on every page, narrow windows, no scripts."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from compounds.models import Compound
from imports.models import ImportRun
from tests.browser import SignedIn, at_both_widths
from tests.cast import SHENGLI, Cast
from tests.compounds.builders import make_compound
from tests.compounds.rosters import imported, previewed, roster
from tests.spreadsheets import csv_bytes

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("worker")]

Axe = Callable[[Page], None]


def workbook(content: bytes, name: str = "荆州区小区花名册.xlsx") -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def mixed(cast: Cast) -> bytes:
    """New, changed, unchanged, wrong and doubted rows."""
    make_compound(cast, "古建小区", household_count=300, address="西门路20号")
    make_compound(cast, "朔二小区", household_count=96)
    return roster(
        ["砂石厂小区", SHENGLI, "西门路18号", "1987年建成", "320户", "12栋", 38600],
        ["古建小区", SHENGLI, "西门路20号", "", "312户", "", ""],
        ["朔二小区", SHENGLI, "", "", "96", "", ""],
        ["幸福小区", "不存在社区", "", "很久以前", "-3", "", ""],
        ["合计", "", "", "", 731],
        ["广场小区", SHENGLI, "", "80年代", "6332户", "3031栋", "3.2万㎡"],
    )


def shot(page: Page, name: str) -> None:
    """For whoever wants to look: SCREENSHOTS=folder keeps a picture of each page."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_of_an_import_is_accessible_and_fits(
    signed_in: SignedIn, committed_cast: Cast, axe: Axe, language: str
) -> None:
    page = signed_in(language=language)
    content = mixed(committed_cast)
    preview = previewed(content, committed_cast.bureau)
    written = imported(roster(["甲小区", SHENGLI], [SHENGLI]), committed_cast.bureau, leave_out_wrong=True)
    portal = previewed(
        csv_bytes([["小区名称", "商圈"], ["乙小区", "西门"], ["丙小区", "东门"]]), committed_cast.bureau, name="portal.csv",
        community_heading="商圈",
    )  # fmt: skip
    addresses = {
        "list": "/imports/", "upload": "/imports/new/compounds/", "columns": f"/imports/{preview.pk}/columns/",
        "values": f"/imports/{portal.pk}/values/", "preview-wrong": f"/imports/{preview.pk}/",
        "preview-all": f"/imports/{preview.pk}/?verdict=all",
        "preview-reason": f"/imports/{preview.pk}/?verdict=wrong&reason=not_a_compound", "result": f"/imports/{written.pk}/",
    }  # fmt: skip
    for name, address in addresses.items():
        page.goto(address)
        for width in at_both_widths(page):
            shot(page, f"import-{name}-{language}-{width}")
            axe(page)
            wide = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide <= 0, address
    page.goto(addresses["preview-wrong"])
    reason = page.locator(".import-rows .import-problem").first
    for width in at_both_widths(page):
        box = reason.bounding_box()
        assert reason.is_visible()
        assert box is not None
        assert 0 <= box["x"] < box["x"] + box["width"] <= width
        sideways = page.locator(".import-rows").evaluate("box => box.scrollWidth - box.clientWidth")
        assert sideways <= 0 or width > 640


def test_a_roster_is_imported_with_a_moving_bar_and_without_reloading(
    signed_in: SignedIn, committed_cast: Cast
) -> None:
    page = signed_in()
    page.goto("/compounds/")
    page.get_by_role("link", name="导入", exact=True).click()
    page.locator("input[type=file]").set_input_files(workbook(mixed(committed_cast)))
    page.get_by_role("button", name="上传并继续").click()
    page.get_by_role("button", name="继续").click()
    expect(page.locator("h1")).to_have_text("预览", timeout=60_000)
    expect(page.locator(".import-rows")).to_contain_text("没有名为“不存在社区”的社区")
    page.get_by_role("button", name="确认写入").click()
    expect(page.locator(".form-errors")).to_contain_text("有 2 行有误")
    page.get_by_label("不导入有误的行").check()
    page.get_by_label("导入事由").fill("荆建函〔2025〕3号")
    page.get_by_role("button", name="确认写入").click()
    expect(page.locator(".notice-box.ok")).to_contain_text("新增 2 条", timeout=60_000)
    assert Compound.objects.count() == 4


def test_it_works_without_scripts(signed_in: SignedIn, committed_cast: Cast) -> None:
    page = signed_in(javascript=False)
    page.goto("/imports/new/compounds/")
    page.locator("input[type=file]").set_input_files(workbook(roster(["甲小区", SHENGLI])))
    page.get_by_role("button", name="上传并继续").click()
    page.get_by_role("button", name="继续").click()
    for _ in range(60):
        if page.locator("h1").text_content() == "预览":
            break
        page.wait_for_timeout(500)
        page.reload()
    page.get_by_role("button", name="确认写入").click()
    for _ in range(60):
        if page.locator(".notice-box.ok").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.locator(".notice-box.ok")).to_contain_text("新增 1 条")
    assert ImportRun.objects.get().state == "written"
