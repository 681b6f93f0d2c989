"""Four frauds, each as naive people and as evasive ones do it.

These were written before the detectors and import nothing of them; a magnitude is taken from what
is known of cheats and cities, never from a threshold.

`car_as_bike`: a car's mean speed is 3600 / (3600 / free speed + seconds lost for each km). Free
speeds of 45-70 km/h are the limits of arterial and ring roads; 15-55 s/km are signals and turns
while traffic moves (levels of service A to C of the Highway Capacity Manual: more than half the
free speed). That gives 27-54 km/h, as city taxis show (New York's: crow-flies 21 km/h at all hours,
about 28 by road). Rush hours (levels D to F, 30-50 % of the free speed) give 14-30 km/h. Taxi trips
are 3-20 km long, 7 in the middle.

`impossible_day`: step shakers are sold with 6,000-9,000 steps an hour (press reports of 2018) and
run from a working day to a whole one. Scripts post trips back to back through most of a day, or a
whole second itinerary beside the first one.

`two_partners_one_trip`: the clocks of naive ones agree within 20 minutes, those of evasive ones
within an hour; second reports differ by rounding, or tell the crow's way (streets are 1.2-1.5 times
as long).

`own_history_burst`: an account sends 5 to 20 times its own usual day. Naive ones repeat their own
trips, as a plug-in does that "synchronises" any number; evasive ones make them longer
and add a few.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.fraud.reports import (
    AGAIN,
    BIKE,
    BUS,
    BUSES,
    DAY_S,
    EBIKE,
    HONEST,
    METRO,
    OPERATORS,
    STEPS,
    TRAINS,
    WALKING,
    Gathered,
    Ints,
    Reports,
)

HOUR = 3_600


@dataclass(frozen=True)
class Scene:
    """Where frauds happen: an honest city, its people's partners, and who cheats on which day."""

    draw: np.random.Generator
    honest: Reports
    operator: Ints
    citizens: Ints
    days: Ints


Injector = Callable[[Scene, Ints], Reports]


def _own(scene: Scene, *modes: int) -> list[Ints]:
    """For each cheat the positions of his honest deeds of that day in these modes, by start."""
    honest = scene.honest
    wanted = np.isin(honest.citizen, scene.citizens) & np.isin(honest.mode, modes)
    places = np.flatnonzero(wanted & (honest.case == HONEST))
    key = honest.citizen[places] * 1_000 + honest.day[places]
    order = np.lexsort((honest.start[places], key))
    places, key = places[order], key[order]
    asked = scene.citizens * 1_000 + scene.days
    return [
        places[first:last]
        for first, last in zip(
            np.searchsorted(key, asked), np.searchsorted(key, asked, side="right"), strict=True
        )
    ]


