"""A compound's declared figures beside what its listed buildings add up to. Pure but for one statement."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.models import Compound

# (field of the compound, field of a building, what it is called, its unit)
COMPARED: tuple[tuple[str, str, Promise, str], ...] = (
    ("staircase_count", "staircase_count", pgettext_lazy("figure", "Staircases"), ""),
    ("household_count", "household_count", pgettext_lazy("figure", "Households"), ""),
    ("floor_area", "floor_area", _("Floor area"), "m²"),
)


@dataclass(frozen=True, kw_only=True)
class ComparedFigure:
    """`listed` is the sum over the `known` buildings, of `buildings` in all, that have the figure."""

    label: str | Promise
    unit: str
    declared: int | Decimal | None
    listed: int | Decimal | None
    known: int
    buildings: int

    @property
    def is_partial(self) -> bool:
        """Some listed buildings lack the figure: the sum is too small by what they would add."""
        return 0 < self.known < self.buildings

    @property
    def difference(self) -> int | Decimal | None:
        """Listed less declared; None where there is nothing to compare."""
        if self.declared is None or self.listed is None:
            return None
        return self.listed - self.declared


def compared_figures(compound: Compound) -> list[ComparedFigure]:
    """Buildings, staircases, households and area, in one statement."""
    sums = {f"sum_{field}": Sum(field) for _own, field, *_rest in COMPARED}
    counts = {f"known_{field}": Count(field) for _own, field, *_rest in COMPARED}
    found = compound.buildings.order_by().aggregate(buildings=Count("pk"), **sums, **counts)
    buildings: int = found["buildings"]
    first = ComparedFigure(
        label=pgettext_lazy("figure", "Buildings"), unit="", declared=compound.building_count, listed=buildings or None,
        known=buildings, buildings=buildings,
    )  # fmt: skip
    return [
        first,
        *(
            ComparedFigure(
                label=label, unit=unit, declared=getattr(compound, own), listed=found[f"sum_{field}"],
                known=found[f"known_{field}"], buildings=buildings,
            )
            for own, field, label, unit in COMPARED
        ),
    ]  # fmt: skip
