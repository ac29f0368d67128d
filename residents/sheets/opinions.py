"""Counts of opinions as a spreadsheet: a row for each category or compound, a column for each month."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from core.sheets import Kind, SheetColumn
from residents.voices import CountRow


def count_columns(by: str, months: Sequence[date]) -> list[SheetColumn]:
    """In the language of the moment. A compound comes with its code, a category with its problem class."""
    of_compound = by == "compound"
    return [
        SheetColumn(key="name", heading=_("Compound") if of_compound else _("Category"), width=28),
        SheetColumn(key="group", heading=_("Compound code") if of_compound else _("Problem class"), width=18),
        SheetColumn(key="total", heading=_("Voices"), kind=Kind.INTEGER, width=10),
        SheetColumn(key="waiting", heading=_("Wait for an answer"), kind=Kind.INTEGER, width=12),
        SheetColumn(key="earlier", heading=_("Earlier"), kind=Kind.INTEGER, width=10),
        *(
            SheetColumn(key=f"{month:%Y-%m}", heading=f"{month:%Y-%m}", kind=Kind.INTEGER, width=10)
            for month in months
        ),
    ]


def count_rows(lines: Sequence[CountRow], together: CountRow) -> Iterator[list[Any]]:
    """As on the page, the sum below."""
    for line in [*lines, together]:
        group = line.group or (line.key if isinstance(line.key, str) else "")
        yield [line.label, group, line.total, line.waiting, line.earlier, *line.cells]
