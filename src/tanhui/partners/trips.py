"""From unread cells to deeds: times in UTC, whole amounts, and for each bad row its first reason.

This is the only place where a distance is computed, and it is floored here, so that every engine
that comes later starts from the same whole metres, steps and watt-hours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from tanhui.geo.areas import NO_AREAS, RideAreas
from tanhui.geo.distance import haversine_m
from tanhui.geo.districts import NOWHERE, Districts
from tanhui.kernel.references import REFERENCE_BYTES_MAX
from tanhui.partners.cells import INSTANT, read_cells
from tanhui.partners.files import PartnerFile, look_through
from tanhui.partners.form import PLACE_FIELDS, Layout
from tanhui.partners.modes import MEASURES, Measure, ModeRule
from tanhui.partners.raw import LINE, TORN, UNREADABLE, raw_frames
from tanhui.partners.stations import Stations, read_stations

DURATION_MAX = timedelta(hours=24)
# A whole number, so that a limit an hour is met exactly.
_US_PER_HOUR = 3_600_000_000
_PIECE_ROWS = 100_000
# Control characters, and what stands for bytes that are no text.
_NO_LETTERS = [*map(chr, range(32)), UNREADABLE]

# A row is refused for the first of these that applies.
REFUSAL_CODES = (
    "malformed",
    "unknown_mode",
    "in_future",
    "no_end",
    "end_before_start",
    "zero_duration",
    "too_long",
    "no_distance",
    "no_steps",
    "no_energy",
    "too_fast",
    "too_many_steps",
    "too_powerful",
)
# What nothing, and what too much of each measure is called.
_NOTHING: dict[Measure, str] = {
    "distance_m": "no_distance",
    "steps": "no_steps",
    "energy_wh": "no_energy",
}
_TOO_MUCH: dict[Measure, str] = {
    "distance_m": "too_fast",
    "steps": "too_many_steps",
    "energy_wh": "too_powerful",
}


def straight_line_m(cells: pl.DataFrame) -> pl.Series:
    """The great circle between the ends of each row in metres; null where one is unknown."""
    ends = [cells[field].fill_null(float("nan")).to_numpy() for field in PLACE_FIELDS]
    return pl.Series("circle_m", haversine_m(*ends)).fill_nan(None)


def _with_distance(cells: pl.DataFrame) -> pl.DataFrame:
    """The odometer's distance, or the great circle between the ends, in metres before flooring."""
    nothing = pl.lit(None, dtype=pl.Float64)
    if not set(cells.columns).issuperset(PLACE_FIELDS):
        distance = pl.col("distance_m") if "distance_m" in cells.columns else nothing
        return cells.with_columns(
            distance.alias("distance"),
            measured=pl.lit(True),
            has_start=pl.lit(False),
            has_end=pl.lit(False),
        )
    circle = straight_line_m(cells)
    given = pl.col("distance_m_given") if "distance_m" in cells.columns else pl.lit(False)
    odometer = pl.col("distance_m") if "distance_m" in cells.columns else nothing
    return cells.with_columns(circle, measured=given).with_columns(
        pl.when("measured").then(odometer).otherwise(pl.col("circle_m")).alias("distance"),
        (pl.col("start_lat").is_not_null() & pl.col("start_lng").is_not_null()).alias("has_start"),
        (pl.col("end_lat").is_not_null() & pl.col("end_lng").is_not_null()).alias("has_end"),
    )


def _district(cells: pl.DataFrame, districts: Districts | None) -> pl.Series:
    """Where in the city each row begins; nothing finer than the district goes any further."""
    if districts is None or not set(cells.columns).issuperset(PLACE_FIELDS[:2]):
        return pl.Series("district", [NOWHERE], dtype=pl.Int64).new_from_index(0, cells.height)
    lng, lat = (
        cells[name].fill_null(float("nan")).to_numpy() for name in ("start_lng", "start_lat")
    )
    return pl.Series("district", districts.of(lng, lat))


def _measured_by(modes: Mapping[str, ModeRule], *measures: str) -> pl.Expr:
    """Whether the row's mode is measured by one of these; never null."""
    theirs = [mode for mode, rule in modes.items() if rule.measure in measures]
    return pl.col("mode").is_in(theirs).fill_null(False)


def _amount(cells: pl.DataFrame, modes: Mapping[str, ModeRule]) -> pl.Expr:
    """What the row's mode is measured by, before flooring; null where the row does not say."""
    amount = pl.col("distance")
    for measure in ("steps", "energy_wh"):
        told = pl.col(measure) if measure in cells.columns else pl.lit(None, dtype=pl.Float64)
        of_it = _measured_by(modes, measure)
        amount = pl.when(of_it).then(told).otherwise(amount)
    return amount


