"""Three coordinate systems used in Chinese rosters, converted for the map.

WGS-84 is GPS; GCJ-02 is what Chinese map services draw in; BD-09 is Baidu's shift
of GCJ-02. The shift is published nowhere officially; these are the approximations
in common use, good to a few metres, which is less than a compound.
"""

from math import atan2, cos, pi, sin, sqrt

from django.db import models
from django.utils.translation import gettext_lazy as _

# Krasovsky 1940 ellipsoid, on which GCJ-02 is computed.
_AXIS = 6_378_245.0
_ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943
_BAIDU = pi * 3000.0 / 180.0

Position = tuple[float, float]  # longitude, latitude in degrees


class CoordinateSystem(models.TextChoices):
    WGS84 = "wgs84", "WGS-84 (GPS)"
    GCJ02 = "gcj02", _("GCJ-02 (Amap, Tencent)")
    BD09 = "bd09", _("BD-09 (Baidu)")


def _shift(longitude: float, latitude: float) -> Position:
    """How far GCJ-02 lies from WGS-84 at a WGS-84 position, in degrees."""
    x, y = longitude - 105.0, latitude - 35.0
    waves = (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + waves
    north += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + waves
    east += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    radians = latitude / 180.0 * pi
    magic = 1 - _ECCENTRICITY_SQUARED * sin(radians) ** 2
    per_north = (_AXIS * (1 - _ECCENTRICITY_SQUARED)) / (magic * sqrt(magic)) * pi / 180.0
    per_east = _AXIS / sqrt(magic) * cos(radians) * pi / 180.0
    return east / per_east, north / per_north


def wgs84_to_gcj02(longitude: float, latitude: float) -> Position:
    east, north = _shift(longitude, latitude)
    return longitude + east, latitude + north


def gcj02_to_wgs84(longitude: float, latitude: float) -> Position:
    """Inverse by iteration: three rounds bring the rest below a centimetre."""
    guess = (longitude, latitude)
    for _round in range(3):
        drawn = wgs84_to_gcj02(*guess)
        guess = (guess[0] - (drawn[0] - longitude), guess[1] - (drawn[1] - latitude))
    return guess


def bd09_to_gcj02(longitude: float, latitude: float) -> Position:
    x, y = longitude - 0.0065, latitude - 0.006
    radius = sqrt(x * x + y * y) - 0.00002 * sin(y * _BAIDU)
    angle = atan2(y, x) - 0.000003 * cos(x * _BAIDU)
    return radius * cos(angle), radius * sin(angle)


def to_wgs84(longitude: float, latitude: float, system: str) -> Position:
    """A position given in `system` as WGS-84 longitude and latitude, in degrees."""
    if system == CoordinateSystem.BD09:
        longitude, latitude = bd09_to_gcj02(longitude, latitude)
        system = CoordinateSystem.GCJ02
    if system == CoordinateSystem.GCJ02:
        return gcj02_to_wgs84(longitude, latitude)
    return longitude, latitude
