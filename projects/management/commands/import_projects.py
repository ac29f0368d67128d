"""`manage.py import_projects FILE`: projects from before the portal from the server's shell, by the same steps as the page."""

from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.importing import DivisionImportCommand
from imports.kinds import Task
from projects.imports.backlog import BacklogImport


class Command(DivisionImportCommand):
    kind = BacklogImport()
    file_help = gettext_lazy("the list of projects")
    division_help = gettext_lazy("look for compounds only in this division")
    person_help = gettext_lazy("act as this user, within their rights; needed to write")
    answered_at_writing = ("proof",)

    @property
    def help(self) -> str:  # type: ignore[override]
        """In the language of the day, so no class attribute."""
        return _(
            "Enter projects from before the portal (.xlsx, .xls, .ods, CSV). Shows what would happen to each row, then"
            " writes all rows or none. Rows with errors stop it unless --leave-out-wrong is given; it ends with 1 when"
            " nothing was written because of errors."
        )

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--document", type=Path, metavar="FILE", help=_("the document that proves the projects; needed to write")
        )  # fmt: skip

    def demand_ready(self, user: Any, options: Mapping[str, Any]) -> None:
        proof = options["document"]
        if not options["dry_run"] and (user is None or not proof):
            raise CommandError(
                _(
                    "To write, say who enters them (--as) and what proves them (--document); or look first with --dry-run."
                )
            )
        if proof and not proof.is_file():
            raise CommandError(_("There is no file {path}.").format(path=proof))

    def kept_choices(self, task: Task, options: Mapping[str, Any]) -> Mapping[str, Any]:
        proof = options["document"]
        with proof.open("rb") as paper:
            return self.kind.keep({"proof": File(paper, name=proof.name)}, user=task.user)