def _usual(scene: Scene, *modes: int) -> list[Ints]:
    """For each cheat the positions of his deeds on the middle one of his days before, by amount."""
    honest, found = scene.honest, []
    wanted = np.isin(honest.mode, modes) & (honest.case == HONEST)
    wanted &= np.isin(honest.citizen, scene.citizens)
    places = np.flatnonzero(wanted)
    for citizen, until in zip(scene.citizens, scene.days, strict=True):
        mine = places[(honest.citizen[places] == citizen) & (honest.day[places] < until)]
        days, place = np.unique(honest.day[mine], return_inverse=True)
        amounts = np.bincount(place, weights=honest.amount[mine])
        middle = days[np.argsort(amounts)[len(days) // 2]]
        found.append(mine[honest.day[mine] == middle])
    return found


def _by_car(
    scene: Scene, cases: Ints, kmh: Ints, metres: Ints, waits: Ints, times: Ints
) -> Reports:
    count = len(cases)
    mode = np.where(scene.draw.random(count) < 0.6, BIKE, EBIKE)
    begins = scene.days * DAY_S + times
    seconds = metres * 36 // (kmh * 10) + waits
    rides = Gathered().add(
        scene.citizens, 0, scene.operator[scene.citizens], begins, seconds, metres, cases
    )
    rides.mode[:] = mode
    return rides


def _trip_metres(scene: Scene, count: int) -> Ints:
    return np.clip(scene.draw.lognormal(np.log(7_000), 0.5, count), 3_000, 25_000).astype(np.int64)


def car_as_bike_naive(scene: Scene, cases: Ints) -> Reports:
    """A bike is unlocked and the way driven by car while traffic moves; one trip is one case."""
    count = len(cases)
    free, lost = scene.draw.uniform(45, 70, count), scene.draw.uniform(15, 55, count)
    kmh = (3_600 / (3_600 / free + lost)).astype(np.int64)
    times = scene.draw.integers(10 * HOUR, 22 * HOUR, count)
    waits = scene.draw.integers(0, 60, count)
    return _by_car(scene, cases, kmh, _trip_metres(scene, count), waits, times)


def car_as_bike_evasive(scene: Scene, cases: Ints) -> Reports:
    """In the rush hours, or with the lock left open for some minutes after the arrival."""
    count = len(cases)
    free = scene.draw.uniform(45, 60, count)
    jammed = scene.draw.random(count) < 0.5
    lost = scene.draw.uniform(15, 55, count)
    kmh = np.where(
        jammed, free * scene.draw.uniform(0.3, 0.5, count), 3_600 / (3_600 / free + lost)
    ).astype(np.int64)
    times = np.where(jammed, 8 * HOUR, scene.draw.integers(10 * HOUR, 22 * HOUR, count))
    waits = np.where(jammed, 30, scene.draw.integers(2 * 60, 12 * 60, count))
    return _by_car(scene, cases, kmh, _trip_metres(scene, count), waits, times)


def _chain(
    scene: Scene, place: int, case: int, mode: int, hours: float, minutes: tuple[int, int]
) -> Reports:
    """Trips back to back with short breaks for so many hours of one day."""
    draw, citizen = scene.draw, scene.citizens[place]
    lengths, total = [], 0
    while total < hours * HOUR:
        lengths.append(int(draw.integers(minutes[0] * 60, minutes[1] * 60)))
        total += lengths[-1]
    seconds = np.array(lengths, dtype=np.int64)
    breaks = draw.integers(20, 240, len(seconds))
    begins = int(draw.integers(0, max(1, DAY_S - total - int(breaks.sum())))) + np.cumsum(
        seconds + breaks
    )
    begins = scene.days[place] * DAY_S + begins - seconds - breaks
    inside = begins < (scene.days[place] + 1) * DAY_S
    kmh = draw.uniform(9, 17, len(seconds))
    return (
        Gathered()
        .add(
            np.full(len(seconds), citizen),
            mode,
            scene.operator[citizen],
            begins,
            seconds,
            seconds * kmh / 3.6,
            case,
        )
        .keep(inside)
    )


def _shaken(scene: Scene, place: int, case: int, hours: float) -> Reports:
    """A telephone on a shaker for some hours, told by its step service as one day."""
    steps = int(scene.draw.uniform(6_000, 9_000) * hours) + int(scene.draw.integers(0, 6_000))
    day = scene.days[place] * DAY_S
    return Gathered().add([scene.citizens[place]], WALKING, STEPS, day, DAY_S, steps, case)


def _beside(scene: Scene, place: int, case: int, hours: float) -> Reports:
    """Two itineraries at once, by metro and by bus, each without an overlap of its own."""
    draw, made = scene.draw, Gathered()
    first = int(draw.integers(6 * HOUR, 10 * HOUR))
    for mode, partner, kmh in ((METRO, TRAINS, 32), (BUS, BUSES, 15)):
        begins, until = first + int(draw.integers(0, HOUR // 2)), first + hours * HOUR
        while begins < until:
            seconds = int(draw.integers(40 * 60, 70 * 60))
            start = scene.days[place] * DAY_S + begins
            metres = seconds * kmh / 3.6 * draw.uniform(0.8, 1.2)
            made.add([scene.citizens[place]], mode, partner, start, seconds, metres, case)
            begins += seconds + int(draw.integers(2 * 60, 15 * 60))
    return made.all()


def _impossible(scene: Scene, cases: Ints, *, evasive: bool) -> Reports:
    draw, made = scene.draw, Gathered()
    for place, case in enumerate(cases.tolist()):
        kind = place % 4
        if kind == 0:
            hours = draw.uniform(7, 11) if evasive else draw.uniform(12, 21)
            part = _chain(scene, place, case, BIKE, hours, (15, 60))
        elif kind == 1:
            hours = draw.uniform(3, 6) if evasive else draw.uniform(8, 24)
            part = _shaken(scene, place, case, hours)
        elif kind == 2:
            hours = draw.uniform(2, 4) if evasive else draw.uniform(6, 11)
            part = _chain(scene, place, case, BIKE, hours, (4, 9))
        else:
            hours = draw.uniform(1.5, 3) if evasive else draw.uniform(5, 9)
            part = _beside(scene, place, case, hours)
        made.parts.append(part)
    return made.all()


def impossible_day_naive(scene: Scene, cases: Ints) -> Reports:
    """Riding 12-21 h; a shaker for 8-24 h; short rides without end; two itineraries at once."""
    return _impossible(scene, cases, evasive=False)


def impossible_day_evasive(scene: Scene, cases: Ints) -> Reports:
    """The same within a waking day: 7-11 h, 3-6 h, 2-4 h of short rides, two short itineraries."""
    return _impossible(scene, cases, evasive=True)


def _told_again(scene: Scene, cases: Ints, *, evasive: bool) -> Reports:
    draw, honest, made = scene.draw, scene.honest, Gathered()
    for place, (case, own) in enumerate(zip(cases.tolist(), _own(scene, BIKE, EBIKE), strict=True)):
        if len(own) == 0:
            continue
        if evasive:
            offset = int(draw.integers(5 * 60, 60 * 60)) * int(draw.choice([-1, 1]))
            chosen = own if draw.random() < 0.5 else own[draw.integers(len(own), size=1)]
            factor = 1 / draw.uniform(1.2, 1.5) if draw.random() < 0.5 else 1.0
            spread, wander = 0.05, 60
        else:
            offset, chosen = int(draw.integers(-20 * 60, 20 * 60)), own
            factor, spread, wander = 1.0, 0.03, 15
        others = [one for one in (*OPERATORS, AGAIN) if one not in honest.partner[chosen]]
        count = len(chosen)
        seconds = honest.seconds[chosen] * draw.normal(1, spread, count)
        metres = honest.amount[chosen] * factor * draw.normal(1, spread, count)
        begins = honest.start[chosen] + offset + draw.integers(-wander, wander + 1, count)
        # A clock that goes wrong does not carry the ride into another of the city's days here.
        begins = np.clip(begins, scene.days[place] * DAY_S, (scene.days[place] + 1) * DAY_S - 1)
        again = made.add(
            honest.citizen[chosen],
            0,
            draw.choice(others),
            begins,
            np.maximum(seconds, 30),
            np.maximum(metres, 50),
            case,
        )
        again.mode[:] = honest.mode[chosen]
    return made.all()


def two_partners_one_trip_naive(scene: Scene, cases: Ints) -> Reports:
    """All rides of a day told by a second operator whose clock is up to 20 minutes off."""
    return _told_again(scene, cases, evasive=False)


def two_partners_one_trip_evasive(scene: Scene, cases: Ints) -> Reports:
    """Clocks 5 to 60 minutes off, half with the crow's distance, half with one ride of the day."""
    return _told_again(scene, cases, evasive=True)


def _burst(scene: Scene, cases: Ints, *, evasive: bool) -> Reports:
    draw, honest, made = scene.draw, scene.honest, Gathered()
    for place, (case, own) in enumerate(
        zip(cases.tolist(), _usual(scene, BIKE, EBIKE), strict=True)
    ):
        if evasive:
            # Longer rides and a few more of them: three to eight times the usual distance in all.
            times, longer = int(draw.integers(1, 4)), draw.uniform(1.5, 3.0)
        else:
            times, longer = int(draw.integers(5, 21)), 1.0
        copies = np.tile(own, times)
        count = len(copies)
        seconds = honest.seconds[copies] * longer * draw.normal(1, 0.03, count)
        metres = honest.amount[copies] * longer * draw.normal(1, 0.03, count)
        begins = np.sort(draw.integers(5 * HOUR, 23 * HOUR, count)) + scene.days[place] * DAY_S
        again = made.add(
            honest.citizen[copies],
            0,
            honest.partner[copies],
            begins,
            np.maximum(seconds, 30),
            np.maximum(metres, 50),
            case,
        )
        again.mode[:] = honest.mode[copies]
    return made.all()


def own_history_burst_naive(scene: Scene, cases: Ints) -> Reports:
    """The rides of a usual day sent 5 to 20 times over, at any hour."""
    return _burst(scene, cases, evasive=False)


def own_history_burst_evasive(scene: Scene, cases: Ints) -> Reports:
    """One to three copies, each stretched by half to twice as much again."""
    return _burst(scene, cases, evasive=True)


KINDS: dict[str, tuple[Injector, Injector]] = {
    "car_as_bike": (car_as_bike_naive, car_as_bike_evasive),
    "impossible_day": (impossible_day_naive, impossible_day_evasive),
    "two_partners_one_trip": (two_partners_one_trip_naive, two_partners_one_trip_evasive),
    "own_history_burst": (own_history_burst_naive, own_history_burst_evasive),
}
