"""The city's map as SVG paths: districts, the round inset of the inner ones, functional zones.

Only geometry lives here, and it is computed once: which class a district has is the business of
the figures. Pictures are the one place where degrees become pixels; nothing here is counted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import shapely
from shapely import Geometry, MultiPolygon, Polygon

from tanhui.geo.districts import District, Districts
from tanhui.scenes.sketch import Zone, city_sketch

WIDTH, HEIGHT = 916, 624
# Where the city stands on the sheet, and how large: pixels for each degree of latitude.
_LEFT, _TOP, _PER_DEGREE = 118, 30, 421
# The round inset: where its centre stands, and how large it is.
INSET_X, INSET_Y, INSET_R = 786, 142, 118
# Borders are thinned by the area of the corners that are cut, in degrees; the inset keeps more.
_THIN, _FINE = 0.003, 0.0013
# What a grid's touching rings leave behind is smaller than any place with people.
_CRUMB = 1e-4
_GRID = 1e-4
_PER_UNIT = 100_000
# Below this radius in pixels a name does not fit into its district.
_NAMED_FROM = 17
# Half the width of a name in Latin letters.
_NAME_HALF = 31
# The room that a zone's diamond and name take: no district is named there.
_MARK_LEFT, _MARK_RIGHT, _MARK_HALF = 8, 66, 12


@dataclass(frozen=True, slots=True)
class Shape:
    """One district on the sheet: its outline, where its name stands, and whether there is room."""

    district: District
    outline: str
    x: int
    y: int
    named: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """A functional zone on the sheet."""

    zone: Zone
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Inset:
    """The inner districts again, enlarged; `near` are the neighbours that show at its rim."""

    shapes: tuple[Shape, ...]
    near: tuple[Shape, ...]
    from_x: int
    from_y: int
    from_r: int
    line: str


@dataclass(frozen=True, slots=True)
class CityMap:
    """Everything of the sheet that no figure changes."""

    shapes: tuple[Shape, ...]
    outline: str
    inset: Inset
    zones: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """From degrees to pixels: the city is small enough for a plain cylinder."""

    west: float
    north: float
    narrowed: float

    def x(self, longitude: float) -> float:
        return _LEFT + (longitude - self.west) * self.narrowed * _PER_DEGREE

    def y(self, latitude: float) -> float:
        return _TOP + (self.north - latitude) * _PER_DEGREE

    def put(self, shape: Geometry) -> Geometry:
        """The shape in pixels."""
        return shapely.transform(
            shape, lambda at: np.column_stack([self.x(at[:, 0]), self.y(at[:, 1])])
        )


def _polygons(shape: Geometry) -> list[Polygon]:
    """The polygons of whatever came out of a repair; points and lines are left behind."""
    if isinstance(shape, Polygon):
        return [shape]
    return [part for each in getattr(shape, "geoms", ()) for part in _polygons(each)]


def _whole(district: District) -> Geometry:
    parts = [
        part
        for ring in district.rings
        for part in _polygons(shapely.make_valid(Polygon(ring)))
        if part.area > 0
    ]
    return shapely.set_precision(MultiPolygon(parts), _GRID)


def _thinned(shapes: list[Geometry], tolerance: float) -> list[Geometry]:
    """All districts with fewer corners; what two of them share stays shared."""
    thinned = shapely.coverage_simplify(shapes, tolerance)
    return [
        MultiPolygon([part for part in _polygons(shape) if part.area > _CRUMB]) for shape in thinned
    ]


def _path(shape: Geometry) -> str:
    """The outline as SVG path data, to a tenth of a pixel."""
    rings = [part.exterior for part in _polygons(shape)]
    return "".join(
        "M" + " ".join(f"{x:.1f},{y:.1f}" for x, y in list(ring.coords)[:-1]) + "Z"
        for ring in rings
    )


def _shape(district: District, drawn: Geometry, taken: Geometry) -> Shape:
    room = _polygons(shapely.difference(drawn, taken))
    largest = max(room, key=lambda part: part.area)
    radius = shapely.maximum_inscribed_circle(largest, tolerance=0.5)
    x, y = radius.coords[0]
    named = radius.length >= _NAMED_FROM
    return Shape(district, _path(drawn), round(x), round(y), named)


def _inside(shape: Shape) -> Shape:
    """The shape with its name moved away from the rim of the inset, so that it stays inside."""
    half = float(np.sqrt(max(INSET_R**2 - (shape.y - INSET_Y) ** 2, 0))) - _NAME_HALF
    return replace(shape, x=round(min(max(shape.x, INSET_X - half), INSET_X + half)))


def _inset(
    sheet: _Sheet, districts: tuple[District, ...], drawn: list[Geometry], inner: frozenset[int]
) -> Inset:
    wanted = [each.adcode in inner for each in districts]
    middle = shapely.union_all([shape for shape, is_in in zip(drawn, wanted, strict=True) if is_in])
    west, south, east, north = middle.bounds
    left, right, top, bottom = sheet.x(west), sheet.x(east), sheet.y(north), sheet.y(south)
    centre = np.array([(left + right) / 2, (top + bottom) / 2])
    larger = 2.3 * INSET_R / max(right - left, bottom - top)

    def enlarge(shape: Geometry) -> Geometry:
        moved = shapely.transform(
            sheet.put(shape), lambda at: (at - centre) * larger + [INSET_X, INSET_Y]
        )
        return shapely.intersection(moved, circle)

    circle = shapely.Point(INSET_X, INSET_Y).buffer(INSET_R + 2)
    shown = [
        (is_in, _inside(_shape(district, cut, Polygon())))
        for district, shape, is_in in zip(districts, drawn, wanted, strict=True)
        if not (cut := enlarge(shape)).is_empty
    ]
    # From the rim of the small circle to the rim of the large one.
    way = np.array([INSET_X, INSET_Y]) - centre
    way /= np.hypot(*way)
    begin, end = centre + way * INSET_R / larger, [INSET_X, INSET_Y] - way * INSET_R
    return Inset(
        tuple(shape for is_in, shape in shown if is_in),
        tuple(shape for is_in, shape in shown if not is_in),
        round(centre[0]),
        round(centre[1]),
        round(INSET_R / larger),
        f"M{begin[0]:.0f} {begin[1]:.0f}L{end[0]:.0f} {end[1]:.0f}",
    )


@cache
def district_areas(content_root: Path) -> tuple[tuple[District, Geometry], ...]:
    """Every district with its area in degrees of the borders' datum, unthinned."""
    return tuple((district, _whole(district)) for district in Districts.load(content_root).all)


