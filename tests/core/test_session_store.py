"""The session store reads by a statement of its own and is otherwise Django's."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.sessions import SessionStore
from tests.cast import Cast


def test_what_was_put_in_comes_out(db: None) -> None:
    store = SessionStore()
    store["division"] = "421003"
    store.save()
    assert SessionStore(store.session_key)["division"] == "421003"
    again = SessionStore(store.session_key)
    with CaptureQueriesContext(connection) as captured:
        assert again.get("division") == "421003"
    assert len(captured) == 1


def test_an_ended_session_is_empty_and_its_key_is_not_used_again(db: None) -> None:
    store = SessionStore()
    store["a"] = 1
    store.save()
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    ended = SessionStore(store.session_key)
    assert ended.get("a") is None
    assert ended.session_key is None


def test_data_that_somebody_changed_is_no_session(db: None) -> None:
    store = SessionStore()
    store["a"] = 1
    store.save()
    Session.objects.update(session_data=store.encode({"a": 2})[:-3] + "xyz")
    assert SessionStore(store.session_key).get("a") is None


@pytest.mark.parametrize(
    "key", ["", "x", '"\\000\\000\\000\\000\\000\\000\\000\\000"', "' OR 1=1 --", "é" * 20, "a" * 5000]
)
def test_a_cookie_can_say_anything(cast: Cast, key: str) -> None:
    cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={key}"}
    assert Client().get("/", headers=cookie).status_code == 200
    assert Client().get("/overview/", headers=cookie).status_code == 302


def test_a_flushed_session_opens_nothing(cast: Cast) -> None:
    client = cast.client("bureau")
    assert client.get("/overview/").status_code == 200
    Session.objects.all().delete()
    assert client.get("/overview/").status_code == 302
