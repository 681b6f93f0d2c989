"""From unread cells to trips: times in UTC, whole metres, and for each bad row its first reason.

This is the only place where a distance is computed, and it is floored here, so that every engine
that comes later starts from the same whole metres.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from tanhui.geo.distance import haversine_m
from tanhui.kernel.references import REFERENCE_BYTES_MAX
from tanhui.partners.files import PartnerFile, look_through
from tanhui.partners.layouts import ISO, PLACE_FIELDS, Layout
from tanhui.partners.raw import LINE, TORN, UNREADABLE, raw_frames

DURATION_MAX = timedelta(hours=24)
# Metres for each microsecond as km/h; a whole number, so that a limit is met exactly.
_KMH_PER_M_PER_US = 3_600_000
_PIECE_ROWS = 100_000
_INSTANT = pl.Datetime("us", "UTC")
# Control characters, and what stands for bytes that are no text.
_NO_LETTERS = [*map(chr, range(32)), UNREADABLE]
# No calendar of ours goes beyond these, and a year of more digits is a slip.
_EARLIEST = datetime(1, 1, 2, tzinfo=UTC)
_LATEST = datetime(9999, 12, 30, tzinfo=UTC)

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
    "too_fast",
)


def _text(field: str) -> pl.Expr:
    """The cell as text, trimmed; an empty one is missing."""
    text = pl.col(field).cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text)


def _number(frame: pl.DataFrame, field: str) -> pl.Expr:
    """The cell as a number; unreadable and not finite ones are null."""
    if field not in frame.columns:
        return pl.lit(None, dtype=pl.Float64)
    cell = pl.col(field) if frame.schema[field].is_numeric() else _text(field)
    number = cell.cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def _given(frame: pl.DataFrame, field: str) -> pl.Expr:
    """Whether the row says anything in this field at all."""
    if field not in frame.columns:
        return pl.lit(False)
    if frame.schema[field] == pl.String:
        return _text(field).is_not_null()
    return pl.col(field).is_not_null()


def _instant(frame: pl.DataFrame, layout: Layout, field: str, ambiguous: str) -> pl.Expr:
    """The cell as an instant in UTC; null where it is missing or unreadable.

    A local time that the clocks skipped does not exist and is unreadable; one that they showed
    twice is taken as `ambiguous` says.
    """
    dtype = frame.schema[field]
    if isinstance(dtype, pl.Datetime):
        local = pl.col(field).dt.cast_time_unit("us")
        if dtype.time_zone is not None:
            return local.dt.convert_time_zone("UTC")
        return _localised(local, layout, ambiguous)
    parsed = []
    for form in layout.time_formats:
        if form == ISO:
            # An offset is part of the format: a time without one is unreadable, not guessed.
            parsed += [
                _text(field).str.to_datetime(form_, strict=False, time_unit="us", time_zone="UTC")
                for form_ in ("%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z")
            ]
        else:
            local = _text(field).str.to_datetime(form, strict=False, time_unit="us")
            parsed.append(_localised(local, layout, ambiguous))
    return pl.coalesce(parsed)


def _localised(local: pl.Expr, layout: Layout, ambiguous: str) -> pl.Expr:
    if layout.zone is None:
        return pl.lit(None, dtype=_INSTANT)
    return local.dt.replace_time_zone(
        layout.zone.key,
        ambiguous="earliest" if ambiguous == "earliest" else "latest",
        non_existent="null",
    ).dt.convert_time_zone("UTC")


def _in_calendar(instant: pl.Expr) -> pl.Expr:
    return pl.when(instant.is_between(_EARLIEST, _LATEST)).then(instant)


def _read_cells(frame: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Every field parsed, beside whether it was given at all."""
    ended = _in_calendar(_instant(frame, layout, "ended_at", "earliest"))
    started = _in_calendar(_instant(frame, layout, "started_at", "earliest"))
    latest_end = _in_calendar(_instant(frame, layout, "ended_at", "latest"))
    mode = _text("mode") if "mode" in frame.columns else pl.lit(layout.mode)
    return frame.select(
        pl.col(LINE),
        pl.col(TORN),
        _text("reference").alias("reference"),
        (_text("rider") if layout.has_rider else pl.lit(None, dtype=pl.String)).alias("rider"),
        mode.alias("mode_word"),
        started.alias("started_at"),
        # Over the hour that the clocks show twice, a trip still ends after it began.
        pl.when(ended < started).then(latest_end).otherwise(ended).alias("ended_at"),
        _given(frame, "ended_at").alias("end_given"),
        _given(frame, "distance_m").alias("distance_given"),
        _number(frame, "distance_m").alias("odometer_m"),
        *(_number(frame, field).alias(field) for field in PLACE_FIELDS),
        *(_given(frame, field).alias(f"{field}_given") for field in PLACE_FIELDS),
    )


def _with_distance(cells: pl.DataFrame) -> pl.DataFrame:
    """The odometer's distance, or the great circle between the ends, in metres before flooring."""
    ends = [cells[field].fill_null(float("nan")).to_numpy() for field in PLACE_FIELDS]
    circle = pl.Series("circle_m", haversine_m(*ends)).fill_nan(None)
    return cells.with_columns(circle).with_columns(
        pl.when(pl.col("distance_given"))
        .then(pl.col("odometer_m"))
        .otherwise(pl.col("circle_m"))
        .alias("distance"),
        (pl.col("start_lat").is_not_null() & pl.col("start_lng").is_not_null()).alias("has_start"),
        (pl.col("end_lat").is_not_null() & pl.col("end_lng").is_not_null()).alias("has_end"),
    )


