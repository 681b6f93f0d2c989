"""Points of Chinese maps and of satellites are the same points."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tanhui.geo.coordinates import (
    bd09_of_gcj02,
    gcj02_of_bd09,
    gcj02_of_wgs84,
    wgs84_of,
    wgs84_of_gcj02,
)

LATITUDES = st.floats(18, 53)
LONGITUDES = st.floats(74, 135)
# A tenth of a millimetre on the ground.
EXACT = 1e-9


def _one(degrees: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([degrees])


def test_known_points() -> None:
    """The gate of Tian'anmen, as it is widely given in both systems."""
    lat, lng = gcj02_of_wgs84(_one(39.907340), _one(116.390890))
    assert abs(lat[0] - 39.908741) < 2e-6
    assert abs(lng[0] - 116.397131) < 2e-6
    lat, lng = bd09_of_gcj02(_one(39.908741), _one(116.397131))
    assert abs(lat[0] - 39.915083) < 2e-6
    assert abs(lng[0] - 116.403504) < 2e-6


def test_chengdu_lies_about_360_metres_off() -> None:
    """天府广场 on a Chinese map, and what a satellite says of it."""
    lat, lng = wgs84_of("GCJ-02", _one(30.657142), _one(104.065887))
    assert abs(30.657142 - lat[0] - -0.0024) < 1e-4
    assert abs(104.065887 - lng[0] - 0.0025) < 1e-4


def test_nothing_is_shifted_abroad() -> None:
    for lat, lng in ((41.9, -87.6), (51.5, -0.1), (0.5, 103.0)):
        assert wgs84_of("GCJ-02", _one(lat), _one(lng)) == (_one(lat), _one(lng))


def test_an_unknown_place_stays_unknown() -> None:
    for system in ("WGS84", "GCJ-02", "BD-09"):
        lat, lng = wgs84_of(system, _one(float("nan")), _one(float("nan")))
        assert np.isnan(lat[0])
        assert np.isnan(lng[0])


@given(LATITUDES, LONGITUDES)
def test_there_and_back_is_the_same_place(lat: float, lng: float) -> None:
    there = gcj02_of_wgs84(_one(lat), _one(lng))
    back = wgs84_of_gcj02(*there)
    assert abs(back[0][0] - lat) < EXACT
    assert abs(back[1][0] - lng) < EXACT
    baidu = bd09_of_gcj02(*there)
    again = gcj02_of_bd09(*baidu)
    assert abs(again[0][0] - there[0][0]) < EXACT
    assert abs(again[1][0] - there[1][0]) < EXACT
    whole = wgs84_of("BD-09", *baidu)
    assert abs(whole[0][0] - lat) < EXACT
    assert abs(whole[1][0] - lng) < EXACT
