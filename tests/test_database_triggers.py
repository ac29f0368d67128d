"""History is written whatever the way, and the role `app` can neither switch its triggers off nor lead them astray.

Where a trigger must hold, a negative control shows that without it the row would have gone unseen.
"""

from datetime import timedelta

import psycopg2
import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from audit.actions import record
from audit.models import KEPT_AT_LEAST, AuditEntry
from compounds.models import ConditionSurvey, SurveyState
from core.history import history_of
from directory.models import Organisation
from tests.cast import Cast, make_organisation
from tests.compounds.builders import make_compound, make_survey
from tests.database import Databases
from tests.database_roles import as_owner, events_of, refused, run

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
