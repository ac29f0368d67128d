"""An import from the server's shell, by the same steps as the page: what every `manage.py import_…` shares.

A command names its kind and its words, and says what is special about it:

    class Command(DivisionImportCommand):          # of `directory`, which knows the divisions
        help = …
        kind = CompoundImport()
        file_help = _("the roster")

        def add_own_arguments(self, parser): ...   # beside the common ones
        def choices(self, task, options): ...      # what these say, as the options of the task

It ends with 0, or with 1 when nothing was written because of errors.
"""

import sys
from argparse import ArgumentParser
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from core.sheets import open_bytes
from core.text import listed
from imports import actions
from imports.kinds import COMMON_REASONS, ImportKind, Row, Task, TypeText
from imports.models import ImportRun, Verdict
from imports.reading import Table, match, table_of
from imports.wrong_rows import write_workbook_of_wrong_rows

# Rows named with each kind of reason.
EXAMPLES = 3
# Answers of the command to whoever called it.
ALL_RIGHT, NOTHING_WRITTEN = 0, 1


def content_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise CommandError(_now("There is no file {path}.").format(path=path)) from error
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error


def demand_heading(heading: str, headings: Sequence[str]) -> None:
    if heading not in headings:
        sentence = _now("The file has no column “{heading}”. It has: {columns}")
        raise CommandError(sentence.format(heading=heading, columns=listed(headings)))


class Line:
    """Progress on one line of a terminal; nothing where nobody looks."""

    def __init__(self, to: Any) -> None:
        self._to, self._drawn = to, False

    def step(self, done: int, total: int, message: str = "") -> None:
        if self._to.isatty():
            self._to.write(f"\r\033[K{message} {done:,} / {total:,}", ending="")
            self._to.flush()
            self._drawn = True

    def end(self) -> None:
        if self._drawn:
            self._to.write("\n")
            self._drawn = False


