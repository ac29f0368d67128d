"""What a test committed is gone before the next one: rows, numbers, reference rows, and what no row tells."""

from typing import Any

import psycopg2
import pytest
from django.db import connections

from directory.models import Division
from tests.cast import make_organisation, make_places
from tests.database import Databases


def asked(databases: Databases, statement: str, role: str = "owner") -> Any:
    with databases.connect(databases.name, role) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else None


def copies(databases: Databases) -> str:
    """The number of the database itself: another one after it was copied anew."""
    return str(asked(databases, "SELECT oid FROM pg_database WHERE datname = current_database()"))


def test_rows_numbers_and_reference_rows_are_as_before(committed_db: Databases) -> None:
    looked_at = [
        "SELECT * FROM pg_sequences ORDER BY sequencename",
        "SELECT * FROM auth_permission ORDER BY id",
        "SELECT * FROM projects_timetabletemplate ORDER BY id",
        "SELECT count(*) FROM directory_divisionevent",
    ]
    # Numbers that a test drew stay drawn, although its rows were rolled back.
    committed_db.put_back()
    here, before = copies(committed_db), [asked(committed_db, statement) for statement in looked_at]
    make_places()
    make_organisation()
    asked(committed_db, "DELETE FROM auth_permission WHERE id % 2 = 0")
    asked(committed_db, "UPDATE projects_timetabletemplate SET id = id + 5")
    assert all(
        asked(committed_db, statement) != was for statement, was in zip(looked_at, before, strict=True)
    )
    connections.close_all()
    committed_db.put_back()
    assert not Division.objects.exists()
    assert [asked(committed_db, statement) for statement in looked_at] == before
    assert copies(committed_db) == here, "put back, not copied anew"


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE directory_division DISABLE TRIGGER USER",
        "ALTER TABLE directory_division ALTER COLUMN name DROP NOT NULL",
        "GRANT UPDATE ON audit_auditentry TO app",
        "CREATE OR REPLACE FUNCTION credit_code_is_valid(code text) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
        "ALTER TABLE directory_user DROP CONSTRAINT directory_user_username_key",
        "CREATE TABLE left_over (id int)",
        "DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO app', current_database()); END $$",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = 64', current_database()); END $$",
    ],
)
def test_where_more_than_rows_was_changed_the_database_is_another_one(
    committed_db: Databases, statement: str
) -> None:
    here = copies(committed_db)
    asked(committed_db, statement)
    committed_db.put_back()
    assert copies(committed_db) != here


def test_whoever_is_still_connected_is_thrown_out(committed_db: Databases) -> None:
    with committed_db.connect(committed_db.name) as connection, connection.cursor() as cursor:
        cursor.execute("BEGIN; INSERT INTO directory_division (code, name) VALUES ('42', '湖北省')")
        committed_db.put_back()
        with pytest.raises(psycopg2.OperationalError):
            cursor.execute("COMMIT")
    assert asked(committed_db, "SELECT count(*) FROM directory_division") == [(0,)]
