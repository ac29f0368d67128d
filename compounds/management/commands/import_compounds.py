"""`manage.py import_compounds FILE`: a roster of compounds from the server's shell, by the same steps as the page."""

import sys
from argparse import ArgumentParser
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from compounds.imports.kind import (
    CERTAINTY_CHOICES,
    SYSTEM_CHOICES,
    CompoundImport,
    community_named,
    places_of,
)
from compounds.reading.cells import CellProblem
from core.errors import DomainError
from core.sheets import open_bytes
from directory.models import Division, User
from imports import actions
from imports.kinds import COMMON_REASONS, Row, Task, TypeText
from imports.models import ImportRun, Verdict
from imports.reading import Table, match, rows_of, table_of
from imports.wrong_rows import write_workbook_of_wrong_rows

# Rows named with each kind of reason.
EXAMPLES = 3
# Answers of the command to whoever called it.
ALL_RIGHT, NOTHING_WRITTEN = 0, 1


def no_column(heading: str, table: Table) -> str:
    sentence = _("The file has no column “{heading}”. It has: {columns}")
    return sentence.format(heading=heading, columns="、".join(table.labels))


def listed(choices: Iterable[tuple[str, TypeText]]) -> str:
    return "; ".join(f"{value} = {label}" for value, label in choices)