class ImportCommand(BaseCommand):
    """The steps: read, match the columns, examine, tell, and write all rows or none."""

    kind: ClassVar[ImportKind]
    file_help: ClassVar[TypeText]
    division_help: ClassVar[TypeText] = _("refuse rows outside this division")
    person_help: ClassVar[TypeText] = _("act as this user, within their rights")
    # Arguments by which a column that was not found can be given.
    column_arguments: ClassVar[Sequence[str]] = ("--column",)
    # Questions of the kind that are answered when it is written.
    answered_at_writing: ClassVar[Collection[str]] = ()

    # --- What is special about a command --------------------------------------------------

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Further arguments, behind those that say which column is which."""

    def demand_division(self, code: str) -> None:
        """Refuse a code that is no division's: the directory's to know."""

    def demand_ready(self, user: Any, options: Mapping[str, Any]) -> None:
        """Refuse before any row is looked at what could not be written in the end."""

    def choices(self, task: Task, options: Mapping[str, Any]) -> dict[str, Any]:
        """The task's options, from the arguments."""
        return {}

    def ways_to_decide(self) -> Sequence[str]:
        """Lines that say how a question that is still open can be answered."""
        return ()

    def tell_more(self, table: Table, task: Task, options: Mapping[str, Any]) -> None:
        """Say what is to be known further of the file."""

    def kept_choices(self, task: Task, options: Mapping[str, Any]) -> Mapping[str, Any]:
        """The choices as the run keeps them; in the transaction that writes."""
        return task.options

    # --- Arguments --------------------------------------------------------------------------

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("file", type=Path, help=str(self.file_help))
        add("--division", default="", metavar="CODE", help=str(self.division_help))
        add("--dry-run", action="store_true", help=_now("show what would happen, write nothing"))
        add("--as", dest="username", default="", metavar="USERNAME", help=str(self.person_help))
        add("--sheet", default="", help=_now("name of the sheet; default: the one that fits best"))
        add(
            "--column", action="append", default=[], metavar="KEY=HEADING",
            help=_now("assign a column by hand; an empty heading ignores it"),
        )  # fmt: skip
        self.add_own_arguments(parser)
        add("--leave-out-wrong", action="store_true", help=_now("write the right rows although others have errors"))  # fmt: skip
        add(
            "--wrong-rows", type=Path, metavar="FILE",
            help=_now("write the rows with errors to this workbook (.xlsx)"),
        )  # fmt: skip
        add("--reason", default="", help=_now("reason, for the history of each record"))

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
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal

    def _import(self, options: dict[str, Any]) -> int:
        book = open_bytes(content_of(options["file"]))
        table = table_of(book, self.kind, options["sheet"])
        task = self._task(table, options)
        line = Line(self.stderr)
        rows = actions.examined(kind=self.kind, table=table, task=task, progress=line, book=book)
        line.end()
        self._tell(options["file"], table, task, rows)
        self.tell_more(table, task, options)
        wrong = [row for row in rows if row.verdict == Verdict.WRONG]
        if wrong and options["wrong_rows"]:
            self._hand_back(wrong, table, task, options["wrong_rows"])
        if wrong and not options["leave_out_wrong"]:
            if not options["dry_run"]:
                self.stdout.write(
                    "\n"
                    + _now("Nothing was written because of errors. Correct the rows, or add --leave-out-wrong.")
                )  # fmt: skip
            return NOTHING_WRITTEN
        if not any(row.verdict in actions.WRITTEN_VERDICTS for row in rows):
            self.stdout.write("\n" + _now("There is nothing to write: no row is new or changed."))
            return NOTHING_WRITTEN if len(wrong) == len(rows) else ALL_RIGHT
        if not options["dry_run"]:
            self._write(table, task, rows, options)
        return ALL_RIGHT

    # --- What is to be done -----------------------------------------------------------------

    def _task(self, table: Table, options: dict[str, Any]) -> Task:
        user = self._user(options["username"])
        if options["division"]:
            self.demand_division(options["division"])
        self.demand_ready(user, options)
        mapping = match(self.kind, table) | self._columns(table, options["column"])
        mapping = {key: label for key, label in mapping.items() if label}
        task = Task(user=user, mapping=mapping, headings=table.labels, division=options["division"])
        task = replace(task, options=self.choices(task, options))
        if missing := self.kind.missing_columns(task):
            sentence = _now(
                "Not found in the file: {missing}. Its columns: {columns}. Assign them with {ways}."
            )
            *others, last = self.column_arguments
            ways = _now("{ways} or {last}").format(ways=", ".join(others), last=last) if others else last
            raise CommandError(
                sentence.format(missing=listed(missing), columns=listed(table.labels), ways=ways)
            )
        questions = self.kind.undecided(task)
        if asked := [text for key, text in questions.items() if key not in self.answered_at_writing]:
            raise CommandError("\n".join([" ".join(asked), *self.ways_to_decide()]))
        return task

    def _user(self, username: str) -> Any:
        """The person to act as; None is the shell itself."""
        if not username:
            return None
        user = get_user_model()._default_manager.filter(username=username, is_active=True).first()
        if user is None or not self.kind.may_import(user):
            raise CommandError(_now("{name} is no user who may import this.").format(name=username))
        return user

    def _columns(self, table: Table, given: Sequence[str]) -> dict[str, str]:
        keys = {column.key for column in self.kind.columns}
        found = {}
        for text in given:
            key, sign, heading = text.partition("=")
            if not sign or key not in keys:
                sentence = _now("--column takes KEY=HEADING; the keys are: {keys}")
                raise CommandError(sentence.format(keys=", ".join(sorted(keys))))
            if heading:
                demand_heading(heading, table.labels)
            found[key] = heading
        return found

    # --- Telling ----------------------------------------------------------------------------

    def _tell(self, path: Path, table: Table, task: Task, rows: Sequence[Row]) -> None:
        where = f" · {table.sheet.name}" if table.sheet.name else ""
        self.stdout.write(f"{path.name}{where}: " + _now("{count} rows").format(count=f"{len(rows):,}"))
        for key, label in task.mapping.items():
            self.stdout.write(f"  {label} → {self.kind.column(key).heading}")
        known = set(task.mapping.values())
        if ignored := [label for label in table.labels if label not in known]:
            self.stdout.write("  " + _now("Columns not imported: {columns}").format(columns=listed(ignored)))
        for label, text in self.kind.decisions(task):
            self.stdout.write("  " + _now("{label}: {text}").format(label=label, text=text))
        verdicts = Counter(row.verdict for row in rows)
        self.stdout.write("")
        for verdict in Verdict:
            self.stdout.write(f"  {verdicts.get(verdict, 0):>8,}  {verdict.label}")
        warned = [row for row in rows if row.warnings and not row.problems]
        self.stdout.write(f"  {len(warned):>8,}  " + _now("with warnings"))
        self._tell_reasons(_now("Errors:"), [row for row in rows if row.problems])
        self._tell_reasons(_now("Warnings:"), warned)

    def _tell_reasons(self, title: str, rows: Sequence[Row]) -> None:
        """Each kind of reason with the number of its rows and the first of them."""
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for row in rows:
            for remark in (row.problems or row.warnings).values():
                for reason in remark.kinds:
                    found[reason].append((row.place, remark))
        labels = {**COMMON_REASONS, **self.kind.reasons}
        if found:
            self.stdout.write(f"\n{title}")
        for reason, told in sorted(found.items(), key=lambda item: -len(item[1])):
            count = len({place for place, _text in told})
            self.stdout.write(f"  {count:>8,}  {labels[reason]}")
            for place, text in told[:EXAMPLES]:
                self.stdout.write(" " * 12 + _now("row {number}: {text}").format(number=place, text=text))
            if count > EXAMPLES:
                self.stdout.write(" " * 12 + "…")

    def _hand_back(self, wrong: list[Row], table: Table, task: Task, path: Path) -> None:
        with path.open("wb") as to:
            write_workbook_of_wrong_rows(rows=wrong, table=table, task=task, to=to)
        self.stdout.write("\n" + _now("The wrong rows are in {path}.").format(path=path))

    # --- Writing ----------------------------------------------------------------------------

    def _write(self, table: Table, task: Task, rows: Sequence[Row], options: dict[str, Any]) -> None:
        """Upload, staging and writing as the page does them, in one transaction."""
        path, line = options["file"], Line(self.stderr)
        with transaction.atomic(), path.open("rb") as file:
            kept = self.kept_choices(task, options)
            run = actions.upload(
                kind=self.kind, file=file, name=path.name, user=task.user, sheet=table.sheet.name,
                division=task.division,
            )  # fmt: skip
            run = actions.stage_examined(
                run=run, rows=rows, mapping=task.mapping,
                options={**kept, actions.LEAVE_OUT: options["leave_out_wrong"], "reason": options["reason"]},
            )  # fmt: skip
            actions.write(run=run, progress=line)
        line.end()
        counts = ImportRun.objects.get(pk=run.pk).counts
        sentence = _now("Written: {new} added, {changed} changed.")
        self.stdout.write("\n" + sentence.format(new=counts[Verdict.NEW], changed=counts[Verdict.CHANGED]))