def _detail(cells: pl.DataFrame, modes: Mapping[str, ModeRule]) -> pl.Expr:
    """The second thing a row's mode asks for as a whole number; null where it is unreadable."""
    detail = pl.lit(0, dtype=pl.Int64)
    for mode, rule in modes.items():
        if rule.detail is None:
            continue
        own = pl.lit(rule.default, dtype=pl.Int64)
        if rule.detail in cells.columns:
            word = pl.col(rule.detail)
            if rule.choices:
                read = word.replace_strict(
                    list(rule.choices),
                    range(len(rule.choices)),
                    default=None,
                    return_dtype=pl.Int64,
                )
            else:
                number = word.str.to_integer(strict=False).cast(pl.Int64)
                read = pl.when(number.is_between(rule.least, rule.most)).then(number)
            own = pl.when(word.is_null()).then(own).otherwise(read)
        detail = pl.when(pl.col("mode") == mode).then(own).otherwise(detail)
    return detail


def _illegible(field: str) -> pl.Expr:
    """Whether a name holds letters that were lost, or that no name has."""
    return pl.col(field).str.contains_any(_NO_LETTERS)


def _malformed(cells: pl.DataFrame, layout: Layout, modes: Mapping[str, ModeRule]) -> pl.Expr:
    """A cell that must be there is missing, or one that is there cannot be read."""
    bad = (
        pl.col(TORN)
        | pl.col("reference").is_null()
        | (pl.col("reference").str.len_bytes() > REFERENCE_BYTES_MAX)
        | _illegible("reference")
        | pl.col("started_at").is_null()
        | (pl.col("end_given") & pl.col("ended_at").is_null())
    )
    if layout.period != "moment":
        bad |= pl.col("mode_word").is_null() | _illegible("mode_word")
    if layout.has_rider:
        bad |= pl.col("rider").is_null() | (pl.col("rider").str.len_bytes() > REFERENCE_BYTES_MAX)
        bad |= _illegible("rider")
    for field in (*MEASURES, *PLACE_FIELDS):
        if field in cells.columns:
            bad |= pl.col(f"{field}_given") & pl.col(field).is_null()
            bad |= _out_of_bounds(field).fill_null(False)
    # A distance may be unknown; a count of steps or a meter that says nothing is no report.
    counted = _measured_by(modes, "steps", "energy_wh")
    return bad | (counted & pl.col("measure").is_null()) | pl.col("detail").is_null()


def _out_of_bounds(field: str) -> pl.Expr:
    if field not in PLACE_FIELDS:
        return pl.col(field) < 0
    return pl.col(field).abs() > (90 if field.endswith("lat") else 180)


def _refused(
    cells: pl.DataFrame, layout: Layout, now: datetime, modes: Mapping[str, ModeRule]
) -> pl.Expr:
    duration = pl.col("ended_at") - pl.col("started_at")
    limit = pl.col("mode").replace_strict(
        list(modes),
        [rule.max_per_hour for rule in modes.values()],
        default=None,
        return_dtype=pl.Float64,
    )
    too_much = pl.col("measure") * _US_PER_HOUR > limit * duration.dt.total_microseconds()
    nothing = pl.col("measure").is_null() | (pl.col("measure") <= 0)
    instant = pl.lit(now.astimezone(UTC)).cast(INSTANT)
    reasons: dict[str, pl.Expr] = {
        "malformed": _malformed(cells, layout, modes),
        "unknown_mode": pl.col("mode").is_null() & pl.lit(layout.period != "moment"),
        "in_future": (pl.col("started_at") > instant) | (pl.col("ended_at") > instant),
        "no_end": pl.col("ended_at").is_null() | (pl.col("has_start") & ~pl.col("has_end")),
        "end_before_start": duration < timedelta(0),
        "zero_duration": duration == timedelta(0),
        "too_long": duration > DURATION_MAX,
    }
    for measure in {rule.measure for rule in modes.values()}:
        of_it = _measured_by(modes, measure)
        reasons[_NOTHING[measure]] = of_it & nothing
        reasons[_TOO_MUCH[measure]] = of_it & too_much
    return pl.coalesce(
        pl.when(reasons[code].fill_null(False)).then(pl.lit(code))
        for code in REFUSAL_CODES
        if code in reasons
    )


def check_trips(
    frame: pl.DataFrame,
    layout: Layout,
    *,
    now: datetime,
    modes: Mapping[str, ModeRule],
    stations: Stations | None = None,
    districts: Districts | None = None,
    areas: RideAreas = NO_AREAS,
) -> pl.DataFrame:
    """Reads and judges raw cells (see `judged`)."""
    cells = read_cells(frame, layout, stations)
    return judged(cells, layout, now=now, modes=modes, districts=districts, areas=areas)


