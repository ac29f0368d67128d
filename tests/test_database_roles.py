"""The role `app` cannot rewrite history: every way round is tried, with the owner as the control.

All statements run in a transaction that is rolled back. Where `app` must fail, the
owner's success (or the same statement on a harmless table) shows that it was the right
that was lacking and not the grammar.
"""

import re
from contextlib import suppress

import pytest
from django.db import ProgrammingError, connection, connections, transaction

from core.roles import (
    LooseDatabaseError,
    SameRoleError,
    append_only_models,
    refuse_temporary_tables,
    secure_database,
)
from tests.cast import make_places
from tests.database import Databases
from tests.database_roles import KEYS, TABLES, as_owner, refused, run

# What a composite key with ON UPDATE CASCADE refers to, so that the code of a row is kept by the database.
FOLLOWED_WITH_THE_CODE = (
    ["division_code", "id"],
    ["community_id", "id"],
    # What hangs on a household goes with it when compounds are merged.
    ["compound_id", "division_code", "id"],
)


# --- What there is ----------------------------------------------------------------------


def test_history_and_append_only_tables_are_known() -> None:
    assert {"audit_auditentry", "directory_userevent", "compounds_compoundevent", "files_storedfile"} <= set(
        TABLES
    )


def test_app_owns_nothing_and_belongs_to_no_other_role(db: None) -> None:
    assert run("SELECT relname FROM pg_class WHERE relowner = current_user::regrole") == []
    assert run("SELECT proname FROM pg_proc WHERE proowner = current_user::regrole") == []
    assert run("SELECT roleid FROM pg_auth_members WHERE member = current_user::regrole") == []
    ((super_, creates_roles, creates_databases, replicates, bypasses),) = run(
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls"
        " FROM pg_roles WHERE rolname = current_user"
    )
    assert not any((super_, creates_roles, creates_databases, replicates, bypasses))


def test_app_has_exactly_the_rights_it_needs(db: None) -> None:
    rows = run(
        "SELECT c.relname, string_agg(p.privilege, ',' ORDER BY p.privilege)"
        " FROM pg_class c CROSS JOIN unnest(ARRAY['SELECT','INSERT','UPDATE','DELETE','TRUNCATE','REFERENCES',"
        "'TRIGGER','MAINTAIN']) AS p (privilege)"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
        " AND has_table_privilege(c.oid, p.privilege) GROUP BY c.relname"
    )
    rights = dict(rows)
    assert rights.pop("django_migrations") == "SELECT"
    assert {rights.pop(table) for table in TABLES} == {"INSERT,SELECT"}
    assert set(rights.values()) == {"DELETE,INSERT,SELECT,UPDATE"}


def test_no_column_right_goes_beyond_the_tables(db: None) -> None:
    assert (
        run("SELECT attrelid::regclass FROM pg_attribute WHERE attacl IS NOT NULL AND attrelid > 16384") == []
    )


def test_nothing_deletes_or_changes_append_only_rows_in_app_s_stead(db: None) -> None:
    """Foreign keys with cascades act with the rights of the table's owner.

    Only a copied division code may follow the project, compound or household that the row hangs on.
    """
    rows = run(
        "SELECT conrelid::regclass::text, conname, confdeltype, confupdtype,"
        " ARRAY(SELECT attname::text FROM unnest(confkey) AS k JOIN pg_attribute"
        " ON attrelid = confrelid AND attnum = k ORDER BY attname)"
        " FROM pg_constraint WHERE contype = 'f'"
    )
    acting = [
        (table, name)
        for table, name, deletes, updates, followed in rows
        if table in TABLES
        and (deletes not in "ar" or (updates not in "ar" and followed not in FOLLOWED_WITH_THE_CODE))
    ]
    assert acting == []


def test_no_function_runs_with_the_owner_s_rights(db: None) -> None:
    rows = run("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef")
    assert rows == []


# --- Rewriting rows ---------------------------------------------------------------------


