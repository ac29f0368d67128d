"""Rows beside the register, the plan and the pool's queue: what is new, what changes, who goes before whom."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from imports.kinds import Remark, Row
from projects.imports.plans.reading import DECIMAL, WRITTEN
from projects.imports.plans.reasons import Reason
from projects.imports.plans.register import Register
from projects.models import Plan, PlanEntry
from projects.queue import jumps, queue_of, with_project_of_its_own


def compare(rows: Sequence[Row], plan: Plan) -> None:
    """Six statements: the county's compounds and streets, the plan's entries, the queue, its projects, names passed."""
    register = Register(plan.division_id)
    entries = {entry.compound_id: entry for entry in plan.entries.all()}
    queue = queue_of(plan)
    plannable = set(queue) | with_project_of_its_own(plan)
    seen: dict[int, int] = {}
    new: list[tuple[Row, int]] = []
    for row in rows:
        compound = register.find(row) if row.values else None
        if compound is None:
            continue
        if compound.pk in seen:
            words = _("The same compound is in row {number}.").format(number=seen[compound.pk])
            row.problems["name"] = Remark(Reason.REPEATED, words)
            continue
        seen[compound.pk] = row.number
        row.values |= {"name": compound.name, "code": compound.code, "compound": compound.pk}
        entry = entries.get(compound.pk)
        if entry is not None:
            row.target_id = entry.pk
            _note_changes(row, entry)
        elif compound.pk not in plannable:
            words = _("Not waiting in the reserve pool of the county, or its project is not finished.")
            row.problems["name"] = Remark(Reason.NOT_PLANNABLE, words)
        else:
            new.append((row, compound.pk))
    _demand_reasons(new, queue, entries, register)


def _note_changes(row: Row, entry: PlanEntry) -> None:
    for key in WRITTEN:
        if key not in row.values:
            continue
        before = getattr(entry, key)
        value = Decimal(row.values[key]) if key in DECIMAL else row.values[key]
        if value != before:
            row.changes[key] = [str(before) if isinstance(before, Decimal) else before, row.values[key]]


def _demand_reasons(
    new: list[tuple[Row, int]], queue: list[int], entries: Mapping[int, PlanEntry], register: Register
) -> None:
    """Rows without other faults that go before more urgent ones. One left out passes nobody by that."""
    right = {compound: row for row, compound in new if not row.problems}
    for compound, jump in jumps(queue, right.keys() | entries.keys()).items():
        row = right.get(compound)
        if row is None:
            continue
        first = register.names.get(jump.first_passed_id, "")
        if row.values.get("jump_reason"):
            words = _("Goes before {first} and {count} in all that are more urgent; the reason is given.")
            row.warnings["jump_reason"] = Remark(Reason.SECOND, words.format(first=first, count=jump.passed))
        else:
            words = _(
                "Goes before {first} and {count} in all that are more urgent and not in the table. "
                "Take those too, or give the reason."
            )
            row.problems["name"] = Remark(Reason.JUMPS, words.format(first=first, count=jump.passed))
