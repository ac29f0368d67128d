"""Which dates a bulk move would change: the milestones that end a stage, of several projects."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from projects.models import Milestone


@dataclass(frozen=True)
class DateMove:
    """`milestone` has its project and compound joined."""

    milestone: Milestone
    before: date
    after: date


def date_moves(
    projects: QuerySet[Any], *, stage: str, to: date | None = None, by_days: int = 0
) -> list[DateMove]:
    """Old and new day of each open milestone that ends `stage`; those that would not change are left out.

    `to` is one day for all, `by_days` moves each by as many days.
    """
    found = (
        Milestone.objects.filter(
            project__in=projects.values("pk"), stage=stage, closes_stage=True, done_on__isnull=True
        )
        .select_related("project__compound")
        .order_by("pk")
    )
    moves = [
        DateMove(milestone, milestone.due_on, to or milestone.due_on + timedelta(days=by_days)) for milestone in found
    ]  # fmt: skip
    return [move for move in moves if move.after != move.before]


def digest_of(moves: Iterable[DateMove]) -> str:
    """What a preview showed, in a few characters: the action refuses when it would do anything else."""
    lines = ";".join(f"{move.milestone.pk}:{move.before}:{move.after}" for move in moves)
    return hashlib.sha256(lines.encode()).hexdigest()[:32]
