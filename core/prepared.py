"""A QuerySet turned into SQL once and executed often.

Django builds the same SQL anew for every request, which costs more than a simple
statement takes. What changes from call to call is a `Slot`; all else is fixed.
"""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Expression, Field, QuerySet, Value


class Slot(Expression):
    """A value that is given when the prepared statement is executed."""

    def __init__(self, name: str, output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]


class Prepared:
    """The rows of a `values_list()`, as the database's driver gives them.

    No field converts them: a JSON column arrives as text, a generated one as it is stored.
    The QuerySet must not depend on anything but the slots that `fetch` is given.
    """

    def __init__(self, rows: QuerySet[Any, Any]) -> None:
        self._params: tuple[Any, ...] = ()
        try:
            self.sql, self._params = rows.query.sql_with_params()
        except EmptyResultSet:
            self.sql = ""

    def fetch(self, **slots: Any) -> list[tuple[Any, ...]]:
        if not self.sql:
            return []
        params = [slots[param.name] if type(param) is Slot else param for param in self._params]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, params)
            return cursor.fetchall()


class PreparedCounts:
    """How many rows each of several QuerySets has, in one statement. The same rules as for `Prepared`."""

    def __init__(self, *sets: QuerySet[Any, Any]) -> None:
        counted = [Prepared(rows.order_by().annotate(n=Value(1)).values_list("n")) for rows in sets]
        parts = [f"(SELECT COUNT(*) FROM ({one.sql}) AS counted)" if one.sql else "0" for one in counted]  # noqa: S608
        self._sql = f"SELECT {', '.join(parts)}" if parts else ""
        self._params = [param for one in counted for param in one._params]

    def fetch(self, **slots: Any) -> list[int]:
        if not self._sql:
            return []
        params = [slots[param.name] if type(param) is Slot else param for param in self._params]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, params)
            return list(cursor.fetchone())
