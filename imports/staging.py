"""Rows between sheet and register: written by COPY, read back for the preview and for the writing."""

from collections import Counter
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

import orjson
from django.db import connection

from imports.kinds import Row
from imports.models import ImportRow, Verdict

COLUMNS = (
    "run_id", "sheet", "number", "verdict", "target_id", "cells", "values", "problems", "warnings", "changes", "reasons",
)  # fmt: skip
_NULL = r"\N"
WRONG, WARNED = Verdict.WRONG.value, "warned"


def stage(run_id: int, rows: Sequence[Row]) -> dict[str, int]:
    """Replace the run's rows; returns {verdict: rows}. In the caller's transaction."""
    ImportRow.objects.filter(run=run_id).delete()
    quoted = ", ".join(f'"{name}"' for name in COLUMNS)
    table = ImportRow._meta.db_table
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{table}" ({quoted}) FROM STDIN', StringIO(_lines(run_id, rows)))
    counts = dict.fromkeys(Verdict.values, 0)
    for row in rows:
        counts[row.verdict] += 1
    return counts


def _lines(run_id: int, rows: Iterable[Row]) -> str:
    lines = []
    for row in rows:
        target = _NULL if row.target_id is None else row.target_id
        lines.append(
            f"{run_id}\t{_plain(row.sheet)}\t{row.number}\t{row.verdict}\t{target}\t{_json(row.cells)}\t{_json(row.values)}"
            f"\t{_or_null(row.problems)}\t{_or_null(row.warnings)}\t{_or_null(row.changes)}"
            f"\t{_array(row)}\n"
        )
    return "".join(lines)


def _plain(name: str) -> str:
    """The name of a sheet: spreadsheet programs allow backslashes and breaks in none, other files may have them."""
    return name.replace("\\", "\\\\").replace("\t", " ").replace("\n", " ").replace("\r", " ")


def _json(content: dict[str, Any]) -> str:
    # JSON has no raw tabs and newlines: of COPY's own signs only the backslash can occur.
    return orjson.dumps(content).decode().replace("\\", "\\\\")


def _or_null(content: dict[str, Any]) -> str:
    return _json(content) if content else _NULL


def _array(row: Row) -> str:
    """Kinds are plain words: nothing in them needs quoting."""
    return f"{{{','.join(row.kinds())}}}" if row.problems or row.warnings else _NULL


def counted_reasons(rows: Iterable[Row]) -> dict[str, dict[str, int]]:
    """{"wrong" or "warned": {kind of reason: rows}}, the most frequent first."""
    counted: dict[str, Counter[str]] = {WRONG: Counter(), WARNED: Counter()}
    for row in rows:
        if row.problems or row.warnings:
            counted[WRONG if row.problems else WARNED].update(row.kinds())
    return {verdict: dict(kinds.most_common()) for verdict, kinds in counted.items()}


def staged(run_id: int, verdicts: Sequence[str]) -> list[Row]:
    """The run's rows with these verdicts, in the file's order."""
    found = ImportRow.objects.filter(run=run_id, verdict__in=verdicts).order_by("sheet", "number")
    return [row_of(row) for row in found]


def row_of(row: ImportRow) -> Row:
    return Row(
        row.number,
        row.cells,
        row.values,
        # What was staged are plain sentences; their kinds stand in the row's `reasons`.
        problems=row.problems or {},
        warnings=row.warnings or {},
        changes=row.changes or {},
        target_id=row.target_id,
        verdict=row.verdict,
        sheet=row.sheet,
    )
