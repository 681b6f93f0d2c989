"""A slow judge of trips, one row at a time, written from the list of refusals and nothing else.

Exact fractions instead of floats, plain Python instead of columns; it shares only the great
circle's formula, as published, with the product.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from tanhui.partners.modes import ModeRule

Cells = Mapping[str, str | None]
RADIUS_M = 6_371_008.8
PLACES = ("start_lat", "start_lng", "end_lat", "end_lng")
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)?"
)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


class _UnreadableError(Exception):
    pass


def _cell(cells: Cells, name: str) -> str | None:
    return (cells.get(name) or "").strip() or None


def _offset(text: str) -> timedelta:
    hours, minutes = int(text[1:3]), int(text[4:6])
    return (1 if text[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes)


def _local_instants(local: datetime, zone: ZoneInfo) -> list[datetime]:
    """The instants at which the clocks of a zone showed this: none, one or two."""
    found = {local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(
        instant for instant in found if instant.astimezone(zone).replace(tzinfo=None) == local
    )


def _instants(text: str | None, zone: ZoneInfo | None) -> list[datetime]:
    """What a cell may mean, earliest first; nothing when it is empty."""
    if text is None:
        return []
    found = _TIME.fullmatch(text)
    if found is None or (found[8] is None) != (zone is not None):
        raise _UnreadableError
    micros = int((found[7] or "").ljust(6, "0"))
    try:
        local = datetime(*(int(part) for part in found.groups()[:6]), micros)  # type: ignore[arg-type, misc]  # noqa: DTZ001
    except ValueError:
        raise _UnreadableError from None
    if zone is None:
        offset = timedelta(0) if found[8] == "Z" else _offset(found[8])
        return [(local - offset).replace(tzinfo=UTC)]
    instants = _local_instants(local, zone)
    if not instants:
        raise _UnreadableError
    return instants


def _number(text: str | None) -> Fraction | None:
    if text is None:
        return None
    if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise _UnreadableError
    return Fraction(float(text))


def great_circle_m(start_lat: float, start_lng: float, end_lat: float, end_lng: float) -> float:
    """Haversine on the sphere of the mean radius."""
    phi_1, phi_2 = math.radians(start_lat), math.radians(end_lat)
    a = (
        math.sin((phi_2 - phi_1) / 2) ** 2
        + math.cos(phi_1) * math.cos(phi_2) * math.sin(math.radians(end_lng - start_lng) / 2) ** 2
    )
    return 2 * RADIUS_M * math.asin(min(1.0, math.sqrt(a)))


def _name(cells: Cells, field: str) -> str:
    text = _cell(cells, field)
    if text is None or re.search("[\x00-\x1f\ufffd]", text) or len(text.encode()) > 128:
        raise _UnreadableError
    return text


def judge(
    cells: Cells,
    *,
    zone: ZoneInfo | None,
    modes: Mapping[str, ModeRule],
    now: datetime,
    names_riders: bool = True,
) -> tuple[str | None, int]:
    """The first refusal of a row (or None), and its whole metres; modes are by distance."""
    try:
        _name(cells, "reference")
        mode = _name(cells, "mode")
        if names_riders:
            _name(cells, "rider")
        started = _instants(_cell(cells, "started_at"), zone)[:1]
        ended = _instants(_cell(cells, "ended_at"), zone)
        odometer = _number(_cell(cells, "distance_m"))
        places = [_number(_cell(cells, field)) for field in PLACES]
        limits = (90, 180, 90, 180)
        if not started or (odometer is not None and odometer < 0):
            raise _UnreadableError
        if any(p is not None and abs(p) > limit for p, limit in zip(places, limits, strict=True)):
            raise _UnreadableError
    except _UnreadableError:
        return "malformed", 0
    # Of two ends that the clocks allow, the first that does not lie before the start.
    end = next((instant for instant in ended if instant >= started[0]), None)
    end = end or (ended[-1] if ended else None)
    return _judge_read(mode, started[0], end, odometer, places, modes, now)


def _judge_read(
    mode: str,
    started: datetime,
    ended: datetime | None,
    odometer: Fraction | None,
    places: list[Fraction | None],
    modes: Mapping[str, ModeRule],
    now: datetime,
) -> tuple[str | None, int]:
    if mode not in modes:
        return "unknown_mode", 0
    if started > now or (ended is not None and ended > now):
        return "in_future", 0
    has_start, has_end = None not in places[:2], None not in places[2:]
    if ended is None or (has_start and not has_end):
        return "no_end", 0
    if ended < started:
        return "end_before_start", 0
    if ended == started:
        return "zero_duration", 0
    if ended - started > timedelta(hours=24):
        return "too_long", 0
    distance = odometer
    if distance is None and has_start and has_end:
        distance = Fraction(great_circle_m(*(float(place or 0) for place in places)))
    if distance is None or distance == 0:
        return "no_distance", 0
    micros = (ended - started) // timedelta(microseconds=1)
    if distance * 3_600_000_000 > modes[mode].max_per_hour * micros:
        return "too_fast", 0
    return None, math.floor(distance)
