"""From the plan to a project and through its first stages, in Chromium: on the desktop, on a phone, two at once."""

from collections.abc import Callable
from typing import Any, Protocol

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from projects.actions.stages import pass_as_not_required
from projects.models import Project, Stage
from tests.browser import NewPage
from tests.cast import Cast
from tests.files.documents import pdf
from tests.projects.builders import make_document, make_project, make_unplanned_project
from tests.projects.pages import at

pytestmark = pytest.mark.browser

Axe = Callable[[Page], None]


class SignedIn(Protocol):
    def __call__(self, username: str = "bureau", **options: Any) -> Page: ...


@pytest.fixture
def signed_in(new_page: NewPage, site: str, committed_cast: Cast) -> SignedIn:
    """A page of somebody of the cast; options as of `new_page`."""

    def open_page(username: str = "bureau", **options: Any) -> Page:
        page = new_page(**options)
        session = committed_cast.client(username).cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
        return page

    return open_page


@pytest.mark.parametrize(("width", "javascript"), [(1440, True), (390, False)])
def test_from_the_list_through_the_first_stages(
    signed_in: SignedIn, committed_cast: Cast, axe: Axe, width: int, javascript: bool
) -> None:
    """On the phone without scripts: every step is a page of its own."""
    project = make_project(committed_cast, "砂石厂小区")
    page = signed_in(width=width, javascript=javascript)
    page.goto(at("list"))
    page.get_by_role("link", name="砂石厂小区").click()
    strip = page.locator(".strip")
    expect(strip).to_contain_text("还缺：1 项")
    strip.get_by_role("link", name="居民意愿征集记录").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "意愿.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    )
    page.locator("[name=title]").fill("入户征集汇总表")
    page.locator("main form button.btn-primary").first.click()
    page.goto(project.get_absolute_url())
    strip.get_by_role("link", name="进入计划").click()
    expect(page.get_by_text("直接进入“方案”")).to_be_visible()
    if javascript:
        axe(page)
    page.get_by_role("button", name="进入").click()
    expect(page.locator("[aria-current=step]")).to_contain_text("方案")
    expect(page.get_by_text("砂石厂小区已进入“方案”阶段")).to_be_visible()
    assert Project.objects.get(pk=project.pk).stage == Stage.SCHEME
    if javascript:
        axe(page)


def test_nothing_of_the_page_is_wider_than_a_phone(signed_in: SignedIn, committed_cast: Cast) -> None:
    project = make_unplanned_project(committed_cast, "砂石厂小区")
    page = signed_in(width=320)
    for url in (
        project.get_absolute_url(),
        at("history", project.code),
        at("edit", project.code),
        at("stage_move", project.code),
    ):
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, url


def test_whoever_acts_on_an_old_page_is_told_where_the_project_is(
    signed_in: SignedIn, committed_cast: Cast
) -> None:
    project = make_unplanned_project(committed_cast, "砂石厂小区")
    page = signed_in()
    page.goto(f"{at('stage_move', project.code)}?move=not_required")
    page.get_by_label("理由").or_(page.get_by_label("原因")).fill("职代会通过")
    pass_as_not_required(project=project, user=committed_cast.bureau2, reason="同事先办")
    page.get_by_role("button", name="跳过此阶段").click()
    expect(page.get_by_role("alert").or_(page.locator(".form-errors"))).to_contain_text("变动到“计划”阶段")


def test_the_responsible_person_is_chosen_in_the_list(
    signed_in: SignedIn, committed_cast: Cast, axe: Axe
) -> None:
    project = make_unplanned_project(committed_cast, "砂石厂小区")
    street = committed_cast.street
    page = signed_in()
    page.goto(at("list"))
    page.locator("tbody tr").hover()
    page.get_by_role("button", name="更换责任人").click()
    page.locator("select[name=manager]").select_option(str(street.pk))
    expect(page.locator("[data-cell=manager]")).to_have_text(street.name)
    assert Project.objects.get(pk=project.pk).manager == street
    axe(page)


def test_dates_of_several_are_moved_from_the_list(signed_in: SignedIn, committed_cast: Cast) -> None:
    for name in ("砂石厂小区", "棉纺小区"):
        make_document(committed_cast, make_unplanned_project(committed_cast, name), "willingness_record")
    page = signed_in()
    page.goto(at("list"))
    page.locator("[data-pick-all]").check()
    page.get_by_role("button", name="调整日期").click()
    page.get_by_label("调整哪个阶段的完成日期").select_option("tender")
    page.get_by_label("或逐个顺延（天）").fill("30")
    page.get_by_label("理由").or_(page.get_by_label("原因")).fill("统一招标")
    page.get_by_role("button", name="查看调整结果").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_role("button", name="确认调整").click()
    expect(page.get_by_text("已更新 2 个项目")).to_be_visible()
