"""What a layout may say: the closed form of one operator's file format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from zoneinfo import ZoneInfo

from tanhui.partners.modes import MEASURES

PLACE_FIELDS = ("start_lat", "start_lng", "end_lat", "end_lng")
STATION_FIELDS = ("start_station_id", "end_station_id", "start_station_name", "end_station_name")
DETAIL_FIELDS = ("persons", "car_class")
# What a deed may be told by. Of these, a layout must name the start.
FIELDS = (
    "reference",
    "rider",
    "mode",
    "started_at",
    "ended_at",
    "duration",
    *MEASURES,
    *DETAIL_FIELDS,
    *PLACE_FIELDS,
    *STATION_FIELDS,
)
TIME_FIELDS = ("started_at", "ended_at")
# The second half of a time that a file keeps in two columns.
CLOCK_SUFFIX = "_clock"
# A deed has one measure, or places; what else a layout names, its files must have. A reference
# may be missing because a row can be named by its digest, a mode where the layout names one.
OPTIONAL_FIELDS = (
    "reference",
    "mode",
    "duration",
    *MEASURES,
    *DETAIL_FIELDS,
    *PLACE_FIELDS,
    *STATION_FIELDS,
)
ZONE_STATED = "stated"
ISO = "iso8601"
# Times counted since the first moment of 1970 in UTC; what one of them is in microseconds.
EPOCHS: Mapping[str, int] = {"unix-seconds": 1_000_000, "unix-milliseconds": 1_000}
PERIODS = ("trip", "day", "moment")
HEADERS = ("exact", "loose", "none")
DELIMITERS = (",", ";", "\t", "|")
ENCODINGS = ("utf-8", "gb18030", "windows-1252")
COORDINATES = ("WGS84", "GCJ-02", "BD-09")
GRADES = "ABCD"
# What one unit is in ours: metres, watt-hours, microseconds.
Units = Mapping[str, float]
DISTANCE_UNITS: Units = {"m": 1, "km": 1_000, "mile": 1_609.344, "foot": 0.3048}
ENERGY_UNITS: Units = {"Wh": 1, "kWh": 1_000, "MJ": 1e6 / 3600}
DURATION_UNITS: Units = {"ms": 1e3, "s": 1e6, "min": 6e7, "h": 3.6e9}


def loose(name: str) -> str:
    """A column's name without case, blanks, dots, underscores, `#` and other marks."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


@dataclass(frozen=True, slots=True)
class StationForm:
    """Where an operator's stations are told: `files` are names or patterns, the rest columns."""

    files: tuple[str, ...]
    lat: tuple[str, ...]
    lng: tuple[str, ...]
    id: tuple[str, ...] = ()
    name: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """One operator's file format.

    `columns` maps a field of ours to the operator's columns for it, of which the first that a
    file has counts (numbers from 1 where a file has no header); the clock of a time in two
    columns stands under the field with CLOCK_SUFFIX. `optional` holds the fields whose column may
    be missing from a file; `modes` maps the operator's words to our modes, `words` those of a
    detail. `zone` is None where each time states its own offset. `mode` is what rows are where
    a file has no such column. `units` holds what one of a field's unit is in ours. Numbers are
    written with `decimal` and `thousands` in the fields `marked`, in all where it is empty.
    Grades are numbers, 0 = A.
    """

    name: str
    title_zh: str
    title_en: str
    zone: ZoneInfo | None
    time_formats: tuple[str, ...]
    columns: dict[str, tuple[str, ...]]
    optional: frozenset[str]
    modes: dict[str, str]
    mode: str | None
    source: str = ""
    words: Mapping[str, dict[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    period: str = "trip"
    header: str = "exact"
    delimiter: str = ","
    encoding: str = "utf-8"
    empty: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    coordinates: str = "WGS84"
    units: Units = field(default_factory=lambda: MappingProxyType({}))
    decimal: str = "."
    thousands: str = ""
    marked: frozenset[str] = frozenset()
    stations: StationForm | None = None
    grade: int = 0
    grade_without_odometer: int = 0

    @property
    def has_rider(self) -> bool:
        """Whether each trip names its rider."""
        return "rider" in self.columns

    @property
    def has_header(self) -> bool:
        """Whether the first line of a text names its columns."""
        return self.header != "none"

    def places_of(self, field: str, header: list[str]) -> list[int]:
        """Where a header has the column of a field; several where two columns are called so."""
        if self.header == "none":
            return [int(name) - 1 for name in self.columns[field] if int(name) <= len(header)][:1]
        said = [loose(column) for column in header] if self.header == "loose" else header
        for name in self.columns[field]:
            wanted = loose(name) if self.header == "loose" else name
            if wanted in said:
                return [place for place, column in enumerate(said) if column == wanted]
        return []
