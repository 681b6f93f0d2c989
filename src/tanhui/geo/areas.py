"""Areas in which journeys of some modes belong to a project, and which rows lie in them. Pure.

While a row is judged its ends are known; afterwards nothing finer than the district is. So a row
is judged here, and its answer is a code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from tanhui.geo.ground import NEAR_DEGREES

ENDS = ("start_lng", "start_lat", "end_lng", "end_lat")
# What a row is refused for: it lies in such an area; nobody can tell whether it does.
CLAIMED, PLACE_NEEDED = "claimed_by_project", "place_needed"
# A day of the city begins eight hours before that of Greenwich.
_AHEAD = timedelta(hours=8)


@dataclass(frozen=True)
class RideArea:
    """Where journeys of `modes` belong to a project, on days of the city from first to last.

    `shape` is in degrees of WGS84 and has an extent.
    """

    id: int
    modes: frozenset[str]
    first: date
    last: date
    shape: shapely.Geometry

    @cached_property
    def wide(self) -> shapely.Geometry:
        """The shape with the few metres by which a lock's position is off."""
        wide = shapely.buffer(self.shape, NEAR_DEGREES)
        shapely.prepare(wide)
        return wide


class RideAreas:
    """All areas that are claimed, for judging rows; none costs nothing."""

    def __init__(self, areas: Sequence[RideArea] = ()) -> None:
        self.areas = tuple(areas)
        self.modes = frozenset(mode for area in self.areas for mode in area.modes)

    def refusals(self, cells: pl.DataFrame) -> pl.Series:
        """For each row CLAIMED, PLACE_NEEDED or null; a row whose start is unknown gets null.

        `cells` have `mode`, `started_at` (UTC) and, where the layout tells places, ENDS in degrees
        of WGS84. A row lies in an area if both of its ends do.
        """
        codes = np.full(cells.height, None, dtype=object)
        modes = cells["mode"]
        asked = np.flatnonzero(modes.is_in(list(self.modes)).fill_null(False).to_numpy())
        if len(asked) == 0:
            return pl.Series("area", codes.tolist(), dtype=pl.String)
        rows = cells[asked]
        days = (rows["started_at"] + _AHEAD).dt.date()
        places = _places(rows)
        for area in self.areas:
            meant = (
                rows["mode"].is_in(list(area.modes)) & (days >= area.first) & (days <= area.last)
            )
            chosen = np.flatnonzero(meant.fill_null(False).to_numpy())
            ends = places[:, chosen]
            unknown = np.isnan(ends).any(axis=0)
            inside = shapely.intersects_xy(area.wide, ends[0], ends[1])
            inside &= shapely.intersects_xy(area.wide, ends[2], ends[3])
            codes[asked[chosen[inside]]] = CLAIMED
            nowhere = asked[chosen[unknown]]
            codes[nowhere] = PLACE_NEEDED
        return pl.Series("area", codes.tolist(), dtype=pl.String)


def _places(rows: pl.DataFrame) -> npt.NDArray[np.float64]:
    """The ends as four lines of degrees, NaN where they are not told."""
    columns = [
        rows[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        if name in rows.columns
        else np.full(rows.height, np.nan)
        for name in ENDS
    ]
    return np.array(columns)


NO_AREAS = RideAreas()
