"""Remove audit entries past their time. Only the owner of the database can: the portal's own role has no right to."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connections
from django.utils import timezone

from audit.actions import record
from audit.retention import LEAST_MONTHS, months_before, purge


class Command(BaseCommand):
    help = (
        "Delete audit entries older than MONTHS (at least six; the database itself keeps younger ones). "
        "Needs DATABASE_OWNER_URL. Export the entries first if your archive rules ask for it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--months", type=int, required=True)
        parser.add_argument("--dry-run", action="store_true", help="only count")

    def handle(self, *args: Any, **options: Any) -> None:
        months = options["months"]
        if months < LEAST_MONTHS:
            raise CommandError(f"Audit entries are kept for at least {LEAST_MONTHS} months.")
        if "owner" not in settings.DATABASES:
            raise CommandError(
                "Set DATABASE_OWNER_URL: only the owner of the database removes audit entries."
            )
        limit = months_before(timezone.now(), months)
        try:
            count = purge(connections["owner"], before=limit, dry_run=options["dry_run"])
        except DatabaseError as error:
            raise CommandError(str(error)) from error
        if options["dry_run"]:
            self.stdout.write(f"{count} entries are older than {limit:%Y-%m-%d}.")
            return
        record(
            action="audit.purged", actor="manage.py", detail={"before": limit.isoformat(), "entries": count}
        )
        self.stdout.write(f"{count} entries before {limit:%Y-%m-%d} removed.")
