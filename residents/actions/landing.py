"""A household's own choice in one statement: the draft goes, the choice comes, the guard's word comes back."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.db import connection, transaction

from residents.models import Choice

# One statement is a transaction of its own: nothing waits between the lock that the guard takes and the commit.
# Where the first choice stays, a second one does not even come as far as the guard, nor does one that says the same as
# the choice that counts: its receipt stays. The same key does, and is known. Nor does a household change its mind for
# ever: every change is a row that is kept.
CHANGES_A_DAY = 40
LAND = """
WITH here AS (
    SELECT m.id FROM residents_menu m WHERE m.id = %s AND NOT EXISTS (
        SELECT FROM residents_choice c WHERE c.menu_id = m.id AND c.household_id = %s AND c.counts_from IS NOT NULL
        AND c.superseded_at IS NULL AND c.reversed_at IS NULL AND c.key <> %s::uuid
        AND (m.precedence = 'first' OR c.body = %s))
    AND %s > (
        SELECT count(*) FROM residents_choice c WHERE c.menu_id = m.id AND c.household_id = %s AND c.channel = 'web'
        AND c.received_at > now() - interval '1 day' AND c.key <> %s::uuid)),
sent AS (DELETE FROM residents_choicedraft d USING here WHERE d.menu_id = here.id AND d.household_id = %s)
INSERT INTO residents_choice
    (menu_id, household_id, division_code, channel, code_id, seen, wanted, declined, receipt, key, body, reverse_reason)
SELECT here.id, %s, '', %s, %s, %s::bigint[], %s::bigint[], %s::bigint[], %s, %s::uuid, %s, '' FROM here
RETURNING id, division_code, received_at, entered_at, counts_from, superseded_at
"""


def land_with_draft(choice: Choice) -> bool:
    """Insert it and take what the guard made of it; False where the choice that counts stays.

    Raises IntegrityError. In both cases nothing has changed.
    """
    home, key = choice.household_id, str(choice.key)
    values: list[Any] = [
        choice.menu_id, home, key, choice.body, CHANGES_A_DAY, home, key, home,
        home, str(choice.channel), choice.code_id, choice.seen, choice.wanted, choice.declined, choice.receipt, key, choice.body,
    ]  # fmt: skip
    with _undone_when_refused(), connection.cursor() as cursor:
        cursor.execute(LAND, values)
        row = cursor.fetchone()
    if row is None:
        return False
    (
        choice.pk, choice.division_code, choice.received_at, choice.entered_at, choice.counts_from, choice.superseded_at,
    ) = row  # fmt: skip
    choice._state.adding = False
    return True


def _undone_when_refused() -> AbstractContextManager[Any]:
    """A savepoint inside a transaction, which must stay usable; outside the statement undoes itself."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()
