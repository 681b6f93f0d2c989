"""Days of deeds as the tests tell them: minutes and metres, sorted into columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from tanhui.behaviours.detectors.registry import DetectorLibrary
from tanhui.behaviours.detectors.seen import (
    Columns,
    Detector,
    Flags,
    History,
    Ints,
    Seen,
    run,
)

CONTENT = Path(__file__).resolve().parents[3] / "content"
MODES = {
    "shared_bike": 1,
    "shared_ebike": 2,
    "bus": 3,
    "metro": 4,
    "carpool": 5,
    "nev_km": 6,
    "nev_kwh": 7,
    "walking": 8,
}
BIKE, EBIKE, BUS, METRO, CARPOOL, NEV_KM, NEV_KWH, WALKING = range(1, 9)
DAY = 20_600
# What a metre of cycling reduces, nearly: the tests need no methodology.
MG_PER_M = 49
_MINUTE_US = 60_000_000
_MIDNIGHT = DAY * 1_440 - 8 * 60


@dataclass
class Deed:
    """One deed of the day: minutes after midnight, how many minutes it took, and its amount."""

    at: float
    minutes: float
    amount: int
    scene: int = BIKE
    partner: int = 1
    citizen: int = 7
    # The partner of the deed that this one was merged with.
    merged_with: int | None = None


@dataclass
class Asked:
    """A history that answers every citizen with the same usual day, and notes who was asked for."""

    usual: Sequence[int] = ()
    pairs: list[tuple[int, int]] = field(default_factory=list)

    def __call__(self, citizen: Ints, day: Ints, scenes: Ints) -> History:
        assert len(scenes)
        self.pairs += zip(citizen.tolist(), day.tolist(), strict=True)
        daily = np.array(self.usual or [0], dtype=np.int64)
        median = int(np.median(daily))
        mad = int(np.median(np.abs(daily - median)))
        values = (len(self.usual), median, mad, int(daily.max()))
        return History(*(np.full(len(citizen), value, dtype=np.int64) for value in values))


def columns(deeds: Sequence[Deed]) -> Columns:
    """The deeds as detectors see them, in the order given."""
    started = [int((_MIDNIGHT + deed.at) * _MINUTE_US) for deed in deeds]
    ended = [
        begun + int(deed.minutes * _MINUTE_US) for begun, deed in zip(started, deeds, strict=True)
    ]
    rows = {
        "citizen": [deed.citizen for deed in deeds],
        "started": started,
        "ended": ended,
        "day": [DAY + int(deed.at // 1_440) for deed in deeds],
        "amount": [deed.amount for deed in deeds],
        "scene": [deed.scene for deed in deeds],
        "partner": [deed.partner for deed in deeds],
        "reduction_mg": [deed.amount * MG_PER_M for deed in deeds],
    }
    return Columns(**{name: np.array(values, dtype=np.int64) for name, values in rows.items()})


def seen(new: Sequence[Deed], known: Sequence[Deed] = (), history: Asked | None = None) -> Seen:
    """New deeds beside known ones."""
    return Seen(
        new=columns(new),
        known=columns(known),
        merged=np.array([deed.merged_with is not None for deed in new], dtype=np.bool_),
        merged_with=np.array([deed.merged_with or 0 for deed in new], dtype=np.int64),
        history=history or Asked(),
    )


def city_detectors() -> tuple[Detector, ...]:
    """Those of the city, as published."""
    return DetectorLibrary.load(CONTENT, MODES).on(date(2026, 6, 1))


def flagged(
    new: Sequence[Deed], known: Sequence[Deed] = (), history: Asked | None = None
) -> list[str | None]:
    """For each new deed `detector.reason`, or None."""
    flags = judged(new, known, history)
    return [
        f"{code}.{flags.facts[place]['reason']}" if code else None
        for place, code in enumerate(flags.code)
    ]


def judged(new: Sequence[Deed], known: Sequence[Deed] = (), history: Asked | None = None) -> Flags:
    """What all detectors of the city say."""
    return run(seen(new, known, history), city_detectors())
