"""Where an operator's stations are, read from the tables that come beside its trips."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import IO

import polars as pl

from tanhui.kernel.refusals import Invalid
from tanhui.partners.files import PartnerFile
from tanhui.partners.form import Layout, StationForm, loose
from tanhui.partners.raw import cells_of

Place = tuple[float, float]
# Some tables say above their header when they were made.
_LINES_BEFORE_HEADER = 5


@dataclass(frozen=True, slots=True)
class Stations:
    """Latitude and longitude of each station, by its number and by its name, as they are told."""

    by_id: dict[str, Place] = field(default_factory=dict)
    by_name: dict[str, Place] = field(default_factory=dict)

    def place(self, frame: pl.DataFrame, end: str) -> tuple[pl.Expr, pl.Expr] | None:
        """Latitude and longitude of `start` or `end` by its station; None where none is told."""
        asked = [
            (column, table)
            for column, table in (
                (f"{end}_station_id", self.by_id),
                (f"{end}_station_name", self.by_name),
            )
            if column in frame.columns and table
        ]
        if not asked:
            return None
        lat, lng = (
            pl.coalesce(_looked_up(column, table, axis) for column, table in asked)
            for axis in (0, 1)
        )
        return lat, lng


def _looked_up(column: str, table: dict[str, Place], axis: int) -> pl.Expr:
    return (
        pl.col(column)
        .cast(pl.String)
        .str.strip_chars()
        .replace_strict(
            list(table),
            [place[axis] for place in table.values()],
            default=None,
            return_dtype=pl.Float64,
        )
    )


def _rows(stream: IO[bytes], layout: Layout) -> Iterator[list[str]]:
    for number, line in enumerate(stream):
        content = line.removeprefix(b"\xef\xbb\xbf") if number == 0 else line
        if not content.isspace():
            cells = cells_of(content, layout.delimiter, layout.encoding)
            yield [cell.strip() for cell in cells or ()]


def _place(names: tuple[str, ...], header: list[str]) -> int | None:
    return next((header.index(loose(name)) for name in names if loose(name) in header), None)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _read(stream: IO[bytes], layout: Layout, form: StationForm, found: Stations, name: str) -> None:
    rows = _rows(stream, layout)
    first: list[str] = []
    places: dict[str, int | None] = {}
    for names in islice(rows, _LINES_BEFORE_HEADER):
        first = first or names
        header = [loose(column) for column in names]
        places = {key: _place(getattr(form, key), header) for key in ("lat", "lng", "id", "name")}
        if places["lat"] is not None:
            break
    lat, lng = places.get("lat"), places.get("lng")
    if lat is None or lng is None or (places["id"] is None and places["name"] is None):
        raise Invalid(
            "station_columns",
            zh="站点表“{name}”缺少经纬度或站点编号、名称的列；实有：{found}。",
            en="The station table “{name}” lacks columns for the place or for the station's"
            " number or name; it has: {found}.",
            name=name,
            found=", ".join(first[:20]) or "—",
        )
    for row in rows:
        if len(row) <= max(place for place in places.values() if place is not None):
            continue
        place = (_number(row[lat]), _number(row[lng]))
        if not all(map(math.isfinite, place)):
            continue
        for key, table in (("id", found.by_id), ("name", found.by_name)):
            at = places[key]
            if at is not None and row[at]:
                # A station told twice stays where the first table has it.
                table.setdefault(row[at], place)


def read_stations(file: PartnerFile, layout: Layout) -> Stations:
    """The stations of a file's tables; rows of them that cannot be read are passed over.

    Refuses `station_columns`. Headers of these tables are always matched loosely.
    """
    found = Stations()
    if layout.stations is not None:
        for name, stream in file.station_texts():
            _read(stream, layout, layout.stations, found, name)
    return found
