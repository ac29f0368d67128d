"""Probes, and the answer to HEAD."""

import logging
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client

from core.middleware import HeadMiddleware, HealthMiddleware
from tests.cast import Cast


@pytest.fixture
def health(monkeypatch: pytest.MonkeyPatch) -> HealthMiddleware:
    """A new process whose database is still being migrated."""
    middleware = HealthMiddleware(lambda request: HttpResponse())
    monkeypatch.setattr(middleware, "_migrations", lambda: middleware._migrated)
    return middleware


def probe(health: HealthMiddleware) -> int:
    request = HttpRequest()
    request.path, request.method = "/readyz", "GET"
    return health(request).status_code


def test_a_probe_while_migrating_is_told_once_and_is_no_error(
    cast: Cast, health: HealthMiddleware, caplog: pytest.LogCaptureFixture
) -> None:
    assert [probe(health) for _ in range(5)] == [503] * 5
    health._migrated = True
    assert [probe(health) for _ in range(5)] == [200] * 5
    said = [(record.levelno, record.getMessage()) for record in caplog.records]
    assert said == [(logging.WARNING, "Not ready yet: waiting for migrations"), (logging.WARNING, "Ready")]


def test_through_the_whole_portal_nothing_else_is_logged(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(HealthMiddleware, "_migrations", lambda self: False)
    client = Client()
    for _ in range(3):
        assert client.get("/readyz").status_code == 503
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


@pytest.mark.parametrize("body", ["页面", ""])
def test_head_has_the_length_of_the_body_and_no_body(body: str) -> None:
    request = HttpRequest()
    request.method = "HEAD"
    answer: Any = HeadMiddleware(lambda request: HttpResponse(body))(request)
    assert (answer.content, answer.headers["Content-Length"]) == (b"", str(len(body.encode())))


def test_head_of_a_file_opens_and_closes_it(cast: Cast) -> None:
    answer: Any = cast.client("bureau").head("/compounds/?export=csv")
    assert answer.status_code == 200
    assert b"".join(answer) == b""
    assert answer.closed or answer.close() is None
