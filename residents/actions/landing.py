"""A household's own choice in one statement: the draft goes, the choice comes, the guard's word comes back."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.db import connection, transaction

from residents.models import Choice

# One statement is a transaction of its own: nothing waits between the lock that the guard takes and the commit.
LAND = """
WITH sent AS (DELETE FROM residents_choicedraft WHERE menu_id = %s AND household_id = %s)
INSERT INTO residents_choice
    (menu_id, household_id, division_code, channel, code_id, seen, wanted, declined, receipt, key, body, reverse_reason)
VALUES (%s, %s, '', %s, %s, %s::bigint[], %s::bigint[], %s::bigint[], %s, %s::uuid, %s, '')
RETURNING id, division_code, received_at, entered_at, counts_from, superseded_at
"""


def land_with_draft(choice: Choice) -> None:
    """Insert it and take what the guard made of it. Raises IntegrityError; then nothing has changed."""
    place = [choice.menu_id, choice.household_id]
    said = [choice.seen, choice.wanted, choice.declined]
    values: list[Any] = [
        *place, *place, str(choice.channel), choice.code_id, *said, choice.receipt, str(choice.key), choice.body,
    ]  # fmt: skip
    with _undone_when_refused(), connection.cursor() as cursor:
        cursor.execute(LAND, values)
        (
            choice.pk, choice.division_code, choice.received_at, choice.entered_at, choice.counts_from,
            choice.superseded_at,
        ) = cursor.fetchone()  # fmt: skip
    choice._state.adding = False


def _undone_when_refused() -> AbstractContextManager[Any]:
    """A savepoint inside a transaction, which must stay usable; outside the statement undoes itself."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()
