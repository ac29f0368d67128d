"""Errors of every kind have a page in the house style, and a problem document below /api/."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path
from django.utils.html import escape
from django.utils.translation import override
from django.views.decorators.http import require_POST

from core.errorpages import EXPLANATIONS
from core.errors import DomainError, InvalidInput, NotPermitted, TooLarge
from renovation.environment import BASE_DIR
from renovation.urls import handler400, handler403, handler404, handler500
from renovation.urls import urlpatterns as portal_pages
from tests.cast import Cast

__all__ = ["handler400", "handler403", "handler404", "handler500"]


class SlowDown(DomainError):
    code = "slow_down"
    status = 429
    sentence = "Wait {seconds} seconds."


CAUSES: dict[str, Any] = {
    "400": SuspiciousOperation("x"),
    "400-input": InvalidInput(reason="x"),
    "403": PermissionDenied("x"),
    "403-role": NotPermitted(),
    "404": Http404("x"),
    "409": DomainError(),
    "413": TooLarge(limit=20),
    "429": SlowDown(seconds=7),
    "500": RuntimeError("secret detail"),
    "503": OperationalError("secret detail"),
}


def fail(request: HttpRequest, cause: str) -> HttpResponse:
    raise CAUSES[cause]


@require_POST
def post_only(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(len(request.POST)))


urlpatterns = [
    path("fail/<str:cause>/", fail),
    path("api/fail/<str:cause>/", fail),
    path("post-only/", post_only),
    *portal_pages,
]


@pytest.fixture(autouse=True)
def failing_pages() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=__name__):
        yield


@pytest.fixture
def client(cast: Cast) -> Client:
    client = cast.client("bureau")
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("cause", CAUSES)
def test_every_error_has_its_page(client: Client, cause: str) -> None:
    response = client.get(f"/fail/{cause}/")
    text = response.content.decode()
    assert response.status_code == int(cause[:3])
    assert "<h1>" in text
    assert "secret detail" not in text
    assert 'id="main"' in text


@pytest.mark.parametrize("cause", CAUSES)
def test_below_the_api_it_is_a_problem_document(client: Client, cause: str) -> None:
    response = client.get(f"/api/fail/{cause}/")
    body = json.loads(response.content)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert (response.status_code, body["status"]) == (int(cause[:3]), int(cause[:3]))
    assert body["code"]
    assert body["title"]


def test_a_refusal_says_what_to_do(client: Client) -> None:
    assert "Wait 7 seconds." in client.get("/fail/429/").content.decode()
    assert "20 MB" in client.get("/fail/413/", headers={"Accept-Language": "en"}).content.decode()


def test_a_method_that_is_not_offered_has_its_page(client: Client) -> None:
    response = client.get("/post-only/")
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert "<h1>" in response.content.decode()


def test_a_form_that_is_too_large_is_said_to_be(client: Client) -> None:
    response = client.post("/post-only/", {"text": "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)})
    assert response.status_code == 413
    many = {f"f{number}": "" for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
    assert client.post("/post-only/", many).status_code == 413


def test_a_stale_form_says_so(cast: Cast) -> None:
    strict = cast.client("bureau", enforce_csrf_checks=True)
    response = strict.post("/post-only/", {}, headers={"Accept-Language": "en"})
    assert response.status_code == 403
    assert "This form has expired" in response.content.decode()


@pytest.mark.parametrize("address", ["/%00", "/?q=%00", "/?q=%FF", "/?q=%ED%A0%80"])
def test_damaged_addresses_are_refused(client: Client, address: str) -> None:
    assert client.get(address).status_code == 400


@pytest.mark.parametrize("status", EXPLANATIONS)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_speak_both_languages(client: Client, status: int, language: str) -> None:
    with override(language):
        title, text = (str(words) for words in EXPLANATIONS[status])
    assert title.isascii() == (language == "en")
    # Refusals say their own sentence instead of the general one.
    place = {405: "/post-only/"}.get(status, f"/fail/{status}/")
    page = client.get(place, headers={"Accept-Language": language}).content.decode()
    assert escape(title) in page
    assert escape(text) in page or status in {409, 413, 429}


AWAY = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "renovation.settings"
from django.core.wsgi import get_wsgi_application
import io
application = get_wsgi_application()
def ask(path, cookie=""):
    status = []
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": "", "SERVER_NAME": "localhost", "SERVER_PORT": "80",
        "HTTP_HOST": "localhost", "HTTP_COOKIE": cookie, "wsgi.input": io.BytesIO(), "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr, "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
    }
    body = b"".join(application(environ, lambda line, headers: status.append(line[:3])))
    return status[0], b"<h1>" in body
print(ask("/"), ask("/overview/", "sessionid=abcdefghijklmnopqrstuvwxyz012345"), ask("/healthz")[0])
"""


def test_without_a_database_pages_say_so(db: None) -> None:
    """In a process of its own whose database does not answer: the front page stands, the others answer 503."""
    environment = {**os.environ, "DATABASE_URL": "postgres://nobody:x@127.0.0.1:9/none"}
    environment.pop("DATABASE_OWNER_URL", None)
    done = subprocess.run(
        [sys.executable, "-c", AWAY],
        cwd=BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split("\n")[-2:] == ["('200', True) ('503', True) 200", ""], done.stderr[-2000:]
