"""The API's own pages in the browser, and the examples of docs/api.md as somebody would run them."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from compounds.actions.register import update_compound
from core.api.docs import openapi
from renovation.environment import BASE_DIR
from residents.models import Choice
from tests.apiclient import make_token
from tests.browser import NewPage
from tests.cast import Cast
from tests.compounds.builders import make_compound, make_pooled
from tests.residents.letters_held import code_of
from tests.residents.menus import doors_of, make_menu

GUIDE = (BASE_DIR / "docs" / "api.md").read_text(encoding="utf-8")


def example(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    assert found, language
    return found.group(1)


# --- Pages ------------------------------------------------------------------------------


def test_the_pages_keep_the_strict_policy(db: None) -> None:
    for path in ("/api/docs/", "/api/problems/"):
        response = Client().get(path)
        policy = response.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "script-src 'self'" in policy
        assert "style-src 'self'" in policy
        assert not re.search(rb"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", response.content)


def test_the_front_door_leads_to_the_pages(db: None) -> None:
    assert Client().get("/api/").headers["Location"] == "/api/docs/"


@pytest.mark.browser
@pytest.mark.parametrize(("width", "language"), [(1440, "zh-hans"), (390, "en")])
def test_every_operation_is_drawn_without_a_breach(
    new_page: NewPage, axe: Callable[[Page], None], width: int, language: str
) -> None:
    page = new_page(width=width, language=language)
    page.goto("/api/docs/")
    expect(page.locator(".opblock")).to_have_count(len(openapi("en")["paths"]))
    page.locator(".opblock-summary-control").first.click()
    expect(page.locator(".opblock.is-open .parameters-col_description").first).to_be_visible()


@pytest.mark.browser
def test_the_list_of_problems_is_readable(new_page: NewPage, axe: Callable[[Page], None]) -> None:
    for language in ("zh-hans", "en"):
        page = new_page(language=language)
        page.goto("/api/problems/#not_found")
        expect(page.locator("#not_found")).to_be_visible()
        axe(page)


# --- The guide --------------------------------------------------------------------------


@pytest.fixture
def environment(site: str, committed_cast: Cast) -> dict[str, str]:
    make_pooled(committed_cast, "砂石厂小区")
    key, _token = make_token(committed_cast.service)
    return {**os.environ, "PORTAL": site, "TOKEN": key}


def run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_guides_shell_example(environment: dict[str, str]) -> None:
    if shutil.which("curl") is None:
        pytest.skip("no curl on this machine")
    page = json.loads(run(["sh", "-c", example("sh")], environment))
    assert [row["name"] for row in page["results"]] == ["砂石厂小区"]


def test_the_guides_letter_leads_to_a_receipt(site: str, committed_cast: Cast) -> None:
    if shutil.which("curl") is None or shutil.which("bash") is None:
        pytest.skip("no curl or bash on this machine")
    menu = make_menu(committed_cast)
    code = code_of(committed_cast, doors_of(menu)[0])
    receipt = json.loads(run(["bash", "-c", example("bash")], {**os.environ, "PORTAL": site, "CODE": code}))
    choice = Choice.objects.get()
    assert (receipt["receipt"], receipt["wanted"]) == (choice.receipt, [min(choice.seen)])


def test_the_guides_python_example_keeps_a_copy(
    environment: dict[str, str], committed_cast: Cast, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.json"
    environment["COPY"] = str(copy)
    script = [sys.executable, "-c", example("python")]
    assert run(script, environment).startswith("1 compounds")
    compound = make_compound(committed_cast, "光武小区")
    assert run(script, environment).startswith("2 compounds")
    update_compound(compound=compound, user=committed_cast.bureau, address="新址")
    run(script, environment)
    assert json.loads(copy.read_text())["compounds"][compound.code]["address"] == "新址"


def test_the_guides_javascript_example(environment: dict[str, str]) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on this machine")
    assert run([node, "--input-type=module", "--eval", example("js")], environment) == "0 304\n"


def test_the_guides_problem_is_the_real_one(environment: dict[str, str]) -> None:
    told = json.loads(example("json"))
    response = Client().get(
        "/api/v1/compounds/?bacth=reserve",
        headers={"Authorization": f"Bearer {environment['TOKEN']}", "Accept-Language": "en"},
    )
    assert response.json() == told
