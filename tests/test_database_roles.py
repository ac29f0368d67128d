"""The role `app` cannot rewrite history: every way round is tried, with the owner as the control.

All statements run in a transaction that is rolled back. Where `app` must fail, the
owner's success (or the same statement on a harmless table) shows that it was the right
that was lacking and not the grammar.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import psycopg2
import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, connections, transaction
from django.db.models import Model
from django.utils import timezone
from psycopg2 import errors

from audit.actions import record
from audit.models import KEPT_AT_LEAST, AuditEntry
from compounds.models import ConditionSurvey, SurveyState
from core.history import history_of
from core.roles import (
    LooseDatabaseError,
    SameRoleError,
    append_only_models,
    refuse_temporary_tables,
    secure_database,
)
from directory.models import Organisation
from tests.cast import Cast, make_organisation, make_places
from tests.compounds.builders import make_compound, make_survey
from tests.database import Databases

TABLES = sorted(model._meta.db_table for model in append_only_models())
KEYS = {model._meta.db_table: model._meta.pk.column for model in append_only_models() if model._meta.pk}
DENIED = (errors.InsufficientPrivilege,)
# What a composite key with ON UPDATE CASCADE refers to, so that the code of a row is kept by the database.
FOLLOWED_WITH_THE_CODE = (["division_code", "id"], ["community_id", "id"])


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

    Only a copied division code may follow the project or compound that the row hangs on.
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


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET {key} = {key}",
        "DELETE FROM {table}",
        "DELETE FROM ONLY {table} WHERE {key} IS NULL",
        "TRUNCATE {table}",
        "TRUNCATE {table} CASCADE",
        "SELECT * FROM {table} FOR UPDATE",
        "INSERT INTO {table} ({key}) SELECT NULL WHERE false ON CONFLICT ({key}) DO UPDATE SET {key} = EXCLUDED.{key}",
        "MERGE INTO {table} AS t USING (SELECT 1 AS one) AS s ON true WHEN MATCHED THEN DELETE",
        "WITH gone AS (DELETE FROM {table} RETURNING *) SELECT count(*) FROM gone",
    ],
)
def test_rows_once_written_are_out_of_reach(
    db: None, databases: Databases, table: str, statement: str
) -> None:
    sql = statement.format(table=table, key=KEYS[table])
    assert "permission denied" in refused(sql)
    if "TRUNCATE" not in sql and table != "audit_auditentry":
        with as_owner(databases) as owner:
            owner.execute(sql)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement",
    [
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
    ],
)
def test_the_tables_themselves_are_out_of_reach(db: None, table: str, statement: str) -> None:
    said = refused(statement.format(table=table, key=KEYS[table]))
    assert "must be owner" in said or "permission denied" in said, said


@pytest.mark.parametrize("table", TABLES)
def test_app_grants_itself_nothing(db: None, table: str) -> None:
    """PostgreSQL answers with a warning, so the rights themselves are looked at."""
    run(f"GRANT ALL ON {table} TO CURRENT_USER")
    ((updates, deletes),) = run(
        "SELECT has_table_privilege(%s, 'UPDATE'), has_table_privilege(%s, 'DELETE')", table, table
    )
    assert not updates
    assert not deletes


@pytest.mark.parametrize("model", append_only_models(), ids=lambda model: model._meta.label)
def test_what_is_written_can_be_read(db: None, model: type[Model]) -> None:
    assert model._default_manager.count() >= 0


# --- Switching triggers off -------------------------------------------------------------


@pytest.mark.parametrize("how", ["SET LOCAL", "SET SESSION"])
@pytest.mark.parametrize(
    "names",
    [
        "{directory.Organisation:update_update}",
        "{update_update,insert_insert}",
        "{%}",
        "{pgtrigger_update_update_17175}",
    ],
)
def test_pgtrigger_ignore_switches_nothing_off(cast: Cast, how: str, names: str) -> None:
    office = make_organisation("荆州区住建局")
    own = run(
        "SELECT string_agg(tgname::text, ',') FROM pg_trigger WHERE tgrelid = 'directory_organisation'::regclass"
    )
    for ignored in (names, "{" + own[0][0] + "}"):
        before = events_of(office)
        run(f"{how} pgtrigger.ignore = '{ignored}'")
        Organisation.objects.filter(pk=office.pk).update(phone=f"0716-{before}")
        assert events_of(office) == before + 1
    run("RESET pgtrigger.ignore")


def test_the_original_function_of_pgtrigger_would_have_let_it_through(
    cast: Cast, databases: Databases
) -> None:
    """The negative control: with pgtrigger's own function one setting silences a trigger."""
    with as_owner(databases) as owner:
        owner.execute(
            "CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN LANGUAGE sql STABLE"
            " AS $$ SELECT trigger_name = ANY (current_setting('pgtrigger.ignore')::text[]) $$"
        )
        owner.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'directory_division'::regclass AND tgname LIKE '%insert%'"
        )
        ((name,),) = owner.fetchall()
        owner.execute("SET LOCAL pgtrigger.ignore = %s", [f"{{{name}}}"])
        owner.execute("INSERT INTO directory_division (code, name) VALUES ('99', '试')")
        owner.execute("SELECT count(*) FROM directory_divisionevent WHERE code = '99'")
        assert owner.fetchone() == (0,)


