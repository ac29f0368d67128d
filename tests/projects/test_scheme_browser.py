"""Schemes as people draw them up and sign them: at a desk, and a site visit with its photos on a phone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from compounds.models import Compound
from projects.models import Project, Scheme, SchemeState, SiteVisit, Stage
from tests.browser import NewPage
from tests.cast import Cast
from tests.compounds.builders import make_survey
from tests.compounds.pages import await_on_the_device, files, picture, sign_in
from tests.projects.builders import bring_to, make_project
from tests.projects.schemes import catalogue_item, make_approved_scheme, make_scheme

pytestmark = pytest.mark.browser


@pytest.fixture
def project(committed_cast: Cast) -> Project:
    project = bring_to(committed_cast, make_project(committed_cast, "砂石厂小区"), Stage.SCHEME)
    Compound.objects.filter(pk=project.compound_id).update(household_count=320, floor_area=21600)
    make_survey(committed_cast, project.compound, score=1, roads=3)
    return project


Desk = Callable[[str], Page]


@pytest.fixture
def desk(new_page: NewPage, committed_cast: Cast, site: str) -> Desk:
    return lambda who: sign_in(new_page(width=1440, height=900), committed_cast, who, site)


def box(code: str, name: str) -> str:
    return f"[name=item{catalogue_item(code).pk}-{name}]"


def test_from_the_catalogue_to_the_approval(desk: Desk, project: Project) -> None:
    here, day = f"/projects/{project.code}/scheme/", timezone.localdate()
    street = desk("street")
    street.goto(here)
    street.get_by_role("button", name="开始编制方案").click()
    # Found by pinyin initials; what is filled in stays in view.
    street.get_by_label("查找目录").fill("gsgw")
    expect(street.locator("tr[data-search]:visible")).to_have_count(1)
    street.locator(box("B01", "quantity")).fill("800")
    street.get_by_label("查找目录").fill("yanglao")
    street.locator(box("U03", "quantity")).fill("1")
    street.get_by_role("button", name="加入方案").click()
    # Sums follow the typing, to the cent.
    row = street.locator("tr.line", has_text="供水管网改造")
    row.locator("input[name$=-unit_cost]").fill("1200.55")
    expect(row.locator("[data-cost]")).to_have_text("960,440")
    expect(row.locator(".outside")).to_be_visible()
    expect(street.locator("[data-total]")).to_have_text("1,560,440")
    street.get_by_role("button", name="保存").click()
    expect(street.locator(".message.success")).to_be_visible()
    # A need of the survey stands before the upgrade.
    street.get_by_label("“道路”缓做的理由").fill("随市政道路实施")
    street.get_by_role("button", name="缓做").click()
    street.goto(here)
    street.locator("summary", has_text="提交会签").click()
    street.get_by_role("button", name="提交会签").click()
    for page in (street, desk("community")):
        page.goto(f"{here}1/sign/")
        page.get_by_label("同意", exact=True).check()
        page.get_by_role("button", name="提交意见").click()
        expect(page.locator(".message.success")).to_be_visible()
    street.goto(f"{here}1/notice/")
    street.get_by_label("从").or_(street.locator("[name=from_on]")).first.fill(
        (day - timedelta(days=6)).isoformat()
    )
    street.locator("[name=until_on]").fill((day - timedelta(days=1)).isoformat())
    street.get_by_label("张贴地点").fill("小区大门公示栏")
    street.get_by_role("button", name="发布公示").click()
    bureau = desk("bureau")
    bureau.goto(f"{here}1/approve/")
    bureau.get_by_label("批准文号").fill("荆区住建方〔2026〕1号")
    bureau.get_by_role("button", name="批准该方案").click()
    expect(bureau.locator(".scheme-head .tag")).to_contain_text("已批准")
    assert Scheme.objects.get().state == SchemeState.APPROVED


def test_two_at_one_table_the_second_is_shown_the_first(
    desk: Desk, project: Project, committed_cast: Cast
) -> None:
    make_scheme(committed_cast, project)
    first, second = desk("street"), desk("bureau")
    for page in (first, second):
        page.goto(f"/projects/{project.code}/scheme/1/edit/")
    for page, quantity in ((first, "810"), (second, "900")):
        page.locator("tr.line", has_text="供水管网改造").locator("input[name$=-quantity]").fill(quantity)
        page.get_by_role("button", name="保存").click()
    expect(second.locator(".line-stale")).to_contain_text("810")
    second.get_by_role("button", name="保存").click()
    expect(second.locator(".message.success")).to_be_visible()


def test_photos_of_a_visit_wait_for_the_network_on_the_phone(
    new_page: NewPage, committed_cast: Cast, site: str, project: Project
) -> None:
    phone = sign_in(new_page(width=390, height=844), committed_cast, "community", site)
    phone.goto(f"/projects/{project.code}/scheme/visits/add/")
    phone.get_by_label("参加单位和人员").fill("设计院、西城街道、供水公司")
    phone.get_by_label("踏勘结论").fill("给水管全部更换")
    phone.get_by_role("button", name="保存并添加照片").click()
    visit = SiteVisit.objects.get()
    phone.wait_for_url(f"**/visits/{visit.pk}/")
    away = True

    def network(route: Route) -> None:
        if away:
            route.abort()
        else:
            route.continue_()

    phone.route("**/photos/", network)
    phone.locator("[name=photos_]").set_input_files(files(picture(colour="red"), picture(colour="blue")))
    expect(phone.locator(".photo-waiting")).to_have_count(2)
    expect(phone.locator("[data-photo-line]")).to_contain_text("2")
    await_on_the_device(phone)
    away = False
    phone.once("dialog", lambda dialog: dialog.accept())
    # The page is closed and opened again: the photos lay on the device.
    phone.reload()
    expect(phone.locator(".photo-frame[href] img, .photo a img")).to_have_count(2, timeout=15_000)
    expect(phone.locator(".photo-waiting")).to_have_count(0)
    assert visit.photos.count() == 2
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize(("width", "language"), [(1440, "zh-hans"), (390, "en")])
def test_the_pages_are_for_everybody(
    new_page: NewPage, committed_cast: Cast, site: str, project: Project, axe: Callable[[Page], None], width: int, language: str
) -> None:  # fmt: skip
    make_approved_scheme(committed_cast, project)
    page = sign_in(new_page(width=width, height=900, language=language), committed_cast, "street", site)
    for path in ("", "1/notice/", "versions/", "works/", "visits/add/"):
        page.goto(f"/projects/{project.code}/scheme/{path}")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        # Tables become cards on a phone: nothing to be pushed sideways.
        assert width > 640 or page.evaluate(
            "[...document.querySelectorAll('.table-wrap')].every((one) => one.scrollWidth <= one.clientWidth)"
        ), path
