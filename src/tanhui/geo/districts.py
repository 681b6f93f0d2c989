"""A city's districts: which one a point lies in, for whole columns of points. Pure.

Nothing finer than the district leaves this module. The borders are drawn in one datum (GCJ-02 for
Chinese maps); points come in that or in another, and only those near the city are converted.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from tanhui.geo.coordinates import gcj02_of_wgs84, wgs84_of

Degrees = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
Ring = tuple[tuple[float, float], ...]

# The number of a point that is in no district, and of one that is not known.
NOWHERE = 0
# The city is laid out in squares of 1/256 degree; one that no border crosses answers by itself.
_PER_DEGREE = 256
_UNASKED, _CROSSED = -2, -1
# No datum moves a point of China farther than this.
_SHIFT_DEGREES = 0.02


@dataclass(frozen=True, slots=True)
class District:
    """One district. `rings` are (longitude, latitude) in the borders' datum, closed; holes none.

    `residents` are those of the last census. `kind_en` is District, County or City.
    """

    number: int
    adcode: int
    name_zh: str
    name_en: str
    kind_en: str
    residents: int
    rings: tuple[Ring, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the borders and the numbers of residents come from, for those who show them."""

    borders: str
    licence: str
    datum: str
    standard_map: bool
    note_zh: str
    note_en: str
    residents_day: date
    residents_zh: str
    residents_en: str
    residents_status: str


