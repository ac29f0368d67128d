"""Totals of tasks as a spreadsheet: a row for each division, three or five columns for each kind."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.sheets import Kind, SheetColumn
from projects.models import TASK_UNITS, TaskKind, Unit
from projects.task_totals import COUNTED, Cell, PlaceRow

# Counted in places beside their area.
WITH_PLACES = TaskKind.ILLEGAL_STRUCTURES


def total_columns() -> list[SheetColumn]:
    """In the language of the moment."""
    found = [
        SheetColumn(key="code", heading=_("Division code"), width=14),
        SheetColumn(key="name", heading=_("Division"), width=22),
    ]
    for kind in COUNTED:
        unit = Unit(TASK_UNITS[kind] or "").label
        headings = [(_("tasks"), Kind.INTEGER), (_("overdue"), Kind.INTEGER)]
        if kind == WITH_PLACES:
            places = pgettext("of illegal structures", "places")
            headings += [
                (f"{_('planned')} ({places})", Kind.INTEGER),
                (f"{_('done')} ({places})", Kind.INTEGER),
            ]
        headings += [(f"{_('planned')} ({unit})", Kind.DECIMAL), (f"{_('done')} ({unit})", Kind.DECIMAL)]
        label = TaskKind(kind).label
        found += [
            SheetColumn(key=f"{kind}{at}", heading=f"{label} · {heading}", kind=what, width=16)
            for at, (heading, what) in enumerate(headings)
        ]
    return found


def total_rows(rows: Sequence[PlaceRow], total: PlaceRow) -> Iterator[list[Any]]:
    """The divisions as on the page, their sum below."""
    for row in rows:
        name = f"{row.name} ({_('as a whole')})" if row.is_itself else row.name
        yield [row.code, name, *_figures(row)]
    yield ["", _("Total"), *_figures(total)]


def _figures(row: PlaceRow) -> Iterator[Any]:
    for kind, cell in row.in_order:
        yield from _of_kind(kind, cell)


def _of_kind(kind: str, cell: Cell) -> list[Any]:
    places = [cell.places_planned, cell.places_done] if kind == WITH_PLACES else []
    return [cell.tasks, cell.overdue, *places, cell.planned, cell.done]
