"""The items of signed batches on their way to trips, judged as the rows of a file are.

`partners.trips` alone decides what is refused and why. It works by whole columns, which takes
milliseconds however few the rows are; an item that is plainly sound needs none of it. Whatever is
not plainly sound (or not plainly anything) goes the long way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import polars as pl

from tanhui.kernel.references import REFERENCE_BYTES_MAX
from tanhui.partners.layouts import Layout
from tanhui.partners.modes import ModeRule
from tanhui.partners.raw import lines_frame
from tanhui.partners.trips import DURATION_MAX, check_trips

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_US_PER_HOUR = 3_600_000_000
_AMOUNT_MAX = 10**9
_COLUMNS = {
    "line": pl.Int64,
    "reference": pl.String,
    "rider": pl.String,
    "mode": pl.String,
    "started_at": pl.Int64,
    "ended_at": pl.Int64,
    "amount": pl.Int64,
    "detail": pl.Int64,
    "grade": pl.Int64,
}
_INSTANT = pl.Datetime("us", "UTC")
_Row = tuple[int, str, str, str, int, int, int, int, int]


class _Plain(msgspec.Struct):
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
class Read:
    """Judged items: a frame as `check_trips` answers it, one row for each item and in its order.

    `replaces` holds, by position, the reference that an item corrects.
    """

    trips: pl.DataFrame
    replaces: dict[int, str]


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
    line: int, item: _Plain, layout: Layout, modes: Mapping[str, ModeRule], now_us: int
) -> _Row | None:
    """The item as a row, if nothing about it could be refused."""
    mode = layout.modes.get(item.mode, "")
    rule = modes.get(mode)
    if rule is None or rule.measure not in layout.columns:
        return None
    if not (_is_name(item.reference) and _is_name(item.rider)):
        return None
    places = (item.start_lat, item.start_lng, item.end_lat, item.end_lng)
    if places != (None,) * 4 or item.persons is not None or item.car_class is not None:
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
        *(line, item.reference, item.rider, mode, started, ended),
        *(int(amount), rule.default, layout.grade),
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


def read_items(
    items: Sequence[bytes], layout: Layout, modes: Mapping[str, ModeRule], *, now: datetime
) -> Read:
    """Judges items, each the bytes of one JSON value; see `Read`.

    A bad item is refused alone. One that names nothing sensible in `replaces` is `malformed`.
    """
    now_us = (now - _EPOCH) // _MICROSECOND
    plain: list[_Row] = []
    others: list[tuple[int, bytes]] = []
    replaces: dict[int, str] = {}
    for line, item in enumerate(items):
        row = None
        corrects: str | None = None
        try:
            told = _plain.decode(item)
        except (msgspec.MsgspecError, RecursionError, ValueError):
            corrects = _corrected(item)
        else:
            row = _plain_row(line, told, layout, modes, now_us)
            corrects = None if told.replaces is None else _corrected(item)
        if corrects is not None:
            replaces[line] = corrects
        if row is None:
            others.append((line, item))
        else:
            plain.append(row)
    frames = []
    if plain:
        told_plainly = pl.DataFrame(plain, schema=_COLUMNS, orient="row")
        frames.append(
            told_plainly.with_columns(
                pl.col("started_at", "ended_at").cast(_INSTANT),
                pl.lit(None, dtype=pl.String).alias("refused"),
            )
        )
    if others:
        frames.append(check_trips(lines_frame(layout, others), layout, now=now, modes=modes))
    trips = frames[0] if len(frames) == 1 else pl.concat(frames).sort("line")
    if unnamed := [line for line, reference in replaces.items() if not reference]:
        trips = trips.with_columns(
            pl.when(pl.col("line").is_in(unnamed))
            .then(pl.lit("malformed"))
            .otherwise("refused")
            .alias("refused")
        )
    return Read(trips, {line: reference for line, reference in replaces.items() if reference})
