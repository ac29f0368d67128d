"""`manage.py demo_logins`: the accounts of the demo, and on request a key for the API."""

import unicodedata
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import override

from core.errors import DomainError
from directory.models import RoleAssignment
from directory.powers import Role
from portal.demo.actions import TOKEN_LIFE, is_loaded, issue_demo_token
from portal.demo.people import PASSWORD, PREFIX, listed_accounts
from portal.demo.published import JINGZHOU, divisions
from residents.showing import letter_to_try


class Command(BaseCommand):
    help = "Print the demo's accounts; with --token also a new key for the API, which is shown once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--token", action="store_true", help="issue and print a key of Jingzhou's service user"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_loaded():
            raise CommandError("There are no demo data here: run `manage.py load_demo` first.")
        # Only what is there: an account may have been closed or handed over meanwhile.
        there = set(
            RoleAssignment.objects.filter(ended_at__isnull=True).values_list("user__username", flat=True)
        )
        with override("en"):
            rows = [
                (one.username, str(Role(one.role).label), divisions()[one.division])
                for one in listed_accounts()
                if one.username in there and one.role != Role.SERVICE
            ]
        self._table([("user name", "role", "division"), *rows])
        self.stdout.write(f"\nPassword of all: {PASSWORD}")
        if letter := letter_to_try():
            door, path = letter
            self.stdout.write(f"A resident's letter ({door}): {settings.PORTAL_ADDRESS}{path}")
        if options["token"]:
            self._token()

    def _table(self, rows: list[tuple[str, str, str]]) -> None:
        widths = [max(_columns(row[column]) for row in rows) for column in range(3)]
        for row in rows:
            cells = (cell + " " * (width - _columns(cell)) for cell, width in zip(row, widths, strict=True))
            self.stdout.write("  ".join(cells).rstrip())

    def _token(self) -> None:
        try:
            issued = issue_demo_token(county=JINGZHOU)
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(
            f"Key of {PREFIX[JINGZHOU]}-service for the API, shown only now, valid {TOKEN_LIFE.days} days:\n"
            f"  {issued.key}\n"
            'Send it as "Authorization: Bearer <key>"; the addresses stand at /api/docs/.'
        )


def _columns(text: str) -> int:
    """Width on a terminal: Chinese signs take two columns."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
