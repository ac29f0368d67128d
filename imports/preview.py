"""A page of staged rows as it is shown: each cell as typed, as understood, old → new, what is wrong."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.text import comparison_key
from imports.kinds import Field, ImportKind, Row, Task
from imports.models import ImportRun, Verdict
from imports.staging import row_of

PAGE = 50
# A cell may hold millions of characters; a page should not.
LONGEST_SHOWN = 300
TONES = {Verdict.NEW: "ok", Verdict.CHANGED: "act", Verdict.UNCHANGED: "", Verdict.WRONG: "wrong"}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """`shown` is what would stand in the register, `typed` what stands in the file where that differs."""

    shown: str
    typed: str = ""
    old: str | None = None
    problem: str = ""
    warning: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    number: int
    verdict: str
    label: str
    tone: str
    cells: list[Cell]
    remarks: list[str]


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of the rows with a verdict; `number` from 1."""

    fields: Sequence[Field]
    lines: list[Line]
    number: int
    pages: int
    total: int

    @property
    def before(self) -> int:
        return self.number - 1

    @property
    def after(self) -> int:
        return self.number + 1


def default_verdict(run: ImportRun) -> str:
    """What deserves a look first."""
    for verdict in (Verdict.WRONG, Verdict.CHANGED, Verdict.NEW):
        if run.counts.get(verdict):
            return verdict
    return Verdict.UNCHANGED


def page_of(run: ImportRun, *, kind: ImportKind, task: Task, verdict: str, number: int) -> Page:
    """`verdict` may be "warned": rows that are right but doubted, or "all"."""
    rows = run.rows.order_by("number")
    if verdict == "warned":
        rows = rows.filter(warnings__isnull=False).exclude(verdict=Verdict.WRONG)
        total = run.warnings
    elif verdict == "all":
        total = sum(run.counts.values())
    else:
        rows = rows.filter(verdict=verdict)
        total = run.counts.get(verdict, 0)
    pages = max(1, -(-total // PAGE))
    number = min(max(number, 1), pages)
    found = [row_of(row) for row in rows[(number - 1) * PAGE : number * PAGE]]
    fields, word = kind.fields(task), kind.words(found)
    lines = [_line(row, fields, word) for row in found]
    return Page(fields=fields, lines=lines, number=number, pages=pages, total=total)


def _line(row: Row, fields: Sequence[Field], word: Callable[[str, Any], str]) -> Line:
    placed: set[str] = set()
    cells = []
    for field in fields:
        keys = {field.key, *field.columns}
        placed |= keys
        cells.append(_cell(row, field, keys, word))
    unplaced = {**row.warnings, **row.problems}
    return Line(
        number=row.number,
        verdict=row.verdict,
        label=str(Verdict(row.verdict).label),
        tone=TONES[Verdict(row.verdict)],
        cells=cells,
        remarks=[text for key, text in unplaced.items() if key not in placed],
    )


def _cell(row: Row, field: Field, keys: set[str], word: Callable[[str, Any], str]) -> Cell:
    typed = "，".join(row.cells[column] for column in field.columns if column in row.cells)
    problem = " ".join(text for key, text in row.problems.items() if key in keys)
    warning = " ".join(text for key, text in row.warnings.items() if key in keys)
    if problem:
        return Cell(shown=typed[:LONGEST_SHOWN], problem=problem)
    shown = word(field.key, row.values.get(field.key))
    change = row.changes.get(field.key)
    old = word(field.key, change[0]) if change else None
    differs = typed and comparison_key(typed) != comparison_key(shown)
    return Cell(shown=shown[:LONGEST_SHOWN], typed=typed if differs else "", old=old, warning=warning)