def judged(
    cells: pl.DataFrame,
    layout: Layout,
    *,
    now: datetime,
    modes: Mapping[str, ModeRule],
    districts: Districts | None = None,
    areas: RideAreas = NO_AREAS,
) -> pl.DataFrame:
    """Judges cells that have been read by `cells.read_cells`.

    Columns of the answer, one row for each row given: `line` int64, `reference`, `rider`, `mode`
    (ours) strings, `started_at`, `ended_at` UTC microseconds, `amount` int64 (in the unit of the
    mode's measure, floored; 0 in refused rows), `detail` int64 (see ModeRule; 0 in refused rows),
    `grade` int64 (0 = A to 3 = D), `district` int64 (where it began; 0 where the row names no
    place, or one elsewhere), `refused` (one of REFUSAL_CODES, what `areas` refuse, or null).
    `modes` are those that the city has a scene for. Distance without odometer: haversine of the
    end points.
    """
    words = {**layout.modes, **({layout.mode: layout.mode} if layout.mode else {})}
    known = {word: mode for word, mode in words.items() if mode in modes}
    cells = _with_distance(cells).with_columns(
        pl.col("mode_word")
        .replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.String)
        .alias("mode")
    )
    # Most files are of one kind: what no row is costs nothing.
    used = {mode: modes[mode] for mode in cells["mode"].unique().drop_nulls().sort()}
    cells = cells.with_columns(_amount(cells, used).alias("measure"), detail=_detail(cells, used))
    cells = cells.with_columns(_refused(cells, layout, now, used).alias("refused"))
    if areas.modes:
        cells = cells.with_columns(pl.coalesce("refused", areas.refusals(cells)).alias("refused"))
    sound = pl.col("refused").is_null()
    by_places = _measured_by(used, "distance_m") & ~pl.col("measured")
    return cells.select(
        LINE,
        "reference",
        "rider",
        "mode",
        "started_at",
        "ended_at",
        pl.when(sound).then(pl.col("measure").floor()).otherwise(0).cast(pl.Int64).alias("amount"),
        pl.when(sound).then(pl.col("detail")).otherwise(0).cast(pl.Int64).alias("detail"),
        pl.when(by_places)
        .then(pl.lit(layout.grade_without_odometer, dtype=pl.Int64))
        .otherwise(pl.lit(layout.grade, dtype=pl.Int64))
        .alias("grade"),
        _district(cells, districts),
        "refused",
    )


def with_inputs(trips: pl.DataFrame, modes: Mapping[str, ModeRule]) -> pl.DataFrame:
    """The trips with a column for each thing that methodologies ask of these modes.

    Every measure is int64, and null in rows of modes that are measured otherwise; a detail is
    int64, or the word itself where it is one of some choices.
    """
    columns: dict[str, pl.Expr] = {}
    for measure in sorted({rule.measure for rule in modes.values()}):
        of_it = _measured_by(modes, measure)
        columns[measure] = pl.when(of_it).then(pl.col("amount"))
    for mode, rule in modes.items():
        if rule.detail is None:
            continue
        value = pl.col("detail")
        if rule.choices:
            value = value.replace_strict(
                range(len(rule.choices)), list(rule.choices), default=None, return_dtype=pl.String
            )
        before = columns.get(rule.detail, pl.lit(None))
        columns[rule.detail] = pl.when(pl.col("mode") == mode).then(value).otherwise(before)
    return trips.with_columns(expression.alias(name) for name, expression in columns.items())


def read_file(
    file: PartnerFile,
    layout: Layout,
    *,
    now: datetime,
    modes: Mapping[str, ModeRule],
    chunk_rows: int,
    districts: Districts | None = None,
    areas: RideAreas = NO_AREAS,
) -> Iterator[pl.DataFrame]:
    """The trips of a file that has been looked through, in frames of about `chunk_rows` rows.

    Text is taken apart in smaller pieces: cells that are still text take many times the memory of
    the trips they become.
    """
    gathered: list[pl.DataFrame] = []
    stations = read_stations(file, layout)
    for frame in raw_frames(file, layout, chunk_rows=min(chunk_rows, _PIECE_ROWS)):
        gathered.append(
            check_trips(
                frame,
                layout,
                now=now,
                modes=modes,
                stations=stations,
                districts=districts,
                areas=areas,
            )
        )
        if sum(trips.height for trips in gathered) >= chunk_rows:
            yield pl.concat(gathered, rechunk=True)
            gathered = []
    if gathered:
        yield pl.concat(gathered, rechunk=True)


def read_chunks(
    path: Path,
    layout: Layout,
    *,
    now: datetime,
    modes: Mapping[str, ModeRule],
    chunk_rows: int,
) -> Iterator[pl.DataFrame]:
    """The trips of a file (see `check_trips`); refuses as `files.look_through` and `raw_frames`."""
    yield from read_file(
        look_through(path, layout), layout, now=now, modes=modes, chunk_rows=chunk_rows
    )


def read_inputs(
    path: Path,
    layout: Layout,
    *,
    now: datetime,
    modes: Mapping[str, ModeRule],
    chunk_rows: int,
) -> Iterator[pl.DataFrame]:
    """As `read_chunks`, with the columns that methodologies ask for (see `with_inputs`)."""
    for trips in read_chunks(path, layout, now=now, modes=modes, chunk_rows=chunk_rows):
        yield with_inputs(trips, modes)
