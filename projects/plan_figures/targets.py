"""Targets beside what is listed."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from projects.models import Plan
from projects.plan_figures.sums import MEASURES, Sums


@dataclass(frozen=True)
class TargetLine:
    """`listed` is None where no compound has the figure; `share` is listed / target, None without a target."""

    measure: str
    target: int | Decimal | None
    listed: int | Decimal | None
    missing: int

    @property
    def share(self) -> Decimal | None:
        return (
            Decimal(self.listed) / Decimal(self.target) if self.target and self.listed is not None else None
        )


def target_lines(plan: Plan, listed: Sums) -> list[TargetLine]:
    """In the order of `MEASURES`; buildings have no target."""
    targets: dict[str, Any] = {
        "compounds": plan.target_compounds,
        "households": plan.target_households,
        "area": plan.target_area,
        "investment": plan.target_investment,
    }
    found = []
    for measure in MEASURES:
        missing = listed.missing.get(measure, 0)
        known = None if missing and missing == listed.compounds else getattr(listed, measure)
        found.append(TargetLine(measure, targets.get(measure), known, missing))
    return found
