"""Take over an edition of the official register of divisions, and what became of the old ones."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from directory.actions.divisions import DivisionReport, import_divisions
from directory.division_files import read_divisions, read_successions
from directory.errors import DivisionFileRefused, SuccessionFileRefused

SHOWN = 20


class Command(BaseCommand):
    help = (
        "FILE is a CSV of code,name (UTF-8 or GBK). Running it again with a newer edition adds and renames, "
        "and reports what the file leaves out; nothing is deleted. --succession takes old,new,kind,effective_on "
        "(kinds: renamed, merged, split, dissolved) and moves roles, organisations and compounds along. "
        "All or nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--succession", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = import_divisions(
                divisions=read_divisions(self._bytes(options["file"])),
                successions=read_successions(self._bytes(options["succession"]))
                if options["succession"]
                else (),
                actor="manage.py import_divisions",
                dry_run=options["dry_run"],
            )
        except DivisionFileRefused as refusal:
            path = options["succession" if isinstance(refusal, SuccessionFileRefused) else "file"]
            for number, sentence in refusal.lines:
                self.stderr.write(f"{path}:{number}: {sentence}")
            raise CommandError(refusal.message) from refusal
        self._tell(report, dry_run=options["dry_run"])

    @staticmethod
    def _bytes(path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error

    def _tell(self, report: DivisionReport, *, dry_run: bool) -> None:
        self._list("new", [f"{code} {name}" for code, name in report.new])
        self._list("renamed", [f"{code} {old} → {new}" for code, old, new in report.renamed])
        self._list(
            "followed by another",
            [f"{old} → {new}: {moved} records" for old, new, moved in report.successions],
        )
        self._list("ended, left as they are", [f"{code} {name}" for code, name in report.ended])
        self._list("not in the file", [f"{code} {name}" for code, name in report.missing])
        self.stdout.write(f"{report.unchanged} unchanged")
        if dry_run:
            self.stdout.write("Nothing was changed (--dry-run).")

    def _list(self, title: str, lines: list[str]) -> None:
        self.stdout.write(f"{len(lines)} {title}")
        for line in lines[:SHOWN]:
            self.stdout.write(f"  {line}")
        if len(lines) > SHOWN:
            self.stdout.write(f"  … and {len(lines) - SHOWN} more")
