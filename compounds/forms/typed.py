"""Figures as people type them: 42户, 1,200, 1.2万㎡, 86年, 80年代, 112°11′24″E, full-width digits.

What the form's own strict notation does not know is read by the readers of the import, so
that a roster and a form understand the same things.
"""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from compounds.models import BuiltYearCertainty
from compounds.reading import amounts, degrees, years
from compounds.reading.cells import CellProblem, Reader
from core.fields import DecimalNumberField, WholeNumberField, levelled

_WHOLE = re.compile(r"-?[0-9]{1,40}")
_DECIMAL = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,20})?")
_SHORT_YEAR = re.compile(r"'?([0-9]{2})")
# Units of figures that no roster has a column for.
_UNIT = re.compile(r"(?<=[0-9])\s*(?:层|部|台|个)$")
SIX_PLACES = Decimal("0.000001")


def read_by(reader: Reader, text: str) -> Any:
    """The one value that the reader finds, None where it finds that nothing is recorded."""
    try:
        found = reader(text).fields
    except CellProblem as problem:
        raise ValidationError(str(problem), code="invalid") from None
    return next(iter(found.values()), None)


class CountField(WholeNumberField):
    """A whole number, perhaps with what is counted behind it."""

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        text = _UNIT.sub("", levelled(value))
        if _WHOLE.fullmatch(text):
            return super().to_python(text)
        number: int | None = read_by(amounts.count("household_count"), text)
        return number


class AreaField(DecimalNumberField):
    """Square metres, perhaps with the unit, perhaps in 万."""

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if value in self.empty_values:
            return None
        text = levelled(value)
        # Words of programs (NaN) mean nothing in a roster; whoever types them here is told.
        if (text.isascii() and not re.search(r"[0-9]", text)) or _DECIMAL.fullmatch(text):
            return super().to_python(text)
        metres = read_by(amounts.area(""), text)
        return None if metres is None else Decimal(metres)


class YearField(WholeNumberField):
    """A year; 86 and 86年 are 1986, 80年代 is its middle."""

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        text = levelled(value)
        short = _SHORT_YEAR.fullmatch(text)
        if short is None and _WHOLE.fullmatch(text):
            return super().to_python(text)
        year: int | None = read_by(
            years.built_year(BuiltYearCertainty.CERTAIN), f"{short[1]}年" if short else text
        )
        return year


class DegreeField(DecimalNumberField):
    """Decimal degrees, or degrees, minutes and seconds, with or without the letter of the hemisphere."""

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if value in self.empty_values:
            return None
        text = levelled(value)
        if _DECIMAL.fullmatch(text):
            return super().to_python(text)
        # NFKC makes of a prime an apostrophe's look-alike that the reader knows.
        number = read_by(degrees.degrees("degrees"), text)
        return None if number is None else Decimal(str(number)).quantize(SIX_PLACES)


# --- A position -------------------------------------------------------------------------

# The westernmost longitude of China lies east of its northernmost latitude: an exchange can be told.
LONGITUDES, LATITUDES = (73, 136), (3, 54)


def position_problem(longitude: Decimal, latitude: Decimal) -> str:
    """What is wrong with a position, "" for one that can be."""
    if _within(longitude, LATITUDES) and _within(latitude, LONGITUDES):
        return str(
            _("Longitude and latitude seem to be swapped: in China longitude is the larger of the two.")
        )
    if not (_within(longitude, LONGITUDES) and _within(latitude, LATITUDES)):
        return str(_("The position lies outside China: longitude 73–136, latitude 3–54."))
    return ""


def _within(value: Decimal, limits: tuple[int, int]) -> bool:
    return limits[0] <= value <= limits[1]


def degree_field(label: Any) -> DegreeField:
    return DegreeField(
        label=label, required=False, max_digits=9, decimal_places=6,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip
