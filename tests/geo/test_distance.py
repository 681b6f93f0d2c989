"""Distances between known places."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanhui.geo.distance import EARTH_RADIUS_M, haversine_m

Place = tuple[float, float]
LATITUDES = st.floats(min_value=-90, max_value=90)
LONGITUDES = st.floats(min_value=-180, max_value=180)
PLACES = st.tuples(LATITUDES, LONGITUDES)


def _metres(start: Place, end: Place) -> float:
    cells = [np.array([cell], dtype=np.float64) for cell in (*start, *end)]
    return float(haversine_m(*cells)[0])


@pytest.mark.parametrize(
    ("start", "end", "metres"),
    [
        # One degree of any great circle, and a quarter and a half of one.
        ((0, 0), (0, 1), EARTH_RADIUS_M * math.pi / 180),
        ((0, 0), (1, 0), EARTH_RADIUS_M * math.pi / 180),
        ((0, 0), (90, 0), EARTH_RADIUS_M * math.pi / 2),
        ((0, 0), (0, 180), EARTH_RADIUS_M * math.pi),
        ((90, 0), (-90, 77), EARTH_RADIUS_M * math.pi),
        # Over the line where the date changes it is not a way around the world.
        ((0, 179.5), (0, -179.5), EARTH_RADIUS_M * math.pi / 180),
        ((30.657, 104.066), (30.657, 104.066), 0),
    ],
)
def test_known_distances(start: Place, end: Place, metres: float) -> None:
    assert _metres(start, end) == pytest.approx(metres, rel=1e-9)


def test_from_nashville_to_los_angeles() -> None:
    """The example that most descriptions of the formula use: 2,887.26 km at R = 6,372.8 km."""
    metres = _metres((36.12, -86.67), (33.94, -118.40)) * 6_372_800 / EARTH_RADIUS_M
    assert metres == pytest.approx(2_887_259.95, abs=0.01)


@given(PLACES, PLACES)
def test_the_way_back_is_as_long_and_never_longer_than_half_around(
    start: Place, end: Place
) -> None:
    there, back = _metres(start, end), _metres(end, start)
    assert there == pytest.approx(back, abs=1e-6)
    assert 0 <= there <= EARTH_RADIUS_M * math.pi * (1 + 1e-12)


@given(PLACES, PLACES)
def test_it_agrees_with_the_law_in_vectors(start: Place, end: Place) -> None:
    """The angle between two directions, by another formula."""
    one, other = (
        (math.cos(a) * math.cos(b), math.cos(a) * math.sin(b), math.sin(a))
        for a, b in ((math.radians(lat), math.radians(lng)) for lat, lng in (start, end))
    )
    cross = math.dist(
        (0, 0, 0),
        (
            one[1] * other[2] - one[2] * other[1],
            one[2] * other[0] - one[0] * other[2],
            one[0] * other[1] - one[1] * other[0],
        ),
    )
    angle = math.atan2(cross, sum(a * b for a, b in zip(one, other, strict=True)))
    assert _metres(start, end) == pytest.approx(EARTH_RADIUS_M * angle, abs=0.5)


def test_a_missing_coordinate_gives_no_distance() -> None:
    assert math.isnan(_metres((math.nan, 0), (0, 0)))
    assert math.isnan(_metres((0, 0), (0, math.nan)))
