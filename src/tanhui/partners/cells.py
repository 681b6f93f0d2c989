"""From unread cells to times in UTC, numbers in our units and places in WGS84."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from tanhui.geo.coordinates import wgs84_of
from tanhui.kernel.periods import CITY_ZONE
from tanhui.partners.form import (
    CLOCK_SUFFIX,
    DETAIL_FIELDS,
    EPOCHS,
    ISO,
    PLACE_FIELDS,
    Layout,
)
from tanhui.partners.modes import MEASURES
from tanhui.partners.raw import LINE, TORN, UNREADABLE
from tanhui.partners.stations import Stations

INSTANT = pl.Datetime("us", "UTC")
_LOCAL = pl.Datetime("us")
_DAY_US = 86_400_000_000
# The last microsecond of a calendar of four digits lies before this.
_LARGEST_US = 10**18
# No operator has trips beyond these, and a year of more or fewer digits is a slip.
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_LATEST = datetime(9999, 12, 30, tzinfo=UTC)
# An offset is part of this format: a time without one is unreadable, not guessed.
_ISO_FORMS = ("%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z")
# Parts of a unit smaller than this are what arithmetic left over.
_DECIMALS = 6


def _text(layout: Layout, field: str) -> pl.Expr:
    """The cell as text, trimmed; an empty one, and a word for nothing, is missing."""
    text = pl.col(field).cast(pl.String).str.strip_chars()
    given = text != ""
    if layout.empty:
        given &= ~text.is_in(list(layout.empty))
    return pl.when(given).then(text)


def _plain(layout: Layout, text: pl.Expr) -> pl.Expr:
    """A number's text with a dot for its decimals and nothing between its thousands."""
    if layout.thousands:
        mark = "\\" + layout.thousands
        # Where groups are not of three digits, the mark means something else.
        grouped = text.str.contains(rf"^[+-]?\d{{1,3}}({mark}\d{{3}})+(\D\d*)?$")
        told = text.str.contains(layout.thousands, literal=True)
        bare = text.str.replace_all(layout.thousands, "", literal=True)
        text = pl.when(told).then(pl.when(grouped).then(bare)).otherwise(text)
    if layout.decimal != ".":
        dotted = text.str.replace(layout.decimal, ".", literal=True)
        text = pl.when(~text.str.contains(".", literal=True)).then(dotted)
    return text


def _number(frame: pl.DataFrame, layout: Layout, field: str) -> pl.Expr:
    """The cell as a number in our unit; unreadable and not finite ones are null."""
    if frame.schema[field].is_numeric():
        cell = pl.col(field)
    else:
        cell = _text(layout, field)
        if not layout.marked or field in layout.marked:
            cell = _plain(layout, cell)
    number = cell.cast(pl.Float64, strict=False)
    unit = layout.units.get(field, 1)
    if unit != 1:
        # 1.001 kWh is 1,001 Wh, whatever binary fractions make of the product.
        number = (number * unit).round(_DECIMALS)
    return pl.when(number.is_finite()).then(number)


def _given(frame: pl.DataFrame, layout: Layout, field: str) -> pl.Expr:
    """Whether the row says anything in this field at all."""
    if field not in frame.columns:
        return pl.lit(False)
    if frame.schema[field] == pl.String:
        return _text(layout, field).is_not_null()
    return pl.col(field).is_not_null()


def _in_calendar(instant: pl.Series) -> pl.Series:
    dtype = instant.dtype
    zone = dtype.time_zone if isinstance(dtype, pl.Datetime) else None
    earliest, latest = (
        bound if zone else bound.replace(tzinfo=None) for bound in (_EARLIEST, _LATEST)
    )
    return instant.set(~instant.is_between(earliest, latest), None)


def _localised(local: pl.Series, layout: Layout, ambiguous: str) -> pl.Series:
    """Local times in UTC: null where the clocks skipped them, and where no zone is known."""
    if layout.zone is None:
        return pl.Series(local.name, [None], dtype=INSTANT).new_from_index(0, len(local))
    return local.dt.replace_time_zone(
        layout.zone.key,
        ambiguous="earliest" if ambiguous == "earliest" else "latest",
        non_existent="null",
    ).dt.convert_time_zone("UTC")


