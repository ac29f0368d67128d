"""`manage.py import_compounds FILE`: a roster of compounds from the server's shell, by the same steps as the page."""

import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from compounds.imports.cells import CellProblem
from compounds.imports.kind import CompoundImport, community_named, places_of
from compounds.positions import CoordinateSystem
from core.errors import DomainError
from core.sheets import open_bytes
from directory.models import Division, User
from imports import actions
from imports.kinds import Row, Task
from imports.models import ImportRun, Verdict
from imports.reading import Table, match, table_of
from imports.wrong_rows import write_workbook_of_wrong_rows

SHOWN = 20
# Answers of the command to whoever called it.
ALL_RIGHT, WRONG_ROWS = 0, 1


class Line:
    """Progress on one line of a terminal; nothing where nobody looks."""

    def __init__(self, to: Any) -> None:
        self._to, self._drawn = to, False

    def step(self, done: int, total: int, message: str = "") -> None:
        if self._to.isatty():
            self._to.write(f"\r{message} {done:,} / {total:,}   ")
            self._to.flush()
            self._drawn = True

    def end(self) -> None:
        if self._drawn:
            self._to.write("\n")


class Command(BaseCommand):
    help = (
        "Import a roster of compounds (.xlsx, .xls, .ods, CSV). Shows what would happen to each row, then writes all "
        "rows or none. Ends with 1 when rows are wrong; then nothing is written unless --leave-out-wrong is given."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the roster")
        parser.add_argument(
            "--division", default="", metavar="CODE", help="only rows within this division are right"
        )
        parser.add_argument("--dry-run", action="store_true", help="show the verdicts, write nothing")
        parser.add_argument(
            "--as",
            dest="username",
            default="",
            metavar="USERNAME",
            help="whose act it is, within their rights",
        )
        parser.add_argument(
            "--sheet", default="", help="name of the sheet; default: the one that looks like a roster"
        )
        parser.add_argument(
            "--community", default="", metavar="CODE", help="community of all rows that name none"
        )
        parser.add_argument(
            "--community-column",
            default="",
            metavar="HEADING",
            help="the column whose values --community-map assigns",
        )
        parser.add_argument(
            "--community-map", type=Path, metavar="FILE", help="CSV: value, community (code or name)"
        )
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="KEY=HEADING",
            help="assign a column by hand; an empty heading ignores it",
        )
        parser.add_argument(
            "--coordinates",
            choices=CoordinateSystem.values,
            default=CoordinateSystem.WGS84.value,
            help="system of the positions",
        )
        parser.add_argument(
            "--leave-out-wrong", action="store_true", help="write the right rows although others are wrong"
        )
        parser.add_argument(
            "--wrong-rows", type=Path, metavar="FILE", help="write the wrong rows to this workbook (.xlsx)"
        )
        parser.add_argument("--reason", default="", help="for the history of each compound")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            code = self._import(options)
        except (DomainError, CellProblem) as refusal:
            raise CommandError(str(refusal)) from refusal
        if code:
            sys.exit(code)

    def _import(self, options: dict[str, Any]) -> int:
        kind, path = CompoundImport(), options["file"]
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        table = table_of(open_bytes(content), kind, options["sheet"])
        task = self._task(kind, table, options)
        rows = self._examined(kind, table, task)
        self._say(path, table, task, rows)
        wrong = sum(1 for row in rows if row.verdict == Verdict.WRONG)
        if wrong and options["wrong_rows"]:
            self._hand_back(rows, table, task, options["wrong_rows"])
        if not options["dry_run"] and (not wrong or options["leave_out_wrong"]):
            self._write(kind, path, task, table, rows, options)
        elif not options["dry_run"]:
            self.stdout.write("Nothing was written. Mend the rows, or add --leave-out-wrong.")
        return WRONG_ROWS if wrong else ALL_RIGHT

    # --- What is to be done ---------------------------------------------------------------

    def _task(self, kind: CompoundImport, table: Table, options: dict[str, Any]) -> Task:
        user = None
        if options["username"]:
            user = User.objects.active().filter(username=options["username"]).first()
            if user is None or not kind.may_import(user):
                raise CommandError(f"{options['username']} is no user who may import compounds.")
        if options["division"] and not Division.objects.filter(code=options["division"]).exists():
            raise CommandError(f"There is no division {options['division']}.")
        mapping = match(kind, table) | self._columns(kind, table, options["column"])
        mapping = {key: label for key, label in mapping.items() if label}
        heading = options["community_column"]
        if heading and heading not in table.labels:
            raise CommandError(f"The file has no column “{heading}”. It has: {'、'.join(table.labels)}")
        choices = {"coordinate_system": options["coordinates"], "community_heading": heading}
        task = Task(
            user=user, mapping=mapping, headings=table.labels, options=choices, division=options["division"]
        )
        places = places_of(task)
        choices["community"] = community_named(places, options["community"]) if options["community"] else ""
        if options["community_map"]:
            choices["community_map"] = self._assigned(places, options["community_map"])
        if missing := kind.missing_columns(task):
            raise CommandError(
                f"Not found in the file: {'、'.join(missing)}. Its columns: {'、'.join(table.labels)}."
                " Assign them with --column, --community or --community-column."
            )
        return task

    @staticmethod
    def _columns(kind: CompoundImport, table: Table, given: Sequence[str]) -> dict[str, str]:
        keys = {column.key for column in kind.columns}
        found = {}
        for text in given:
            key, sign, heading = text.partition("=")
            if not sign or key not in keys:
                raise CommandError(f"--column takes KEY=HEADING; the keys are: {', '.join(sorted(keys))}")
            if heading and heading not in table.labels:
                raise CommandError(f"The file has no column “{heading}”. It has: {'、'.join(table.labels)}")
            found[key] = heading
        return found

    @staticmethod
    def _assigned(places: Any, path: Path) -> dict[str, str]:
        rows = open_bytes(path.read_bytes()).read().rows
        return {
            row[0].strip(): community_named(places, row[1]) for row in rows if len(row) > 1 and row[0].strip()
        }

    # --- Seeing -----------------------------------------------------------------------------

    def _examined(self, kind: CompoundImport, table: Table, task: Task) -> list[Row]:
        line = Line(self.stderr)
        rows = actions.examined(kind=kind, table=table, task=task, progress=line)
        line.end()
        return rows

    def _say(self, path: Path, table: Table, task: Task, rows: Sequence[Row]) -> None:
        self.stdout.write(
            f"{path.name}{f' · {table.sheet.name}' if table.sheet.name else ''}: {len(rows):,} rows\n"
        )
        known = {label: key for key, label in task.mapping.items()}
        ignored = [label for label in table.labels if label not in known]
        for label, key in known.items():
            self.stdout.write(f"  {label} → {key}")
        if ignored:
            self.stdout.write(f"  not imported: {'、'.join(ignored)}")
        verdicts = Counter(row.verdict for row in rows)
        self.stdout.write("")
        for verdict in Verdict:
            self.stdout.write(f"  {verdicts.get(verdict, 0):>8,}  {verdict.value}")
        warned = sum(1 for row in rows if row.warnings and row.verdict != Verdict.WRONG)
        self.stdout.write(f"  {warned:>8,}  with warnings")
        self._say_problems(rows)

    def _say_problems(self, rows: Sequence[Row]) -> None:
        """The commonest sentences with the rows they stand at, the commonest first."""
        for title, chosen in (("Wrong:", [row for row in rows if row.problems]),
                              ("Warnings:", [row for row in rows if row.warnings and not row.problems])):  # fmt: skip
            places: dict[str, list[int]] = {}
            for row in chosen:
                for text in (row.problems or row.warnings).values():
                    places.setdefault(text, []).append(row.number)
            if places:
                self.stdout.write(f"\n{title}")
            for text, numbers in sorted(places.items(), key=lambda item: -len(item[1]))[:SHOWN]:
                named = ", ".join(map(str, numbers[:5])) + (" …" if len(numbers) > 5 else "")
                self.stdout.write(f"  {len(numbers):>6,} × {text}  (rows {named})")
            if len(places) > SHOWN:
                self.stdout.write(f"  … and {len(places) - SHOWN:,} further sentences")

    def _hand_back(self, rows: Sequence[Row], table: Table, task: Task, path: Path) -> None:
        wrong = [row for row in rows if row.verdict == Verdict.WRONG]
        with path.open("wb") as to:
            write_workbook_of_wrong_rows(rows=wrong, table=table, task=task, to=to)
        self.stdout.write(f"\nThe wrong rows are in {path}.")

    # --- Writing ------------------------------------------------------------------------------

    def _write(
        self,
        kind: CompoundImport,
        path: Path,
        task: Task,
        table: Table,
        rows: Sequence[Row],
        options: dict[str, Any],
    ) -> None:
        line = Line(self.stderr)
        with transaction.atomic(), path.open("rb") as file:
            run = actions.upload(
                kind=kind,
                file=file,
                name=path.name,
                user=task.user,
                sheet=table.sheet.name,
                division=task.division,
            )
            run = actions.stage_examined(
                run=run, rows=rows, mapping=task.mapping,
                options={**task.options, actions.LEAVE_OUT: options["leave_out_wrong"], "reason": options["reason"]},
            )  # fmt: skip
            actions.write(run=run, progress=line)
        line.end()
        written = ImportRun.objects.get(pk=run.pk).counts
        self.stdout.write(f"\nWritten: {written[Verdict.NEW]:,} added, {written[Verdict.CHANGED]:,} changed.")
