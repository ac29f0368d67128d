"""Up to which moment a reader of changes has seen everything.

A row's `updated_at` is stamped while its transaction still runs; it becomes visible
later, at the commit. A reader who simply goes on from its own clock would miss it.
Whatever is stamped from now on is stamped later than the start of the oldest
transaction still open, so that start is a safe place to go on from.
"""

from datetime import datetime

from django.db import connection

# Clocks of web servers and database may differ by so much; repeats cost little, gaps a lot.
MARGIN_SECONDS = 10

_COMPLETE_UNTIL = """
    SELECT least(clock_timestamp(), min(xact_start)) - make_interval(secs => %s)
    FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def complete_until() -> datetime:
    """Ask before reading the rows. A long transaction holds the answer back, never makes it wrong.

    A role sees only its own role's transactions: it is `app` that writes, the owner only migrates.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COMPLETE_UNTIL, [MARGIN_SECONDS])
        (moment,) = cursor.fetchone()
    return moment
