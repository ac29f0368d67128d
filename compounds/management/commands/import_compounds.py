"""`manage.py import_compounds FILE`: a roster of compounds from the server's shell, by the same steps as the page."""

from argparse import ArgumentParser
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.imports.kind import (
    CERTAINTY_CHOICES,
    SYSTEM_CHOICES,
    CompoundImport,
    community_named,
    places_of,
)
from compounds.imports.places import Places
from core.sheets import open_bytes
from directory.importing import DivisionImportCommand
from imports.command import content_of, demand_heading
from imports.kinds import Task, TypeText
from imports.reading import Table, rows_of


def _listed(choices: Iterable[tuple[str, TypeText]]) -> str:
    return "; ".join(f"{value} = {label}" for value, label in choices)


def _assigned(places: Places, path: Path) -> dict[str, str]:
    rows = open_bytes(content_of(path)).read().rows
    return {
        row[0].strip(): community_named(places, row[1]) for row in rows if len(row) > 1 and row[0].strip()
    }


class Command(DivisionImportCommand):
    kind = CompoundImport()
    file_help = gettext_lazy("the roster")
    column_arguments = ("--column", "--community", "--community-column")

    @property
    def help(self) -> str:  # type: ignore[override]
        """In the language of the day, so no class attribute."""
        return _(
            "Import a roster of compounds (.xlsx, .xls, .ods, CSV). Shows what would happen to each row, then writes all "
            "rows or none. Rows with errors stop it unless --leave-out-wrong is given; it ends with 1 when nothing was "
            "written because of errors."
        )

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--community", default="", metavar="CODE", help=_("community of all rows that name none")
        )
        parser.add_argument(
            "--community-column", default="", metavar="HEADING",
            help=_("the column whose values --community-map assigns"),
        )  # fmt: skip
        parser.add_argument(
            "--community-map", type=Path, metavar="FILE", help=_("CSV: value, community (code or name)")
        )
        parser.add_argument(
            "--coordinates", choices=[value for value, _label in SYSTEM_CHOICES], default="",
            help=_("where the positions come from: {choices}").format(choices=_listed(SYSTEM_CHOICES)),
        )  # fmt: skip
        parser.add_argument(
            "--years", choices=[value for value, _label in CERTAINTY_CHOICES], default="",
            help=_("how sure plain years are: {choices}").format(choices=_listed(CERTAINTY_CHOICES)),
        )  # fmt: skip

    def choices(self, task: Task, options: Mapping[str, Any]) -> dict[str, Any]:
        heading = options["community_column"]
        if heading:
            demand_heading(heading, task.headings)
        places = places_of(task)
        chosen = {
            "coordinate_system": options["coordinates"],
            "year_certainty": options["years"],
            "community_heading": heading,
            "community": community_named(places, options["community"]),
        }
        if options["community_map"]:
            chosen["community_map"] = _assigned(places, options["community_map"])
        return chosen

    def ways_to_decide(self) -> Sequence[str]:
        return [f"  --coordinates {value}  {label}" for value, label in SYSTEM_CHOICES]

    def tell_more(self, table: Table, task: Task, options: Mapping[str, Any]) -> None:
        """What --community-map has to assign, as the CSV it wants; known names are filled in."""
        if not task.options["community_heading"] or options["community_map"]:
            return
        question = self.kind.question(task, rows_of(table, self.kind, task))
        if question is None:
            return
        self.stdout.write("\n" + _("Complete these lines and give them as --community-map:"))
        for text, _count, suggested in question.values:
            self.stdout.write(f"{text},{suggested.partition(' ')[0]}")