def outline(shape: Geometry) -> str:
    """The outer rings of a shape in pixels as SVG path data."""
    return _path(shape)


@cache
def _sheet(content_root: Path) -> _Sheet:
    whole = [area for _, area in district_areas(content_root)]
    west, south, _, north = shapely.total_bounds(whole).tolist()
    return _Sheet(west, north, float(np.cos(np.radians((south + north) / 2))))


def on_sheet(shape: Geometry, content_root: Path) -> Geometry:
    """A shape in degrees of the borders' datum where the city's map shows it, in pixels."""
    return _sheet(content_root).put(shape)


@cache
def city_map(content_root: Path) -> CityMap:
    """The city's map, drawn once for each program and content folder."""
    districts = Districts.load(content_root).all
    sketch = city_sketch(content_root)
    whole = [area for _, area in district_areas(content_root)]
    sheet = _sheet(content_root)
    zones = tuple(
        Mark(
            zone,
            round(sheet.x(zone.longitude_e5 / _PER_UNIT)),
            round(sheet.y(zone.latitude_e5 / _PER_UNIT)),
        )
        for zone in sketch.zones
    )
    taken = shapely.union_all(
        [
            shapely.box(at.x - _MARK_LEFT, at.y - _MARK_HALF, at.x + _MARK_RIGHT, at.y + _MARK_HALF)
            for at in zones
        ]
    )
    thin = [sheet.put(shape) for shape in _thinned(whole, _THIN)]
    shapes = tuple(
        _shape(district, drawn, taken) for district, drawn in zip(districts, thin, strict=True)
    )
    # The inner ones are named in the inset alone.
    shapes = tuple(
        replace(each, named=each.named and each.district.adcode not in sketch.inset)
        for each in shapes
    )
    border = _path(shapely.union_all([shapely.buffer(shape, 0.4) for shape in thin]))
    inset = _inset(sheet, districts, _thinned(whole, _FINE), sketch.inset)
    return CityMap(shapes, border, inset, zones)
