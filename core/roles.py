"""What the database role `app` (web, worker, shell) may do.

The owner migrates. `app` reads and writes rows, owns nothing, cannot TRUNCATE,
and on append-only tables has only SELECT and INSERT, so that no bug and no
stolen web process can rewrite history. Run after every migration.
"""

from django.apps import apps
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from pghistory.models import Event

# pgtrigger asks this function whether the session switched a trigger off; any
# session could (`SET LOCAL pgtrigger.ignore`). Ours always says no.
NEVER_IGNORE = """
CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN
LANGUAGE sql IMMUTABLE AS 'SELECT false'
"""


class SameRoleError(RuntimeError):
    """The app connects as the owner: the rights below would protect nothing."""


def append_only_models() -> list[type[models.Model]]:
    """History tables, and models that declare `append_only = True`."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if issubclass(model, Event) or getattr(model, "append_only", False)
    ]


def secure_database(owner: BaseDatabaseWrapper, *, app_role: str) -> None:
    """Grant `app_role` its rights on every table of the database and no more."""
    if owner.settings_dict["USER"] == app_role:
        raise SameRoleError("Migrations run as the same role as the portal; set DATABASE_OWNER_URL.")
    role = owner.ops.quote_name(app_role)
    append_only = [owner.ops.quote_name(model._meta.db_table) for model in append_only_models()]
    with transaction.atomic(using=owner.alias), owner.cursor() as cursor:
        cursor.execute(NEVER_IGNORE)
        cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
        cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
        for table in append_only:
            cursor.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {role}")
