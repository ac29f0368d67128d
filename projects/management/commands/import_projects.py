"""`manage.py import_projects FILE`: projects from before the portal from the server's shell, by the same steps as the page."""

import sys
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.sheets import Workbook, open_bytes
from directory.models import Division, User
from imports import actions
from imports.kinds import COMMON_REASONS, Row, Task
from imports.models import ImportRun, Verdict
from imports.reading import Table, match, table_of
from imports.wrong_rows import write_workbook_of_wrong_rows
from jobs.progress import Silent
from projects.imports.backlog import BacklogImport

EXAMPLES = 3
ALL_RIGHT, NOTHING_WRITTEN = 0, 1


class _Line(Silent):
    """Progress on one line of a terminal; nothing where nobody looks."""

    def __init__(self, to: Any) -> None:
        self._to = to

    def step(self, done: int, total: int, message: str = "") -> None:
        if self._to.isatty():
            self._to.write(f"\r\033[K{message} {done:,} / {total:,}", ending="\r" if done == total else "")
            self._to.flush()


class Command(BaseCommand):
    @property
    def help(self) -> str:  # type: ignore[override]
        """In the language of the day, so no class attribute."""
        return _(
            "Enter projects from before the portal (.xlsx, .xls, .ods, CSV). Shows what would happen to each row, then"
            " writes all rows or none. Rows with errors stop it unless --leave-out-wrong is given; it ends with 1 when"
            " nothing was written because of errors."
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help=_("the list of projects"))
        parser.add_argument(
            "--division", default="", metavar="CODE", help=_("look for compounds only in this division")
        )
        parser.add_argument("--dry-run", action="store_true", help=_("show what would happen, write nothing"))
        parser.add_argument(
            "--as", dest="username", default="", metavar="USERNAME",
            help=_("act as this user, within their rights; needed to write"),
        )  # fmt: skip
        parser.add_argument(
            "--document", type=Path, metavar="FILE", help=_("the document that proves the projects; needed to write")
        )  # fmt: skip
        parser.add_argument(
            "--sheet", default="", help=_("name of the sheet; default: the one that looks like it")
        )
        parser.add_argument(
            "--column", action="append", default=[], metavar="KEY=HEADING",
            help=_("assign a column by hand; an empty heading ignores it"),
        )  # fmt: skip
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
        parser.add_argument("--reason", default="", help=_("reason, for the history of each project"))

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            code = self._import(options)
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        if code:
            sys.exit(code)

    def _import(self, options: dict[str, Any]) -> int:
        kind, path = BacklogImport(), options["file"]
        book = open_bytes(_content(path))
        table = table_of(book, kind, options["sheet"])
        task = self._task(kind, table, options)
        rows = actions.examined(kind=kind, table=table, task=task, progress=_Line(self.stderr), book=book)
        self._say(kind, table, task, rows)
        wrong = [row for row in rows if row.verdict == Verdict.WRONG]
        if wrong and options["wrong_rows"]:
            with options["wrong_rows"].open("wb") as to:
                write_workbook_of_wrong_rows(rows=wrong, table=table, task=task, to=to)
            self.stdout.write("\n" + _("The wrong rows are in {path}.").format(path=options["wrong_rows"]))
        if wrong and not options["leave_out_wrong"]:
            if not options["dry_run"]:
                self.stdout.write(
                    "\n"
                    + _("Nothing was written because of errors. Correct the rows, or add --leave-out-wrong.")
                )
            return NOTHING_WRITTEN
        if not any(row.verdict == Verdict.NEW for row in rows):
            self.stdout.write("\n" + _("There is nothing to write: no row is new."))
        elif not options["dry_run"]:
            self._write(kind, book, table, task, rows, options)
        return ALL_RIGHT

    def _task(self, kind: BacklogImport, table: Table, options: dict[str, Any]) -> Task:
        user = None
        if options["username"]:
            user = User.objects.active().filter(username=options["username"]).first()
            if user is None or not kind.may_import(user):
                sentence = _("{name} is no user who may enter projects from before the portal.")
                raise CommandError(sentence.format(name=options["username"]))
        if options["division"] and not Division.objects.filter(code=options["division"]).exists():
            raise CommandError(_("There is no division {code}.").format(code=options["division"]))
        if not options["dry_run"] and (user is None or not options["document"]):
            raise CommandError(
                _(
                    "To write, say who enters them (--as) and what proves them (--document); or look first with --dry-run."
                )
            )
        mapping = match(kind, table) | _columns(kind, table, options["column"])
        mapping = {key: label for key, label in mapping.items() if label}
        task = Task(
            user=user, mapping=mapping, headings=table.labels, options={}, division=options["division"]
        )
        if missing := kind.missing_columns(task):
            sentence = _(
                "Not found in the file: {missing}. Its columns: {columns}. Assign them with --column."
            )
            raise CommandError(sentence.format(missing="、".join(missing), columns="、".join(table.labels)))
        return task

    def _say(self, kind: BacklogImport, table: Table, task: Task, rows: Sequence[Row]) -> None:
        self.stdout.write(_("{count} rows").format(count=f"{len(rows):,}"))
        for key, label in task.mapping.items():
            self.stdout.write(f"  {label} → {kind.column(key).heading}")
        known = set(task.mapping.values())
        if ignored := [label for label in table.labels if label not in known]:
            self.stdout.write("  " + _("Columns not imported: {columns}").format(columns="、".join(ignored)))
        self.stdout.write("")
        for verdict in (Verdict.NEW, Verdict.UNCHANGED, Verdict.WRONG):
            count = sum(row.verdict == verdict for row in rows)
            self.stdout.write(f"  {count:>8,}  {verdict.label}")
        self._say_reasons(_("Errors:"), kind, [row for row in rows if row.problems])
        self._say_reasons(_("Warnings:"), kind, [row for row in rows if row.warnings and not row.problems])

    def _say_reasons(self, title: str, kind: BacklogImport, rows: Sequence[Row]) -> None:
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
            self.stdout.write(f"  {len({number for number, _text in told}):>8,}  {labels[reason]}")
            for number, text in told[:EXAMPLES]:
                self.stdout.write(" " * 12 + _("row {number}: {text}").format(number=number, text=text))

    def _write(
        self, kind: BacklogImport, book: Workbook, table: Table, task: Task, rows: Sequence[Row], options: dict[str, Any]
    ) -> None:  # fmt: skip
        """Upload, staging and writing as the page does them, in one transaction."""
        path, proof = options["file"], options["document"]
        if not proof.is_file():
            raise CommandError(_("There is no file {path}.").format(path=proof))
        with transaction.atomic(), path.open("rb") as file, proof.open("rb") as paper:
            kept = kind.keep({"proof": File(paper, name=proof.name)}, user=task.user)
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
                options={**kept, actions.LEAVE_OUT: options["leave_out_wrong"], "reason": options["reason"]},
            )  # fmt: skip
            actions.write(run=run, progress=_Line(self.stderr))
        written = ImportRun.objects.get(pk=run.pk).counts[Verdict.NEW]
        self.stdout.write("\n" + _("Written: {new} projects.").format(new=written))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise CommandError(_("There is no file {path}.").format(path=path)) from error
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error


def _columns(kind: BacklogImport, table: Table, given: Sequence[str]) -> dict[str, str]:
    keys = {column.key for column in kind.columns}
    found = {}
    for text in given:
        key, sign, heading = text.partition("=")
        if not sign or key not in keys:
            sentence = _("--column takes KEY=HEADING; the keys are: {keys}")
            raise CommandError(sentence.format(keys=", ".join(sorted(keys))))
        if heading and heading not in table.labels:
            sentence = _("The file has no column “{heading}”. It has: {columns}")
            raise CommandError(sentence.format(heading=heading, columns="、".join(table.labels)))
        found[key] = heading
    return found
