"""Totals of tasks by kind and division: illegal structures, day-care and health points, market points, relocation.

A whole and its parts are counted once: a task counts with what its parts of the same kind do not
cover. A whole of 1,000 m² of which 600 were given out as parts is 400 at its own place and 600 at theirs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DecimalField, F, OuterRef, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest, Left

from directory.codes import LENGTHS
from directory.models import Division
from projects.filters.task import overdue
from projects.models import TASK_UNITS, Task, TaskKind, TaskState
from projects.models.tasks import TaskQuerySet

COUNTED = tuple(kind for kind in TaskKind.values if TASK_UNITS[kind] is not None)
_NUMBER: "DecimalField[Any, Any]" = DecimalField(max_digits=20, decimal_places=2)
_ZERO = Value(Decimal(0), output_field=_NUMBER)


@dataclass
class Cell:
    """What one kind adds up to at one place; quantities in the unit of the kind."""

    tasks: int = 0
    overdue: int = 0
    planned: Decimal = Decimal(0)
    done: Decimal = Decimal(0)
    places_planned: Decimal = Decimal(0)
    places_done: Decimal = Decimal(0)

    def add(self, other: "Cell") -> None:
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass
class PlaceRow:
    """`is_itself`: what is about the division as a whole, not about one below it."""

    code: str
    name: str
    is_itself: bool
    cells: dict[str, Cell] = field(default_factory=dict)

    @property
    def may_open(self) -> bool:
        return not self.is_itself and len(self.code) < LENGTHS[-1]

    @property
    def in_order(self) -> list[tuple[str, Cell]]:
        return [(kind, self.cells.get(kind, Cell())) for kind in COUNTED]


def _net(own: str, *, finished: bool) -> Greatest:
    """The task's own figure less that of its parts of the same kind, never below nothing."""
    states = [TaskState.DONE, TaskState.CLOSED]
    parts = Task.objects.filter(parent=OuterRef("pk"), kind=OuterRef("kind")).exclude(
        state=TaskState.CANCELLED
    )
    parts = parts.filter(state__in=states) if finished else parts
    covered = parts.order_by().values("parent").annotate(total=Sum(own)).values("total")
    figure = Case(When(state__in=states, then=F(own)), default=None) if finished else F(own)
    mine = Coalesce(figure, _ZERO, output_field=_NUMBER)
    return Greatest(
        mine - Coalesce(Subquery(covered), _ZERO, output_field=_NUMBER), _ZERO, output_field=_NUMBER
    )


def totals_below(rows: TaskQuerySet, under: str) -> list[PlaceRow]:
    """A row for each division one step below `under` ("" for everything); two statements."""
    length = next((one for one in LENGTHS if one > len(under)), LENGTHS[-1])
    counted = rows.filter(kind__in=COUNTED, division__code__startswith=under).exclude(
        state=TaskState.CANCELLED
    )
    figures = (
        counted.annotate(
            net_planned=_net("quantity_planned", finished=False), net_done=_net("quantity_done", finished=True),
            net_places=_net("places_planned", finished=False), net_places_done=_net("places_done", finished=True),
        )
        .order_by()
        .values("kind", place=Left("division_id", length))
        .annotate(
            tasks=Count("pk"), late=Count("pk", filter=overdue()), planned=Sum("net_planned"), done=Sum("net_done"),
            places=Sum("net_places"), places_done=Sum("net_places_done"),
        )
    )  # fmt: skip
    found: dict[str, PlaceRow] = {}
    for one in figures:
        row = found.setdefault(one["place"], PlaceRow(one["place"], one["place"], one["place"] == under))
        row.cells[one["kind"]] = Cell(
            one["tasks"], one["late"], one["planned"], one["done"], one["places"], one["places_done"]
        )
    names = dict(Division.objects.filter(code__in=found).values_list("code", "name"))
    for row in found.values():
        row.name = names.get(row.code, row.code)
    return sorted(found.values(), key=lambda row: row.code)


def sum_of(rows: Sequence[PlaceRow]) -> PlaceRow:
    total = PlaceRow("", "", is_itself=False)
    for row in rows:
        for kind, cell in row.cells.items():
            total.cells.setdefault(kind, Cell()).add(cell)
    return total
