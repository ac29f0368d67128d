"""A list as a spreadsheet: exactly the rows, columns and order that are on the screen."""

from collections.abc import Iterator
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.board import board
from core.errors import DomainError
from core.lists.cells import plain_value
from core.lists.columns import Column, Kind
from core.lists.query import completed, places, select
from core.lists.state import ListState
from core.sheets import Kind as SheetKind
from core.sheets import SheetColumn, write_csv, write_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8"}
MOST_ROWS = 50_000
CHUNK = 2000
IN_MEMORY = 4 * 1024 * 1024

SHEET_KINDS = {
    Kind.INTEGER: SheetKind.INTEGER,
    Kind.YEAR: SheetKind.INTEGER,
    Kind.DECIMAL: SheetKind.DECIMAL,
    Kind.PERCENT: SheetKind.DECIMAL,
    Kind.MONEY: SheetKind.DECIMAL,
    Kind.AREA: SheetKind.DECIMAL,
    Kind.DATE: SheetKind.DATE,
    Kind.MOMENT: SheetKind.MOMENT,
}
NUMBER_FORMATS = {Kind.YEAR: "0", Kind.PERCENT: "0.0%"}


class TooManyRowsOut(DomainError):
    code = "too_many_rows"
    sentence = _(
        "This list has {rows} rows; a spreadsheet takes {most}. Narrow the filter or choose a division."
    )


def sheet_column(column: Column) -> SheetColumn:
    unit = str(column.unit)
    return SheetColumn(
        key=column.key,
        heading=f"{column.label} ({unit})" if unit else column.label,
        kind=SHEET_KINDS.get(column.kind, SheetKind.TEXT),
        width=column.width,
        number_format=NUMBER_FORMATS.get(column.kind, ""),
    )


def spreadsheet(request: HttpRequest, state: ListState, queryset: QuerySet[Any, Any]) -> FileResponse:
    """The file to download. Whoever watches exports (the audit) is told before it leaves."""
    spec, kind = state.spec, state.export
    count = queryset.order_by().count()
    if count > MOST_ROWS:
        raise TooManyRowsOut(rows=count, most=MOST_ROWS)
    for watcher in board.export_watchers():
        watcher.exported(request, spec.key, kind, count)
    columns = [sheet_column(column) for column in state.columns]
    file: Any = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the response closes it when it is sent
    if kind == "csv":
        write_csv(columns=columns, rows=_rows(state, queryset), to=file)
    else:
        write_workbook(title=spec.title, columns=columns, rows=_rows(state, queryset), to=file)
    file.seek(0)
    name = f"{spec.title} {timezone.localdate():%Y-%m-%d}.{kind}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=KINDS[kind])


def _rows(state: ListState, queryset: QuerySet[Any, Any]) -> Iterator[list[Any]]:
    at = places(state)
    writers = [plain_value(column, at) for column in state.columns]
    found = select(state, queryset).iterator(chunk_size=CHUNK)
    while rows := list(islice(found, CHUNK)):
        for row in completed(state, rows):
            yield [write(row) for write in writers]
