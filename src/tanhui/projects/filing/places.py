"""Where a project is done: GeoJSON as it is handed in, checked, and the district it lies in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from shapely.geometry import mapping, shape

from tanhui.geo.districts import Districts
from tanhui.kernel.refusals import Invalid

_TYPES = frozenset(
    {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"}
)
_LETTERS_MOST = 200_000
_CORNERS_MOST = 5_000
# A border is drawn to some hundred metres; a project beside it is still the city's.
_SLACK_DEGREES = 0.02


def read_place(told: Mapping[str, Any]) -> shapely.Geometry:
    """A place in WGS84. Refuses `place_invalid` and `place_outside_city`."""
    if told.get("type") == "Feature":
        inner = told.get("geometry")
        return read_place(inner if isinstance(inner, Mapping) else {})
    if told.get("type") not in _TYPES or len(json.dumps(told)) > _LETTERS_MOST:
        raise _invalid()
    try:
        found = shape(dict(told))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, shapely.GEOSException):
        raise _invalid() from None
    corners = shapely.get_coordinates(found)
    if (
        found.is_empty
        or not found.is_valid
        or len(corners) > _CORNERS_MOST
        or not np.isfinite(corners).all()
    ):
        raise _invalid()
    west, south, east, north = Districts.load(settings.TANHUI.content_root).bounds
    inside = shapely.box(
        west - _SLACK_DEGREES,
        south - _SLACK_DEGREES,
        east + _SLACK_DEGREES,
        north + _SLACK_DEGREES,
    )
    if not inside.covers(found):
        raise Invalid(
            "place_outside_city",
            zh="地点不在本市范围内。坐标须为 WGS84，经度在前。",
            en="The place lies outside the city. Coordinates are WGS84, the longitude first.",
        )
    return found


def together(places: Sequence[shapely.Geometry]) -> shapely.Geometry:
    """Several places as one; points and lines stay what they are."""
    joined = shapely.union_all(list(places))
    if joined.geom_type in _TYPES:
        return joined
    # Land, paths and points in one project are told by the land alone where there is some.
    by_width = sorted(shapely.get_parts(joined), key=shapely.get_dimensions, reverse=True)
    widest = shapely.get_dimensions(by_width[0])
    return shapely.union_all([part for part in by_width if shapely.get_dimensions(part) == widest])


def as_geojson(place: shapely.Geometry) -> dict[str, Any]:
    """A place as it is stored."""
    found: dict[str, Any] = json.loads(json.dumps(mapping(place)))
    return found


def district_of(place: shapely.Geometry) -> str:
    """The code of the district that a point within the place lies in; empty where it is none."""
    point = place.representative_point()
    districts = Districts.load(settings.TANHUI.content_root)
    number = int(districts.of(np.array([point.x]), np.array([point.y]))[0])
    district = districts.numbered(number)
    return str(district.adcode) if district else ""


def _invalid() -> Invalid:
    return Invalid(
        "place_invalid",
        zh="地点应为有效的 GeoJSON 点、线或面，不超过 5,000 个折点。",
        en="A place is a valid GeoJSON point, line or area of at most 5,000 corners.",
    )
