"""Where projects are: on the map of the city, and each on a nearer one with its sites.

Places come in WGS84 and are drawn in the datum of the borders. A picture; nothing is counted here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely import Geometry

from tanhui.board.maps import city_map, district_areas, on_sheet, outline
from tanhui.geo.coordinates import gcj02_of_wgs84
from tanhui.geo.districts import District, Districts

WIDTH, HEIGHT = 620, 380
# The nearer map shows at least so much, in thousandths of a degree, and leaves room at its rim.
_LEAST_SPAN = 60
_ROOM_PERCENT = 160
_METRES_PER_DEGREE = 111_320
_BARS_M = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
_BAR_MOST = 140
# Below this radius in pixels a district's name does not fit.
_NAMED_FROM = 34
# What has a smaller extent than this is a point to the eye.
_DOT = 10
_PIN_APART = 22
_REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class Pin:
    """A place on a map, with what is written in it."""

    x: int
    y: int
    text: str
    title: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """A project's area on a map, with what it is called."""

    path: str
    title: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class CityPlaces:
    """Projects on the map of the city."""

    shapes: tuple[str, ...]
    outline: str
    areas: tuple[Area, ...]
    pins: tuple[Pin, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A district that shows on the nearer map; no room for its name where `x` is 0."""

    district: District
    path: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class SiteMap:
    """One project, near: districts, its area, its sites, a bar of so many metres.

    `box` is what is shown, as a square on the map of the whole city.
    """

    districts: tuple[Named, ...]
    area: str
    pins: tuple[Pin, ...]
    bar_px: int
    bar_text: str
    city: str
    box: tuple[int, int, int, int]


def in_borders_datum(place: Mapping[str, Any], content_root: Path) -> Geometry:
    """A GeoJSON geometry in WGS84 as a shape in the datum of the city's borders."""
    shape = shapely.from_geojson(json.dumps(place))
    if Districts.load(content_root).origin.datum != "GCJ-02":
        return shape

    def shifted(at: Any) -> Any:
        lat, lng = gcj02_of_wgs84(at[:, 1], at[:, 0])
        return np.column_stack([lng, lat])

    return shapely.transform(shape, shifted)


@lru_cache(maxsize=_REMEMBERED)
def _put(place: str, content_root: Path) -> tuple[str, int, int, bool]:
    """A project's area on the sheet, its middle, and whether it is large enough to be seen."""
    drawn = on_sheet(in_borders_datum(json.loads(place), content_root), content_root)
    west, south, east, north = drawn.bounds
    middle = shapely.point_on_surface(drawn)
    seen = max(east - west, north - south) >= _DOT
    return outline(drawn) if seen else "", round(middle.x), round(middle.y), seen


def city_places(
    projects: Iterable[tuple[Mapping[str, Any] | None, str, str, str]], content_root: Path
) -> CityPlaces:
    """The projects (place, text, title, address) on the city's map; those without a place not."""
    sheet = city_map(content_root)
    areas: list[Area] = []
    pins: list[Pin] = []
    for place, text, title, address in projects:
        if place is None:
            continue
        path, x, y, seen = _put(json.dumps(place, sort_keys=True), content_root)
        if seen:
            areas.append(Area(path, title, address))
        while any(abs(x - pin.x) < _PIN_APART and abs(y - pin.y) < _PIN_APART for pin in pins):
            x += _PIN_APART
        pins.append(Pin(x, y, text, title, address))
    return CityPlaces(
        tuple(shape.outline for shape in sheet.shapes), sheet.outline, tuple(areas), tuple(pins)
    )


def site_map(
    place: Mapping[str, Any] | None,
    sites: Iterable[tuple[Mapping[str, Any], str, str]],
    content_root: Path,
) -> SiteMap | None:
    """A project's own map, with its sites (place, text, title); None where nobody said where."""
    drawn = [(in_borders_datum(at, content_root), text, title) for at, text, title in sites if at]
    area = in_borders_datum(place, content_root) if place else None
    whole = shapely.union_all([shape for shape, _, _ in drawn] + ([area] if area else []))
    if whole.is_empty:
        return None
    west, south, east, north = whole.bounds
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    narrowed = np.cos(np.radians(middle_y))
    high = max((north - south) * _ROOM_PERCENT / 100, _LEAST_SPAN / 1_000)
    wide = max((east - west) * narrowed * _ROOM_PERCENT / 100, _LEAST_SPAN / 1_000)
    scale = min(HEIGHT / high, WIDTH / wide)

    def put(shape: Geometry) -> Geometry:
        return shapely.transform(
            shape,
            lambda at: np.column_stack(
                [
                    WIDTH / 2 + (at[:, 0] - middle_x) * narrowed * scale,
                    HEIGHT / 2 - (at[:, 1] - middle_y) * scale,
                ]
            ),
        )

    metres = _METRES_PER_DEGREE / scale
    fitting = [each for each in _BARS_M if each / metres <= _BAR_MOST]
    bar = fitting[-1] if fitting else _BARS_M[0]
    frame = shapely.box(
        middle_x - WIDTH / 2 / scale / narrowed,
        middle_y - HEIGHT / 2 / scale,
        middle_x + WIDTH / 2 / scale / narrowed,
        middle_y + HEIGHT / 2 / scale,
    )
    left, top, right, bottom = on_sheet(frame, content_root).bounds
    near = [
        _named(district, put(cut))
        for district, each in district_areas(content_root)
        if not (cut := _land(shapely.intersection(each, frame))).is_empty
    ]
    return SiteMap(
        tuple(near),
        outline(put(area)) if area else "",
        tuple(_pin(put(shape), text, title) for shape, text, title in drawn),
        round(bar / metres),
        f"{bar // 1_000} km" if bar >= 1_000 else f"{bar} m",
        city_map(content_root).outline,
        (round(left), round(top), max(8, round(right - left)), max(8, round(bottom - top))),
    )


def _land(cut: Geometry) -> Geometry:
    """The areas of a cut; where a border just touches the frame, it has points and lines too."""
    parts = shapely.get_parts(cut)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def _named(district: District, drawn: Geometry) -> Named:
    radius = shapely.maximum_inscribed_circle(drawn, tolerance=1)
    x, y = radius.coords[0]
    room = radius.length >= _NAMED_FROM
    return Named(district, outline(drawn), round(x) if room else 0, round(y) if room else 0)


def _pin(drawn: Geometry, text: str, title: str) -> Pin:
    at = shapely.point_on_surface(drawn)
    return Pin(round(at.x), round(at.y), text, title)
