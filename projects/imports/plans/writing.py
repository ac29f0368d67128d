"""Writing by the same actions as the page; what is no longer as previewed refuses everything."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from compounds.models import Compound
from directory.models import Division
from imports.errors import ChangedSincePreview
from imports.kinds import Row
from imports.models import Verdict
from projects.actions.plans import add_to_plan, edit_entry
from projects.imports.plans.comparing import compare
from projects.imports.plans.reading import DECIMAL, FIGURES
from projects.models import Plan


def write_rows(rows: Sequence[Row], *, plan: Plan, user: Any) -> dict[str, int]:
    """Returns how many were taken in and how many changed; raises `ChangedSincePreview`."""
    # Adders and submitters wait from here on; what the rows are compared with stays.
    Division.objects.select_for_update(no_key=True).get(pk=plan.division_id)
    plan = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    outdated = _outdated(rows, plan)
    if outdated or not plan.is_open:
        raise ChangedSincePreview(count=outdated or len(rows))
    new = [row for row in rows if row.verdict == Verdict.NEW]
    _take_in(new, plan, user)
    _write_facts(rows, plan, user)
    return {Verdict.NEW.value: len(new), Verdict.CHANGED.value: len(rows) - len(new)}


def _outdated(rows: Sequence[Row], plan: Plan) -> int:
    """How many staged rows would get another verdict today."""
    again = [
        Row(row.number, row.cells, {key: value for key, value in row.values.items() if key != "compound"})
        for row in rows
    ]
    compare(again, plan)
    count = 0
    for before, now in zip(rows, again, strict=True):
        now.settle()
        count += (now.verdict, now.target_id, now.changes) != (
            before.verdict,
            before.target_id,
            before.changes,
        )
    return count


def _take_in(rows: Sequence[Row], plan: Plan, user: Any) -> None:
    if not rows:
        return
    compounds = Compound.objects.in_bulk([row.values["compound"] for row in rows])
    said = {row.values["compound"]: row.values.get("jump_reason", "") for row in rows}
    add_to_plan(plan=plan, compounds=list(compounds.values()), user=user, reasons=said)


def _write_facts(rows: Sequence[Row], plan: Plan, user: Any) -> None:
    entries = {entry.compound_id: entry for entry in plan.entries.select_related("plan")}
    for row in rows:
        given = (
            row.changes.keys() if row.verdict == Verdict.CHANGED else row.values.keys() & {*FIGURES, "year"}
        )
        facts: dict[str, Any] = {
            key: Decimal(row.values[key]) if key in DECIMAL else row.values[key] for key in given
        }
        if facts:
            edit_entry(entry=entries[row.values["compound"]], user=user, **facts)
