"""What the demo's other partners bring: metro, bus, carpool, charging and steps, beside the bikes.

A person's day depends on the day and the person alone, so that writing it again gives the same.
Nobody travels twice at once, but a mobility app tells some bike rides a second time by a clock of
its own, and a few riders are faster than bicycles are: what a city really gets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from tanhui.cli.demo_places import ends_of
from tanhui.cli.demo_trips import Trip, bike_day
from tanhui.kernel.periods import CITY_ZONE, day_end, day_start

_SATURDAY = 5
_METRO_M_PER_MIN, _BUS_M_PER_MIN, _CAR_M_PER_MIN = 540, 270, 480
_MORNING, _EVENING, _LEISURE = 7 * 60 + 25, 17 * 60 + 45, 14 * 60
# How far the app's clock is off for one person, and every how many persons use it.
_APP_CLOCK_MINUTES, _APP_EVERY = (3, 18), 9
# These ride a car and call it a bike, and 林晓's friend once took her e-bike on a scooter.
_TOO_FAST = frozenset({37, 38, 61, 112, 640})
_BUS_LATE_DAYS, _CHARGING_LATE_DAYS = 1, 3


@dataclass(frozen=True, slots=True)
class _Person:
    place: int
    day: date
    draw: Random
    busy: list[tuple[datetime, datetime]]

    def free(self, begun: datetime, minutes: float) -> tuple[datetime, datetime] | None:
        """The span if nothing else fills it, with a little air around it."""
        ended = begun + timedelta(minutes=minutes)
        air = timedelta(minutes=4)
        if any(begun - air < until and since < ended + air for since, until in self.busy):
            return None
        self.busy.append((begun, ended))
        return begun, ended

    def at(self, minute: int, spread: int) -> datetime:
        """About that minute of the day."""
        exact = min(max(minute + self.draw.gauss(0, spread), 5 * 60), 22 * 60)
        return day_start(self.day) + timedelta(seconds=int(exact * 60))


def _row(
    partner: str, number: int, person: _Person, mode: str, span: tuple[datetime, datetime]
) -> dict[str, object]:
    begun, ended = (instant.astimezone(CITY_ZONE).isoformat() for instant in span)
    return {
        "reference": f"{partner}{person.day:%Y%m%d}{person.place:07d}{number}",
        "mode": mode,
        "started_at": begun,
        "ended_at": ended,
    }


def _journeys(person: _Person) -> Iterator[tuple[str, dict[str, object]]]:
    """Metro, bus and carpool trips."""
    draw, resting = person.draw, person.day.weekday() >= _SATURDAY
    by_bus = person.place % 3 == 2
    starts = ((_LEISURE, 90),) if resting else ((_MORNING, 20), (_EVENING, 35))
    eager = 0.85 if person.place < 2 else 0.22
    for number, (minute, spread) in enumerate(starts):
        if draw.random() > eager:
            continue
        metres = draw.randrange(1_900, 8_400) if by_bus else draw.randrange(3_800, 17_000)
        pace = _BUS_M_PER_MIN if by_bus else _METRO_M_PER_MIN
        span = person.free(person.at(minute, spread), metres / pace + 3)
        if span is not None:
            partner, mode = ("BUS", "bus") if by_bus else ("METRO", "metro")
            yield partner, _row(partner, number, person, mode, span) | {"distance_m": metres}
    if person.place % 12 == 5 and not resting and draw.random() < 0.3:
        metres = draw.randrange(6_000, 22_000)
        span = person.free(person.at(18 * 60 + 20, 40), metres / _CAR_M_PER_MIN + 4)
        if span is not None:
            told = {"distance_m": metres, "persons": draw.choice((2, 2, 3))}
            yield "APP", _row("AC", 0, person, "carpool", span) | told


def _charging(person: _Person) -> Iterator[tuple[str, dict[str, object]]]:
    draw = person.draw
    if person.place % 20 == 3 and draw.random() < 0.8:
        whole = (day_start(person.day), day_end(person.day))
        metres = draw.randrange(9_000, 68_000)
        yield "EV", _row("EK", 0, person, "nev_km", whole) | {"distance_m": metres}
    elif person.place % 20 == 13 and draw.random() < 0.3:
        energy = draw.randrange(9_000, 46_000)
        span = person.free(person.at(20 * 60, 60), energy / 700 + 6)
        if span is not None:
            yield "EV", _row("EC", 0, person, "nev_kwh", span) | {"energy_wh": energy}


def _steps(person: _Person) -> Iterator[tuple[str, dict[str, object]]]:
    if person.place > 1 and person.place % 5 in (3, 4):
        return
    counted = int(min(max(person.draw.lognormvariate(8.85, 0.42), 600), 24_000))
    whole = (day_start(person.day), day_end(person.day))
    yield "STEPS", _row("S", 0, person, "walking", whole) | {"steps": counted}


def _told_again(person: _Person, rides: Sequence[Trip]) -> Iterator[tuple[str, dict[str, object]]]:
    """Bike rides that the mobility app tells too, by its own clock and its own metres."""
    if person.place % _APP_EVERY != 0:
        return
    clock = timedelta(minutes=Random(f"clock {person.place}").randint(*_APP_CLOCK_MINUTES))
    for number, ride in enumerate(rides):
        if person.place == 0 and ride.begun.astimezone(CITY_ZONE).hour < 12:
            continue
        span = (ride.begun + clock, ride.ended + clock)
        metres = int(ride.distance_m * person.draw.uniform(0.97, 1.03))
        yield "APP", _row("AB", number, person, "shared_bike", span) | {"distance_m": metres}


def _too_fast(person: _Person) -> Iterator[tuple[str, dict[str, object]]]:
    lin = person.place == 0 and person.day.toordinal() % 6 == 1
    if not lin and (person.place not in _TOO_FAST or person.day.toordinal() % 4):
        return
    metres = 6_400 if lin else person.draw.randrange(7_000, 12_000)
    kmh = 26 if lin else person.draw.uniform(25.5, 29)
    span = person.free(person.at(12 * 60 + 40, 25), metres * 0.06 / kmh)
    if span is not None:
        yield "BIKE", _row("JF", 0, person, "shared_ebike", span) | {"distance_m": metres}


def _placed(place: int, row: dict[str, object]) -> dict[str, object]:
    """The row with its places, if it is of a journey; steps and charging tell none."""
    metres, begun = row.get("distance_m"), datetime.fromisoformat(str(row["started_at"]))
    if row["mode"] == "nev_km" or not isinstance(metres, int):
        return row
    return row | ends_of(place, str(row["reference"]), begun, metres)


def _sent_by(partner: str, day: date, today: date) -> bool:
    """Whether a partner has sent a day by now: some send the next morning, one is late."""
    behind = {"BUS": _BUS_LATE_DAYS, "STEPS": 1, "EV": _CHARGING_LATE_DAYS}.get(partner, 0)
    return (today - day).days >= behind


def deeds_of(
    days: Sequence[date], persons: int, *, until: datetime, today: date
) -> dict[str, list[tuple[int, dict[str, object]]]]:
    """By partner what these days bring, as rows of our own format with the person's place; only
    what has ended by `until` and has been sent by `today`."""
    found: dict[str, list[tuple[int, dict[str, object]]]] = defaultdict(list)
    for day in days:
        rides: dict[int, list[Trip]] = defaultdict(list)
        for ride in bike_day(day, persons):
            rides[ride.place].append(ride)
            found["BIKE"].append((ride.place, _placed(ride.place, ride.row())))
        for place in range(persons):
            busy = [(ride.begun, ride.ended) for ride in rides[place]]
            person = _Person(place, day, Random(f"tanhui {day} {place}"), busy)
            for deeds in (_journeys, _charging, _steps, _too_fast):
                for partner, row in deeds(person):
                    found[partner].append((place, _placed(place, row)))
            for partner, row in _told_again(person, rides[place]):
                found[partner].append((place, _placed(place, row)))
    return {
        partner: [
            (place, row)
            for place, row in rows
            if datetime.fromisoformat(str(row["ended_at"])) <= until
            and _sent_by(partner, datetime.fromisoformat(str(row["started_at"])).date(), today)
        ]
        for partner, rows in found.items()
    }
