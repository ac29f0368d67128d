"""Figures that are possible but unlikely: shown as warnings, never a reason to refuse.

A published district table has 3,031 buildings for 6,332 households, two a building:
somebody counted staircases, or flats. The ranges are those of practice, not of law.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HOUSEHOLDS_PER_BUILDING = (6, 200)
AREA_PER_HOUSEHOLD = (25, 250)
NEWEST_OLD_COMPOUND = 2000


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Declared figures of a compound; area in m²."""

    built_year: int | None = None
    buildings: int | None = None
    staircases: int | None = None
    households: int | None = None
    area: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class SanityWarning:
    """`field` is the column it is about; `text` a sentence with figures filled in."""

    field: str
    sentence: Promise
    figures: dict[str, int | str]

    @property
    def text(self) -> str:
        return str(self.sentence).format(**self.figures)


def _told(exact: Fraction, usual: tuple[int, int]) -> str:
    """A figure outside what is usual, in as many digits as it takes to look so: 5.8, not 6."""
    least, most = usual
    places = 0
    while least <= (told := round(exact, places)) <= most:
        places += 1
    return f"{float(told):.{places}f}"


def sanity_warnings(figures: Figures) -> Iterator[SanityWarning]:
    if figures.built_year and figures.built_year > NEWEST_OLD_COMPOUND:
        yield SanityWarning(
            field="built_year",
            sentence=_("Built in {year}, after 2000: it does not count as old in most programmes."),
            figures={"year": figures.built_year},
        )
    if figures.buildings and figures.households is not None:
        # Multiplied out: exact like a fraction, and an import asks sixteen thousand times.
        fewest, most = (limit * figures.buildings for limit in HOUSEHOLDS_PER_BUILDING)
        if not fewest <= figures.households <= most:
            yield SanityWarning(
                field="household_count",
                sentence=_(
                    "{ratio} households per building; 6 to 200 is usual. Were staircases counted as buildings?"
                ),
                figures={
                    "ratio": _told(Fraction(figures.households, figures.buildings), HOUSEHOLDS_PER_BUILDING)
                },
            )
    if figures.buildings and figures.staircases is not None and figures.staircases < figures.buildings:
        yield SanityWarning(
            field="staircase_count",
            sentence=_("{staircases} staircases in {buildings} buildings: a building has at least one."),
            figures={"staircases": figures.staircases, "buildings": figures.buildings},
        )
    if figures.households and figures.area is not None:
        least, largest = (limit * figures.households for limit in AREA_PER_HOUSEHOLD)
        if not least <= figures.area <= largest:
            yield SanityWarning(
                field="floor_area",
                sentence=_(
                    "{each} m² per household; 25 to 250 is usual. Is the area in m², not in 10,000 m²?"
                ),
                figures={"each": _told(Fraction(figures.area) / figures.households, AREA_PER_HOUSEHOLD)},
            )
