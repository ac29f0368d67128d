"""The shell around every staff page, the front page, and what a person sets for themselves."""

from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.board import board
from core.scope import SESSION_KEY
from jobs.actions import enqueue
from outbox.actions import tell
from tests.cast import EAST_STREET, JINGZHOU, PEOPLE, SHENGLI, WEST_STREET, ZAOYANG, Cast


def text(client: Client, address: str, **options: object) -> str:
    response = client.get(address, **options)  # type: ignore[arg-type]
    assert response.status_code == 200, address
    return response.content.decode()


# --- Front page -------------------------------------------------------------------------


def test_the_front_page_needs_no_account(cast: Cast) -> None:
    page = text(cast.client(), "/")
    assert "城镇老旧小区改造" in page
    assert f'href="{reverse(settings.LOGIN_URL)}"' in page
    assert "演示" not in page
    assert "Renovation of old residential compounds" in text(
        cast.client(), "/", headers={"Accept-Language": "en"}
    )


def test_the_customary_address_of_the_icon_answers_signed_out_too(cast: Cast) -> None:
    answer = cast.client().get("/favicon.ico")
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith(".svg")


def test_whoever_is_signed_in_goes_on_to_the_overview(cast: Cast) -> None:
    assert cast.client("street").get("/").headers["Location"] == "/overview/"


def test_the_front_page_takes_no_statement(cast: Cast) -> None:
    with CaptureQueriesContext(connection) as captured:
        text(cast.client(), "/")
    assert len(captured) == 0


# --- The rail and the top bar -----------------------------------------------------------


def test_the_rail_marks_where_one_is(cast: Cast) -> None:
    page = text(cast.client("bureau"), "/overview/")
    assert '<a href="/overview/" aria-current="true">' in page
    assert '<a href="/compounds/">' in page
    assert '<a href="/compounds/" aria-current="true">' in text(cast.client("bureau"), "/compounds/")


def test_the_rail_shows_only_what_the_role_may_open(cast: Cast, settings: Any) -> None:
    settings.SECOND_FACTOR_FOR_ADMINISTRATORS = False
    assert '<a href="/compounds/">' not in text(cast.client("secadmin"), "/overview/")


@pytest.mark.parametrize("username", [name for name in PEOPLE if name != "service"])
def test_every_entry_of_the_rail_and_of_the_account_menu_opens(
    cast: Cast, settings: Any, username: str
) -> None:
    settings.SECOND_FACTOR_FOR_ADMINISTRATORS = False
    client = cast.client(username)
    names = [item.url_name for item in board.rail(getattr(cast, username))]
    for address in map(reverse, [*names, *(item.url_name for item in board.account_items())]):
        assert client.get(address, follow=True).status_code == 200, address


def test_the_beacons_count_what_is_one_s_own(cast: Cast) -> None:
    enqueue(kind="x", title="导入", user=cast.bureau)
    tell(recipient=cast.bureau, subject="完成")
    tell(recipient=cast.bureau, subject="再次完成")
    mine, theirs = text(cast.client("bureau"), "/overview/"), text(cast.client("street"), "/overview/")
    assert mine.count('<span class="beacon">') == 2
    assert '<span class="beacon">2</span>' in mine
    assert '<span class="beacon">' not in theirs


def test_the_shell_takes_few_statements(cast: Cast) -> None:
    client = cast.client("nobody")
    text(client, "/search/")
    with CaptureQueriesContext(connection) as captured:
        text(client, "/search/")
    assert len(captured) <= 5, [query["sql"][:100] for query in captured]


def test_names_of_people_are_escaped(cast: Cast) -> None:
    cast.bureau.name = "<b>丁</b>"
    cast.bureau.save()
    page = text(cast.client("bureau"), "/overview/")
    assert "&lt;b&gt;丁" in page
    assert "<b>丁" not in page


@pytest.mark.parametrize("address", ["/", "/overview/", "/search/?q=a", "/division/", "/jobs/", "/inbox/"])
def test_pages_name_their_language_title_and_landmarks(cast: Cast, address: str) -> None:
    client = cast.client("" if address == "/" else "bureau")
    for language, html_lang in (("zh-hans", "zh-Hans"), ("en", "en")):
        page = text(client, address, headers={"Accept-Language": language})
        assert f'<html lang="{html_lang}"' in page
        assert page.count("<h1>") == 1
        assert page.count('<main id="main"') == 1
        assert 'href="#main"' in page
        assert "<title> ·" not in page


# --- Language and print -----------------------------------------------------------------


def test_the_language_is_kept(cast: Cast) -> None:
    client = cast.client("bureau")
    response = client.post("/language/", {"language": "en", "next": "/overview/"})
    assert response.headers["Location"] == "/overview/"
    assert "Waiting for me" in text(client, "/overview/")


