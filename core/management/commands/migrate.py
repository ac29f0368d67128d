"""`migrate` as the house needs it: by the owner role, with the app role's rights set afterwards."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connections

from core.migrating import classes_kept
from core.roles import secure_database


class Command(DjangoMigrate):
    help = "Migrate as the owner role, then give the app role exactly the rights it needs."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner" if "owner" in settings.DATABASES else "default")

    def handle(self, *args: Any, **options: Any) -> None:
        with classes_kept():
            super().handle(*args, **options)
        if options["plan"] or options["check_unapplied"]:
            return
        alias = options["database"]
        secure_database(connections[alias], app_role=settings.DATABASES["default"]["USER"])
