"""The tests' own database: what they stand on must be what the portal stands on."""

import pytest
from django.db import connection

from tests.database import Databases


def test_tests_work_as_the_role_app(db: None, databases: Databases) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        assert cursor.fetchone() == ("app", databases.name)


def test_the_role_app_cannot_create_tables(db: None) -> None:
    with connection.cursor() as cursor, pytest.raises(Exception, match="permission denied for schema public"):
        cursor.execute("CREATE TABLE mine (id int)")
