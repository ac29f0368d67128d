"""How a task went between the five tiers, and what its parts add up to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from projects.actions.tasks import ORDER_OF_TIERS, hands_in_words
from projects.models import Task, TaskEntry, TaskState, Tier


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A tier on the path. `name` is who held it there last, `at` since when; empty where it never was."""

    tier: str
    label: Any
    name: str = ""
    at: datetime | None = None
    is_here: bool = False

    @property
    def state(self) -> str:
        return "here" if self.is_here else "been" if self.name else "not"


def path_of(task: Task, entries: Sequence[TaskEntry]) -> list[Stop]:
    """五级: all five tiers from the top down, with who had it in hands at each."""
    held: dict[str, tuple[str, datetime | None]] = {}
    for entry in entries:
        if entry.from_tier:
            held.setdefault(entry.from_tier, (entry.from_name, None))
        if entry.to_tier:
            held[entry.to_tier] = (entry.to_name, entry.at)
    stops = []
    for tier in ORDER_OF_TIERS:
        name, at = held.get(tier, ("", None))
        here = tier == task.tier
        stops.append(
            Stop(
                tier=tier, label=Tier(tier).label, name=hands_in_words(task) if here else name, at=at, is_here=here
            )
        )  # fmt: skip
    return stops


@dataclass(frozen=True, kw_only=True)
class RollUp:
    """What the parts of the same kind add up to; parts that were cancelled count nowhere."""

    parts: int
    finished: int
    quantity_planned: Decimal | None
    quantity_done: Decimal | None
    places_planned: int | None
    places_done: int | None

    @property
    def done(self) -> tuple[Decimal | None, int | None]:
        return self.quantity_done, self.places_done


def roll_up(task: Task) -> RollUp:
    """One statement."""
    finished = Q(state__in=[TaskState.DONE, TaskState.CLOSED])
    same = Q(kind=task.kind)
    found = task.parts.exclude(state=TaskState.CANCELLED).aggregate(
        parts=Count("pk"),
        finished=Count("pk", filter=finished),
        quantity_planned=Sum("quantity_planned", filter=same),
        quantity_done=Sum("quantity_done", filter=same & finished),
        places_planned=Sum("places_planned", filter=same),
        places_done=Sum("places_done", filter=same & finished),
    )
    if found["quantity_planned"] is not None:
        found["quantity_done"] = found["quantity_done"] or Decimal(0)
    if found["places_planned"] is not None:
        found["places_done"] = found["places_done"] or 0
    return RollUp(**found)
