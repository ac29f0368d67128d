"""What a sum of the register leaves out: compounds of which the figure is not recorded."""

from django.utils.translation import ngettext

from core.lists import Gap


def without_area(count: int) -> str:
    return ngettext("{count} without floor area", "{count} without floor area", count).format(count=count)


def without_households(count: int) -> str:
    return ngettext(
        "{count} without number of households", "{count} without number of households", count
    ).format(count=count)


def without_buildings(count: int) -> str:
    return ngettext(
        "{count} without number of buildings", "{count} without number of buildings", count
    ).format(count=count)


# The conditions are those of `filters.LacksFilter`.
AREA = Gap("floor_area", without_area, ("lacks", "area"))
HOUSEHOLDS = Gap("household_count", without_households, ("lacks", "households"))
BUILDINGS = Gap("building_count", without_buildings, ("lacks", "buildings"))
GAPS = {"area": AREA, "households": HOUSEHOLDS, "buildings": BUILDINGS}
