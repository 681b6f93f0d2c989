"""Where the demo's journeys begin and end: in all districts, most of them in the middle.

A person lives in one district and works in one; which, depends on the person alone. Points are
made up within the district's borders: only the district is kept of them.
"""

from __future__ import annotations

import math
from datetime import datetime
from functools import cache
from random import Random

import numpy as np
from django.conf import settings

from tanhui.geo.districts import Districts
from tanhui.kernel.periods import CITY_ZONE

# Bikes and trains are where the city is dense: the five districts in its middle, then its inner
# ring, then the counties; per resident, and still more where people work.
_MIDDLE, _RING = frozenset({1, 2, 3, 4, 5}), frozenset({6, 8, 9, 10, 11})
_LIVES, _WORKS = (5, 2, 1), (12, 2, 1)
_POINTS = 48
_NOON = 12
_METRES_IN_DEGREE = 111_195
# A way through streets is longer than the line between its ends.
_STRAIGHT = 0.72


@cache
def _points() -> dict[int, list[tuple[float, float]]]:
    """Some points (longitude, latitude in WGS84) of each district, always the same."""
    districts = Districts.load(settings.TANHUI.content_root)
    draw = np.random.default_rng(510_100)
    points: dict[int, list[tuple[float, float]]] = {}
    for district in districts.all:
        corners = np.array([corner for ring in district.rings for corner in ring])
        found: list[tuple[float, float]] = []
        while len(found) < _POINTS:
            lng, lat = draw.uniform(corners.min(axis=0), corners.max(axis=0), (256, 2)).T
            inside = districts.of(lng, lat) == district.number
            found += zip(lng[inside].tolist(), lat[inside].tolist(), strict=True)
        points[district.number] = found[:_POINTS]
    return points


@cache
def _shares(weights: tuple[int, int, int]) -> tuple[list[int], list[int]]:
    """The districts' numbers, and how likely each is."""
    districts = Districts.load(settings.TANHUI.content_root)
    numbers = [district.number for district in districts.all]
    weighed = [
        district.residents * weights[0 if number in _MIDDLE else 1 if number in _RING else 2]
        for number, district in zip(numbers, districts.all, strict=True)
    ]
    return numbers, weighed


@cache
def _of_person(place: int) -> tuple[int, int]:
    """The districts in which a person lives and works."""
    draw = Random(f"district {place}")
    lives = draw.choices(*_shares(_LIVES))[0]
    # Half of the people work where they live.
    works = lives if draw.random() < 0.5 else draw.choices(*_shares(_WORKS))[0]
    return lives, works


def ends_of(place: int, reference: str, begun: datetime, metres: int) -> dict[str, object]:
    """The places of a person's journey, as a partner tells them: from home in the morning, from
    work in the afternoon."""
    draw = Random(f"ends {reference}")
    lives, works = _of_person(place)
    lng, lat = draw.choice(_points()[lives if begun.astimezone(CITY_ZONE).hour < _NOON else works])
    angle = draw.uniform(0, 2 * math.pi)
    north = metres * _STRAIGHT * math.cos(angle) / _METRES_IN_DEGREE
    east = metres * _STRAIGHT * math.sin(angle) / _METRES_IN_DEGREE / math.cos(math.radians(lat))
    return {
        "start_lat": round(lat, 5),
        "start_lng": round(lng, 5),
        "end_lat": round(lat + north, 5),
        "end_lng": round(lng + east, 5),
    }
