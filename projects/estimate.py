"""概算 of a scheme, what is implausible in it, and what differs between two versions. Exact decimals, no queries.

Costs are yuan with four places (quantity × unit cost, two each); quotients are rounded half up to 0.01.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from projects.models import Aspect, Category

CENT = Decimal("0.01")
NOUGHT = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Work:
    """A line as figures: `key` is the work item, the same in all versions. Yuan per unit."""

    key: int
    label: str
    category: str
    aspect: str
    unit: str
    quantity: Decimal
    unit_cost: Decimal
    low: Decimal = NOUGHT
    high: Decimal = NOUGHT

    @property
    def cost(self) -> Decimal:
        return self.quantity * self.unit_cost

    @property
    def is_outside(self) -> bool:
        """Whether the unit cost lies outside the catalogue's range."""
        return not self.low <= self.unit_cost <= self.high


def work_of(line: Any) -> Work:
    """A `SchemeLine` with work item and catalogue item fetched along."""
    item = line.work_item.catalogue_item
    return Work(
        key=line.work_item_id,
        label=str(line.work_item),
        category=item.category,
        aspect=item.aspect,
        unit=item.get_unit_display(),
        quantity=line.quantity,
        unit_cost=line.unit_cost,
        low=item.unit_cost_low,
        high=item.unit_cost_high,
    )


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """Totals in yuan; a quotient is None where its divisor is not recorded."""

    total: Decimal
    by_category: dict[str, Decimal]
    by_aspect: dict[str, Decimal]
    per_household: Decimal | None
    per_area: Decimal | None
    low: Decimal
    high: Decimal

    @property
    def empty_aspects(self) -> list[Aspect]:
        """Of the five aspects those that no work belongs to."""
        return [aspect for aspect in Aspect if aspect not in self.by_aspect]

    @property
    def is_implausible(self) -> bool:
        """Whether the total lies outside the range per m²: a warning, never a refusal."""
        return self.per_area is not None and not self.low <= self.per_area <= self.high


def estimate(
    works: Iterable[Work], *, households: int | None, area: Decimal | None, low: Decimal, high: Decimal
) -> Estimate:
    works = list(works)
    total = sum((work.cost for work in works), NOUGHT)
    return Estimate(
        total=total,
        by_category=_sums(works, "category"),
        by_aspect=_sums(works, "aspect"),
        per_household=_quotient(total, households),
        per_area=_quotient(total, area),
        low=low,
        high=high,
    )


def _sums(works: Sequence[Work], kind: str) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for work in works:
        key = getattr(work, kind)
        sums[key] = sums.get(key, NOUGHT) + work.cost
    return sums


def _quotient(total: Decimal, divisor: int | Decimal | None) -> Decimal | None:
    return (total / divisor).quantize(CENT, ROUND_HALF_UP) if divisor else None


@dataclass(frozen=True, kw_only=True)
class Group:
    """The works of one category and aspect, with their sum."""

    category: Category
    aspect: Aspect
    rows: list[Any]
    total: Decimal


def grouped(lines: Iterable[Any]) -> list[Group]:
    """Lines by category, in the order of the law, and within it by aspect."""
    found: dict[tuple[str, str], list[Any]] = {}
    for line in lines:
        item = line.work_item.catalogue_item
        found.setdefault((item.category, item.aspect), []).append(line)
    return [
        Group(
            category=category, aspect=aspect, rows=found[category, aspect],
            total=sum((line.quantity * line.unit_cost for line in found[category, aspect]), NOUGHT),
        )
        for category in Category
        for aspect in Aspect
        if (category, aspect) in found
    ]  # fmt: skip


# --- Two versions beside each other -----------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Change:
    """A work that differs: `old` is None where it was added, `new` where it was struck."""

    old: Work | None
    new: Work | None
    reason: str = ""

    @property
    def label(self) -> str:
        work = self.new or self.old
        return work.label if work else ""

    @property
    def unit(self) -> str:
        work = self.new or self.old
        return work.unit if work else ""

    @property
    def is_added(self) -> bool:
        return self.old is None

    @property
    def is_struck(self) -> bool:
        return self.new is None

    @property
    def sum(self) -> Decimal:
        """What it adds to the total, in yuan; less than nothing where it saves."""
        return (self.new.cost if self.new else NOUGHT) - (self.old.cost if self.old else NOUGHT)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """增加与已批对比: what was added, struck and changed, and what that comes to."""

    added: list[Change]
    struck: list[Change]
    changed: list[Change]
    unchanged: int
    before: Decimal
    after: Decimal

    @property
    def sum(self) -> Decimal:
        return self.after - self.before

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.struck or self.changed)

    @property
    def rows(self) -> list[Change]:
        return [*self.added, *self.changed, *self.struck]


def difference(
    before: Iterable[Work], after: Iterable[Work], reasons: Mapping[int, str] | None = None
) -> Difference:
    """What leads from one version to another; `reasons` say why a work was struck, by work item."""
    old, new = {work.key: work for work in before}, {work.key: work for work in after}
    why = reasons or {}
    kept = [key for key in new if key in old]
    changed = [key for key in kept if _terms(old[key]) != _terms(new[key])]
    return Difference(
        added=[Change(old=None, new=work) for key, work in new.items() if key not in old],
        struck=[
            Change(old=work, new=None, reason=why.get(key, "")) for key, work in old.items() if key not in new
        ],
        changed=[Change(old=old[key], new=new[key]) for key in changed],
        unchanged=len(kept) - len(changed),
        before=sum((work.cost for work in old.values()), NOUGHT),
        after=sum((work.cost for work in new.values()), NOUGHT),
    )


def _terms(work: Work) -> tuple[Decimal, Decimal]:
    return work.quantity, work.unit_cost
