"""A list as a spreadsheet: exactly the rows, columns and order that are on the screen."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, Protocol

from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
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
# Longer ones are a job's work: a worker of the web has better things to do for more than a second.
AT_ONCE = 5_000
# What a sheet of Excel holds, less its headings.
MOST_ROWS = 1_000_000
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


class ExportSink(Protocol):
    """Where a request that a job repeats (`request.export_sink`) leaves its file."""

    def receive(self, sheet: "Sheet") -> None: ...


@dataclass(frozen=True)
class Sheet:
    """The rows of a list on their way into a file. Whoever has one was allowed to export these rows."""

    state: ListState
    queryset: QuerySet[Any, Any]

    @property
    def kind(self) -> str:
        return self.state.export

    @property
    def media_type(self) -> str:
        return KINDS[self.kind]

    @property
    def name(self) -> str:
        return f"{self.state.spec.title} {timezone.localdate():%Y-%m-%d}.{self.kind}"

    @cached_property
    def count(self) -> int:
        return self.queryset.order_by().count()

    def write(self, to: BinaryIO, *, each: Callable[[int], None] = lambda done: None) -> None:
        """Row after row, memory flat; `each` hears how many are written."""
        columns = [sheet_column(column) for column in self.state.columns]
        if self.kind == "csv":
            write_csv(columns=columns, rows=self._counted(each), to=to)
        else:
            write_workbook(title=self.state.spec.title, columns=columns, rows=self._counted(each), to=to)

    def _counted(self, each: Callable[[int], None]) -> Iterator[list[Any]]:
        for done, row in enumerate(_rows(self.state, self.queryset)):
            each(done)
            yield row


def spreadsheet(request: HttpRequest, state: ListState, queryset: QuerySet[Any, Any]) -> HttpResponseBase:
    """The file to download; of a long list the page of the job that makes it.

    Whoever watches exports (the audit) is told before it leaves, and not again by the job.
    """
    sheet = Sheet(state, queryset)
    sink: ExportSink | None = getattr(request, "export_sink", None)
    if sink is not None:
        sink.receive(sheet)
        return HttpResponse()
    if sheet.count > MOST_ROWS:
        raise TooManyRowsOut(rows=sheet.count, most=MOST_ROWS)
    for watcher in board.export_watchers():
        watcher.exported(request, state.spec.key, sheet.kind, sheet.count)
    later = board.long_exports()
    if sheet.count > AT_ONCE and later is not None:
        return later.begin(request, str(state.spec.title), sheet.kind)
    file: Any = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the response closes it when it is sent
    sheet.write(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=sheet.name, content_type=sheet.media_type)


def _rows(state: ListState, queryset: QuerySet[Any, Any]) -> Iterator[list[Any]]:
    at = places(state)
    writers = [plain_value(column, at) for column in state.columns]
    found = select(state, queryset).iterator(chunk_size=CHUNK)
    while rows := list(islice(found, CHUNK)):
        for row in completed(state, rows):
            yield [write(row) for write in writers]
