"""`make screenshots [ARGS="register pool"]`: pictures of the main pages, wide and narrow, in both languages.

They lie in `var/screenshots/<width>/<language>/<page>.png`. Runs against the demo
of this folder, started for the occasion when it does not run. Words choose the
pages that have one of them in their name. A page that answers with an error, or
whose console shows one, is named at the end: whoever changes a page looks at it.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from renovation.embedded import EmbeddedError
from renovation.embedded.processes import free_port
from tools import chromium
from tools.processes import Interrupted, listen_to_signals
from tools.serve import Portal, running_address
from tools.steps import BASE_DIR, Stop, data_dir, one_line_errors

WIDTHS = {1440: 900, 390: 844}
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
PASSWORD = re.compile(r"Password of all: (\S+)")
LETTER = re.compile(r"A resident's letter .*(/r/\w+/)")
LONGEST = 6000


@dataclass(frozen=True, kw_only=True)
class Shot:
    """A page as somebody (`user`; `RESIDENT` for whoever holds a letter) sees it.

    `follow` names the first link on `path` that leads to the thing meant, `then` what comes behind its address.
    """

    name: str
    path: str
    user: str = ""
    follow: str = ""
    then: str = ""
    status: int = 200


OFFICE, COMMUNITY = "jz-bureau", "jz-community"
# Whoever holds a letter has no account: the code opens the pages.
RESIDENT = "resident"
SYSTEM, SECURITY, AUDIT = "jz-system", "jz-security", "jz-audit"


def subject(name: str, path: str, then: str = "", *, user: str, inside: str = "") -> Shot:
    """The first thing of a list: the first link of its table that leads below `inside`, else below `path`."""
    return Shot(name=name, path=path, user=user, follow=f"main tbody a[href*='{inside or path}']", then=then)


SHOTS = (
    # Signed out
    Shot(name="front", path="/"),
    Shot(name="sign-in", path="/accounts/sign-in/"),
    Shot(name="not-found", path="/no-such-page/", status=404),
    Shot(name="api-docs", path="/api/docs/"),
    Shot(name="api-problems", path="/api/problems/"),
    # The bureau's day
    Shot(name="overview", path="/overview/", user=OFFICE),
    Shot(name="search", path="/search/?q=小区", user=OFFICE),
    Shot(name="division-choice", path="/division/", user=OFFICE),
    Shot(name="inbox", path="/inbox/", user=OFFICE),
    Shot(name="jobs", path="/jobs/", user=OFFICE),
    Shot(name="register", path="/compounds/", user=OFFICE),
    Shot(name="register-empty", path="/compounds/?q=zzzz", user=OFFICE),
    Shot(name="register-map", path="/compounds/map/", user=OFFICE),
    Shot(name="compound-add", path="/compounds/add/", user=OFFICE),
    subject("compound", "/compounds/", user=OFFICE),
    subject("compound-buildings", "/compounds/", "buildings/", user=OFFICE),
    subject("compound-surveys", "/compounds/", "surveys/", user=OFFICE),
    subject("compound-pool", "/compounds/", "pool/", user=OFFICE),
    subject("compound-history", "/compounds/", "history/", user=OFFICE),
    subject("compound-edit", "/compounds/", "edit/", user=OFFICE),
    subject("compound-merge", "/compounds/", "merge/", user=OFFICE),
    subject("compound-split", "/compounds/", "split/", user=OFFICE),
    Shot(name="surveys", path="/surveys/", user=OFFICE),
    subject("survey", "/surveys/", user=OFFICE),
    Shot(name="pool-board", path="/pool/", user=OFFICE),
    Shot(name="pool-list", path="/pool/list/", user=OFFICE),
    Shot(name="rules", path="/rules/", user=OFFICE),
    Shot(name="rule-urgency-new", path="/rules/urgency/new/", user=OFFICE),
    Shot(name="imports", path="/imports/", user=OFFICE),
    Shot(name="profile", path="/accounts/profile/", user=OFFICE),
    Shot(name="sessions", path="/accounts/sessions/", user=OFFICE),
    Shot(name="second-factor", path="/accounts/second-factor/", user=OFFICE),
    # The programme
    Shot(name="plans", path="/plans/", user=OFFICE),
    subject("plan", "/plans/", user=OFFICE),
    Shot(name="projects", path="/projects/", user=OFFICE),
    subject("project", "/projects/", user=OFFICE),
    subject("project-scheme", "/projects/", "scheme/", user=OFFICE),
    subject("project-timetable", "/projects/", "timetable/", user=OFFICE),
    subject("project-documents", "/projects/", "documents/", user=OFFICE),
    subject("project-progress", "/projects/", "progress/", user=OFFICE),
    Shot(name="schemes", path="/schemes/", user=OFFICE),
    Shot(name="timeline", path="/timeline/", user=OFFICE),
    Shot(name="tasks", path="/tasks/", user=OFFICE),
    Shot(name="catalogue", path="/catalogue/", user=OFFICE),
    Shot(name="site", path="/site/", user=OFFICE),
    # What residents say and choose
    Shot(name="residents", path="/residents/", user=OFFICE),
    Shot(name="rounds", path="/residents/rounds/", user=COMMUNITY),
    subject("round", "/residents/rounds/", "?show=tonight", user=COMMUNITY),
    Shot(name="opinions", path="/residents/opinions/", user=OFFICE),
    subject("opinion", "/residents/opinions/", user=OFFICE),
    Shot(name="meetings", path="/residents/meetings/", user=OFFICE),
    subject("meeting", "/residents/meetings/", user=OFFICE),
    Shot(name="questionnaires", path="/residents/questionnaires/", user=OFFICE),
    subject("questionnaire", "/residents/questionnaires/", user=OFFICE),
    Shot(name="menus", path="/residents/menus/", user=OFFICE),
    subject("menu", "/residents/menus/", user=OFFICE),
    subject("menu-outcome", "/residents/menus/", "outcome/", user="zy-bureau"),
    Shot(name="home-door", path="/r/"),
    Shot(name="home", path="/r/", user=RESIDENT),
    Shot(name="home-menu", path="/r/", user=RESIDENT, follow="main a[href*='/r/menu/']"),
    Shot(name="home-item", path="/r/", user=RESIDENT, follow="main a[href*='/r/menu/']", then="1/"),
    Shot(name="home-check", path="/r/", user=RESIDENT, follow="main a[href*='/r/menu/']", then="check/"),
    Shot(name="home-say", path="/r/opinions/say/", user=RESIDENT),
    # The community's phone
    Shot(name="community-overview", path="/overview/", user=COMMUNITY),
    Shot(name="community-surveys", path="/surveys/", user=COMMUNITY),
    # The three administrations
    Shot(name="system", path="/system/", user=SYSTEM),
    Shot(name="users", path="/system/users/", user=SYSTEM),
    subject("user", "/system/users/", user=SYSTEM),
    Shot(name="user-new", path="/system/users/new/", user=SYSTEM),
    Shot(name="organisations", path="/system/organisations/", user=SYSTEM),
    subject("organisation", "/system/organisations/", user=SYSTEM),
    Shot(name="divisions", path="/system/divisions/", user=SYSTEM),
    Shot(name="tokens", path="/system/tokens/", user=SECURITY),
    subject("user-roles", "/system/users/", user=SECURITY),
    Shot(name="audit", path="/system/audit/", user=AUDIT),
)


@dataclass(frozen=True)
class Demo:
    """What opens its pages."""

    password: str
    letter: str


class Camera:
    """One browser on one address; a context for each person, size and language."""

    def __init__(self, browser: Browser, address: str, target: Path) -> None:
        self.browser = browser
        self.address = address
        self.target = target
        self.faults: list[str] = []

    @contextmanager
    def visitor(self, user: str, width: int, language: str, demo: Demo) -> Iterator[Page]:
        context = self.browser.new_context(
            base_url=self.address,
            locale=LANGUAGES[language],
            timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": WIDTHS[width]},
            reduced_motion="reduce",
        )
        context.set_default_timeout(20_000)
        try:
            yield self._entered(context, demo) if user == RESIDENT else self._signed_in(context, user, demo)
        finally:
            context.close()

    @staticmethod
    def _entered(context: BrowserContext, demo: Demo) -> Page:
        page = context.new_page()
        page.goto(demo.letter)
        page.locator("main form button").first.click()
        page.wait_for_load_state()
        return page

    @staticmethod
    def _signed_in(context: BrowserContext, user: str, demo: Demo) -> Page:
        page = context.new_page()
        if user:
            page.goto("/accounts/sign-in/")
            page.fill("input[name=login]", user)
            page.fill("input[name=password]", demo.password)
            page.press("input[name=password]", "Enter")
            page.wait_for_url(lambda url: "/sign-in/" not in url)
        return page

    def take(self, page: Page, shot: Shot, width: int, language: str) -> None:
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        response = page.goto(shot.path, wait_until="load")
        if shot.follow:
            found = page.locator(shot.follow)
            if not found.count():
                self.faults.append(f"{shot.name} {width} {language}: nothing to follow on {shot.path}")
                return
            # The list's own address is a prefix of its things' addresses: the first longer one is meant.
            address = next(
                link
                for link in found.evaluate_all("links => links.map(a => a.pathname)")
                if link != shot.path
            )
            response = page.goto(address + shot.then, wait_until="load")
        page.wait_for_load_state("networkidle")
        place = self.target / str(width) / language / f"{shot.name}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        height = min(int(page.evaluate("document.documentElement.scrollHeight")), LONGEST)
        page.screenshot(path=place, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height})
        scrolled = int(page.evaluate("document.documentElement.scrollWidth"))
        if scrolled > width:
            said.append(f"the page is {scrolled} px wide")
        if response and response.status != shot.status:
            said.append(f"answered {response.status}")
        said = [line for line in said if not (shot.status >= 400 and "Failed to load resource" in line)]
        if said:
            self.faults.append(f"{shot.name} {width} {language}: {'; '.join(said)}")


def take_all(address: str, shots: list[Shot], demo: Demo) -> Camera:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.flags())
        camera = Camera(browser, address, data_dir() / "screenshots")
        for width in WIDTHS:
            for language in LANGUAGES:
                for user in dict.fromkeys(shot.user for shot in shots):
                    print(f"{width} px, {language}, {user or 'signed out'}", flush=True)
                    with camera.visitor(user, width, language, demo) as page:
                        for shot in (shot for shot in shots if shot.user == user):
                            camera.take(page, shot, width, language)
        browser.close()
    return camera


@contextmanager
def demo_address() -> Iterator[str]:
    """The demo that runs on this folder, or one started on a free port for as long as this takes."""
    if running := running_address():
        yield running
        return
    with (data_dir() / "screenshots.log").open("w", encoding="utf-8") as log:
        portal = Portal(demo=True, port=free_port(), output=log)
        with portal.running():
            yield portal.address


def demo_keys() -> Demo:
    """What `manage.py demo_logins` prints: one password for all accounts, the letter of one household."""
    environment = Portal(demo=True, port=0).environment()
    command = [sys.executable, "manage.py", "demo_logins"]
    done = subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    password, letter = PASSWORD.search(done.stdout), LETTER.search(done.stdout)
    if password is None or letter is None:
        raise Stop(f"There are no demo logins: {done.stderr.strip() or done.stdout.strip()}")
    return Demo(password=password[1], letter=letter[1])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.screenshots")
    parser.add_argument("words", nargs="*", help="only pages with one of these in their name")
    words = parser.parse_args().words
    shots = [shot for shot in SHOTS if not words or any(word in shot.name for word in words)]
    listen_to_signals()
    try:
        with demo_address() as address:
            camera = take_all(address, shots, demo_keys())
    except Interrupted:
        return 1
    except EmbeddedError as error:
        raise Stop(str(error)) from None
    print(f"{len(shots) * 4} pictures in {camera.target}")
    print("\n".join(camera.faults) or "No page complained.")
    if camera.faults:
        print(f"What the portal said, when it was started for this: {data_dir() / 'screenshots.log'}")
    return 0


if __name__ == "__main__":
    with one_line_errors():
        sys.exit(main())
