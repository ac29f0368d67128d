"""Works of an old project: quantities planned and done, by work of the catalogue in force at the place."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from compounds.imports.known import KnownCompound
from compounds.reading.cells import CellProblem, name_key
from core.figures import thousands
from core.sheets import bracket_of
from imports.kinds import Remark, Row, Task
from projects.imports.backlog import cells
from projects.imports.backlog.known import Known
from projects.imports.backlog.reasons import Why
from projects.models import CatalogueItem
from projects.sheets.backlog import DONE, PLANNED


@dataclass
class _Quantities:
    planned: Decimal | None = None
    done: Decimal | None = None


def read_works(row: Row, *, task: Task, known: Known, compound: KnownCompound) -> None:
    """Fill `works` of the values: [[id of the item, planned, done]], quantities as text."""
    found: dict[int, _Quantities] = defaultdict(_Quantities)
    items = known.items(compound.community)
    for key, text in row.cells.items():
        if not key.startswith((PLANNED, DONE)):
            continue
        prefix = PLANNED if key.startswith(PLANNED) else DONE
        name = key.removeprefix(prefix)
        item = items.get(name_key(name)) or items.get(name_key(name.split(" ")[0]))
        if item is None:
            _wrong_work(row, Remark(Why.WORK_UNKNOWN, _(
                "“{name}” is not in the works catalogue of this division.").format(name=name[:40])))  # fmt: skip
            continue
        try:
            quantity = cells.quantity(text, bracket=bracket_of(task.mapping.get(key, "")))
        except CellProblem as problem:
            _wrong_work(row, problem.remark)
            continue
        if prefix == PLANNED:
            found[item.pk].planned = quantity
        else:
            found[item.pk].done = quantity
    _settle_works(row, found, {item.pk: item for item in items.values()})


def _wrong_work(row: Row, remark: Remark) -> None:
    """Beneath the column where the file has one; what stood on another sheet hangs on the row."""
    earlier = row.problems.get("works")
    row.problems["works"] = remark if earlier is None else earlier.and_also(remark)


def _settle_works(row: Row, found: Mapping[int, _Quantities], items: Mapping[int, CatalogueItem]) -> None:
    works = []
    for pk, quantities in found.items():
        planned, done = quantities.planned, quantities.done or Decimal(0)
        name = items[pk].name
        if not planned and not done:
            continue
        if planned is None:
            # What was done and nothing else told was what had been planned.
            planned = done
        if done > planned:
            sentence = _("{name}: {done} done, {planned} planned. More done than planned is a change of the plan: enter what was planned in the end.")  # fmt: skip
            text = sentence.format(name=name, done=thousands(done), planned=thousands(planned))
            _wrong_work(row, Remark(Why.MORE_DONE, text))
            continue
        if done and "started_on" not in row.values:
            text = _("{name}: works are done, but the project has no day of start.").format(name=name)
            _wrong_work(row, Remark(Why.NOT_STARTED, text))
            continue
        works.append([pk, str(planned), str(done)])
    if works:
        row.values["works"] = works


def work_in_words(item: CatalogueItem, planned: str, done: str) -> str:
    return f"{item.code} {item.name} {thousands(Decimal(done))}/{thousands(Decimal(planned))} {item.get_unit_display()}"
