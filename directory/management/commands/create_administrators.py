"""The first accounts of a new installation: system, security and audit administrator."""

import getpass
import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import DomainError
from directory.actions.administrators import (
    FIRST_ROLES,
    FirstAdministrator,
    administrators_exist,
    create_first_administrators,
    name_divisions,
    unknown_levels,
)
from directory.actions.divisions import import_divisions
from directory.codes import is_division_code
from directory.division_files import read_divisions
from directory.powers import Role

PREFIX = "FIRST_ADMIN_"


class Command(BaseCommand):
    help = (
        "Make the three administrators of a new installation, asked for at the terminal or taken from "
        "FIRST_ADMIN_DIVISION, FIRST_ADMIN_DIVISION_NAMES (from the province down, separated by /), "
        "FIRST_ADMIN_DIVISIONS_FILE, and for each of SYSTEM, SECURITY, AUDIT: FIRST_ADMIN_SYSTEM (user name), "
        "FIRST_ADMIN_SYSTEM_NAME, FIRST_ADMIN_SYSTEM_PASSWORD. Does nothing where there are administrators."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--division", default="", help="code of the city or district this installation serves"
        )
        parser.add_argument("--divisions-file", default="", help="code,name CSV to import first")

    def handle(self, *args: Any, **options: Any) -> None:
        if administrators_exist():
            self.stdout.write("The installation has its administrators.")
            return
        self.interactive = sys.stdin.isatty()
        try:
            self._import(options["divisions_file"] or os.environ.get(f"{PREFIX}DIVISIONS_FILE", ""))
            code = self._division(options["division"] or os.environ.get(f"{PREFIX}DIVISION", ""))
            people = [self._person(key, role) for key, role in FIRST_ROLES]
            made = create_first_administrators(division_code=code, people=people)
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        for account in made:
            self.stdout.write(f"{account.user.username}  {account.user.name}  {account.one_time_password}")
        self.stdout.write("These passwords are shown once and must be changed at the first sign-in.")

    def _import(self, path: str) -> None:
        if path:
            with open(path, "rb") as file:  # noqa: PTH123 - a path as typed, "-" and all
                report = import_divisions(divisions=read_divisions(file.read()), actor="manage.py")
            self.stdout.write(f"{len(report.new)} divisions imported.")

    def _division(self, code: str) -> str:
        code = code or self._ask(
            "Division code of your city, district or county (for example 421003): ", "DIVISION"
        )
        if not is_division_code(code):
            raise CommandError(f"{code!r} is no division code: 2, 4, 6, 9 or 12 digits.")
        missing = unknown_levels(code)
        given = [
            name.strip() for name in os.environ.get(f"{PREFIX}DIVISION_NAMES", "").split("/") if name.strip()
        ]
        names = dict(zip(missing, given[-len(missing) :], strict=False)) if missing else {}
        for one in missing:
            if one not in names:
                names[one] = self._ask(f"Name of the division {one}: ", "DIVISION_NAMES")
        name_divisions(names=names)
        return code

    def _person(self, key: str, role: Role) -> FirstAdministrator:
        label = str(role.label)
        username = os.environ.get(PREFIX + key) or self._ask(f"User name of the {label}: ", key)
        name = os.environ.get(f"{PREFIX}{key}_NAME", "")
        if not name:
            name = self._ask(f"Name of the {label}: ", f"{key}_NAME") if self.interactive else username
        password = os.environ.get(f"{PREFIX}{key}_PASSWORD", "")
        if not password and self.interactive:
            password = getpass.getpass("Password (empty: one is made up): ")
        return FirstAdministrator(role=role, username=username, name=name, password=password)

    def _ask(self, question: str, variable: str) -> str:
        if not self.interactive:
            raise CommandError(f"{PREFIX}{variable} is not set, and there is no terminal to ask at.")
        answer = ""
        while not answer:
            answer = input(question).strip()
        return answer