def test_large_print_is_kept_and_put_off(cast: Cast) -> None:
    client = cast.client()
    assert 'class="large"' not in text(client, "/")
    client.post("/large-print/", {"large": "1", "next": "/"})
    assert 'class="large"' in text(client, "/")
    client.post("/large-print/", {"large": "0", "next": "/"})
    assert 'class="large"' not in text(client, "/")


@pytest.mark.parametrize(
    "place", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", ""]
)
def test_the_way_back_stays_in_the_portal(cast: Cast, place: str) -> None:
    client = cast.client("bureau")
    assert client.post("/large-print/", {"large": "1", "next": place}).headers["Location"] == "/"
    assert client.post("/division/", {"division": "", "next": place}).headers["Location"] == "/overview/"


# --- The division -----------------------------------------------------------------------


def test_the_division_is_chosen_and_given_up(cast: Cast) -> None:
    client = cast.client("bureau")
    response = client.post(
        "/division/", {"division": WEST_STREET, "next": "/overview/?division=42&after=x&a=b"}
    )
    assert response.headers["Location"] == "/overview/?a=b"
    assert "西城街道" in text(client, "/overview/")
    client.post("/division/", {"division": ""})
    assert SESSION_KEY not in client.session


@pytest.mark.parametrize("code", [ZAOYANG, "99", "4210030010019", "' OR 1=1", "42%", "４２１００３"])
def test_a_division_out_of_reach_cannot_be_chosen(cast: Cast, code: str) -> None:
    client = cast.client("bureau")
    client.post("/division/", {"division": code})
    assert SESSION_KEY not in client.session


def test_a_choice_does_not_outlive_the_role(cast: Cast) -> None:
    client = cast.client("bureau")
    client.post("/division/", {"division": WEST_STREET})
    cast.bureau.roles.update(division_id=ZAOYANG)
    assert "西城街道" not in text(client, "/overview/")


def test_the_tree_shows_one_s_own_divisions_and_the_way_up(cast: Cast) -> None:
    tree = text(cast.client("street"), "/division/")
    assert f'value="{SHENGLI}"' in tree
    assert f'value="{JINGZHOU}"' in tree
    assert EAST_STREET not in tree
    assert ZAOYANG not in tree
    assert f'value="{EAST_STREET}"' in text(cast.client("bureau"), "/division/")
    assert f'value="{SHENGLI}"' in text(cast.client("bureau"), f"/division/?under={WEST_STREET}")
    assert "枣阳市" not in text(cast.client("bureau"), f"/division/?under={ZAOYANG}")


def test_divisions_are_found_by_name(cast: Cast) -> None:
    found = text(cast.client("bureau"), "/division/?q=民主街")
    assert "民主街社区" in found
    assert "光武社区" not in text(cast.client("bureau"), "/division/?q=光武")


def test_htmx_gets_the_tree_alone(cast: Cast) -> None:
    part = text(cast.client("bureau"), "/division/", headers={"HX-Request": "true"})
    assert part.lstrip().startswith('<div class="divisions">')


# --- Overview ---------------------------------------------------------------------------


def test_an_overview_without_records_says_why(cast: Cast) -> None:
    page = text(cast.client("nobody"), "/overview/", headers={"Accept-Language": "en"})
    assert "Your role has no access to records" in page
    assert "Nothing is waiting for you" in page


# --- Every list -------------------------------------------------------------------------

LISTS = {
    "compounds:list": "bureau", "compounds:pool_list": "bureau", "compounds:surveys": "bureau",
    "directory:organisations": "sysadmin", "directory:users": "sysadmin", "directory:tokens": "secadmin",
    "audit:list": "auditadmin",
}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_every_list_narrows_to_the_chosen_division_and_answers_every_order(
    cast: Cast, settings: Any, name: str
) -> None:
    settings.SECOND_FACTOR_FOR_ADMINISTRATORS = False
    client = cast.client(LISTS[name])
    client.post("/division/", {"division": WEST_STREET})
    page = client.get(reverse(name)).context["list"]
    for column in page.spec.columns:
        for sort in (column.key, f"-{column.key}"):
            shown = f"&cols={column.key}" if column is not page.spec.columns[0] else ""
            assert client.get(f"{reverse(name)}?sort={sort}{shown}").status_code == 200, sort
    assert client.get(f"{reverse(name)}?filters=1").status_code == 200
    if page.may_export:
        response: Any = client.get(f"{reverse(name)}?export=xlsx")
        assert response.status_code == 200
        assert b"".join(response.streaming_content).startswith(b"PK")


def test_pages_of_a_stage_mark_its_entry_of_the_rail(cast: Cast) -> None:
    client = cast.client("bureau")
    for address in ("/imports/", "/compounds/map/"):
        assert '<a href="/compounds/" aria-current="true">' in text(client, address), address
    for address in ("/schemes/", "/timeline/"):
        assert '<a href="/projects/" aria-current="true">' in text(client, address), address
    assert '<a href="/surveys/" aria-current="true">' in text(client, "/surveys/")
