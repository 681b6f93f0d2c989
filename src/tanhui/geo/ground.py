"""The ground that projects take: GeoJSON as areas, and how much two of them share. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import shapely
import shapely.geometry

# A place that is a point or a line takes some ground: about 25 metres on each side, in degrees.
NEAR_DEGREES = 0.00025


def ground(shapes: Iterable[dict[str, Any]]) -> shapely.Geometry | None:
    """The ground that GeoJSON geometries take together, in degrees; None where there is none.

    What cannot be drawn is passed over.
    """
    parts = []
    for told in shapes:
        shape = _drawn(told)
        if shape is None or shape.is_empty:
            continue
        parts.append(shape if shape.area > 0 else shape.buffer(NEAR_DEGREES))
    return shapely.union_all(parts) if parts else None


def _drawn(told: dict[str, Any]) -> shapely.Geometry | None:
    try:
        return shapely.make_valid(shapely.geometry.shape(told))
    except (ValueError, TypeError, KeyError, AttributeError, shapely.errors.ShapelyError):
        return None


def overlap_percent(one: shapely.Geometry, other: shapely.Geometry) -> int:
    """How much of the smaller of two areas they share, in per cent, floored."""
    smaller = min(one.area, other.area)
    if smaller <= 0:
        return 0
    shared = shapely.intersection(one, other).area
    # Two drawings of one area differ in their last digits.
    return min(100, int(shared / smaller * 100 + 1e-9))