def content_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise CommandError(_("There is no file {path}.").format(path=path)) from error
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error


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
    @property
    def help(self) -> str:  # type: ignore[override]
        """In the language of the day, so no class attribute."""
        return _(
            "Import a roster of compounds (.xlsx, .xls, .ods, CSV). Shows what would happen to each row, then writes all "
            "rows or none. Rows with errors stop it unless --leave-out-wrong is given; it ends with 1 when nothing was "
            "written because of errors."
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help=_("the roster"))
        parser.add_argument(
            "--division", default="", metavar="CODE", help=_("refuse rows outside this division")
        )
        parser.add_argument("--dry-run", action="store_true", help=_("show what would happen, write nothing"))
        parser.add_argument(
            "--as",
            dest="username",
            default="",
            metavar="USERNAME",
            help=_("act as this user, within their rights"),
        )
        parser.add_argument(
            "--sheet", default="", help=_("name of the sheet; default: the one that looks like a roster")
        )
        parser.add_argument(
            "--community", default="", metavar="CODE", help=_("community of all rows that name none")
        )
        parser.add_argument(
            "--community-column",
            default="",
            metavar="HEADING",
            help=_("the column whose values --community-map assigns"),
        )
        parser.add_argument(
            "--community-map", type=Path, metavar="FILE", help=_("CSV: value, community (code or name)")
        )
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="KEY=HEADING",
            help=_("assign a column by hand; an empty heading ignores it"),
        )
        parser.add_argument(
            "--coordinates",
            choices=[value for value, _label in SYSTEM_CHOICES],
            default="",
            help=_("where the positions come from: {choices}").format(choices=listed(SYSTEM_CHOICES)),
        )
        parser.add_argument(
            "--years",
            choices=[value for value, _label in CERTAINTY_CHOICES],
            default="",
            help=_("how sure plain years are: {choices}").format(choices=listed(CERTAINTY_CHOICES)),
        )
        parser.add_argument(
            "--leave-out-wrong",
            action="store_true",
            help=_("write the right rows although others have errors"),
        )
        parser.add_argument(
            "--wrong-rows",
            type=Path,
            metavar="FILE",
            help=_("write the rows with errors to this workbook (.xlsx)"),
        )
        parser.add_argument("--reason", default="", help=_("reason, for the history of each compound"))

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            code = self._refusing(options)
        except CommandError as refusal:
            # From the shell Django would put the name of the exception before the sentence.
            if not getattr(self, "_called_from_command_line", False):
                raise
            self.stderr.write(str(refusal))
            code = refusal.returncode
        if code:
            sys.exit(code)

    def _refusing(self, options: dict[str, Any]) -> int:
        try:
            return self._import(options)
        except (DomainError, CellProblem) as refusal:
            raise CommandError(str(refusal)) from refusal
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal

    def _import(self, options: dict[str, Any]) -> int:
        kind, path = CompoundImport(), options["file"]
        content = content_of(path)
        table = table_of(open_bytes(content), kind, options["sheet"])
        task = self._task(kind, table, options)
        rows = self._examined(kind, table, task)
        self._say(kind, path, table, task, rows)
        if task.options["community_heading"] and not options["community_map"]:
            self._say_values(kind, table, task)
        wrong = sum(1 for row in rows if row.verdict == Verdict.WRONG)
        if wrong and options["wrong_rows"]:
            self._hand_back(rows, table, task, options["wrong_rows"])
        if wrong and not options["leave_out_wrong"]:
            if not options["dry_run"]:
                self.stdout.write(
                    "\n"
                    + _("Nothing was written because of errors. Correct the rows, or add --leave-out-wrong.")
                )
            return NOTHING_WRITTEN
        if not any(row.verdict in actions.WRITTEN_VERDICTS for row in rows):
            self.stdout.write("\n" + _("There is nothing to write: no row is new or changed."))
            return NOTHING_WRITTEN if wrong == len(rows) else ALL_RIGHT
        if not options["dry_run"]:
            self._write(kind, path, task, table, rows, options)
        return ALL_RIGHT

    # --- What is to be done ---------------------------------------------------------------

    def _task(self, kind: CompoundImport, table: Table, options: dict[str, Any]) -> Task:
        user = None
        if options["username"]:
            user = User.objects.active().filter(username=options["username"]).first()
            if user is None or not kind.may_import(user):
                raise CommandError(
                    _("{name} is no user who may import compounds.").format(name=options["username"])
                )
        if options["division"] and not Division.objects.filter(code=options["division"]).exists():
            raise CommandError(_("There is no division {code}.").format(code=options["division"]))
        mapping = match(kind, table) | self._columns(kind, table, options["column"])
        mapping = {key: label for key, label in mapping.items() if label}
        heading = options["community_column"]
        if heading and heading not in table.labels:
            raise CommandError(no_column(heading, table))
        choices = {
            "coordinate_system": options["coordinates"],
            "year_certainty": options["years"],
            "community_heading": heading,
        }
        task = Task(
            user=user, mapping=mapping, headings=table.labels, options=choices, division=options["division"]
        )
        places = places_of(task)
        choices["community"] = community_named(places, options["community"]) if options["community"] else ""
        if options["community_map"]:
            choices["community_map"] = self._assigned(places, options["community_map"])
        if missing := kind.missing_columns(task):
            raise CommandError(
                _(
                    "Not found in the file: {missing}. Its columns: {columns}. Assign them with --column, --community or"
                    " --community-column."
                ).format(missing="、".join(missing), columns="、".join(table.labels))
            )
        if questions := kind.undecided(task):
            raise CommandError(
                " ".join(questions.values())
                + "\n"
                + "\n".join(f"  --coordinates {value}  {label}" for value, label in SYSTEM_CHOICES)
            )
        return task

    @staticmethod
    def _columns(kind: CompoundImport, table: Table, given: Sequence[str]) -> dict[str, str]:
        keys = {column.key for column in kind.columns}
        found = {}
        for text in given:
            key, sign, heading = text.partition("=")
            if not sign or key not in keys:
                raise CommandError(
                    _("--column takes KEY=HEADING; the keys are: {keys}").format(keys=", ".join(sorted(keys)))
                )
            if heading and heading not in table.labels:
                raise CommandError(no_column(heading, table))
            found[key] = heading
        return found

    @staticmethod
    def _assigned(places: Any, path: Path) -> dict[str, str]:
        rows = open_bytes(content_of(path)).read().rows
        return {
            row[0].strip(): community_named(places, row[1]) for row in rows if len(row) > 1 and row[0].strip()
        }

    # --- Seeing -----------------------------------------------------------------------------

    def _examined(self, kind: CompoundImport, table: Table, task: Task) -> list[Row]:
        line = Line(self.stderr)
        rows = actions.examined(kind=kind, table=table, task=task, progress=line)
        line.end()
        return rows

    def _say(self, kind: CompoundImport, path: Path, table: Table, task: Task, rows: Sequence[Row]) -> None:
        where = f" · {table.sheet.name}" if table.sheet.name else ""
        self.stdout.write(f"{path.name}{where}: " + _("{count} rows").format(count=f"{len(rows):,}"))
        known = {label: key for key, label in task.mapping.items()}
        for label, key in known.items():
            self.stdout.write(f"  {label} → {kind.column(key).heading}")
        if ignored := [label for label in table.labels if label not in known]:
            self.stdout.write("  " + _("Columns not imported: {columns}").format(columns="、".join(ignored)))
        for label, text in kind.decisions(task):
            self.stdout.write("  " + _("{label}: {text}").format(label=label, text=text))
        verdicts = Counter(row.verdict for row in rows)
        self.stdout.write("")
        for verdict in Verdict:
            self.stdout.write(f"  {verdicts.get(verdict, 0):>8,}  {verdict.label}")
        warned = sum(1 for row in rows if row.warnings and row.verdict != Verdict.WRONG)
        self.stdout.write(f"  {warned:>8,}  " + _("with warnings"))
        self._say_reasons(_("Errors:"), kind, [row for row in rows if row.problems])
        self._say_reasons(_("Warnings:"), kind, [row for row in rows if row.warnings and not row.problems])

    def _say_reasons(self, title: str, kind: CompoundImport, rows: Sequence[Row]) -> None:
        """Each kind of reason with the number of its rows and the first of them."""
        found: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for row in rows:
            for remark in (row.problems or row.warnings).values():
                for reason in remark.kinds:
                    found[reason].append((row.number, remark))
        labels = {**COMMON_REASONS, **kind.reasons}
        if found:
            self.stdout.write(f"\n{title}")
        for reason, told in sorted(found.items(), key=lambda item: -len(item[1])):
            count = len({number for number, _text in told})
            self.stdout.write(f"  {count:>8,}  {labels[reason]}")
            for number, text in told[:EXAMPLES]:
                self.stdout.write(" " * 12 + _("row {number}: {text}").format(number=number, text=text))
            if count > EXAMPLES:
                self.stdout.write(" " * 12 + "…")

    def _say_values(self, kind: CompoundImport, table: Table, task: Task) -> None:
        """What --community-map has to assign, as the CSV it wants; known names are filled in."""
        question = kind.question(task, rows_of(table, kind, task))
        if question is None:
            return
        self.stdout.write("\n" + _("Complete these lines and give them as --community-map:"))
        for text, _count, suggested in question.values:
            self.stdout.write(f"{text},{suggested.partition(' ')[0]}")

    def _hand_back(self, rows: Sequence[Row], table: Table, task: Task, path: Path) -> None:
        wrong = [row for row in rows if row.verdict == Verdict.WRONG]
        with path.open("wb") as to:
            write_workbook_of_wrong_rows(rows=wrong, table=table, task=task, to=to)
        self.stdout.write("\n" + _("The wrong rows are in {path}.").format(path=path))

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
        sentence = _("Written: {new} added, {changed} changed.")
        self.stdout.write("\n" + sentence.format(new=written[Verdict.NEW], changed=written[Verdict.CHANGED]))
