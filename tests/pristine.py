"""A database as its template left it, remembered so that it can be put back after a test that committed.

A copy of the template is a thousand files and more than a second of work; what a test
changed is a few rows. Which tables those are is told by the number of rows of each and
the newest transaction that wrote one; where a test changed more than rows (tables,
rights, functions), the same figures of the catalogues tell it, and the database must be
copied anew.
"""

from io import BytesIO
from typing import Any

from psycopg2 import sql

CATALOGUES = (
    "pg_attrdef", "pg_attribute", "pg_class", "pg_collation", "pg_constraint", "pg_default_acl", "pg_event_trigger",
    "pg_extension", "pg_index", "pg_largeobject_metadata", "pg_namespace", "pg_policy", "pg_proc", "pg_publication",
    "pg_rewrite", "pg_sequence", "pg_trigger", "pg_type",
)  # fmt: skip
# Rights on the database itself, and what is set for it or for a role in it, are common to all databases.
OF_THE_DATABASE = """
    SELECT xmin::text, datacl::text FROM pg_database WHERE datname = current_database()
    UNION ALL SELECT s.xmin::text, setconfig::text FROM pg_db_role_setting s JOIN pg_database ON pg_database.oid = setdatabase
    WHERE datname = current_database()
"""
# The newest transaction that wrote a row, counted from the first there ever was; NULL without rows.
STATE = "SELECT {}, count(*), age('3'::xid) - nullif(min(age(xmin)), 2147483647) FROM {}"
SEQUENCES = "SELECT format('%I.%I', schemaname, sequencename), start_value, last_value FROM pg_sequences"

State = tuple[int, int | None]


class Pristine:
    """What a database holds now. The cursor is the superuser's, each statement a transaction, and stays open."""

    def __init__(self, cursor: Any) -> None:
        self.cursor = cursor
        # Parallel plans and planning anew would cost ten times what there is to do.
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        )
        tables = sorted(name for (name,) in cursor.fetchall())
        self._prepare("states_of_tables", "public", tables)
        self._prepare("states_of_catalogues", "pg_catalog", CATALOGUES)
        self.catalogues = self._catalogues()
        self.states = self._states("states_of_tables")
        self.content = {table: self._copied(table) for table in tables if self.states[table][0]}
        self.sequences = self._sequences()

    def put_back(self) -> bool:
        """Give the database its rows and sequences again; False where more than these was changed."""
        if self._catalogues() != self.catalogues:
            return False
        now = self._states("states_of_tables")
        changed = [table for table in now if now[table] != self.states[table]]
        # No trigger and no foreign key stands in the way; history goes as well.
        self.cursor.execute("BEGIN; SET LOCAL session_replication_role = replica")
        for table in changed:
            self._give_its_rows(table)
        for name, (start, last) in self._sequences().items():
            if self.sequences[name] != (start, last):
                value = self.sequences[name][1]
                self.cursor.execute("SELECT setval(%s, %s, %s)", [name, value or start, value is not None])
        self.cursor.execute("COMMIT")
        if not self.content.keys().isdisjoint(changed):
            self.states = self._states("states_of_tables")
        return True

    def _give_its_rows(self, table: str) -> None:
        self.cursor.execute(sql.SQL("DELETE FROM public.{}").format(sql.Identifier(table)))
        if table in self.content:
            statement = sql.SQL("COPY public.{} FROM STDIN").format(sql.Identifier(table))
            self.cursor.copy_expert(statement, BytesIO(self.content[table]))

    def _prepare(self, name: str, schema: str, tables: list[str] | tuple[str, ...]) -> None:
        one = sql.SQL(STATE)
        parts = [one.format(sql.Literal(table), sql.Identifier(schema, table)) for table in tables]
        self.cursor.execute(
            sql.SQL("PREPARE {} AS {}").format(sql.Identifier(name), sql.SQL(" UNION ALL ").join(parts))
        )

    def _states(self, name: str) -> dict[str, State]:
        self.cursor.execute(sql.SQL("EXECUTE {}").format(sql.Identifier(name)))
        return {table: (count, newest) for table, count, newest in self.cursor.fetchall()}

    def _catalogues(self) -> Any:
        self.cursor.execute(OF_THE_DATABASE)
        return sorted(map(str, self.cursor.fetchall())), self._states("states_of_catalogues")

    def _sequences(self) -> dict[str, tuple[int, int | None]]:
        self.cursor.execute(SEQUENCES)
        return {name: (start, last) for name, start, last in self.cursor.fetchall()}

    def _copied(self, table: str) -> bytes:
        content = BytesIO()
        self.cursor.copy_expert(sql.SQL("COPY public.{} TO STDOUT").format(sql.Identifier(table)), content)
        return content.getvalue()