class Districts:
    """All districts of a city, in the order of their numbers, which begin with 1.

    `bounds` are west, south, east and north in degrees, in the datum of the borders.
    """

    def __init__(self, districts: tuple[District, ...], origin: Origin) -> None:
        self.all = districts
        self.origin = origin
        corners = np.array([corner for each in districts for ring in each.rings for corner in ring])
        west, south = (float(least) for least in corners.min(axis=0))
        east, north = (float(most) for most in corners.max(axis=0))
        self.bounds = (west, south, east, north)
        columns = int(np.ceil((east - west) * _PER_DEGREE)) + 1
        rows = int(np.ceil((north - south) * _PER_DEGREE)) + 1
        # Filled as squares are asked for: most programs see few of them, and many none.
        self._squares = np.full(rows * columns, _UNASKED, dtype=np.int8)
        self._columns = columns

    @cached_property
    def _shapes(self) -> list[tuple[int, shapely.Geometry]]:
        """Each district's number and its area, made when the first point comes near the city."""
        shapes = []
        for each in self.all:
            # Some rings touch themselves, as outlines on a grid do.
            whole = [shapely.make_valid(shapely.Polygon(r), method="structure") for r in each.rings]
            shapes.append((each.number, shapely.union_all(whole)))
            shapely.prepare(shapes[-1][1])
        return shapes

    @classmethod
    def load(cls, content_root: Path, city: str = "chengdu") -> Districts:
        """The districts of `<content_root>/<city>/districts.toml`, read once by each program.

        Raises OSError where there is no such file and ValueError where it fits its borders badly.
        """
        return _load(content_root / city)

    def numbered(self, number: int) -> District | None:
        """The district of this number; None for NOWHERE and numbers that are not used."""
        return self.all[number - 1] if 1 <= number <= len(self.all) else None

    def of(self, lng: Degrees, lat: Degrees, datum: str = "WGS84") -> Numbers:
        """The district of each point in degrees: 1 and up, NOWHERE outside, NaN is outside.

        `datum` is WGS84, GCJ-02 or BD-09. A point on a border belongs to one of its neighbours.
        """
        west, south, east, north = self.bounds
        slack = 0.0 if datum == self.origin.datum else _SHIFT_DEGREES
        near = (lng >= west - slack) & (lng <= east + slack)
        near &= (lat >= south - slack) & (lat <= north + slack)
        found = np.zeros(len(lng), dtype=np.int64)
        if near.any():
            chosen = np.flatnonzero(near)
            found[chosen] = self._among(*self._drawn(lng[chosen], lat[chosen], datum))
        return found

    def _drawn(self, lng: Degrees, lat: Degrees, datum: str) -> tuple[Degrees, Degrees]:
        """The points in the datum of the borders."""
        if datum == self.origin.datum:
            return lng, lat
        lat, lng = wgs84_of(datum, lat, lng)
        if self.origin.datum == "GCJ-02":
            lat, lng = gcj02_of_wgs84(lat, lng)
        return lng, lat

    def _among(self, lng: Degrees, lat: Degrees) -> Numbers:
        west, south, east, north = self.bounds
        found = np.zeros(len(lng), dtype=np.int64)
        inside = np.flatnonzero((lng >= west) & (lng <= east) & (lat >= south) & (lat <= north))
        lng, lat = lng[inside], lat[inside]
        column = ((lng - west) * _PER_DEGREE).astype(np.int64)
        row = ((lat - south) * _PER_DEGREE).astype(np.int64)
        square = row * self._columns + column
        told = self._squares[square]
        if (told == _UNASKED).any():
            self._ask(np.unique(square[told == _UNASKED]))
            told = self._squares[square]
        crossed = np.flatnonzero(told == _CROSSED)
        numbers = told.astype(np.int64)
        numbers[crossed] = self._exact(lng[crossed], lat[crossed])
        found[inside] = numbers
        return found

    def _ask(self, squares: Numbers) -> None:
        """Finds out which of these squares lie in one district, or in none, as a whole."""
        west, south = self.bounds[:2]
        left = west + (squares % self._columns) / _PER_DEGREE
        low = south + (squares // self._columns) / _PER_DEGREE
        boxes = shapely.box(left, low, left + 1 / _PER_DEGREE, low + 1 / _PER_DEGREE)
        answer = np.full(len(squares), NOWHERE, dtype=np.int8)
        for number, shape in self._shapes:
            open_ones = np.flatnonzero(answer == NOWHERE)
            touched = open_ones[shapely.intersects(shape, boxes[open_ones])]
            answer[touched] = _CROSSED
            answer[touched[shapely.contains_properly(shape, boxes[touched])]] = number
        self._squares[squares] = answer

    def _exact(self, lng: Degrees, lat: Degrees) -> Numbers:
        """The district of each point by its borders; the first one that holds it."""
        found = np.zeros(len(lng), dtype=np.int64)
        for number, shape in self._shapes:
            left, low, right, high = shapely.bounds(shape).tolist()
            near = (found == NOWHERE) & (lng >= left) & (lng <= right)
            near &= (lat >= low) & (lat <= high)
            asked = np.flatnonzero(near)
            found[asked[shapely.intersects_xy(shape, lng[asked], lat[asked])]] = number
        return found


@cache
def _load(folder: Path) -> Districts:
    table = tomllib.loads((folder / "districts.toml").read_text(encoding="utf-8"))
    drawn = json.loads((folder / table["borders"]["file"]).read_text(encoding="utf-8"))
    rings = {each["properties"]["name"]: _rings(each["geometry"]) for each in drawn["features"]}
    districts: list[District] = []
    for place, row in enumerate(table["district"], start=1):
        name = row.pop("drawn_as", row["name_zh"])
        if row["number"] != place or name not in rings:
            raise ValueError(f"district {row['number']} {name}: out of order, or not drawn")
        districts.append(District(**row, rings=rings.pop(name)))
    if rings:
        raise ValueError(f"drawn, but no district: {', '.join(rings)}")
    borders, residents = table["borders"], table["residents"]
    if sum(each.residents for each in districts) != residents["total"]:
        raise ValueError("the residents of the districts are not those of the city")
    origin = Origin(
        borders=borders["source"],
        licence=borders["licence"],
        datum=borders["datum"],
        standard_map=borders["standard_map"],
        note_zh=borders["note_zh"],
        note_en=borders["note_en"],
        residents_day=residents["day"],
        residents_zh=residents["source_zh"],
        residents_en=residents["source_en"],
        residents_status=residents["status"],
    )
    return Districts(tuple(districts), origin)


def _rings(geometry: dict[str, Any]) -> tuple[Ring, ...]:
    polygons = [geometry["coordinates"]]
    if geometry["type"] == "MultiPolygon":
        polygons = geometry["coordinates"]
    if any(len(polygon) != 1 for polygon in polygons):
        raise ValueError("a district with a hole in it is not read yet")
    return tuple(tuple((float(lng), float(lat)) for lng, lat in polygon[0]) for polygon in polygons)
