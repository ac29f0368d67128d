"""In Chromium, as narrow as the oldest phone: from the letter to the home page, with and without scripts, in large print."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from projects.actions.schemes import new_version
from residents.actions import letters as limits
from residents.models import CodeAttempt
from tests.browser import Faults, NewPage
from tests.cast import Cast, make_places
from tests.projects.builders import make_project
from tests.projects.schemes import approve, make_scheme, post, sign
from tests.residents.builders import make_doors, make_representative, make_round
from tests.residents.home_screens import HEAVIEST, Axe, Weight, look
from tests.residents.letters_held import code_of

pytestmark = pytest.mark.browser


@pytest.fixture
def letters(site: str) -> dict[str, str]:
    """A compound with an approved scheme whose change hangs out, a round under way; the codes of a household and a representative."""
    make_places()
    cast = Cast()
    project = make_project(cast, "砂石厂小区")
    approve(cast, make_scheme(cast, project))
    change = new_version(project=project, user=cast.street, reason="居民要求增加")
    post(cast, sign(cast, change), until=timezone.localdate() + timedelta(days=5))
    doors = make_doors(cast, project.compound, building="3号楼", staircases=2, floors=5)
    make_round(cast, project.compound)
    found = {"household": code_of(cast, doors[-1])}
    people = [
        make_representative(cast, door, f"{name}代表") for door, name in zip(doors, "李王", strict=False)
    ]
    return {**found, "representative": code_of(cast, people[0])}


@pytest.mark.parametrize(
    ("scripts", "language", "large"),
    [(True, "zh-hans", True), (False, "zh-hans", False), (True, "en", False)],
)
def test_from_the_square_to_the_home_page_at_320_px(
    letters: dict[str, str], new_page: NewPage, axe: Axe, *, scripts: bool, language: str, large: bool
) -> None:
    page = new_page(width=320, height=640, language=language, javascript=scripts)
    checker = axe if scripts else None
    weight = Weight(page)
    page.goto(f"/r/{letters['household']}")
    assert letters["household"] not in page.url
    expect(page.locator("h1")).to_contain_text("3号楼2单元502")
    if large:
        page.get_by_role("button", name="大字").click()
        assert page.url.endswith("/r/confirm/")
    look(page, checker, large=large)
    assert weight.bytes < HEAVIEST
    weight.bytes = 0
    page.locator("main button.btn-primary").click()
    expect(page.locator("h1")).to_contain_text("砂石厂小区")
    look(page, checker, large=large)
    assert weight.bytes < HEAVIEST
    expect(page.locator("a[href='tel:0716-8000000']")).to_be_visible()
    # The one thing to do, and back again.
    page.locator("section:has(#open) .btn").first.click()
    look(page, checker, large=large)
    page.locator(".back a").click()
    # Back of the browser works, leaving leaves.
    page.go_back()
    page.goto("/r/")
    page.locator(".tools button").last.click()
    expect(page.locator("h1")).to_have_text("您已离开" if language == "zh-hans" else "You have left")
    look(page, checker, large=large)
    page.go_back()
    page.reload()
    expect(page.locator("#code")).to_be_visible()
    look(page, checker, large=large)


def test_typing_the_code_with_a_slip_first(letters: dict[str, str], new_page: NewPage, axe: Axe) -> None:
    page = new_page(width=390, height=844)
    page.goto("/r/")
    code = letters["household"]
    page.locator("#code").press_sequentially(code.lower()[:11])
    # Grouped while it is typed.
    expect(page.locator("#code")).to_have_value(f"{code[:4]} {code[4:8]} {code[8:11]}".lower())
    page.locator("main button").click()
    expect(page.locator("#code-error")).to_be_visible()
    axe(page)
    page.locator("#code").fill(code)
    page.locator("main button").dblclick()
    expect(page.locator("h1")).to_contain_text("3号楼2单元502")
    page.locator("main button").dblclick()
    expect(page.locator("h1")).to_contain_text("砂石厂小区")


def test_under_guessing_the_door_is_asked_for_without_scripts(
    letters: dict[str, str], new_page: NewPage, faults: Faults
) -> None:
    CodeAttempt.objects.bulk_create(CodeAttempt(address=b"x" * 16) for _time in range(limits.ALTOGETHER))
    page = new_page(width=320, height=640, javascript=False)
    page.goto(f"/r/{letters['household']}")
    look(page, None, large=False)
    assert "502" not in page.locator("main").inner_text()
    page.locator("#door").fill("501")
    page.locator("main button").click()
    expect(page.locator("#door-error")).to_be_visible()
    page.locator("#door").fill("502室")
    page.locator("main button").click()
    expect(page.locator("h1")).to_contain_text("砂石厂小区")


def test_a_representative_says_what_is_to_be_said(
    letters: dict[str, str], new_page: NewPage, axe: Axe
) -> None:
    page = new_page(width=320, height=640)
    page.goto(f"/r/{letters['representative']}")
    page.locator("main button.btn-primary").click()
    page.get_by_role("link", name="看方案并表态").click()
    expect(page.locator(".bar")).to_be_visible()
    look(page, axe, large=False)
    page.locator("main form button").click()
    expect(page.locator(".error-box")).to_be_visible()
    axe(page)
    page.get_by_label("同意", exact=True).check()
    page.locator("main form button").dblclick()
    expect(page.locator(".receipt")).to_be_visible()
    expect(page.locator(".bar")).to_have_count(0)
    look(page, axe, large=False)
