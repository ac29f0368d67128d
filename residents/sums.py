"""The doors of a compound beside what the compound and each of its buildings declare: a difference is shown, not hidden."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.models import Building, Compound

Figure = int | Decimal | None


@dataclass(frozen=True, kw_only=True)
class Compared:
    """`entered` is the sum over the doors that have the figure; `lacking` doors have none."""

    label: str | Promise
    unit: str | Promise
    declared: Figure
    entered: Figure
    lacking: int = 0

    @property
    def difference(self) -> Figure:
        """Entered less declared; None where there is nothing to compare, or doors lack the figure."""
        if self.declared is None or self.entered is None or self.lacking:
            return None
        return self.entered - self.declared


@dataclass(frozen=True, kw_only=True)
class OfBuilding:
    """A building's declared figures and its doors."""

    building: Building
    doors: int
    owned: int
    area: Decimal | None
    without_area: int

    @property
    def difference(self) -> int | None:
        if self.building.household_count is None:
            return None
        return self.doors - self.building.household_count

    @property
    def area_difference(self) -> Decimal | None:
        """None as long as doors without area make the sum too small."""
        if self.building.floor_area is None or self.area is None or self.without_area:
            return None
        return self.area - self.building.floor_area


def of_buildings(compound: Compound) -> list[OfBuilding]:
    """Every building with its living doors, in one statement."""
    living = Q(households__ended_on__isnull=True, households__isnull=False)
    owned = living & Q(households__owners__isnull=False, households__owners__until_on__isnull=True)
    rows = compound.buildings.annotate(
        doors=Count("households", filter=living, distinct=True),
        owned=Count("households", filter=owned, distinct=True),
    )
    areas = {
        key: (area, lacking)
        for key, area, lacking in compound.households.filter(ended_on__isnull=True)
        .order_by()
        .values_list("building_id")
        .annotate(area=Sum("exclusive_area"), lacking=Count("pk", filter=Q(exclusive_area__isnull=True)))
    }
    found = []
    for building in rows:
        area, lacking = areas.get(building.pk, (None, 0))
        found.append(
            OfBuilding(
                building=building, doors=building.doors, owned=building.owned, area=area, without_area=lacking
            )
        )
    return found


def rolled_up(compound: Compound, lines: Sequence[OfBuilding]) -> list[Compared]:
    """Households and area of the whole compound."""
    doors = sum(line.doors for line in lines)
    areas = [line.area for line in lines if line.area is not None]
    return [
        Compared(
            label=pgettext_lazy("figure", "Households"), unit="", declared=compound.household_count, entered=doors
        ),
        Compared(
            label=_("Area"), unit="m²", declared=compound.floor_area, entered=sum(areas, Decimal(0)) if areas else None,
            lacking=sum(line.without_area for line in lines),
        ),
    ]  # fmt: skip
