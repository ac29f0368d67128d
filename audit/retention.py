"""How long audit entries stay: six months by law, longer where an installation wants it, for ever by default."""

import calendar
from datetime import datetime

from django.db.backends.base.base import BaseDatabaseWrapper

from audit.models import AuditEntry

# 网络安全法 §21 (3): network logs are kept for at least six months.
LEAST_MONTHS = 6
BATCH = 20_000


def months_before(moment: datetime, months: int) -> datetime:
    """The same day so many months ago, or that month's last day."""
    index = moment.year * 12 + moment.month - 1 - months
    year, month = divmod(index, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def purge(owner: BaseDatabaseWrapper, *, before: datetime, dry_run: bool = False) -> int:
    """Delete in batches, so that nothing waits long; how many rows went, or with `dry_run` would go."""
    table = owner.ops.quote_name(AuditEntry._meta.db_table)
    if dry_run:
        with owner.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table} WHERE at < %s", [before])  # noqa: S608
            return cursor.fetchone()[0]
    removed = 0
    while True:
        with owner.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE at < %s LIMIT {BATCH})",  # noqa: S608
                [before],
            )
            removed += cursor.rowcount
            if cursor.rowcount < BATCH:
                return removed
