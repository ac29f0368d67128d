from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from tests.database import Databases
from tests.portal.demo_database import demo_instead


@pytest.fixture(scope="module")
def loaded(
    django_db_setup: None, databases: Databases, django_db_blocker: DjangoDbBlocker
) -> Iterator[dict[str, Any]]:
    """The demo is there for this file; how its loading went."""
    with django_db_blocker.unblock(), demo_instead(databases) as told:
        yield told
