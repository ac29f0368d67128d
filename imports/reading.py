"""A stored file as rows: which sheet, which headings, which column is which."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from core.sheets import EmptySheet, Headings, Sheet, Workbook, find_headings, heading_key, open_workbook
from imports.kinds import MERGED, ImportColumn, ImportKind, Remark, Row, Task

SAMPLES = 3
# Sheets that are looked into when nobody said which one is meant.
LOOK_INTO = 8


@dataclass(frozen=True, kw_only=True)
class Table:
    """A sheet with its headings found."""

    sheet: Sheet
    headings: Headings

    @property
    def labels(self) -> tuple[str, ...]:
        return self.headings.named

    def samples(self, label: str) -> list[str]:
        """The first different values beneath a heading."""
        at = self.headings.column_of(label)
        found: dict[str, None] = {}
        for row in self.sheet.rows[self.headings.first_row :] if at is not None else []:
            text = row[at].strip() if at is not None and at < len(row) else ""
            if text:
                found[text] = None
            if len(found) == SAMPLES:
                break
        return list(found)

    def row_count(self) -> int:
        return sum(1 for row in self.sheet.rows[self.headings.first_row :] if any(map(str.strip, row)))


def known_headings(kind: ImportKind) -> dict[str, str]:
    """{heading key: column key} of everything that is recognised by itself."""
    found: dict[str, str] = {}
    for column in kind.columns:
        for name in (*column.names, str(column.heading)):
            found.setdefault(heading_key(name), column.key)
    return found


def table_of(workbook: Workbook, kind: ImportKind, sheet: str = "") -> Table:
    """The named sheet; without a name the visible one that looks most like what is imported.

    Raises the refusals of `core.sheets`.
    """
    known = known_headings(kind)
    if not sheet:
        visible = [info.name for info in workbook.sheets if not info.hidden][:LOOK_INTO]
        if len(visible) > 1:
            tables = [_table(workbook.read(name), known) for name in visible]
            return max(tables, key=lambda table: (len(match(kind, table)), len(table.sheet.rows)))
    table = _table(workbook.read(sheet), known)
    if not table.labels:
        raise EmptySheet
    return table


def _table(sheet: Sheet, known: Mapping[str, str]) -> Table:
    return Table(sheet=sheet, headings=find_headings(sheet, known))


def open_table(source: BinaryIO, kind: ImportKind, sheet: str = "") -> Table:
    return table_of(open_workbook(source), kind, sheet)


def match(kind: ImportKind, table: Table) -> dict[str, str]:
    """{column key: heading label}, each label once; of two labels for a column the better-known name wins."""
    by_key: dict[str, str] = {}
    for label in table.labels:
        # A column heading beneath a group heading counts by itself as well.
        for text in (label, label.rpartition(" ")[2]):
            by_key.setdefault(heading_key(text), label)
    found: dict[str, str] = {}
    for column in kind.columns:
        for name in (*column.names, str(column.heading)):
            label = by_key.get(heading_key(name), "")
            if label and label not in found.values() and _fits(column, table, label):
                found[column.key] = label
                break
    return found


def _fits(column: ImportColumn, table: Table, label: str) -> bool:
    """A serial number is headed like a code; what stands beneath tells them apart."""
    if not column.samples_like:
        return True
    return all(re.fullmatch(column.samples_like, text) for text in table.samples(label))


def rows_of(table: Table, kind: ImportKind, task: Task) -> list[Row]:
    """Every row that holds anything, its cells by column key."""
    places = {key: table.headings.labels.index(label) for key, label in task.mapping.items()}
    extras = {label: table.headings.labels.index(label) for label in kind.extra_headings(task)}
    inherited = _inherited(table.sheet, kind, places, extras)
    warning = Remark(MERGED, _("This cell is merged with others: the figure is not counted for each row."))
    found = []
    for index, row in _filled(table):
        width = len(row)
        cells = {key: text for key, at in places.items() if at < width and (text := row[at].strip())}
        made = Row(index + 1, cells)
        if 2 * len(cells) < len(places):
            made.lead = next(text for cell in row if (text := cell.strip()))
        if extras:
            made.extras = {label: row[at].strip() for label, at in extras.items() if at < width}
        for key, label, text in inherited.get(index, ()):
            if label:
                made.extras[label] = made.extras.get(label) or text
            elif kind.column(key).fills_down:
                cells.setdefault(key, text)
            elif key not in cells:
                made.warnings[key] = warning
        found.append(made)
    return found


def _filled(table: Table) -> Iterator[tuple[int, list[str]]]:
    for index in range(table.headings.first_row, len(table.sheet.rows)):
        row = table.sheet.rows[index]
        if any(row) and any(map(str.strip, row)):
            yield index, row


def _inherited(
    sheet: Sheet, kind: ImportKind, places: Mapping[str, int], extras: Mapping[str, int]
) -> dict[int, list[tuple[str, str, str]]]:
    """{row index: (column key, heading of an extra or "", text of the merged cell above)}."""
    columns = [(at, key, "") for key, at in places.items()] + [
        (at, "", label) for label, at in extras.items()
    ]
    found: dict[int, list[tuple[str, str, str]]] = {}
    for merged in sheet.merged:
        for at, key, label in columns:
            if not merged.left <= at <= merged.right or merged.top >= len(sheet.rows):
                continue
            above = sheet.rows[merged.top]
            text = above[merged.left].strip() if merged.left < len(above) else ""
            for index in range(merged.top + 1, min(merged.bottom + 1, len(sheet.rows)) if text else 0):
                found.setdefault(index, []).append((key, label, text))
    return found
