"""The wrong rows as a workbook: the cells as they came, what is wrong in front."""

from collections.abc import Iterator
from typing import BinaryIO

from django.utils.translation import gettext as _

from core.sheets import WrongRow, write_wrong_rows
from imports.kinds import Row, Task
from imports.models import ImportRun, Verdict
from imports.reading import Table

WHOLE_ROW = -1


def write_workbook_of_wrong_rows(
    *, rows: Iterator[Row] | list[Row], table: Table, task: Task, to: BinaryIO
) -> int:
    """Every column of the file, also those that are not imported; returns the number of rows."""
    labels = table.headings.labels
    places = {key: labels.index(label) for key, label in task.mapping.items() if label in labels}

    def handed_back() -> Iterator[WrongRow]:
        for row in rows:
            problems: dict[int, str] = {}
            for key, text in row.problems.items():
                at = places.get(key, WHOLE_ROW)
                problems[at] = f"{problems[at]} {text}" if at in problems else text
            yield WrongRow(number=row.number, cells=table.sheet.rows[row.number - 1], problems=problems)

    return write_wrong_rows(title=_("Rows with errors"), headings=labels, rows=handed_back(), to=to)


def wrong_rows_of(run: ImportRun) -> Iterator[Row]:
    found = run.rows.filter(verdict=Verdict.WRONG).order_by("number")
    for number, problems in found.values_list("number", "problems").iterator(chunk_size=2_000):
        yield Row(number, {}, problems=problems or {})
