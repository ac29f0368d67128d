from math import cos, hypot, pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compounds.positions import (
    CoordinateSystem,
    Position,
    bd09_to_gcj02,
    gcj02_to_wgs84,
    to_wgs84,
    wgs84_to_gcj02,
)

METRES_PER_DEGREE = 111_320
anywhere_in_china = st.tuples(
    st.floats(min_value=74, max_value=135, allow_nan=False),
    st.floats(min_value=4, max_value=53, allow_nan=False),
)


def metres(one: Position, other: Position) -> float:
    east = (one[0] - other[0]) * METRES_PER_DEGREE * cos(one[1] * pi / 180)
    return hypot(east, (one[1] - other[1]) * METRES_PER_DEGREE)


@given(anywhere_in_china)
def test_there_and_back_is_the_same_place(position: Position) -> None:
    assert metres(gcj02_to_wgs84(*wgs84_to_gcj02(*position)), position) < 0.01


@given(anywhere_in_china)
def test_the_shift_is_some_hundred_metres(position: Position) -> None:
    assert metres(wgs84_to_gcj02(*position), position) < 1_200


# Tiananmen as commonly given in the three systems.
TIANANMEN = {"wgs84": (116.39131, 39.90744), "gcj02": (116.39755, 39.90884), "bd09": (116.40394, 39.91510)}


@pytest.mark.parametrize("system", CoordinateSystem.values)
def test_tiananmen_is_where_it_is(system: str) -> None:
    assert metres(to_wgs84(*TIANANMEN[system], system), TIANANMEN["wgs84"]) < 25


def test_baidu_lies_some_hundred_metres_from_amap() -> None:
    assert 400 < metres(bd09_to_gcj02(*TIANANMEN["bd09"]), TIANANMEN["bd09"]) < 1_200
