"""Sums of money that grow with the number of steps by which everybody's share was raised."""

from fractions import Fraction
from typing import NamedTuple

# More steps than there is money in the world.
FOREVER = 10**40
# Sums are sorted by whole numbers of this part of a yuan; those that are level are compared exactly.
FINE = 1 << 64


class Line(NamedTuple):
    """(base + slope × step) / over, in whole numbers."""

    base: int
    slope: int
    over: int

    def at(self, step: int) -> Fraction:
        return Fraction(self.base + self.slope * step, self.over)

    def rough(self, step: int) -> int:
        """Rounded down."""
        return (self.base + self.slope * step) * FINE // self.over

    def minus(self, other: "Line") -> "Line":
        """The difference as far as its sign goes."""
        return Line(
            self.base * other.over - other.base * self.over,
            self.slope * other.over - other.slope * self.over,
            1,
        )

    def last_above(self, *, or_at: bool) -> int:
        """The last step at which the line, now above zero, still is; with `or_at`, is not yet below it."""
        if self.slope >= 0:
            return FOREVER
        return (self.base - (not or_at)) // -self.slope
