"""When the last administrator is locked out, whoever keeps the server lets them in again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from directory.actions.accounts import levelled_username
from directory.actions.administrators import rescue_account
from directory.models import User


class Command(BaseCommand):
    help = (
        "Unlock an account and print a new one-time password. For the day when no colleague can do it; "
        "it is written to the audit."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument(
            "--without-second-factor", action="store_true", help="take a lost second factor away too"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=levelled_username(options["username"])).first()
        if user is None or not user.is_active or user.is_service:
            raise CommandError(f"There is no active person with the user name {options['username']}.")
        password = rescue_account(user=user, without_second_factor=options["without_second_factor"])
        self.stdout.write(f"{user.username}  {password}")
