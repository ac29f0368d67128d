"""The running site answers, and the browser's fixtures see what they must see."""

import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import Faults, NewPage
from tests.database import KEEPER, Databases


def test_the_site_works_as_the_role_app_and_has_the_tests_database(
    site: str, committed_db: Databases
) -> None:
    with urllib.request.urlopen(f"{site}/readyz") as response:
        assert b'"ready": true' in response.read()
    with committed_db.connect("postgres", role="postgres") as connection, connection.cursor() as cursor:
        cursor.execute(
            # The server's own cleaning passes by now and then, and the tests' own keeper stays.
            "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = %s"
            " AND backend_type = 'client backend' AND application_name <> %s",
            [committed_db.name, KEEPER],
        )
        assert cursor.fetchall() == [("app",)]


@pytest.mark.browser
def test_a_script_error_does_not_go_unseen(page: Page, faults: Faults, site: str) -> None:
    page.goto("/healthz")
    page.evaluate("setTimeout(() => { throw new Error('seen') })")
    page.wait_for_timeout(50)
    assert any("seen" in fault for fault in faults.found)
    faults.found.clear()


@pytest.mark.browser
def test_each_visitor_has_a_language_and_a_width(new_page: NewPage) -> None:
    page = new_page(width=390, language="en")
    page.goto("/healthz")
    assert page.evaluate("[navigator.language, innerWidth]") == ["en-GB", 390]


def test_head_is_answered_without_a_word_in_the_log(site: str, site_log: Path) -> None:
    before = len(site_log.read_text())
    for path in ("/", "/healthz", "/readyz"):
        with urllib.request.urlopen(urllib.request.Request(f"{site}{path}", method="HEAD")) as response:
            assert response.status == 200
            assert int(response.headers["Content-Length"]) > 0
    assert site_log.read_text()[before:] == ""
