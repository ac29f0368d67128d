"""The staged rows as they are shown: counted by verdict and reason, each cell as typed, as understood, old → new."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.text import comparison_key
from imports.kinds import COMMON_REASONS, Field, ImportKind, Row, Task, TypeText
from imports.masking import discreet_cells
from imports.models import ImportRun, Verdict
from imports.staging import WARNED, WRONG, row_of

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
    is_wrong: bool = False
    is_doubtful: bool = False


@dataclass(frozen=True, kw_only=True)
class Remarked:
    """What is wrong or doubtful, and in which column; "" for the row as a whole."""

    label: TypeText
    text: str
    is_wrong: bool


@dataclass(frozen=True, kw_only=True)
class ReasonCount:
    """A kind of reason, how many rows have it, and under which filter they are shown."""

    verdict: str
    kind: str
    label: TypeText
    rows: int


@dataclass(frozen=True, kw_only=True)
class Line:
    """`place` is the row's number in the file, with its sheet where it is another one."""

    place: str
    verdict: str
    label: str
    tone: str
    cells: list[tuple[Field, Cell]]
    remarks: list[Remarked]


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


def reasons_of(run: ImportRun, kind: ImportKind) -> list[ReasonCount]:
    """The kinds of what is wrong, then of what is doubtful, each with the most rows first."""
    labels = {**COMMON_REASONS, **kind.reasons}
    return [
        ReasonCount(verdict=verdict, kind=reason, label=labels.get(reason, reason), rows=rows)
        for verdict in (WRONG, WARNED)
        for reason, rows in sorted(run.reasons.get(verdict, {}).items(), key=lambda item: (-item[1], item[0]))
    ]


def page_of(run: ImportRun, *, kind: ImportKind, task: Task, verdict: str, reason: str, number: int) -> Page:
    """`verdict` may be "warned": rows that are right but doubted, or "all"; `reason` is a kind of theirs or ""."""
    rows = run.rows.order_by("sheet", "number")
    if verdict == WARNED:
        rows = rows.filter(warnings__isnull=False).exclude(verdict=Verdict.WRONG)
        total = run.warnings
    elif verdict == "all":
        total = sum(run.counts.values())
    else:
        rows = rows.filter(verdict=verdict)
        total = run.counts.get(verdict, 0)
    if reason:
        rows = rows.filter(reasons__contains=[reason])
        total = run.reasons[verdict][reason]
    pages = max(1, -(-total // PAGE))
    number = min(max(number, 1), pages)
    found = [row_of(row) for row in rows[(number - 1) * PAGE : number * PAGE]]
    for row in found:
        row.cells = dict(discreet_cells(row, kind))
    fields, word = kind.fields(task), kind.words(found)
    lines = [_line(row, fields, word) for row in found]
    return Page(fields=fields, lines=lines, number=number, pages=pages, total=total)


def _line(row: Row, fields: Sequence[Field], word: Callable[[str, Any], str]) -> Line:
    cells = []
    labels: dict[str, TypeText] = {}
    for field in fields:
        keys = {field.key, *field.columns}
        # A column may feed two fields (a position is longitude and latitude): the first names it.
        labels = {**dict.fromkeys(keys, field.label), **labels}
        cells.append((field, _cell(row, field, keys, word)))
    remarks = [
        Remarked(label=labels.get(key, ""), text=text, is_wrong=found is row.problems)
        for found in (row.problems, row.warnings)
        for key, text in found.items()
    ]
    return Line(
        place=row.place,
        verdict=row.verdict,
        label=str(Verdict(row.verdict).label),
        tone=TONES[Verdict(row.verdict)],
        cells=cells,
        remarks=remarks,
    )


def _cell(row: Row, field: Field, keys: set[str], word: Callable[[str, Any], str]) -> Cell:
    typed = "，".join(row.cells[column] for column in field.columns if column in row.cells)
    if keys & row.problems.keys():
        missing = str(field.missing)
        shown, typed = (missing, typed) if missing else (typed, "")
        return Cell(shown=shown[:LONGEST_SHOWN], typed=typed[:LONGEST_SHOWN], is_wrong=True)
    shown = word(field.key, row.values.get(field.key))
    change = row.changes.get(field.key)
    old = word(field.key, change[0]) if change else None
    differs = typed and comparison_key(typed) != comparison_key(shown)
    return Cell(
        shown=shown[:LONGEST_SHOWN],
        typed=typed[:LONGEST_SHOWN] if differs else "",
        old=old,
        is_doubtful=bool(keys & row.warnings.keys()),
    )
