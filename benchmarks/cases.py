"""What a benchmark case is, and the table it ends in.

A module of this package that has a function `cases()` takes part. A case measures the
portal and its limit in the same run, in turns, because the machine's mood changes by
the minute; what counts is the ratio.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.bench import Bench


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the table. `ratio` is what the goal is about, where there is a limit."""

    case: str
    portal: str
    limit: str = ""
    ratio: float | None = None
    goal: str = ""
    ok: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Case:
    """`measure` gets the prepared bench and answers one or more figures."""

    name: str
    measure: Callable[[Bench], Iterable[Figure]]


def at_least(case: str, *, portal: str, limit: str, ratio: float, goal: float) -> Figure:
    return Figure(
        case=case, portal=portal, limit=limit, ratio=round(ratio, 3), goal=f"≥ {goal}", ok=ratio >= goal
    )


def at_most(
    case: str, value: float, goal: float, unit: str = "", *, ratio: float | None = None, limit: str = ""
) -> Figure:
    """A value (or, with `ratio`, the ratio) that must not exceed the goal."""
    measured = value if ratio is None else ratio
    return Figure(
        case=case,
        portal=f"{value:g}{unit}",
        limit=limit,
        ratio=None if ratio is None else round(ratio, 3),
        goal=f"≤ {goal:g}{unit if ratio is None else ' ×'}",
        ok=measured <= goal,
    )


HEADINGS = ("case", "portal", "limit", "ratio", "goal", "ok")
OK = {True: "yes", False: "NO", None: ""}


def table(figures: Iterable[Figure]) -> str:
    rows = [HEADINGS]
    for figure in figures:
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        rows.append((figure.case, figure.portal, figure.limit, ratio, figure.goal, OK[figure.ok]))
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def as_json(figures: Iterable[Figure]) -> list[dict[str, Any]]:
    return [asdict(figure) for figure in figures]
