"""`manage.py import_households FILE`: a household list from the server's shell, by the same steps as the page."""

from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.importing import DivisionImportCommand
from imports.kinds import Task
from residents.imports.kind import HouseholdImport, compound_named
from residents.imports.known import compounds_of


class Command(DivisionImportCommand):
    kind = HouseholdImport()
    file_help = gettext_lazy("the list of households")
    division_help = gettext_lazy("look for compounds only in this division")
    column_arguments = ("--column", "--compound")

    @property
    def help(self) -> str:  # type: ignore[override]
        """In the language of the day, so no class attribute."""
        return _(
            "Import a list of households (.xlsx, .xls, .ods, CSV) of one compound or of several. Shows what would happen to"
            " each row, then writes all rows or none. Rows with errors stop it unless --leave-out-wrong is given; it ends"
            " with 1 when nothing was written because of errors. Names and phones are never printed."
        )

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--compound",
            default="",
            metavar="CODE",
            help=_("compound of all rows that name none: its code or name"),
        )
        parser.add_argument(
            "--owners-as-of", default="", metavar="DAY",
            help=_("the day on which households with other owners changed hands, as in 2026-11-20; otherwise today"),
        )  # fmt: skip

    def demand_ready(self, user: Any, options: Mapping[str, Any]) -> None:
        if not options["compound"] and not options["division"] and user is None:
            raise CommandError(
                _("Say whose households these are: --compound CODE, --division CODE or --as USER.")
            )

    def choices(self, task: Task, options: Mapping[str, Any]) -> dict[str, Any]:
        compounds = compounds_of(task.user, task.division)
        return {
            "compound": compound_named(compounds, options["compound"]),
            "effective_on": _day(options["owners_as_of"]),
        }


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError as error:
        raise CommandError(_("{text} is no day such as 2026-11-20.").format(text=text)) from error
