"""Fixtures of every test: the database, the running site, the browser."""

import shutil
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.db import connections
from django.utils import translation
from pytest_django import DjangoDbBlocker
from whitenoise import WhiteNoise

from core.cache import redis_away
from core.lists.filtering import shelf
from renovation.embedded import Installation
from tests.cast import as_role, cast, committed_cast
from tests.database import Databases
from tests.redis_database import emptied_redis

__all__ = ["as_role", "cast", "committed_cast"]


# A file is one worker's (`--dist loadfile`): what takes longest goes first, so that the workers end together.
LONGEST_FIRST = (
    "tests/test_permissions.py",
    "tests/portal/test_demo_crawl.py",
    "tests/portal/test_shell_browser.py",
    "tests/directory/test_browser.py",
    "tests/renovation/test_serve.py",
    "tests/compounds/test_survey_browser.py",
    "tests/compounds/test_register_browser.py",
    "tests/compounds/test_pool_browser.py",
    "tests/imports/test_browser.py",
    "tests/portal/test_demo_loading.py",
    "tests/projects/test_scheme_browser.py",
    "tests/projects/test_plan_browser.py",
    "tests/delivery/test_browser.py",
    "tests/projects/test_scheme_pages.py",
    "tests/projects/test_project_browser.py",
    "tests/jobs/test_worker.py",
    "tests/delivery/test_pages.py",
    "tests/residents/test_home_page.py",
    "tests/projects/test_api_projects.py",
    "tests/test_openapi.py",
    "tests/projects/test_task_browser.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0], len(place)))


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

    The role `app` cannot TRUNCATE, and history cannot be deleted: afterwards the superuser
    puts the database back as it was, reference rows and sequences included.
    """
    with django_db_blocker.unblock():
        yield databases
        connections.close_all()
    databases.put_back()


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_listed_once() -> Iterator[None]:
    """Each test client builds the middleware anew, and WhiteNoise then looks at every static file: 0.1 s a client."""
    look, known = WhiteNoise.update_files_dictionary, dict[tuple[str, str], dict[str, Any]]()

    def once(self: WhiteNoise, root: str, prefix: str) -> None:
        if (root, prefix) not in known:
            others, self.files = self.files, {}
            look(self, root, prefix)
            known[root, prefix], self.files = self.files, others
        self.files.update(known[root, prefix])

    with mock.patch.object(WhiteNoise, "update_files_dictionary", once):
        yield


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
