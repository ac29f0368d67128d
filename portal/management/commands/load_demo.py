"""`manage.py load_demo`: fill an empty demo database; a second run changes nothing."""

import sys
import time
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.errors import DomainError
from portal.demo.actions import load_demo

WIDTH = 30


class Command(BaseCommand):
    help = "Load the demo data: two cities, 507 compounds, surveys, the pool, plans, projects, accounts of every role."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--today",
            type=date.fromisoformat,
            default=None,
            help="the day from which dates count back (YYYY-MM-DD); the same day gives the same rows",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.monotonic()
        try:
            counts = load_demo(today=options["today"] or timezone.localdate(), progress=self._draw)
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        if counts is None:
            self.stdout.write("The demo data are loaded already.")
            return
        self.stdout.write(
            f"Demo data: {counts.compounds} compounds, {counts.buildings:,} buildings, {counts.surveys} surveys,"
            f" {counts.pool_moves:,} pool moves, {counts.projects} projects with {counts.works:,} works and"
            f" {counts.progress_entries:,} progress entries, {counts.tasks} tasks, {counts.households} households with {counts.choices} choices, {counts.answers} answered questionnaires and {counts.opinions} opinions,"
            f" {counts.accounts} accounts in {time.monotonic() - begun:.0f} s. Some facts are published, the figures of single compounds"
            " are made up; the front page says which."
        )

    def _draw(self, done: int, total: int) -> None:
        """A bar on a terminal, nothing in a log."""
        if not sys.stderr.isatty():
            return
        filled = WIDTH * done // total
        end = "\r\033[K" if done == total else ""
        self.stderr.write(
            f"\rLoading the demo data [{'#' * filled}{'.' * (WIDTH - filled)}] {100 * done // total:3} %{end}",
            ending="",
        )
        self.stderr.flush()
