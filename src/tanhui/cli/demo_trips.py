"""Plausible bike trips of simulated citizens of Chengdu, written as a partner's file.

A day's trips depend on the day alone: writing a day again gives the same trips, so that a day
that was still going on can be sent once more when it is over.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from tanhui.kernel.periods import CITY_ZONE, day_start

# Minutes after midnight at which people set out, and how many of them in a thousand.
_WORKDAY_PEAKS = ((8 * 60 + 5, 40, 420), (18 * 60 + 10, 55, 400), (12 * 60 + 30, 35, 100))
_RESTDAY_PEAKS = ((10 * 60 + 30, 90, 350), (15 * 60 + 30, 110, 400), (20 * 60, 60, 150))
_SPEED_M_PER_MIN = (130, 240)
_MEDIAN_M = 1_450
_SHORTEST_M, _LONGEST_M = 320, 11_000
_SATURDAY = 5
# How often a citizen rides on a day: a few ride daily, most now and then.
_EAGERNESS = (0.9, 0.55, 0.35, 0.2, 0.12, 0.08, 0.05)
# The first citizen is 林晓, who rides the same 2,431 m to work.
_COMMUTE_M = 2_431


def _set_out(draw: Random, peaks: Sequence[tuple[int, int, int]]) -> int:
    chosen = draw.random() * 1_000
    for middle, spread, weight in peaks:
        chosen -= weight
        if chosen < 0:
            return int(draw.gauss(middle, spread))
    return draw.randrange(7 * 60, 22 * 60)


@dataclass(frozen=True, slots=True)
class Trip:
    """One bike trip of the person at `place` in the order of riders."""

    place: int
    number: str
    begun: datetime
    ended: datetime
    distance_m: int

    def row(self) -> dict[str, object]:
        """The trip in our own format, but for its rider."""
        return {
            "reference": self.number,
            "mode": "shared_bike",
            "started_at": self.begun.astimezone(CITY_ZONE).isoformat(),
            "ended_at": self.ended.astimezone(CITY_ZONE).isoformat(),
            "distance_m": self.distance_m,
        }


def _trip(draw: Random, day: date, place: int, number: str, minute: int, metres: int) -> Trip:
    minute = min(max(minute, 5 * 60 + 30), 23 * 60)
    begun = day_start(day) + timedelta(minutes=minute, seconds=draw.randrange(60))
    seconds = metres * 60 // draw.randint(*_SPEED_M_PER_MIN) + draw.randint(20, 90)
    return Trip(place, number, begun, begun + timedelta(seconds=seconds), metres)


def bike_day(day: date, persons: int) -> Iterator[Trip]:
    """The bike trips of a day; those that would have begun during another were never made."""
    draw = Random(f"tanhui {day.isoformat()}")
    resting = day.weekday() >= _SATURDAY
    peaks = _RESTDAY_PEAKS if resting else _WORKDAY_PEAKS
    for place in range(persons):
        if place == 0:
            rides = [(8 * 60 + 2, _COMMUTE_M), (18 * 60 + 6, _COMMUTE_M)]
            if resting:
                rides = [(16 * 60 + 20, 4_180)] if draw.random() < 0.6 else []
        else:
            eager = _EAGERNESS[place % len(_EAGERNESS)]
            count = sum(draw.random() < eager for _ in range(2))
            rides = [
                (
                    _set_out(draw, peaks),
                    min(
                        max(int(draw.lognormvariate(0, 0.55) * _MEDIAN_M), _SHORTEST_M), _LONGEST_M
                    ),
                )
                for _ in range(count)
            ]
        made: list[Trip] = []
        for ride, (minute, metres) in enumerate(rides):
            number = f"JC{day:%Y%m%d}{place:07d}{ride}"
            trip = _trip(draw, day, place, number, minute + draw.randint(-3, 3), metres)
            if all(trip.ended < other.begun or other.ended < trip.begun for other in made):
                made.append(trip)
        yield from made


def write_trips(path: Path, *, riders: Sequence[str], days: Sequence[date], until: datetime) -> int:
    """Writes the bike trips of these days that have ended by `until`; answers how many."""
    written = 0
    with path.open("w", encoding="utf-8") as stream:
        for day in days:
            for trip in bike_day(day, len(riders)):
                if trip.ended <= until:
                    row = {**trip.row(), "rider": riders[trip.place]}
                    stream.write(json.dumps(row, ensure_ascii=False) + "\n")
                    written += 1
    return written
