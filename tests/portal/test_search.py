"""The search box and its page."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from core.board import SearchHit, SearchSource, board
from tests.cast import Cast

HTMX = {"HX-Request": "true", "HX-Target": "finder-hits"}


@pytest.fixture
def asked() -> Iterator[list[tuple[Any, str, int]]]:
    """A source of the test's own, and what it was asked."""
    heard: list[tuple[Any, str, int]] = []

    def find(user: Any, key: str, limit: int) -> list[SearchHit]:
        heard.append((user, key, limit))
        return [
            SearchHit(title=f"<b>{key}</b> {number}", detail="x", url=f"/x/{number}/")
            for number in range(limit)
        ]

    source = SearchSource(key="of a test", label="甲类", position=1, find=find)
    board.register(source)
    yield heard
    board.forget(source)


def text(client: Client, address: str, **headers: str) -> str:
    return client.get(address, headers=headers).content.decode()


def test_typed_text_is_levelled_before_it_is_looked_for(
    cast: Cast, asked: list[tuple[Any, str, int]]
) -> None:
    text(cast.client("bureau"), "/search/?q=%20ＡＢＣ\u200b 砂石厂%20")
    assert asked == [(cast.bureau, "abc砂石厂", 51)]


def test_the_page_lists_more_than_the_suggestions(cast: Cast, asked: list[tuple[Any, str, int]]) -> None:
    client = cast.client("bureau")
    assert text(client, "/search/?q=a").count('class="hit-title"') == 50
    suggestions = text(client, "/search/?q=a", **HTMX)
    assert suggestions.count('class="hit-title"') == 5
    assert "<html" not in suggestions
    assert 'href="/search/?q=a"' in suggestions


def test_hits_are_escaped(cast: Cast, asked: list[tuple[Any, str, int]]) -> None:
    page = text(cast.client("bureau"), "/search/?q=%3Cscript%3E")
    assert "<b>" not in page
    assert "<script>" not in page.replace("<script src", "").replace("<script type", "")


@pytest.mark.parametrize("typed", ["", "%20", "%E2%80%8B"])
def test_nothing_typed_asks_nobody(cast: Cast, asked: list[tuple[Any, str, int]], typed: str) -> None:
    assert "您要找什么" in text(cast.client("bureau"), f"/search/?q={typed}")
    assert asked == []


def test_long_input_is_cut(cast: Cast, asked: list[tuple[Any, str, int]]) -> None:
    text(cast.client("bureau"), "/search/?q=" + "长" * 500)
    assert len(asked[0][1]) == 80


def test_nothing_found_says_how_to_look(cast: Cast) -> None:
    assert "没有找到" in text(cast.client("nobody"), "/search/?q=qqqqqq")
