"""What the database role `app` (web, worker, shell) may do.

The owner migrates. `app` reads and writes rows, owns nothing, cannot TRUNCATE,
makes no table of any kind, and on append-only tables has only SELECT and INSERT,
so that no bug and no stolen web process can rewrite history. Run after every
migration; `tests/test_database_roles.py` and `test_database_triggers.py` try every way round.
"""

from django.apps import apps
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from pghistory.models import Event

# pgtrigger asks this function whether the session switched a trigger off; any
# session could (`SET LOCAL pgtrigger.ignore`). Ours always says no.
NEVER_IGNORE = """
CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN
LANGUAGE sql IMMUTABLE AS 'SELECT false'
"""

# Triggers name tables without a schema. A session that could put a table of the same name before
# them (a temporary one, another search_path) would catch the history that they write.
TRIGGER_FUNCTIONS = """
SELECT format('ALTER FUNCTION %%s SET search_path = pg_catalog, public, pg_temp', oid::regprocedure)
FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND prorettype = 'trigger'::regtype
AND proowner = current_user::regrole AND NOT coalesce(proconfig, '{}') && %s
"""
PINNED = ["search_path=pg_catalog, public, pg_temp"]


class SameRoleError(RuntimeError):
    """The app connects as the owner: the rights below would protect nothing."""


class LooseDatabaseError(RuntimeError):
    """The app may make temporary tables: triggers could be led to write history into one of them."""


def append_only_models() -> list[type[models.Model]]:
    """History tables, and models that declare `append_only = True`; each table once."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if (issubclass(model, Event) or getattr(model, "append_only", False)) and not model._meta.proxy
    ]


def secure_database(owner: BaseDatabaseWrapper, *, app_role: str) -> None:
    """Grant `app_role` its rights on every table of the database and no more."""
    if owner.settings_dict["USER"] == app_role:
        raise SameRoleError("Migrations run as the same role as the portal; set DATABASE_OWNER_URL.")
    role, database = owner.ops.quote_name(app_role), owner.ops.quote_name(owner.settings_dict["NAME"])
    append_only = [owner.ops.quote_name(model._meta.db_table) for model in append_only_models()]
    with transaction.atomic(using=owner.alias), owner.cursor() as cursor:
        cursor.execute(NEVER_IGNORE)
        cursor.execute(f"REVOKE TEMPORARY, CREATE ON DATABASE {database} FROM PUBLIC, {role}")
        cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
        cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
        for table in append_only:
            cursor.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {role}")
        _pin_search_path(cursor)
        refuse_temporary_tables(cursor, app_role)


def _pin_search_path(cursor: CursorWrapper) -> None:
    """Trigger functions look in `public`, whatever the session that fires them has set."""
    cursor.execute(TRIGGER_FUNCTIONS, [PINNED])
    for (statement,) in cursor.fetchall():
        cursor.execute(statement)


def refuse_temporary_tables(cursor: CursorWrapper, app_role: str) -> None:
    """Revoking does nothing, silently, for a role that does not own the database."""
    cursor.execute("SELECT has_database_privilege(%s, current_database(), 'TEMPORARY')", [app_role])
    if cursor.fetchone()[0]:
        raise LooseDatabaseError(
            f"The role {app_role} may make temporary tables. Let the owner role own the database "
            "(ALTER DATABASE … OWNER TO …), or revoke TEMPORARY from PUBLIC and from it."
        )
