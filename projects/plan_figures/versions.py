"""What differs between two versions of a plan."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from projects.models import Plan, PlanEntry
from projects.plan_figures.sums import COLUMNS, Sums, sums_of_one

COMPARED = ("year", "building_count", "household_count", "floor_area", "estimated_investment", "jump_reason")
COMPARED_TARGETS = (
    "title",
    "target_compounds",
    "target_households",
    "target_area",
    "target_investment",
    "notes",
)


@dataclass(frozen=True)
class EntryChange:
    """`lines` are (field, old, new)."""

    entry: PlanEntry
    lines: list[tuple[str, Any, Any]]


@dataclass(frozen=True, kw_only=True)
class Difference:
    added: list[PlanEntry]
    removed: list[PlanEntry]
    changed: list[EntryChange]
    unchanged: int
    targets: list[tuple[str, Any, Any]]
    before: Sums
    after: Sums

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.removed or self.changed or self.targets)


def difference(old: Plan, new: Plan) -> Difference:
    """From one version to another; two statements."""
    before, after = _by_compound(old), _by_compound(new)
    changed = []
    for compound_id in after.keys() & before.keys():
        lines = _changed_fields(before[compound_id], after[compound_id], COMPARED)
        if lines:
            changed.append(EntryChange(after[compound_id], lines))
    changed.sort(key=lambda change: (change.entry.year, change.entry.position))
    return Difference(
        added=[entry for key, entry in after.items() if key not in before],
        removed=[entry for key, entry in before.items() if key not in after],
        changed=changed,
        unchanged=len(after.keys() & before.keys()) - len(changed),
        targets=_changed_fields(old, new, COMPARED_TARGETS),
        before=_sums_in_memory(before.values()),
        after=_sums_in_memory(after.values()),
    )


def _by_compound(plan: Plan) -> dict[int, PlanEntry]:
    return {entry.compound_id: entry for entry in plan.entries.select_related("compound__community")}


def _changed_fields(old: Any, new: Any, fields: Sequence[str]) -> list[tuple[str, Any, Any]]:
    pairs = [(name, getattr(old, name), getattr(new, name)) for name in fields]
    return [(name, before, after) for name, before, after in pairs if before != after]


def _sums_in_memory(entries: Iterable[PlanEntry]) -> Sums:
    found = Sums()
    for entry in entries:
        found.add(sums_of_one({measure: getattr(entry, column) for measure, column in COLUMNS.items()}))
    return found
