"""What a layout would read of a file, told without recording anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

from tanhui.kernel.refusals import Refusal
from tanhui.partners.cells import read_cells
from tanhui.partners.files import PartnerFile, suited
from tanhui.partners.form import PLACE_FIELDS, STATION_FIELDS, Layout
from tanhui.partners.modes import MEASURES, ModeRule
from tanhui.partners.raw import raw_frames
from tanhui.partners.stations import Stations, read_stations
from tanhui.partners.trips import judged, straight_line_m

_PIECE_ROWS = 100_000
FIRST_ROWS = 5
_FIT_ROWS = 1_000
# A layout fits a file when it can read more than this part of its rows: one that takes days for
# months still reads some.
_FIT_PART = 0.9
_TELLING = frozenset({*MEASURES, *PLACE_FIELDS, *STATION_FIELDS})
_DEGREES_AN_HOUR = 15
# A layout that finds no places is as good as one whose clocks are that far off, in hours.
_NO_PLACES = 0.7


@dataclass
class Measured:
    """One measure over all readable cells: their sum in our unit, and what is odd about them."""

    total: float = 0.0
    rows: int = 0
    zero: int = 0
    negative: int = 0
    empty: int = 0
    unreadable: int = 0
    largest: float = 0.0

    def add(self, cells: pl.DataFrame, name: str) -> None:
        """Counts one piece of a file."""
        told, given = cells[name], cells[f"{name}_given"]
        read = told.drop_nulls()
        self.total += float(read.sum())
        self.rows += len(read)
        self.zero += int((read == 0).sum())
        self.negative += int((read < 0).sum())
        self.empty += int((~given).sum())
        self.unreadable += int((given & told.is_null()).sum())
        if len(read):
            self.largest = max(self.largest, float(read.max()))  # type: ignore[arg-type]


@dataclass
class Trial:
    """What was read. Distances in metres, places in degrees of WGS84, instants in UTC.

    `duplicates` counts rows whose reference an earlier row has, `identical_points` those whose
    place an earlier one has (of trips: both ends and both times); `straight_line` is over rows
    with both ends. `bounds` are south, west, north, east. `stations` counts ends whose station
    the tables know, and those it does not know by what they are called.
    """

    layout: str
    rows: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    modes: Counter[str] = field(default_factory=Counter)
    measured: dict[str, Measured] = field(default_factory=dict)
    straight_line: float = 0.0
    straight_line_rows: int = 0
    duplicates: int = 0
    identical_points: int = 0
    bounds: tuple[float, float, float, float] | None = None
    first: datetime | None = None
    last: datetime | None = None
    fields: frozenset[str] = frozenset()
    stations_known: int = 0
    stations_unknown: Counter[str] = field(default_factory=Counter)
    first_rows: list[dict[str, object]] = field(default_factory=list)

    @property
    def readable(self) -> int:
        """Rows that could be understood, whether or not they count."""
        return self.rows - self.refused["malformed"] - self.refused["unknown_mode"]


def _add_places(trial: Trial, cells: pl.DataFrame) -> None:
    both = straight_line_m(cells).drop_nulls()
    trial.straight_line += float(both.sum())
    trial.straight_line_rows += len(both)
    found = [trial.bounds] if trial.bounds else []
    for end in ("start", "end"):
        lat, lng = cells[f"{end}_lat"].drop_nulls(), cells[f"{end}_lng"].drop_nulls()
        if len(lat) and len(lng):
            sides = (lat.min(), lng.min(), lat.max(), lng.max())
            found.append(tuple(float(side) for side in sides))  # type: ignore[arg-type]
    if found:
        south, west, north, east = zip(*found, strict=True)
        trial.bounds = (min(south), min(west), max(north), max(east))


def _add_stations(trial: Trial, frame: pl.DataFrame, stations: Stations) -> None:
    for end in ("start", "end"):
        fields = [f for f in STATION_FIELDS if f.startswith(end) and f in frame.columns]
        joined = stations.place(frame, end)
        if not fields or joined is None:
            continue
        told = frame.select(
            pl.coalesce(pl.col(name).str.strip_chars() for name in fields).alias("station"),
            joined[0].is_not_null().alias("known"),
        ).filter(pl.col("station").fill_null("") != "")
        trial.stations_known += int(told["known"].sum())
        unknown = told.filter(~pl.col("known"))["station"]
        trial.stations_unknown.update(unknown.to_list())


def _points(cells: pl.DataFrame, layout: Layout) -> pl.Series | None:
    if not set(PLACE_FIELDS) <= set(cells.columns):
        return None
    names = ["start_lat", "start_lng"]
    if layout.period != "moment":
        names = [*PLACE_FIELDS, "started_at", "ended_at"]
    placed = cells.filter(pl.col("start_lat").is_not_null())
    return placed.select(names).hash_rows()


def _repeats(pieces: Sequence[pl.Series]) -> int:
    if not pieces:
        return 0
    whole = pl.concat(pieces)
    return len(whole) - whole.n_unique()


def _tell_first(trial: Trial, cells: pl.DataFrame, trips: pl.DataFrame) -> None:
    wanted = FIRST_ROWS - len(trial.first_rows)
    if wanted > 0:
        places = [name for name in PLACE_FIELDS if name in cells.columns]
        told = trips.head(wanted).drop("rider").hstack(cells.head(wanted).select(places))
        trial.first_rows.extend(told.to_dicts())


def read_trial(
    file: PartnerFile,
    layout: Layout,
    *,
    now: datetime,
    modes: Mapping[str, ModeRule],
    most_rows: int | None = None,
) -> Trial:
    """Reads a file, or its first `most_rows`, and tells what came of it.

    Refuses as `raw.raw_frames` and `stations.read_stations` do.
    """
    trial = Trial(layout.name)
    stations = read_stations(file, layout)
    references: list[pl.Series] = []
    points: list[pl.Series] = []
    piece = min(_PIECE_ROWS, most_rows or _PIECE_ROWS)
    for frame in raw_frames(file, layout, chunk_rows=piece):
        cells = read_cells(frame, layout, stations)
        trips = judged(cells, layout, now=now, modes=modes)
        trial.rows += cells.height
        trial.fields |= frozenset(frame.columns)
        trial.refused.update(trips["refused"].drop_nulls().to_list())
        trial.modes.update(trips["mode"].drop_nulls().to_list())
        for measure in MEASURES:
            if measure in cells.columns:
                trial.measured.setdefault(measure, Measured()).add(cells, measure)
        if set(PLACE_FIELDS) <= set(cells.columns):
            _add_places(trial, cells)
        _add_stations(trial, frame, stations)
        references.append(cells["reference"].drop_nulls().hash())
        if (placed := _points(cells, layout)) is not None:
            points.append(placed)
        starts, ends = cells["started_at"].drop_nulls(), cells["ended_at"].drop_nulls()
        for instant in (starts.min(), starts.max(), ends.max()):
            if isinstance(instant, datetime):
                trial.first = min(trial.first or instant, instant)
                trial.last = max(trial.last or instant, instant)
        _tell_first(trial, cells, trips)
        if most_rows is not None and trial.rows >= most_rows:
            break
    trial.duplicates, trial.identical_points = _repeats(references), _repeats(points)
    return trial


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a known layout suits a file: the part of its first rows that it understands.

    `sound` is the part that would count; `zone_off` how many hours the layout's clocks are away
    from where the places lie (null where it finds none); `leeway` how much the layout leaves open.
    """

    name: str
    part: float = 0.0
    sound: float = 0.0
    zone_off: float | None = None
    leeway: int = 0
    refusal: str = ""

    @property
    def fits(self) -> bool:
        """Whether the file could be of this layout."""
        return self.part > _FIT_PART


