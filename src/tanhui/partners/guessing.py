"""What the columns of an unknown file probably are, from their names and from what is in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import polars as pl

from tanhui.partners.form import ISO, loose
from tanhui.partners.sniffing import Sniffed

# Names of columns as operators write them, matched loosely; the first that a file has is taken.
_NAMES: dict[str, tuple[str, ...]] = {
    "started_at": (
        "started_at", "start_time", "start_date_time", "start_datetime", "start_timestamp",
        "begin_time", "begin_date", "begin", "start", "start_date", "depart_time", "departure",
        "checkout_time", "unlock_time", "pickup_time", "trip_start_timestamp", "trip_start",
        "activity_date", "activity_day", "completed_date", "timestamp", "datetime", "date", "day",
        "time", "开始时间", "开锁时间", "起始时间", "借车时间", "上车时间", "进站时间", "出发时间",
        "充电开始时间", "日期", "时间",
    ),
    "ended_at": (
        "ended_at", "end_time", "end_date_time", "end_datetime", "end_timestamp", "stop_time",
        "finish_time", "finish", "end", "end_date", "stop_date", "arrival_time", "arrival",
        "return_time", "lock_time", "dropoff_time", "trip_end_timestamp", "trip_end",
        "结束时间", "关锁时间", "终止时间", "还车时间", "下车时间", "出站时间", "到达时间",
        "充电结束时间",
    ),
    "reference": (
        "reference", "ride_id", "trip_id", "rental_id", "order_id", "order_no", "order_number",
        "trip", "ride", "order",
        "booking_id", "session_id", "transaction_id", "mot_test_number", "订单号", "订单编号",
        "行程编号", "流水号", "记录编号",
    ),
    "rider": (
        "rider", "rider_id", "user_id", "user", "member_id", "customer_id", "uid", "account_id",
        "card_id", "card_number", "用户编号", "用户", "用户id", "会员号", "会员编号", "卡号",
    ),
    "mode": (
        "mode", "rideable_type", "bike_type", "bike_model", "vehicle_type", "travel_mode",
        "出行方式", "车型", "车辆类型", "单车类型",
    ),
    "duration": (
        "duration", "trip_duration", "duration_s", "duration_sec", "duration_seconds",
        "duration_ms", "duration_min", "duration_minutes", "时长", "骑行时长", "时长秒", "时长分钟",
    ),
    "distance_m": (
        "distance_m", "distance", "trip_distance", "distance_km", "distance_miles", "distance_mi",
        "distance_meters", "km", "miles", "metres", "meters", "mileage", "trip_length", "length",
        "里程", "距离", "骑行距离",
        "里程米", "里程公里", "里程千米", "距离米", "距离公里", "行驶里程",
    ),
    "steps": ("steps", "total_steps", "step_total", "step_count", "步数", "当日步数"),
    "energy_wh": (
        "energy_wh", "total_kwh", "energy_kwh", "kwh", "energy", "energy_consumed", "电量",
        "充电量", "充电电量", "电量千瓦时", "充电量kwh",
    ),
    "persons": ("persons", "passengers", "passenger_count", "人数", "同乘人数", "乘车人数"),
    "start_lat": (
        "start_lat", "start_latitude", "start_station_latitude", "from_lat", "pickup_latitude",
        "origin_lat", "latitude", "lat", "起点纬度", "开锁纬度", "上车纬度", "纬度",
    ),
    "start_lng": (
        "start_lng", "start_lon", "start_longitude", "start_station_longitude", "from_lng",
        "from_lon", "pickup_longitude", "origin_lng", "longitude", "lng", "lon", "long",
        "起点经度", "开锁经度", "上车经度", "经度",
    ),
    "end_lat": (
        "end_lat", "end_latitude", "end_station_latitude", "to_lat", "dropoff_latitude",
        "destination_lat", "终点纬度", "关锁纬度", "下车纬度",
    ),
    "end_lng": (
        "end_lng", "end_lon", "end_longitude", "end_station_longitude", "to_lng", "to_lon",
        "dropoff_longitude", "destination_lng", "终点经度", "关锁经度", "下车经度",
    ),
}  # fmt: skip
# What a column's name may end in to say its unit, longer ones first.
UNIT_MARKS = (
    "kilometers", "kilometres", "minutes", "seconds", "meters", "metres", "miles", "千瓦时", "公里",
    "千米", "分钟", "mile", "feet", "foot", "kwh", "min", "sec", "km", "mi", "mj", "wh", "ms", "米",
    "度", "秒", "m", "s",
)  # fmt: skip
# A clock beside a date: which column could hold it.
_CLOCKS = {"started_at": ("start_time", "time", "开始时间"), "ended_at": ("end_time", "结束时间")}
_DATES = {
    "started_at": ("start_date", "date", "开始日期", "日期"),
    "ended_at": ("end_date", "结束日期"),
}
_DAY_FORMS = (
    "%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y",
    "%Y年%m月%d日", "%Y.%m.%d", "%Y%m%d", "%d/%m/%y", "%m/%d/%y",
)  # fmt: skip
_CLOCK_FORMS = (
    "", " %H:%M:%S%.f", " %H:%M", "T%H:%M:%S%.f", "T%H:%M", " %I:%M:%S %p", " %I:%M %p", "%H%M%S",
    "T00:00:00 %H:%M", "T00:00:00 %H:%M:%S", " 00:00:00 %H:%M", " 00:00:00 %H:%M:%S",
)  # fmt: skip
_HEAD_ROWS = 200
# A form that reads fewer of the cells than this is not theirs.
_READABLE_PART = 0.8
_SOME = 0.02
_LATEST_YEAR = 2100
_EARLIEST_YEAR = 1990


@dataclass(frozen=True, slots=True)
class Times:
    """The forms that read a column of times, and others among which nothing in it decides."""

    forms: tuple[str, ...]
    either: tuple[str, ...] = ()
    states_offset: bool = False
    whole_days: bool = False


def _read(cells: pl.Series, form: str) -> pl.Series:
    if form == ISO:
        spelt = ("%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z")
        parts = [
            cells.str.to_datetime(one, strict=False, time_unit="us", time_zone="UTC")
            for one in spelt
        ]
        found = parts[0].fill_null(parts[1])
    else:
        found = cells.str.to_datetime(form, strict=False, time_unit="us")
    years = found.dt.year().is_between(_EARLIEST_YEAR, _LATEST_YEAR)
    return found.is_not_null() & years.fill_null(False)


def _is_day_first(form: str) -> bool:
    return form.startswith("%d")


def times_of(texts: Sequence[str]) -> Times | None:
    """How the times of a column are written; None where they are no times."""
    whole = pl.Series("cells", list(texts), dtype=pl.String)
    if whole.is_empty() or whole.str.contains(r"^\d{1,7}$").all():
        return None
    for epoch, digits in (("unix-seconds", 10), ("unix-milliseconds", 13)):
        # Ten digits reach from 2001 to 2286.
        if whole.str.contains(rf"^1\d{{{digits - 1}}}$").all():
            return Times((epoch,), (), states_offset=True)
    forms = [ISO, *(day + clock for day, clock in product(_DAY_FORMS, _CLOCK_FORMS))]
    # Most forms read nothing: the head tells which are worth the rest of the column.
    head = whole.head(_HEAD_ROWS)
    reading = {form: _read(whole, form) for form in forms if _read(head, form).any()}
    chosen: list[str] = []
    either: tuple[str, ...] = ()
    left = pl.Series([True] * len(whole))
    while reading:
        form = max(reading, key=lambda one: (int((reading[one] & left).sum()), -forms.index(one)))
        reads = reading.pop(form) & left
        if reads.sum() <= _SOME * len(whole) and chosen:
            break
        rivals = [
            other
            for other, ok in reading.items()
            if bool((ok & left).eq(reads).all())
            and _is_day_first(other) != _is_day_first(form)
            and not form.startswith("%Y")
            and not other.startswith("%Y")
        ]
        if rivals and not chosen:
            either = (form, rivals[0])
        if not chosen or _is_day_first(form) == _is_day_first(chosen[0]) or form.startswith("%Y"):
            chosen.append(form)
            left = left & ~reads
        if not left.any():
            break
    if not chosen or int(left.sum()) > (1 - _READABLE_PART) * len(whole):
        return None
    days = all(form != ISO and not re.search("%[HI]", form) for form in chosen)
    return Times(tuple(chosen), either, chosen[0] == ISO, days)


def _is_clock(texts: Sequence[str]) -> bool:
    clock = re.compile(r"\d{1,2}:\d{2}(:\d{2})?( ?[AaPp][Mm])?")
    return bool(texts) and all(clock.fullmatch(text) for text in texts[:_HEAD_ROWS])


def number(text: str) -> float | None:
    """A number, however its decimals and thousands are marked; None where it is none."""
    bare = text.replace(" ", "")
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", bare):
        bare = bare.replace(",", "")
    elif re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})+,\d+|[+-]?\d{1,3}(\.\d{3}){2,}", bare):
        bare = bare.replace(".", "")
    try:
        return float(bare.replace(",", "."))
    except ValueError:
        return None


def _fits(field: str, texts: Sequence[str]) -> bool:
    """Whether what a column holds could be this field."""
    if field in ("reference", "rider", "mode"):
        return bool(texts)
    if field in ("started_at", "ended_at"):
        return times_of(texts[:_HEAD_ROWS]) is not None
    numbers = [number(text) for text in texts[:_HEAD_ROWS]]
    read = [one for one in numbers if one is not None]
    if not texts or len(read) < _READABLE_PART * len(numbers):
        return False
    limit = {"lat": 90.0, "lng": 180.0}.get(field.rpartition("_")[2])
    return limit is None or all(abs(one) <= limit for one in read)


def _without_unit(name: str) -> str:
    """A loosened name without the unit at its end, unless it is nothing but one."""
    unit = next((mark for mark in UNIT_MARKS if name.endswith(mark) and name != mark), "")
    return name.removesuffix(unit)


def _named(sniffed: Sniffed, names: Sequence[str], used: set[str]) -> str | None:
    """The column that one of these names says, as it stands or before its unit."""
    loosened = {_without_unit(loose(column)): column for column in reversed(sniffed.header)}
    loosened |= {loose(column): column for column in reversed(sniffed.header)}
    return next(
        (
            column
            for name in names
            if (column := loosened.get(loose(name))) is not None and column not in used
        ),
        None,
    )


def _split_times(sniffed: Sniffed, used: set[str]) -> dict[str, tuple[str, str]]:
    """Times whose date and clock stand in two columns."""
    split: dict[str, tuple[str, str]] = {}
    for field, dates in _DATES.items():
        day, clock = _named(sniffed, dates, used), _named(sniffed, _CLOCKS[field], used)
        if day and clock and day != clock and _is_clock(sniffed.column(clock)):
            split[field] = (day, clock)
            used |= {day, clock}
    return split


def _by_content(sniffed: Sniffed) -> dict[str, str]:
    """Columns of a file without a header, by what they hold alone."""
    found: dict[str, str] = {}
    for column in sniffed.header:
        texts = sniffed.column(column)
        if not texts:
            continue
        if times_of(texts[:_HEAD_ROWS]):
            field = "started_at" if "started_at" not in found else "ended_at"
            found.setdefault(field, column)
            continue
        read = [one for text in texts[:_HEAD_ROWS] if (one := number(text)) is not None]
        if len(read) < min(len(texts), _HEAD_ROWS) or any(one == int(one) for one in read):
            continue
        if all(abs(one) <= 90 for one in read):
            found.setdefault("start_lat" if "start_lat" not in found else "end_lat", column)
        elif all(abs(one) <= 180 for one in read):
            found.setdefault("start_lng" if "start_lng" not in found else "end_lng", column)
    return found


def columns_of(sniffed: Sniffed) -> tuple[dict[str, str], dict[str, tuple[str, str]]]:
    """The column of each field that can be made out, and of times in two columns both."""
    if not sniffed.has_header:
        return _by_content(sniffed), {}
    used: set[str] = set()
    split = _split_times(sniffed, used)
    found: dict[str, str] = {}
    for field, names in _NAMES.items():
        left = [name for name in names if field not in split]
        skipped = set(used)
        while column := _named(sniffed, left, skipped):
            if _fits(field, sniffed.column(column)):
                found[field] = column
                used.add(column)
                break
            skipped.add(column)
    _times_by_content(sniffed, found, split, used)
    return found, split


def _times_by_content(
    sniffed: Sniffed, found: dict[str, str], split: dict[str, tuple[str, str]], used: set[str]
) -> None:
    """Where no name says a start, the first column of times is one, and the next the end."""
    if "started_at" in found or "started_at" in split:
        return
    times = [
        column
        for column in sniffed.header
        if column not in used and times_of(sniffed.column(column)[:_HEAD_ROWS])
    ]
    for field, column in zip(("started_at", "ended_at"), times, strict=False):
        found.setdefault(field, column)