REWRITING = (
    "UPDATE {table} SET {key} = {key}",
    "DELETE FROM {table}",
    "DELETE FROM ONLY {table} WHERE {key} IS NULL",
    "TRUNCATE {table}",
    "TRUNCATE {table} CASCADE",
    "SELECT * FROM {table} FOR UPDATE",
    "INSERT INTO {table} ({key}) SELECT NULL WHERE false ON CONFLICT ({key}) DO UPDATE SET {key} = EXCLUDED.{key}",
    "MERGE INTO {table} AS t USING (SELECT 1 AS one) AS s ON true WHEN MATCHED THEN DELETE",
    "WITH gone AS (DELETE FROM {table} RETURNING *) SELECT count(*) FROM gone",
)


@pytest.mark.parametrize("table", TABLES)
def test_rows_once_written_are_out_of_reach(db: None, databases: Databases, table: str) -> None:
    statements = [statement.format(table=table, key=KEYS[table]) for statement in REWRITING]
    said = {sql: refused(sql) for sql in statements}
    assert [sql for sql in statements if "permission denied" not in said[sql]] == [], said
    with as_owner(databases) as owner:
        for sql in statements:
            if "TRUNCATE" not in sql and table != "audit_auditentry":
                owner.execute("SAVEPOINT before")
                owner.execute(sql)
                owner.execute("ROLLBACK TO before")


REBUILDING = (
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "ALTER TABLE {table} DISABLE TRIGGER USER",
    "ALTER TABLE {table} OWNER TO CURRENT_USER",
    "ALTER TABLE {table} RENAME TO old_{table}",
    "ALTER TABLE {table} ADD COLUMN mine int",
    "ALTER TABLE {table} SET UNLOGGED",
    "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    "DROP TABLE {table}",
    "DROP TABLE {table} CASCADE",
    "CREATE RULE mine AS ON INSERT TO {table} DO INSTEAD NOTHING",
    "CREATE TRIGGER mine BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE POLICY mine ON {table} USING (false)",
    "CREATE INDEX mine ON {table} ({key})",
    "LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE",
    "COMMENT ON TABLE {table} IS 'mine'",
)


@pytest.mark.parametrize("table", TABLES)
def test_the_tables_themselves_are_out_of_reach(db: None, table: str) -> None:
    statements = [statement.format(table=table, key=KEYS[table]) for statement in REBUILDING]
    said = {sql: refused(sql) for sql in statements}
    assert [sql for sql in statements if not re.search("must be owner|permission denied", said[sql])] == [], (
        said
    )


@pytest.mark.parametrize("table", TABLES)
def test_app_grants_itself_nothing(db: None, table: str) -> None:
    """PostgreSQL answers with a warning, so the rights themselves are looked at."""
    run(f"GRANT ALL ON {table} TO CURRENT_USER")
    ((updates, deletes),) = run(
        "SELECT has_table_privilege(%s, 'UPDATE'), has_table_privilege(%s, 'DELETE')", table, table
    )
    assert not updates
    assert not deletes


def test_what_is_written_can_be_read(db: None) -> None:
    for model in append_only_models():
        assert model._default_manager.count() >= 0


