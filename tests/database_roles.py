"""What tests of the database's rights share: statements as `app` and, as the control, as the owner."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from core.history import history_of
from core.roles import append_only_models
from directory.models import Organisation
from tests.database import Databases

TABLES = sorted(model._meta.db_table for model in append_only_models())
KEYS = {model._meta.db_table: model._meta.pk.column for model in append_only_models() if model._meta.pk}


def run(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """As `app`, through Django's own connection."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return cursor.fetchall() if cursor.description else []


def refused(sql: str) -> str:
    """The statement must fail for `app`; what PostgreSQL said."""
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        run(sql)
    return str(refusal.value)


@contextmanager
def as_owner(databases: Databases) -> Iterator[Any]:
    """A cursor of the owner, in a transaction that is rolled back."""
    with databases.connect(databases.name, role="owner") as owner, owner.cursor() as cursor:
        cursor.execute("BEGIN")
        yield cursor
        cursor.execute("ROLLBACK")


def events_of(organisation: Organisation) -> int:
    return history_of(Organisation).filter(pgh_obj=organisation).count()