@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica",
        "SET LOCAL session_replication_role = local",
        "SELECT set_config('session_replication_role', 'replica', true)",
        "ALTER ROLE CURRENT_USER SET session_replication_role = replica",
        "ALTER DATABASE CURRENT_DATABASE SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN LANGUAGE sql AS 'SELECT true'",
        "CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN LANGUAGE sql AS 'SELECT true'",
        "ALTER FUNCTION _pgtrigger_should_ignore(NAME) RENAME TO gone",
        "ALTER FUNCTION _pgtrigger_should_ignore(NAME) OWNER TO CURRENT_USER",
        "DROP FUNCTION _pgtrigger_should_ignore(NAME)",
        "DROP FUNCTION credit_code_is_valid(text) CASCADE",
        "CREATE FUNCTION public._pgtrigger_should_ignore(trigger_name TEXT) RETURNS BOOLEAN LANGUAGE sql AS 'SELECT true'",
        "CREATE FUNCTION pg_temp._pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN LANGUAGE sql AS 'SELECT true'",
        "DROP TRIGGER IF EXISTS pgtrigger_update_update_17175 ON directory_organisation",
        "ALTER TABLE directory_organisation DISABLE TRIGGER ALL",
        "CREATE EVENT TRIGGER mine ON sql_drop EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    ],
)
def test_triggers_cannot_be_switched_off(db: None, databases: Databases, statement: str) -> None:
    sql = statement.replace("CURRENT_DATABASE", databases.name)
    said = refused(sql)
    assert "permission denied" in said or "must be owner" in said, said