def _zone_off(layout: Layout, trial: Trial) -> float | None:
    if trial.bounds is None or layout.zone is None or trial.first is None:
        return None
    # Summer time moves the clocks and not the sun.
    local = trial.first.astimezone(layout.zone)
    standard = (local.utcoffset() or timedelta(0)) - (local.dst() or timedelta(0))
    middle = (trial.bounds[1] + trial.bounds[3]) / 2
    return abs(standard.total_seconds() / 3600 - middle / _DEGREES_AN_HOUR)


def fit(
    file: PartnerFile,
    layout: Layout,
    *,
    now: datetime,
    modes: Mapping[str, ModeRule],
    stations: Sequence[Path] = (),
) -> Fit:
    """How well a layout suits a file; never refuses."""
    try:
        chosen = suited(file, layout, stations)
        trial = read_trial(chosen, layout, now=now, modes=modes, most_rows=_FIT_ROWS)
    except Refusal as refusal:
        return Fit(layout.name, refusal=refusal.code)
    if trial.rows == 0:
        return Fit(layout.name, refusal="empty_file")
    if layout.period == "trip" and trial.fields.isdisjoint(_TELLING):
        # Two times alone are in many files, and say nothing of whose they are.
        return Fit(layout.name, refusal="no_distance")
    return Fit(
        layout.name,
        part=trial.readable / trial.rows,
        sound=1 - sum(trial.refused.values()) / trial.rows,
        zone_off=_zone_off(layout, trial),
        leeway=len(layout.optional) + sum(len(names) - 1 for names in layout.columns.values()),
    )


def ranked(fits: Sequence[Fit]) -> list[Fit]:
    """The best first: what reads the most, whose clocks are where the places are, and of equals
    the one that leaves the least open."""
    return sorted(
        fits,
        key=lambda one: (
            -round(one.part, 2),
            -round(one.sound, 1),
            round(_NO_PLACES if one.zone_off is None else one.zone_off, 1),
            one.leeway,
            one.name,
        ),
    )
