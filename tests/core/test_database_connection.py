"""A kept connection is looked at before each request: without a round trip, and without being fooled."""

import time
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.database.base import DatabaseWrapper

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept() -> Iterator[DatabaseWrapper]:
    other = connection.copy()
    assert isinstance(other, DatabaseWrapper)
    with other.cursor() as cursor:
        cursor.execute("SELECT 1")
    yield other
    other.close()


def test_one_that_lives_is_asked_nothing(kept: DatabaseWrapper) -> None:
    with CaptureQueriesContext(kept) as asked:
        assert kept.is_usable()
    assert len(asked) == 0


def test_one_that_the_server_ended_is_noticed(kept: DatabaseWrapper) -> None:
    with kept.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        ((pid,),) = cursor.fetchall()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    for _attempt in range(50):
        if not kept.is_usable():
            return
        time.sleep(0.02)
    pytest.fail("a connection that is gone was taken for a living one")


def test_a_message_in_between_is_no_end(kept: DatabaseWrapper) -> None:
    """A notification lies in the socket unread: then the server is asked."""
    with kept.cursor() as cursor:
        cursor.execute("LISTEN somebody")
    teller = connection.copy()
    with teller.cursor() as cursor:
        cursor.execute("NOTIFY somebody")
    teller.close()
    time.sleep(0.05)
    assert kept.is_usable()


def test_one_that_was_closed_here_is_not_usable(kept: DatabaseWrapper) -> None:
    kept.connection.close()
    assert not kept.is_usable()