def _illegible(field: str) -> pl.Expr:
    """Whether a name holds letters that were lost, or that no name has."""
    return pl.col(field).str.contains_any(_NO_LETTERS)


def _malformed(layout: Layout) -> pl.Expr:
    """A cell that must be there is missing, or one that is there cannot be read."""
    bad = (
        pl.col(TORN)
        | pl.col("reference").is_null()
        | (pl.col("reference").str.len_bytes() > REFERENCE_BYTES_MAX)
        | _illegible("reference")
        | pl.col("mode_word").is_null()
        | _illegible("mode_word")
        | pl.col("started_at").is_null()
        | (pl.col("end_given") & pl.col("ended_at").is_null())
        | (pl.col("distance_given") & pl.col("odometer_m").is_null())
        | (pl.col("odometer_m") < 0).fill_null(False)
    )
    if layout.has_rider:
        bad |= pl.col("rider").is_null() | (pl.col("rider").str.len_bytes() > REFERENCE_BYTES_MAX)
        bad |= _illegible("rider")
    for field in PLACE_FIELDS:
        limit = 90 if field.endswith("lat") else 180
        bad |= pl.col(f"{field}_given") & pl.col(field).is_null()
        bad |= (pl.col(field).abs() > limit).fill_null(False)
    return bad


def _refused(layout: Layout, now: datetime, limits: Mapping[str, int]) -> pl.Expr:
    duration = pl.col("ended_at") - pl.col("started_at")
    microseconds = duration.dt.total_microseconds()
    limit = pl.col("mode").replace_strict(
        list(limits), list(limits.values()), default=None, return_dtype=pl.Float64
    )
    instant = pl.lit(now.astimezone(UTC)).cast(_INSTANT)
    reasons: dict[str, pl.Expr] = {
        "malformed": _malformed(layout),
        "unknown_mode": pl.col("mode").is_null(),
        "in_future": (pl.col("started_at") > instant) | (pl.col("ended_at") > instant),
        "no_end": pl.col("ended_at").is_null() | (pl.col("has_start") & ~pl.col("has_end")),
        "end_before_start": duration < timedelta(0),
        "zero_duration": duration == timedelta(0),
        "too_long": duration > DURATION_MAX,
        "no_distance": pl.col("distance").is_null() | (pl.col("distance") <= 0),
        "too_fast": pl.col("distance") * _KMH_PER_M_PER_US > limit * microseconds,
    }
    return pl.coalesce(
        pl.when(reasons[code].fill_null(False)).then(pl.lit(code)) for code in REFUSAL_CODES
    )


def check_trips(
    frame: pl.DataFrame, layout: Layout, *, now: datetime, limits: Mapping[str, int]
) -> pl.DataFrame:
    """Reads and judges raw cells.

    Columns of the answer, one row for each row given: `line` int64, `reference`, `rider`, `mode`
    (ours) strings, `started_at`, `ended_at` UTC microseconds, `distance_m` int64 (floored; 0 in
    refused rows), `refused` (one of REFUSAL_CODES, or null). `limits` maps each known mode to
    its highest mean speed in km/h. Distance without odometer: haversine of the end points.
    """
    words = layout.modes if layout.mode is None else {layout.mode: layout.mode}
    known = {word: mode for word, mode in words.items() if mode in limits}
    cells = _with_distance(_read_cells(frame, layout)).with_columns(
        pl.col("mode_word")
        .replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.String)
        .alias("mode")
    )
    return cells.with_columns(_refused(layout, now, limits).alias("refused")).select(
        LINE,
        "reference",
        "rider",
        "mode",
        "started_at",
        "ended_at",
        pl.when(pl.col("refused").is_null())
        .then(pl.col("distance").floor())
        .otherwise(0)
        .cast(pl.Int64)
        .alias("distance_m"),
        "refused",
    )


def read_file(
    file: PartnerFile, layout: Layout, *, now: datetime, limits: Mapping[str, int], chunk_rows: int
) -> Iterator[pl.DataFrame]:
    """The trips of a file that has been looked through, in frames of about `chunk_rows` rows.

    Text is taken apart in smaller pieces: cells that are still text take many times the memory of
    the trips they become.
    """
    gathered: list[pl.DataFrame] = []
    for frame in raw_frames(file, layout, chunk_rows=min(chunk_rows, _PIECE_ROWS)):
        gathered.append(check_trips(frame, layout, now=now, limits=limits))
        if sum(trips.height for trips in gathered) >= chunk_rows:
            yield pl.concat(gathered, rechunk=True)
            gathered = []
    if gathered:
        yield pl.concat(gathered, rechunk=True)


def read_chunks(
    path: Path, layout: Layout, *, now: datetime, limits: Mapping[str, int], chunk_rows: int
) -> Iterator[pl.DataFrame]:
    """The trips of a file (see `check_trips`); refuses as `files.look_through` and `raw_frames`."""
    yield from read_file(look_through(path), layout, now=now, limits=limits, chunk_rows=chunk_rows)
