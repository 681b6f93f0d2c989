"""A project's places as a small drawing: no map below it, north up, sides in proportion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any

WIDTH, HEIGHT = 640, 260
_MARGIN = 26
# A single point is drawn in a window of this many degrees.
_LEAST_DEGREES = 0.004
_RADIUS = 7

Corner = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Dot:
    """A place that is a point."""

    x: int
    y: int
    r: int = _RADIUS


@dataclass(frozen=True, slots=True)
class Drawing:
    """Paths and dots within `WIDTH` × `HEIGHT`; `west` and `north` name the upper left corner."""

    paths: tuple[str, ...]
    dots: tuple[Dot, ...]
    west: str
    north: str


def drawn(places: Sequence[Mapping[str, Any]]) -> Drawing | None:
    """GeoJSON geometries in WGS84 as one drawing; None where there is nothing to draw."""
    rings = [ring for place in places for ring in _rings(place)]
    points = [point for place in places for point in _points(place)]
    corners = [*points, *(corner for ring, _ in rings for corner in ring)]
    if not corners:
        return None
    west, east = _window([corner[0] for corner in corners])
    south, north = _window([corner[1] for corner in corners])
    narrow = cos(radians((south + north) / 2))
    scale = min(
        (WIDTH - 2 * _MARGIN) / ((east - west) * narrow), (HEIGHT - 2 * _MARGIN) / (north - south)
    )
    left = (WIDTH - (east - west) * narrow * scale) / 2
    top = (HEIGHT - (north - south) * scale) / 2

    def at(corner: Corner) -> tuple[int, int]:
        x = left + (corner[0] - west) * narrow * scale
        return round(x), round(top + (north - corner[1]) * scale)

    paths = tuple(_path([at(corner) for corner in ring], closed) for ring, closed in rings)
    return Drawing(paths, tuple(Dot(*at(point)) for point in points), f"{west:.4f}", f"{north:.4f}")


def _window(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    lacking = max(0.0, _LEAST_DEGREES - (high - low)) / 2
    return low - lacking, high + lacking


def _path(corners: Sequence[tuple[int, int]], closed: bool) -> str:
    kept = [one for place, one in enumerate(corners) if not place or one != corners[place - 1]]
    text = "L".join(f"{x} {y}" for x, y in kept)
    return f"M{text}{'Z' if closed else ''}"


def _rings(place: Mapping[str, Any]) -> Iterator[tuple[list[Corner], bool]]:
    """The lines of a geometry, and whether each encloses something."""
    told = place.get("coordinates", ())
    match place.get("type"):
        case "Polygon":
            yield from ((_line(ring), True) for ring in told)
        case "MultiPolygon":
            yield from ((_line(ring), True) for polygon in told for ring in polygon)
        case "LineString":
            yield _line(told), False
        case "MultiLineString":
            yield from ((_line(line), False) for line in told)
        case "GeometryCollection":
            for part in place.get("geometries", ()):
                yield from _rings(part)
        case _:
            return


def _points(place: Mapping[str, Any]) -> Iterator[Corner]:
    told = place.get("coordinates", ())
    match place.get("type"):
        case "Point":
            yield float(told[0]), float(told[1])
        case "MultiPoint":
            yield from ((float(one[0]), float(one[1])) for one in told)
        case "GeometryCollection":
            for part in place.get("geometries", ()):
                yield from _points(part)
        case _:
            return


def _line(told: Sequence[Sequence[float]]) -> list[Corner]:
    return [(float(one[0]), float(one[1])) for one in told]
