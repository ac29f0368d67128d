"""Photos from a phone's queue: what the server keeps of its promise, and the queue itself in a browser."""

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.templatetags.static import static
from django.test import RequestFactory
from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from files.models import StoredFile
from files.photos import receive_photo
from tests.browser import NewPage
from tests.cast import Cast
from tests.compounds.pages import files, picture

KEY = str(uuid.uuid4())


class Site:
    """An owner of photos as an app would be one: rows under their keys."""

    def __init__(self, cast: Cast) -> None:
        self.user = cast.community
        self.rows: dict[uuid.UUID, tuple[StoredFile, dict[str, Any]]] = {}

    def receive(self, **sent: Any) -> HttpResponse:
        request = RequestFactory().post("/photos/", sent)
        request.user = self.user
        return receive_photo(
            request,
            known=self.rows.get,
            attach=lambda file, cleaned: self.rows.setdefault(cleaned["key"], (file, cleaned)),
            tile=lambda row: HttpResponse(f"<li>{row[1]['caption']}</li>"),
        )


@pytest.fixture
def place(cast: Cast, files_of_their_own: object) -> Site:
    return Site(cast)


def test_a_photo_is_kept_once_however_often_it_is_sent(place: Site) -> None:
    answers = [
        place.receive(photo=picture(orientation=6), key=KEY, topic="roads", caption="门口") for _ in range(3)
    ]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert {answer.content.decode() for answer in answers} == {"<li>门口</li>"}
    (file, cleaned) = next(iter(place.rows.values()))
    assert StoredFile.objects.count() == 1
    assert (file.media_type, file.width, file.height) == ("image/jpeg", 480, 640)
    assert cleaned["topic"] == "roads"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"key": KEY}, 400),
        ({"photo": picture()}, 400),
        ({"photo": picture(), "key": "1"}, 400),
        ({"photo": SimpleUploadedFile("a.jpg", b"%PDF-1.7"), "key": KEY}, 415),
        ({"photo": SimpleUploadedFile("a.jpg", b"\xff\xd8\xff" + b"x" * 99), "key": KEY}, 400),
        ({"photo": picture(), "key": KEY, "caption": "长" * 121}, 400),
    ],
)
def test_what_is_refused_for_good_is_a_plain_sentence(place: Site, sent: dict[str, Any], status: int) -> None:
    answer = place.receive(**sent)
    assert (answer.status_code, answer["Content-Type"]) == (status, "text/plain; charset=utf-8")
    assert "<" not in answer.content.decode()
    assert not place.rows


# --- The queue in a browser, on a page of its own ---------------------------------------

PAGE = """<!doctype html><html lang="zh-Hans"><head><title>工地</title></head><body>
<form method="post" action="/sent-by-form/" data-photo-queue data-photos="/site-photos/" data-place="7:12"
  data-text-shrinking="压缩中" data-text-queued="等待" data-text-sending="上传中" data-text-retry="{{seconds}}秒后重试"
  data-text-photo="1张未传" data-text-photos="{{count}}张未传" data-text-waiting="传完后提交"
  data-text-signed-out="已退出" data-text-stale="已过期" data-text-closed="不能上传" data-text-offline="无网络">
  <input type="hidden" name="csrfmiddlewaretoken" value="t"><input type="file" name="photos_site" multiple>
  <ul data-photos-of="site"></ul><p data-photo-line role="status" hidden></p><button>提交</button></form>
<template data-photo-waiting><li class="photo"><img alt=""><progress max="100" value="0"></progress>
  <span class="photo-state"></span><input data-photo-field="caption" value="晨检">
  <button type="button" class="photo-remove">x</button></li></template>
<script type="module" src="{script}"></script></body></html>"""


class Server:
    """What stands behind the page: it answers as told, and notes the key of each request."""

    def __init__(self, page: Page) -> None:
        self.keys: list[str] = []
        self.answers: list[int] = []
        self.is_away = True
        page.route("**/site-photos/", self._photo)
        page.route("**/sent-by-form/", lambda route: route.fulfill(body="ok", content_type="text/plain"))

    def _photo(self, route: Route) -> None:
        body = route.request.post_data_buffer or b""
        self.keys.append(body.partition(b'name="key"\r\n\r\n')[2][:36].decode())
        assert "晨检".encode() in body
        if self.is_away:
            return route.abort()
        answer = self.answers.pop(0)
        if answer == 201:
            return route.fulfill(status=201, body='<li class="photo kept">在</li>', content_type="text/html")
        return route.fulfill(status=answer, body="图片已损坏", content_type="text/plain; charset=utf-8")


@pytest.fixture
def server(new_page: NewPage, site: str) -> tuple[Page, Server]:
    page = new_page(width=390, height=844)
    address = site + reverse("portal:front") + "a-building-site/"
    body = PAGE.replace("{{", "{").replace("}}", "}").replace("{script}", static("core/js/photo-queue.js"))
    page.route(address, lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8"))
    served = Server(page)
    page.goto(address)
    return page, served


@pytest.mark.browser
def test_the_queue_of_any_page_retries_with_one_key_shows_refusals_and_holds_the_form(
    server: tuple[Page, Server],
) -> None:
    page, served = server
    served.answers = [429, 201, 415]
    page.locator("input[type=file]").set_input_files(files(picture(), picture(colour="red")))
    expect(page.locator("[data-photo-line]")).to_have_text("2张未传")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("[data-photo-line]")).to_contain_text("传完后提交")
    expect(page.locator(".photo-state").first).to_contain_text("秒后重试")
    served.is_away = False
    page.wait_for_url("**/sent-by-form/", timeout=60_000)
    assert not served.answers
    # However often the first was tried, it was one photo; the second, refused for good, was sent once.
    assert len(set(served.keys)) == 2
    assert set(served.keys[:-1]) == {served.keys[0]}
