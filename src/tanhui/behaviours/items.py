"""The items of signed batches on their way to trips, judged as the rows of a file are.

`partners.trips` alone decides what is refused and why. It works by whole columns, which takes
milliseconds however few the rows are; an item that is plainly sound needs none of it. Whatever is
not plainly sound (or not plainly anything) goes the long way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import numpy as np
import polars as pl

from tanhui.behaviours.settlement import Ints
from tanhui.geo.areas import NO_AREAS, RideAreas
from tanhui.geo.districts import NOWHERE, Districts
from tanhui.kernel.references import REFERENCE_BYTES_MAX
from tanhui.partners.layouts import Layout
from tanhui.partners.modes import ModeRule
from tanhui.partners.raw import lines_frame
from tanhui.partners.trips import DURATION_MAX, check_trips

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_US_PER_HOUR = 3_600_000_000
_AMOUNT_MAX = 10**9
NO_TIME = -(2**62)
_Row = tuple[Any, ...]
# Of what a row consists: reference, rider, mode, start, end, amount, detail, grade, district.
_NOTHING: _Row = (None, "", "", NO_TIME, NO_TIME, 0, 0, 0, NOWHERE)


class _Plain(msgspec.Struct, gc=False):
    """An item as nearly all of them are; what else is in it is passed over."""

    reference: str
    rider: str
    mode: str
    started_at: str
    ended_at: str
    distance_m: int | float | None = None
    steps: int | float | None = None
    energy_wh: int | float | None = None
    persons: Any = None
    car_class: Any = None
    start_lat: Any = None
    start_lng: Any = None
    end_lat: Any = None
    end_lng: Any = None
    replaces: Any = None


class _Replacing(msgspec.Struct):
    """What an item says of the one it corrects."""

    replaces: Any = None


_plain = msgspec.json.Decoder(_Plain)
_replacing = msgspec.json.Decoder(_Replacing)


@dataclass(frozen=True, slots=True)
class Rows:
    """Judged items as columns, one entry for each item and in its order.

    `refused` holds a code or None; in refused rows only `reference`, and `started` where it could
    be read, mean anything. Times are microseconds since the epoch, NO_TIME where there is none.
    `replaces` holds, by position, the reference that an item corrects.
    """

    reference: list[str | None]
    rider: list[str]
    mode: list[str]
    started: Ints
    ended: Ints
    amount: Ints
    detail: Ints
    grade: Ints
    district: Ints
    refused: list[str | None]
    replaces: dict[int, str]

    def __len__(self) -> int:
        return len(self.refused)


def _is_name(text: str) -> bool:
    """Whether this is a name in plain letters; others may be names too."""
    return (
        text.isascii()
        and text.isprintable()
        and 0 < len(text) <= REFERENCE_BYTES_MAX
        and text == text.strip()
    )


def _instant(text: str) -> int | None:
    """Microseconds since the epoch of `2025-05-13T08:00:00Z` or `…+08:00`; None for the rest."""
    if len(text) not in (20, 25) or text[10] != "T" or text[5] == "W" or text[7] != "-":
        return None
    if text[19] not in "Z+-" or not text.isascii():
        return None
    try:
        return (datetime.fromisoformat(text) - _EPOCH) // _MICROSECOND
    except (ValueError, OverflowError):
        return None


def _plain_row(
    item: _Plain, layout: Layout, modes: Mapping[str, ModeRule], now_us: int
) -> _Row | None:
    """The item as a row, if nothing about it could be refused."""
    mode = layout.modes.get(item.mode, "")
    rule = modes.get(mode)
    if rule is None or rule.measure not in layout.columns:
        return None
    if not (_is_name(item.reference) and _is_name(item.rider)):
        return None
    if item.persons is not None or item.car_class is not None or not _is_placed(item, layout):
        return None
    measures = {
        "distance_m": item.distance_m,
        "steps": item.steps,
        "energy_wh": item.energy_wh,
    }
    amount = measures.pop(rule.measure)
    if amount is None or any(other is not None for other in measures.values()):
        return None
    started, ended = _instant(item.started_at), _instant(item.ended_at)
    if started is None or ended is None or not 0 <= started < ended <= now_us:
        return None
    took = ended - started
    if took > DURATION_MAX // _MICROSECOND or not 0 < amount <= _AMOUNT_MAX:
        return None
    # Where a speed is so near its limit that rounding could decide, the column's arithmetic does.
    if (int(amount) + 1) * _US_PER_HOUR > rule.max_per_hour * took:
        return None
    return (
        *(item.reference, item.rider, mode, started, ended),
        *(int(amount), rule.default, layout.grade, NOWHERE),
    )


def _is_placed(item: _Plain, layout: Layout) -> bool:
    """Whether the item names no place at all, or two that are plainly on the globe."""
    places = (item.start_lat, item.start_lng, item.end_lat, item.end_lng)
    if places == (None,) * 4:
        return True
    return layout.coordinates == "WGS84" and all(
        type(told) in (int, float) and abs(told) <= most
        for told, most in zip(places, (90, 180, 90, 180), strict=True)
    )


def _corrected(item: bytes) -> str | None:
    """The reference that an item corrects; an empty text where it names none that could be."""
    try:
        given = _replacing.decode(item).replaces
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return None
    if given is None:
        return None
    return given if isinstance(given, str) and _is_name(given) else ""


def _judged(
    others: Sequence[tuple[int, bytes]],
    layout: Layout,
    modes: Mapping[str, ModeRule],
    now: datetime,
    districts: Districts | None,
    areas: RideAreas,
) -> Iterator[tuple[int, str | None, _Row]]:
    """What is not plainly sound, judged by columns: its place, its refusal, and the row."""
    trips = check_trips(
        lines_frame(layout, others),
        layout,
        now=now,
        modes=modes,
        districts=districts,
        areas=areas,
    ).with_columns(
        pl.col("started_at", "ended_at").dt.epoch("us").fill_null(NO_TIME),
        pl.col("rider", "mode").fill_null(""),
    )
    for line, *cells, refused in trips.iter_rows():
        yield line, refused, tuple(cells)


def read_items(
    items: Sequence[bytes],
    layout: Layout,
    modes: Mapping[str, ModeRule],
    *,
    now: datetime,
    districts: Districts | None = None,
    areas: RideAreas = NO_AREAS,
) -> Rows:
    """Judges items, each the bytes of one JSON value.

    A bad item is refused alone. One that names nothing sensible in `replaces` is `malformed`.
    """
    now_us = (now - _EPOCH) // _MICROSECOND
    rows: list[_Row] = [_NOTHING] * len(items)
    refused: list[str | None] = [None] * len(items)
    others: list[tuple[int, bytes]] = []
    replaces: dict[int, str] = {}
    begun: dict[int, tuple[float, float]] = {}
    claimed = {word for word, mode in layout.modes.items() if mode in areas.modes}
    for line, item in enumerate(items):
        row = None
        corrects: str | None = None
        try:
            told = _plain.decode(item)
        except (msgspec.MsgspecError, RecursionError, ValueError):
            corrects = _corrected(item)
        else:
            # What may lie in an area is judged by columns, where its ends are looked at.
            row = None if told.mode in claimed else _plain_row(told, layout, modes, now_us)
            corrects = None if told.replaces is None else _corrected(item)
            if row is not None and told.start_lng is not None:
                begun[line] = (float(told.start_lng), float(told.start_lat))
        if corrects is not None:
            replaces[line] = corrects
        if row is None:
            others.append((line, item))
        else:
            rows[line] = row
    if others:
        for line, why, row in _judged(others, layout, modes, now, districts, areas):
            rows[line], refused[line] = row, why
    for line, earlier in replaces.items():
        if not earlier:
            refused[line] = "malformed"
    reference, rider, mode, *numbers = (list(column) for column in zip(*rows, strict=True))
    started, ended, amount, detail, grade, district = (
        np.array(each, dtype=np.int64) for each in numbers
    )
    if begun and districts is not None:
        lng, lat = np.array(list(begun.values())).T
        district[list(begun)] = districts.of(lng, lat)
    corrected = {line: told for line, told in replaces.items() if told}
    columns = (started, ended, amount, detail, grade, district)
    return Rows(reference, rider, mode, *columns, refused, corrected)
