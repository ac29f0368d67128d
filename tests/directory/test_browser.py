"""In Chromium: signing in, being locked out, setting up the second factor, the pages of people."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from directory.actions.roles import Period, appoint_substitute
from directory.models import User
from directory.powers import Role
from tests.browser import Faults, NewPage, at_both_widths
from tests.cast import PASSWORD, Cast, make_organisation, make_places, make_user
from tests.directory.steps import fresh, in_days, role_of, today
from tests.directory.test_second_factor import code_of, enrol

pytestmark = pytest.mark.browser

Axe = Callable[[Page], None]
OVERVIEW = re.compile(r"/overview/$")
LANGUAGES = ["zh-hans", "en"]
BOTH = [(1440, "zh-hans"), (390, "en")]


@pytest.fixture
def people(site: str) -> Cast:
    """The cast, committed, so that the running site sees them."""
    make_places()
    return Cast()


def sign_in(page: Page, username: str, password: str = PASSWORD) -> None:
    page.goto("/accounts/sign-in/")
    page.locator("#id_login").fill(username)
    page.locator("#id_password").fill(password)
    page.locator("form.form button.btn-primary").click()


def sign_in_with_code(page: Page, user: User) -> None:
    secret = enrol(user)
    sign_in(page, user.username)
    page.locator("#id_code").fill(code_of(secret))
    page.locator("form.form button.btn-primary").click()


def fits(page: Page) -> None:
    """Nothing makes the page scroll sideways."""
    width = page.evaluate("document.documentElement.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


def at_every_width(page: Page, axe: Axe) -> None:
    for _width in at_both_widths(page):
        axe(page)
        fits(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_signing_in_and_out(people: Cast, new_page: NewPage, axe: Axe, language: str) -> None:
    page = new_page(language=language)
    page.goto("/accounts/sign-in/")
    at_every_width(page, axe)
    sign_in(page, people.bureau.username, "Wrong-Password-1")
    expect(page.locator(".form-errors")).to_be_visible()
    at_every_width(page, axe)
    sign_in(page, "bureau")
    expect(page).to_have_url(OVERVIEW)
    page.goto("/accounts/profile/")
    at_every_width(page, axe)


def test_signing_in_without_scripts(people: Cast, new_page: NewPage) -> None:
    page = new_page(javascript=False)
    sign_in(page, people.bureau.username)
    expect(page.locator("h1")).to_be_visible()
    assert page.url.endswith("/overview/")


def test_five_failures_lock_and_the_page_says_what_to_do(people: Cast, page: Page, axe: Axe) -> None:
    assert people.bureau
    for _ in range(5):
        sign_in(page, "bureau", "Wrong-Password-1")
    sign_in(page, "bureau")
    expect(page.locator(".form-errors")).to_contain_text("15 分钟")
    axe(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_administrator_sets_up_the_second_factor(
    people: Cast, new_page: NewPage, axe: Axe, language: str
) -> None:
    page = new_page(language=language)
    sign_in(page, people.secadmin.username)
    expect(page.locator("img.qr")).to_be_visible()
    assert page.locator("img.qr").evaluate("image => image.naturalWidth > 0")
    at_every_width(page, axe)
    secret = page.locator("code.once").inner_text().replace(" ", "")
    page.locator("#id_code").fill(code_of(secret))
    page.locator("form.form button.btn-primary").click()
    expect(page.locator(".codes li")).to_have_count(10)
    at_every_width(page, axe)
    page.locator("a.btn-primary").click()
    expect(page).to_have_url(OVERVIEW)


def test_a_one_time_password_is_exchanged_for_an_own_one(people: Cast, page: Page, axe: Axe) -> None:
    User.objects.filter(pk=people.bureau.pk).update(must_change_password=True)
    sign_in(page, "bureau")
    expect(page.locator("#password-rules li").first).to_be_visible()
    axe(page)
    page.locator("#id_oldpassword").fill(PASSWORD)
    page.locator("#id_password1").fill("Only-I-know-9")
    page.locator("#id_password2").fill("Only-I-know-9")
    page.locator("form.form button.btn-primary").first.click()
    expect(page).to_have_url(OVERVIEW)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_of_users(people: Cast, new_page: NewPage, axe: Axe, language: str) -> None:
    assert people.street
    page = new_page(language=language)
    sign_in_with_code(page, people.secadmin)
    for url in ("/system/users/", people.street.get_absolute_url()):
        page.goto(url)
        at_every_width(page, axe)


@pytest.mark.parametrize(("width", "language"), BOTH)
def test_the_pages_of_the_security_administrator(
    people: Cast, new_page: NewPage, axe: Axe, width: int, language: str
) -> None:
    for name in ("street", "community", "bureau", "service"):
        assert getattr(people, name)
    appoint_substitute(
        actor=people.secadmin, assignment=role_of(people.street), substitute=people.nobody,
        period=Period(today(), in_days(9)),
    )  # fmt: skip
    page = new_page(width=width, language=language)
    sign_in_with_code(page, people.secadmin)
    for url in (
        f"/system/users/{people.street.pk}/history/",
        f"/system/users/{people.community.pk}/roles/",
        f"/system/users/{people.street.pk}/hand-over/",
        f"/system/roles/{role_of(people.community).pk}/substitute/",
        "/system/tokens/",
        "/system/tokens/new/",
        "/system/divisions/?under=421003",
        "/system/divisions/421003001/",
        "/system/divisions/successions/",
    ):
        page.goto(url)
        axe(page)
        fits(page)


@pytest.mark.parametrize(("width", "language"), BOTH)
def test_the_pages_of_system_and_audit_administrator(
    people: Cast, new_page: NewPage, axe: Axe, width: int, language: str
) -> None:
    office = make_organisation("荆州区住房和城乡建设局", kind="bureau")
    page = new_page(width=width, language=language)
    sign_in_with_code(page, people.sysadmin)
    for url in ("/system/users/new/", "/system/organisations/", office.get_absolute_url(),
                f"/system/organisations/{office.pk}/edit/", f"/system/organisations/{office.pk}/history/"):  # fmt: skip
        page.goto(url)
        axe(page)
        fits(page)
    reader = new_page(width=width, language=language)
    sign_in_with_code(reader, people.auditadmin)
    reader.goto("/system/audit/?filters=1")
    axe(reader)
    fits(reader)
    reader.locator("tbody th a").first.click()
    axe(reader)
    fits(reader)


def test_a_role_is_granted_by_searching_for_the_division(people: Cast, page: Page) -> None:
    sign_in_with_code(page, people.secadmin)
    page.goto(f"/system/users/{people.nobody.pk}/roles/")
    page.locator("select[name=role]").select_option(Role.COMMUNITY_WORKER)
    page.locator("#id_division").fill("slj")
    page.get_by_role("option", name="胜利街社区居民委员会").click()
    page.locator("form.form button.btn-primary").click()
    expect(page.locator("table.grid")).to_contain_text("胜利街社区居民委员会")
    assert fresh(people.nobody).has_role(Role.COMMUNITY_WORKER)


def test_a_dangerous_act_asks_first_and_needs_a_reason(people: Cast, page: Page) -> None:
    sign_in_with_code(page, people.secadmin)
    page.goto(people.street.get_absolute_url())
    page.get_by_role("button", name="结束", exact=True).or_(
        page.locator("summary", has_text="结束")
    ).first.click()
    page.locator(".row-acts input[name=reason]").fill("调离")
    page.locator(".row-acts .btn-danger").click()
    expect(page.locator(".messages, .message").first).to_be_visible()
    assert fresh(people.street).current_roles == []


def test_who_is_signed_out_meanwhile_is_led_to_the_sign_in_page(
    people: Cast, page: Page, faults: Faults
) -> None:
    viewer = make_user("viewer", role=Role.AUDITOR)
    sign_in(page, viewer.username)
    page.goto("/system/divisions/")
    User.objects.filter(pk=viewer.pk).update(is_active=False)
    page.locator("#division-typed").fill("西城")
    expect(page).to_have_url(re.compile("/accounts/sign-in/"))
    assert "next=" in page.url
