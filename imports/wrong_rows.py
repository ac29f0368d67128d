"""The wrong rows as a workbook: the cells as they came, what is wrong in front."""

from collections.abc import Iterator, Mapping, Sequence
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
            yield WrongRow(
                number=row.number, sheet=row.sheet, cells=_cells(row, table, places), problems=problems
            )

    return write_wrong_rows(title=_("Rows with errors"), headings=labels, rows=handed_back(), to=to)


def _cells(row: Row, table: Table, places: Mapping[str, int]) -> Sequence[str]:
    """As they came; what stood on another sheet, in the columns of this one that mean the same."""
    if not row.sheet:
        return table.sheet.rows[row.number - 1]
    cells = [""] * len(table.headings.labels)
    for key, at in places.items():
        cells[at] = row.cells.get(key, "")
    return cells


def wrong_rows_of(run: ImportRun) -> Iterator[Row]:
    found = run.rows.filter(verdict=Verdict.WRONG).order_by("sheet", "number")
    columns = ("sheet", "number", "cells", "problems")
    for sheet, number, cells, problems in found.values_list(*columns).iterator(chunk_size=2_000):
        yield Row(number, cells if sheet else {}, problems=problems or {}, sheet=sheet)