# --- Standing something else before the tables ------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TEMPORARY TABLE directory_organisationevent (LIKE directory_organisationevent)",
        "CREATE TEMP TABLE mine (id int)",
        "CREATE TEMP VIEW directory_organisationevent AS SELECT 1",
        "CREATE TEMP SEQUENCE mine",
        "SELECT * INTO TEMP mine FROM directory_organisation",
        "CREATE TABLE pg_temp.directory_organisationevent (id int)",
        "CREATE TABLE directory_organisationevent2 (id int)",
        "CREATE SCHEMA mine",
        "CREATE SCHEMA AUTHORIZATION CURRENT_USER",
        "CREATE VIEW mine AS SELECT 1",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION pg_catalog.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)",
        "CREATE DOMAIN mine AS int",
        "CREATE TYPE mine AS ENUM ('a')",
        "CREATE EXTENSION dblink",
        "CREATE EXTENSION plperlu",
        "CREATE LANGUAGE mine HANDLER plpgsql_call_handler",
        "CREATE PUBLICATION mine FOR ALL TABLES",
        "CREATE DATABASE mine",
    ],
)
def test_app_makes_no_object_of_any_kind(db: None, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        run(statement)


def test_a_temporary_table_would_have_caught_the_history(cast: Cast, databases: Databases) -> None:
    """The negative control: with an unpinned search path and a temporary table, history goes astray."""
    with as_owner(databases) as owner:
        owner.execute("SELECT oid::regprocedure::text FROM pg_proc WHERE prorettype = 'trigger'::regtype"
                      " AND proname LIKE 'pgtrigger_%'")  # fmt: skip
        for (name,) in owner.fetchall():
            owner.execute(f"ALTER FUNCTION {name} RESET search_path")
        owner.execute(
            "CREATE TEMP TABLE directory_divisionevent AS TABLE directory_divisionevent WITH NO DATA"
        )
        owner.execute("INSERT INTO directory_division (code, name) VALUES ('99', '试')")
        owner.execute("SELECT count(*) FROM public.directory_divisionevent WHERE code = '99'")
        assert owner.fetchone() == (0,)


def test_even_then_a_pinned_trigger_finds_the_real_table(databases: Databases) -> None:
    with as_owner(databases) as owner:
        owner.execute(
            "CREATE TEMP TABLE directory_divisionevent (LIKE directory_divisionevent INCLUDING DEFAULTS)"
        )
        owner.execute("SET LOCAL search_path = pg_temp, public")
        owner.execute("INSERT INTO public.directory_division (code, name) VALUES ('99', '试')")
        owner.execute("SELECT count(*) FROM public.directory_divisionevent WHERE code = '99'")
        assert owner.fetchone() == (1,)


def test_every_trigger_function_is_pinned(db: None) -> None:
    loose = run(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prorettype = 'trigger'::regtype"
        " AND NOT coalesce(proconfig, '{}') && ARRAY['search_path=pg_catalog, public, pg_temp']"
    )
    assert loose == []


@pytest.mark.parametrize(
    "path", ["''", "pg_temp", "pg_catalog", "information_schema", "pg_temp, public", '"$user"']
)
def test_no_search_path_leads_history_astray(cast: Cast, path: str) -> None:
    office = make_organisation("荆州区住建局")
    before = events_of(office)
    run(f"SET LOCAL search_path = {path}")
    run("UPDATE public.directory_organisation SET phone = '0716-2' WHERE id = %s", office.pk)
    run("SET LOCAL search_path = public")
    assert events_of(office) == before + 1


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


# --- History is written whatever the way ------------------------------------------------


def test_raw_statements_leave_history_too(cast: Cast) -> None:
    office = make_organisation("荆州区住建局")
    run("UPDATE directory_organisation SET phone = '1' WHERE id = %s", office.pk)
    run("DELETE FROM directory_organisation WHERE id = %s", office.pk)
    labels = history_of(Organisation).filter(pgh_obj=office.pk).order_by("pgh_id")
    assert list(labels.values_list("pgh_label", flat=True)) == ["insert", "update", "delete"]


def test_a_confirmed_survey_is_not_changed_by_any_statement(cast: Cast) -> None:
    survey = make_survey(cast, make_compound(cast))
    assert survey.state == SurveyState.CONFIRMED
    table = ConditionSurvey._meta.db_table
    for statement in (
        f"UPDATE {table} SET asked_households = 1 WHERE id = {survey.pk}",
        f"UPDATE {table} SET state = 'draft' WHERE id = {survey.pk}",
        f"DELETE FROM {table} WHERE id = {survey.pk}",
        f"UPDATE compounds_surveyfinding SET score = 0 WHERE survey_id = {survey.pk}",
        f"DELETE FROM compounds_surveyfinding WHERE survey_id = {survey.pk}",
    ):
        for before in (
            "",
            "SET LOCAL pgtrigger.ignore = '{%}';",
            "SET LOCAL search_path = pg_catalog, public;",
        ):
            with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
                run(before + statement)
    survey.refresh_from_db()
    assert survey.state == SurveyState.CONFIRMED


# --- The audit, also against the owner's slip -------------------------------------------


def test_young_audit_entries_are_kept_even_from_the_owner(db: None, databases: Databases) -> None:
    with as_owner(databases) as owner:
        owner.execute("INSERT INTO audit_auditentry (at, action, outcome, actor_name, subject_kind, subject_id,"
                      " subject_name, division_code, detail, reason)"
                      " VALUES (now(), 'x', 'done', '', '', '', '', '', '{}', '')")  # fmt: skip
        for statement in (
            "DELETE FROM audit_auditentry",
            "UPDATE audit_auditentry SET action = 'y'",
            "TRUNCATE audit_auditentry",
        ):
            owner.execute("SAVEPOINT before")
            with pytest.raises(psycopg2.Error, match="audit"):
                owner.execute(statement)
            owner.execute("ROLLBACK TO before")


def test_old_audit_entries_may_go_as_the_owner(db: None, databases: Databases) -> None:
    long_ago = timezone.now() - KEPT_AT_LEAST - timedelta(days=1)
    with as_owner(databases) as owner:
        owner.execute("INSERT INTO audit_auditentry (at, action, outcome, actor_name, subject_kind, subject_id,"
                      " subject_name, division_code, detail, reason)"
                      " VALUES (%s, 'x', 'done', '', '', '', '', '', '{}', '')", [long_ago])  # fmt: skip
        owner.execute("DELETE FROM audit_auditentry WHERE action = 'x'")
        assert owner.rowcount == 1


def test_app_cannot_delete_even_old_audit_entries(db: None) -> None:
    record(action="x")
    assert "permission denied" in refused(
        "DELETE FROM audit_auditentry WHERE at < now() - interval '10 years'"
    )
    assert AuditEntry.objects.filter(action="x").exists()


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
