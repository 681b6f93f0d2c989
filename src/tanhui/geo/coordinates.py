"""Chinese map coordinates and those of satellites. Pure; arrays of degrees in and out.

GCJ-02 shifts points within China by a fixed, published formula; BD-09 shifts those once more.
The way to GCJ-02 is exact, the way back is found by going there again until it fits.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Degrees = npt.NDArray[np.float64]
Places = tuple[Degrees, Degrees]

# The ellipsoid of the formula (Krasovsky 1940): half axis in metres, first eccentricity squared.
_AXIS_M = 6_378_245.0
_ECCENTRICITY = 0.00669342162296594323
# Outside of this rectangle nothing is shifted.
_LAT_MIN, _LAT_MAX, _LNG_MIN, _LNG_MAX = 0.8293, 55.8271, 72.004, 137.8347
_BAIDU = np.pi * 3000 / 180
# The shift changes so slowly that each step gains three digits; this many reach the last one.
_STEPS = 10


def _waves(x: Degrees) -> Degrees:
    return np.asarray((20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)) * 2 / 3)


def _shift(lat: Degrees, lng: Degrees) -> Places:
    """What GCJ-02 adds to a point of WGS84, in degrees; nothing outside of China."""
    x, y = lng - 105.0, lat - 35.0
    pi = np.pi
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + _waves(x)
    north += (20 * np.sin(y * pi) + 40 * np.sin(y / 3 * pi)) * 2 / 3
    north += (160 * np.sin(y / 12 * pi) + 320 * np.sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + _waves(x)
    east += (20 * np.sin(x * pi) + 40 * np.sin(x / 3 * pi)) * 2 / 3
    east += (150 * np.sin(x / 12 * pi) + 300 * np.sin(x / 30 * pi)) * 2 / 3
    radians = np.radians(lat)
    bulge = 1 - _ECCENTRICITY * np.sin(radians) ** 2
    meridian = _AXIS_M * (1 - _ECCENTRICITY) / (bulge * np.sqrt(bulge))
    parallel = _AXIS_M / np.sqrt(bulge) * np.cos(radians)
    inside = (lat >= _LAT_MIN) & (lat <= _LAT_MAX) & (lng >= _LNG_MIN) & (lng <= _LNG_MAX)
    return (
        np.where(inside, np.degrees(north / meridian), 0.0),
        np.where(inside, np.degrees(east / parallel), 0.0),
    )


def gcj02_of_wgs84(lat: Degrees, lng: Degrees) -> Places:
    """The points of a Chinese map, from those of a satellite; NaN stays NaN."""
    north, east = _shift(lat, lng)
    return lat + north, lng + east


def wgs84_of_gcj02(lat: Degrees, lng: Degrees) -> Places:
    """The inverse of `gcj02_of_wgs84`, exact to less than a millimetre."""
    found_lat, found_lng = lat, lng
    for _ in range(_STEPS):
        north, east = _shift(found_lat, found_lng)
        found_lat, found_lng = lat - north, lng - east
    return found_lat, found_lng


def bd09_of_gcj02(lat: Degrees, lng: Degrees) -> Places:
    """The points of a Baidu map, from those of GCJ-02."""
    z = np.sqrt(lng * lng + lat * lat) + 0.00002 * np.sin(lat * _BAIDU)
    theta = np.arctan2(lat, lng) + 0.000003 * np.cos(lng * _BAIDU)
    return z * np.sin(theta) + 0.006, z * np.cos(theta) + 0.0065


def gcj02_of_bd09(lat: Degrees, lng: Degrees) -> Places:
    """The inverse of `bd09_of_gcj02`, exact to less than a millimetre."""
    found_lat, found_lng = lat - 0.006, lng - 0.0065
    for _ in range(_STEPS):
        again_lat, again_lng = bd09_of_gcj02(found_lat, found_lng)
        found_lat, found_lng = found_lat + lat - again_lat, found_lng + lng - again_lng
    return found_lat, found_lng


def wgs84_of(system: str, lat: Degrees, lng: Degrees) -> Places:
    """Points of `WGS84`, `GCJ-02` or `BD-09` as points of WGS84, in degrees."""
    if system == "BD-09":
        lat, lng = gcj02_of_bd09(lat, lng)
    return (lat, lng) if system == "WGS84" else wgs84_of_gcj02(lat, lng)