class _Times:
    """One column of times, read: those that state their offset, and those on a wall."""

    def __init__(self, frame: pl.DataFrame, layout: Layout, field: str) -> None:
        self.layout = layout
        size, dtype = frame.height, frame.schema[field]
        self.stated = pl.Series("stated", [None], dtype=INSTANT).new_from_index(0, size)
        self.local = pl.Series("local", [None], dtype=_LOCAL).new_from_index(0, size)
        if isinstance(dtype, pl.Datetime):
            told = frame[field].dt.cast_time_unit("us")
            if dtype.time_zone is None:
                self.local = _in_calendar(told)
            else:
                self.stated = _in_calendar(told.dt.convert_time_zone("UTC"))
        elif dtype == pl.Date:
            if layout.period == "day":
                self.local = _in_calendar(frame[field].cast(_LOCAL))
        else:
            self._parse(_time_text(frame, layout, field))

    def _parse(self, text: pl.Series) -> None:
        """Tries one format after the other, as long as a cell is left that none could read."""
        for form in self.layout.time_formats:
            if not (text.is_not_null() & self.stated.is_null() & self.local.is_null()).any():
                return
            if form in EPOCHS:
                counted = text.cast(pl.Int64, strict=False)
                near = counted.set(counted.abs() > _LARGEST_US // EPOCHS[form], None)
                found = (near * EPOCHS[form]).cast(INSTANT)
                self.stated = self.stated.fill_null(_in_calendar(found))
                continue
            if form != ISO and "z" not in form:
                found = text.str.to_datetime(form, strict=False, time_unit="us", exact=True)
                self.local = self.local.fill_null(_in_calendar(found))
                continue
            for spelt in _ISO_FORMS if form == ISO else (form,):
                if (text.is_not_null() & self.stated.is_null()).any():
                    found = text.str.to_datetime(
                        spelt, strict=False, time_unit="us", time_zone="UTC"
                    )
                    self.stated = self.stated.fill_null(_in_calendar(found))

    def instants(self, ambiguous: str) -> pl.Series:
        """In UTC; a time that the clocks showed twice is taken as `ambiguous` says."""
        if self.local.null_count() == len(self.local):
            return self.stated
        return self.stated.fill_null(_localised(self.local, self.layout, ambiguous))

    def days(self) -> pl.Series:
        """The first instant of the city's day that is told."""
        there = self.stated.dt.convert_time_zone(CITY_ZONE.key).dt.replace_time_zone(None)
        day = self.local.fill_null(there).dt.truncate("1d")
        return day.dt.replace_time_zone(CITY_ZONE.key, non_existent="null").dt.convert_time_zone(
            "UTC"
        )


def _time_text(frame: pl.DataFrame, layout: Layout, field: str) -> pl.Series:
    clock = field + CLOCK_SUFFIX
    if clock not in frame.columns:
        return frame.select(_text(layout, field)).to_series()
    # Half a time cannot be read, and says so by being no time of any format.
    both = pl.concat_str(_text(layout, field), _text(layout, clock), separator=" ")
    half = pl.coalesce(_text(layout, field), _text(layout, clock)) + UNREADABLE
    return frame.select(pl.coalesce(both, half)).to_series()


def _span(frame: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Columns `started_at`, `ended_at` in UTC and `end_given`."""
    times = _Times(frame, layout, "started_at")
    nothing = pl.Series("ended_at", [None], dtype=INSTANT).new_from_index(0, frame.height)
    if layout.period == "day":
        started = times.days()
        ended = (started.cast(pl.Int64) + _DAY_US).cast(INSTANT)
        return _span_frame(started, ended, pl.lit(True))
    started = times.instants("earliest")
    if layout.period == "moment":
        return _span_frame(started, nothing, pl.lit(False))
    ended, given = nothing, pl.lit(False)
    if "ended_at" in frame.columns:
        ends = _Times(frame, layout, "ended_at")
        ended = ends.instants("earliest")
        before = (ended < started).fill_null(False)
        if before.any() and ends.local.null_count() < frame.height:
            # Over the hour that the clocks show twice, a trip still ends after it began.
            ended = ends.instants("latest").zip_with(before, ended)
        given = _given(frame, layout, "ended_at")
        if "ended_at" + CLOCK_SUFFIX in frame.columns:
            given |= _given(frame, layout, "ended_at" + CLOCK_SUFFIX)
    read = frame.select(given.alias("end_given")).to_series()
    if "duration" in frame.columns:
        length = frame.select(
            _number(frame, layout, "duration").alias("length"),
            _given(frame, layout, "duration").alias("given"),
        )
        reached = (started.cast(pl.Int64) + length["length"].round().cast(pl.Int64)).cast(INSTANT)
        # Where a row tells its end, how long it took is not asked.
        ended = ended.zip_with(read, reached)
        read = read | length["given"]
    return _span_frame(started, ended, pl.lit(read))


def _span_frame(started: pl.Series, ended: pl.Series, given: pl.Expr) -> pl.DataFrame:
    return pl.DataFrame(
        {"started_at": started.alias("started_at"), "ended_at": ended.alias("ended_at")}
    ).with_columns(given.alias("end_given"))


def _detail(layout: Layout, field: str) -> pl.Expr:
    word = _text(layout, field)
    words = layout.words.get(field)
    if not words:
        return word
    read = word.replace_strict(
        list(words), list(words.values()), default=UNREADABLE, return_dtype=pl.String
    )
    return pl.when(word.is_not_null()).then(read)


def _located(frame: pl.DataFrame, layout: Layout, stations: Stations) -> list[pl.Expr]:
    """The places as numbers, a station's where the row itself tells none; all four or nothing."""
    nothing = pl.lit(None, dtype=pl.Float64)
    located: list[pl.Expr] = []
    known = False
    for end in ("start", "end"):
        fields = (f"{end}_lat", f"{end}_lng")
        own = [_number(frame, layout, f) if f in frame.columns else nothing for f in fields]
        joined = stations.place(frame, end)
        known |= joined is not None or not set(fields).isdisjoint(frame.columns)
        # Half a place is none: only where the row tells neither is the station asked.
        silent = ~(_given(frame, layout, fields[0]) | _given(frame, layout, fields[1]))
        for field, told, place in zip(fields, own, joined or (None, None), strict=True):
            if place is not None:
                told = pl.when(silent).then(place).otherwise(told)
            located.append(told.alias(field))
    return located if known else []


def read_cells(
    frame: pl.DataFrame, layout: Layout, stations: Stations | None = None
) -> pl.DataFrame:
    """Every field of raw cells read, beside whether it was given at all.

    Columns: `line`, `torn`, `reference`, `rider`, `mode_word` (null for moments), `started_at`,
    `ended_at` (UTC microseconds), `end_given`, and of each measure and place that this file tells
    the field in our unit (Float64, null where unreadable) and `<field>_given`; details as words.
    """
    if "started_at" not in frame.columns:
        # The head of a damaged file may have lost it; then no row of it can be read.
        frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias("started_at"))
    if layout.period == "moment":
        mode = pl.lit(None, dtype=pl.String)
    else:
        mode = _text(layout, "mode") if "mode" in frame.columns else pl.lit(layout.mode)
    rider = _text(layout, "rider") if layout.has_rider else pl.lit(None, dtype=pl.String)
    measures = [field for field in MEASURES if field in frame.columns]
    places = _located(frame, layout, stations or Stations())
    cells = frame.select(
        pl.col(LINE),
        pl.col(TORN),
        _text(layout, "reference").alias("reference"),
        rider.alias("rider"),
        mode.alias("mode_word"),
        *(_number(frame, layout, field).alias(field) for field in measures),
        *places,
        *(
            _given(frame, layout, field).alias(f"{field}_given")
            for field in (*measures, *(PLACE_FIELDS if places else ()))
        ),
        *(_detail(layout, field).alias(field) for field in DETAIL_FIELDS if field in frame.columns),
    )
    cells = pl.concat([cells, _span(frame, layout)], how="horizontal")
    return cells if layout.coordinates == "WGS84" else _converted(cells, layout.coordinates)


def _converted(cells: pl.DataFrame, system: str) -> pl.DataFrame:
    """The cells with their places in WGS84."""
    for end in ("start", "end"):
        names = [f"{end}_lat", f"{end}_lng"]
        if set(names) <= set(cells.columns):
            lat, lng = (cells[name].fill_null(float("nan")).to_numpy() for name in names)
            told = wgs84_of(system, lat, lng)
            # What lies outside of the globe is no place, and stays as it is to be refused.
            inside = pl.lit((abs(lat) <= 90) & (abs(lng) <= 180))
            cells = cells.with_columns(
                pl.when(inside).then(pl.lit(pl.Series(name, values))).otherwise(name).alias(name)
                for name, values in zip(names, told, strict=True)
            )
    return cells