# --- Becoming somebody else -------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE owner",
        "SET ROLE postgres",
        "SET LOCAL ROLE pg_database_owner",
        "SET SESSION AUTHORIZATION owner",
        "SET SESSION AUTHORIZATION postgres",
        "GRANT owner TO CURRENT_USER",
        "GRANT pg_write_all_data TO CURRENT_USER",
        "ALTER ROLE CURRENT_USER SUPERUSER",
        "ALTER ROLE CURRENT_USER CREATEROLE",
        "ALTER ROLE CURRENT_USER BYPASSRLS",
        "ALTER ROLE owner PASSWORD 'x'",
        "CREATE ROLE mine SUPERUSER LOGIN",
        "REASSIGN OWNED BY owner TO CURRENT_USER",
        "DROP OWNED BY owner",
        "ALTER DEFAULT PRIVILEGES FOR ROLE owner GRANT ALL ON TABLES TO CURRENT_USER",
        "ALTER DATABASE CURRENT_DATABASE OWNER TO CURRENT_USER",
        "UPDATE pg_authid SET rolsuper = true WHERE rolname = current_user",
        "UPDATE pg_class SET relowner = current_user::regrole WHERE relname = 'audit_auditentry'",
        "SELECT rolpassword FROM pg_authid",
    ],
)
def test_app_becomes_nobody_else(db: None, databases: Databases, statement: str) -> None:
    sql = statement.replace("CURRENT_DATABASE", databases.name)
    assert refused(sql)


@pytest.mark.parametrize(
    "right", ["CREATE ON SCHEMA public", "TEMPORARY ON DATABASE {database}", "ALL ON DATABASE {database}"]
)
def test_app_takes_no_right_on_schema_or_database(db: None, databases: Databases, right: str) -> None:
    """PostgreSQL answers with a warning or an error, as the right is; nothing is granted either way."""
    with suppress(ProgrammingError), transaction.atomic():
        run(f"GRANT {right.format(database=databases.name)} TO CURRENT_USER")
    ((creates, makes_temporary, creates_schemas),) = run(
        "SELECT has_schema_privilege('public', 'CREATE'), has_database_privilege(current_database(), 'TEMP'),"
        " has_database_privilege(current_database(), 'CREATE')"
    )
    assert not any((creates, makes_temporary, creates_schemas))


# --- Files and the server ---------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "COPY audit_auditentry TO '/tmp/audit.csv'",
        "COPY audit_auditentry FROM '/etc/passwd'",
        "COPY audit_auditentry TO PROGRAM 'cat'",
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_read_binary_file('PG_VERSION')",
        "SELECT pg_ls_dir('.')",
        "SELECT pg_ls_waldir()",
        "SELECT lo_import('/etc/passwd')",
        "SELECT lo_export(1, '/tmp/x')",
        "SELECT pg_rotate_logfile()",
        "SELECT pg_reload_conf()",
        "SELECT pg_switch_wal()",
        "ALTER SYSTEM SET fsync = off",
        "CHECKPOINT",
    ],
)
def test_files_and_server_are_out_of_reach(db: None, statement: str) -> None:
    assert refused(statement)


def test_numbers_of_history_rows_are_not_turned_back(db: None) -> None:
    sequence = run("SELECT pg_get_serial_sequence('audit_auditentry', 'id')")[0][0]
    assert "permission denied" in refused(f"SELECT setval('{sequence}', 1)")
    assert "must be owner" in refused(f"ALTER SEQUENCE {sequence} RESTART")


def test_the_list_of_migrations_is_read_only(db: None) -> None:
    assert "permission denied" in refused("DELETE FROM django_migrations")
    assert "permission denied" in refused(
        "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'y', now())"
    )


# --- Setting the rights -----------------------------------------------------------------


def test_the_portal_s_role_must_not_be_the_owner(db: None) -> None:
    with pytest.raises(SameRoleError):
        secure_database(connection, app_role=connection.settings_dict["USER"])


def test_a_database_where_app_may_make_temporary_tables_is_refused(
    committed_db: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the owner role does not own the database: revoking does nothing there, silently."""
    with committed_db.connect(committed_db.name, role="owner") as owner, owner.cursor() as cursor:
        cursor.execute(f"GRANT TEMPORARY ON DATABASE {committed_db.name} TO app")
    with pytest.raises(LooseDatabaseError):
        refuse_temporary_tables(connection.cursor(), "app")
    secure_database(connections["owner"], app_role="app")
    refuse_temporary_tables(connection.cursor(), "app")


def test_places_can_still_be_made(db: None) -> None:
    """The rights suffice for what the portal does."""
    assert make_places()
