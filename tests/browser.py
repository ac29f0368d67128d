"""Chromium in tests: pages that fail on console errors and breaches of the CSP, and axe on what they show."""

import json
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from django.conf import settings
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

from renovation.environment import BASE_DIR
from tools import chromium

if TYPE_CHECKING:
    # This file is read before Django has its settings.
    from tests.cast import Cast

AXE = BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
AXE_RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    # What is right need not be told element by element: half the time.
    "resultTypes": ["violations"],
}
LOCALES = {"zh-hans": "zh-CN", "en": "en-GB"}


class NewPage(Protocol):
    def __call__(
        self, *, width: int = 1440, height: int = 900, language: str = "zh-hans", javascript: bool = True
    ) -> Page: ...


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = chromium.find()
    if found is None:
        pytest.fail("There is no Chromium: `make test` installs it.")
    # Playwright keeps an event loop in this thread; Django would take each query for one inside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, headless=True, args=chromium.flags())
        yield browser
        browser.close()


class Faults:
    """What the pages of one test did wrong, unseen by its user."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.found.append(f"script error: {error}"))
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # A refusal answered with 403 or 422 is a page like any other; files are looked at below.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.found.append(f"console: {message.text}")

    def _response(self, response: Response) -> None:
        is_page = response.request.resource_type in {"document", "fetch", "xhr"}
        if response.status >= (500 if is_page else 400):
            self.found.append(f"{response.status} {response.url}")


@pytest.fixture
def faults() -> Faults:
    """For a test that provokes an error on purpose: empty `faults.found` before its end."""
    return Faults()


@pytest.fixture
def new_page(browser: Browser, site: str, faults: Faults) -> Iterator[NewPage]:
    """Pages of visitors of their own, each with its size, its language and its cookies."""
    contexts = []

    def open_page(
        *, width: int = 1440, height: int = 900, language: str = "zh-hans", javascript: bool = True
    ) -> Page:
        context = browser.new_context(
            base_url=site,
            locale=LOCALES[language],
            timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": height},
            java_script_enabled=javascript,
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        faults.watch(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults.found, "\n".join(faults.found)


def at_both_widths(page: Page) -> Iterator[int]:
    """`for width in at_both_widths(page):` looks at one page on a desk and on a phone, without asking for it twice."""
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        yield width


class SignedIn(Protocol):
    def __call__(self, username: str = "bureau", **options: Any) -> Page: ...


@pytest.fixture
def signed_in(new_page: NewPage, site: str, committed_cast: "Cast") -> SignedIn:
    """A page of somebody of the cast; options as of `new_page`."""

    def open_page(username: str = "bureau", **options: Any) -> Page:
        page = new_page(**options)
        session = committed_cast.client(username).cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
        return page

    return open_page


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A Chinese desktop visitor."""
    return new_page()


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """`axe(page)`: nothing on the page breaks WCAG 2.2 A or AA, as far as a machine can tell."""

    def check(page: Page) -> None:
        # Evaluated by the browser's debugger, so that the page's CSP stays as strict as it is.
        page.evaluate(AXE.read_text(encoding="utf-8"))
        result: dict[str, Any] = page.evaluate(f"axe.run(document, {json.dumps(AXE_RULES)})")
        lines = [
            f"{violation['id']}: {violation['help']}\n    {node['html'][:160]}\n    {node.get('failureSummary', '')}"
            for violation in result["violations"]
            for node in violation["nodes"][:5]
        ]
        assert not lines, f"{page.url}\n" + "\n".join(lines)

    return check
