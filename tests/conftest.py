"""Fixtures of every test: the database, the running site, the browser."""

import shutil
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connections
from django.utils import translation
from pytest_django import DjangoDbBlocker

from core.cache import redis_away
from core.lists.filtering import shelf
from renovation.embedded import Installation
from tests.cast import as_role, cast, committed_cast
from tests.database import Databases
from tests.redis_database import emptied_redis

__all__ = ["as_role", "cast", "committed_cast"]


@pytest.fixture(scope="session")
def databases() -> Databases:
    """The databases of this test process, for tests that look at one with a role of their choice."""
    return Databases(Installation.for_tests())


@pytest.fixture(scope="session")
def django_db_setup(databases: Databases, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """In place of pytest-django's: a copy of the migrated template, worked on as the role `app`."""
    databases.create()
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
    yield
    with django_db_blocker.unblock():
        connections.close_all()
    databases.drop()


@pytest.fixture
def committed_db(
    django_db_setup: None, databases: Databases, django_db_blocker: DjangoDbBlocker
) -> Iterator[Databases]:
    """Real commits, for races, several connections and the browser.

    The role `app` cannot TRUNCATE, and history cannot be deleted: afterwards the whole
    database is thrown away and copied anew, reference rows and sequences included.
    """
    with django_db_blocker.unblock():
        yield databases
        connections.close_all()
    databases.create()


@pytest.fixture(autouse=True)
def _portals_language() -> None:
    """Each test begins in the portal's own language, whatever the last one spoke."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Counters and cached figures of one test are not the next one's."""
    redis_away.forgotten()
    emptied_redis()
    shelf.clear()
