"""A report on the phone: on a bad network, without scripts, for everybody's eyes; the curve under the strict policy."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from delivery.models import ProgressEntry
from projects.models import Project
from tests.browser import NewPage
from tests.cast import Cast
from tests.compounds.pages import await_on_the_device, files, picture, sign_in
from tests.delivery.builders import on_site, report

pytestmark = pytest.mark.browser


@pytest.fixture
def project(committed_cast: Cast) -> Project:
    return on_site(committed_cast, "砂石厂小区")


@pytest.fixture
def phone(new_page: NewPage, committed_cast: Cast, site: str, project: Project) -> Page:
    return sign_in(new_page(width=390, height=844), committed_cast, "community", site)


def to_the_photos(page: Page, project: Project, quantity: str = "12.5") -> None:
    page.goto(f"/projects/{project.code}/progress/report/")
    page.locator(".choose-item").first.click()
    page.locator("[name=quantity]").fill(quantity)
    page.locator("button.btn-primary").click()
    page.wait_for_url("**/photos/")


def test_a_report_with_photos_over_a_broken_network(
    phone: Page, project: Project, axe: Callable[[Page], None]
) -> None:
    phone.goto(f"/projects/{project.code}/progress/report/")
    axe(phone)
    phone.locator(".choose-item").first.click()
    phone.locator("[name=quantity]").fill("12.5")
    expect(phone.locator("[data-report-words]")).to_contain_text("87.5")
    axe(phone)
    phone.locator("button.btn-primary").click()
    phone.wait_for_url("**/photos/")
    seen = []

    def lose(route: Route) -> None:
        """The first attempt never leaves, the second arrives and its answer is lost."""
        seen.append(route.request)
        if len(seen) == 2:
            route.fetch()
        route.abort() if len(seen) <= 2 else route.continue_()

    phone.route("**/photos/add/", lose)
    phone.locator("input[name=photos_]").set_input_files(
        files(picture(), picture(colour="red"), picture(colour="blue"))
    )
    expect(phone.locator("[data-photo-line]")).to_contain_text("3")
    phone.locator("button.btn-primary").click()
    phone.wait_for_url("**/progress/*/", timeout=30_000)
    entry = ProgressEntry.objects.get()
    assert entry.photos.count() == 3
    assert len(seen) == 5
    expect(phone.locator(".photos-large img")).to_have_count(3)
    axe(phone)


def test_photos_wait_on_the_phone_over_a_reload(phone: Page, project: Project) -> None:
    to_the_photos(phone, project)
    phone.route("**/photos/add/", lambda route: route.abort())
    phone.locator("input[name=photos_]").set_input_files(files(picture(), picture(colour="red")))
    expect(phone.locator(".photo-state").first).not_to_be_empty()
    await_on_the_device(phone)
    expect(phone.locator("[data-photo-line]")).to_contain_text("2")
    phone.once("dialog", lambda dialog: dialog.accept())
    phone.reload()
    expect(phone.locator("[data-photo-line]")).to_contain_text("2")
    phone.unroute("**/photos/add/")
    expect(phone.locator(".photo-frame[href]")).to_have_count(2, timeout=15_000)
    assert ProgressEntry.objects.get().photos.count() == 2


def test_without_scripts(new_page: NewPage, committed_cast: Cast, site: str, project: Project) -> None:
    page = sign_in(new_page(width=390, javascript=False), committed_cast, "community", site)
    to_the_photos(page, project)
    page.locator("input[name=photos_]").set_input_files(files(picture(), picture(colour="red")))
    page.locator("button.btn-primary").click()
    page.wait_for_url("**/progress/*/")
    assert ProgressEntry.objects.get().photos.count() == 2


def test_a_double_tap_is_one_report(phone: Page, project: Project) -> None:
    phone.goto(f"/projects/{project.code}/progress/report/")
    phone.locator(".choose-item").first.click()
    phone.locator("[name=quantity]").fill("3")
    phone.locator("button.btn-primary").dblclick()
    phone.wait_for_url("**/photos/")
    assert ProgressEntry.objects.count() == 1


def test_the_curve_is_drawn_and_can_be_read(
    page: Page, committed_cast: Cast, site: str, project: Project, axe: Callable[[Page], None]
) -> None:
    report(committed_cast, project, 50)
    sign_in(page, committed_cast, "bureau", site)
    page.goto(f"/projects/{project.code}/progress/")
    expect(page.locator(".curve canvas")).to_be_visible()
    page.locator(".curve").hover()
    page.locator(".curve-table summary").click()
    expect(page.locator(".curve-table tbody tr").last).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    axe(page)


def test_what_the_picker_finds_becomes_a_ticked_box_of_the_contract(
    new_page: NewPage, committed_cast: Cast, site: str, project: Project, axe: Callable[[Page], None]
) -> None:
    page = sign_in(new_page(), committed_cast, "street", site)
    page.goto("/site/contracts/add/")
    found = page.get_by_role("combobox", name="查找项目")
    found.fill("ssc")
    found.press("Enter")
    box = page.get_by_role("checkbox", name="砂石厂小区")
    expect(box).to_be_checked()
    expect(box).to_have_value(str(project.pk))
    expect(found).to_have_value("")
    expect(page.get_by_role("button", name="添加项目")).to_be_hidden()
    axe(page)
