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
MEASURES = ("distance_m", "steps", "energy_wh")
NOTHING = {"distance_m": "no_distance", "steps": "no_steps", "energy_wh": "no_energy"}
TOO_MUCH = {"distance_m": "too_fast", "steps": "too_many_steps", "energy_wh": "too_powerful"}
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


def _detail(cells: Cells, rule: ModeRule) -> int:
    """The second thing that a mode asks for, as a whole number."""
    text = _cell(cells, rule.detail) if rule.detail else None
    if text is None:
        return rule.default
    if rule.choices:
        if text not in rule.choices:
            raise _UnreadableError
        return rule.choices.index(text)
    if not re.fullmatch(r"[+-]?\d+", text) or not rule.least <= int(text) <= rule.most:
        raise _UnreadableError
    return int(text)


def judge(
    cells: Cells,
    *,
    zone: ZoneInfo | None,
    modes: Mapping[str, ModeRule],
    now: datetime,
    names_riders: bool = True,
) -> tuple[str | None, int, int]:
    """The first refusal of a row (or None), its whole amount and its detail (0 when refused)."""
    try:
        _name(cells, "reference")
        mode = _name(cells, "mode")
        if names_riders:
            _name(cells, "rider")
        started = _instants(_cell(cells, "started_at"), zone)[:1]
        ended = _instants(_cell(cells, "ended_at"), zone)
        told = {name: _number(_cell(cells, name)) for name in MEASURES}
        places = [_number(_cell(cells, field)) for field in PLACES]
        limits = (90, 180, 90, 180)
        if not started or any(amount is not None and amount < 0 for amount in told.values()):
            raise _UnreadableError
        if any(p is not None and abs(p) > limit for p, limit in zip(places, limits, strict=True)):
            raise _UnreadableError
        detail = 0
        if mode in modes:
            if modes[mode].measure != "distance_m" and told[modes[mode].measure] is None:
                raise _UnreadableError
            detail = _detail(cells, modes[mode])
    except _UnreadableError:
        return "malformed", 0, 0
    # Of two ends that the clocks allow, the first that does not lie before the start.
    end = next((instant for instant in ended if instant >= started[0]), None)
    end = end or (ended[-1] if ended else None)
    refused, amount = _judge_read(mode, started[0], end, told, places, modes, now)
    return refused, amount, 0 if refused else detail


def _judge_read(
    mode: str,
    started: datetime,
    ended: datetime | None,
    told: Mapping[str, Fraction | None],
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
    measure = modes[mode].measure
    amount = told[measure]
    if measure == "distance_m" and amount is None and has_start and has_end:
        amount = Fraction(great_circle_m(*(float(place or 0) for place in places)))
    if amount is None or amount == 0:
        return NOTHING[measure], 0
    micros = (ended - started) // timedelta(microseconds=1)
    if amount * 3_600_000_000 > modes[mode].max_per_hour * micros:
        return TOO_MUCH[measure], 0
    return None, math.floor(amount)
