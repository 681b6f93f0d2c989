"""A city of honest people, with those whose honest days look strange.

Written without any detector in mind; shares and magnitudes are assumed unless a source is named.
Measured on the real files of this project's reference data: Chicago's shared bikes (44,700 rides,
crow-flies) have a median of 9.6 km/h, 18.0 at the 99th percentile of rides of 3 km and more, and
e-bikes 11.5 and 20.6; a field survey in Hangzhou has 13.5 and 17.1 km/h on the road; Fitbit's 33
people walk 8,300 steps on a median day with steps and 36,019 at most.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.fraud.reports import (
    AGAIN,
    BIKE,
    BUS,
    BUSES,
    CARPOOL,
    CARS,
    DAY_S,
    EBIKE,
    METRO,
    NEV_KM,
    NEV_KWH,
    OPERATORS,
    POOL,
    STEPS,
    TOLD_TWICE,
    TRAINS,
    WALKING,
    Gathered,
    Ints,
    Reports,
)

MINUTE, HOUR = 60, 3_600
# What an operator's clock is off by. The second one rounds times up to minutes and measures the
# crow's way; the third one rounds them down, which makes short rides faster than they were.
CLOCKS = np.array([0, 0, 3 * MINUTE, -7 * MINUTE, 2 * MINUTE, -MINUTE, 0, 0, 0, 4 * MINUTE])
CROW = 0.78
HABITS = {
    "bike": 0.28,
    "chained": 0.15,
    "bus": 0.15,
    "ebike": 0.12,
    "car": 0.08,
    "pool": 0.05,
    "fast": 0.03,
    "courier": 0.015,
    "seldom": 0.125,
}
RESTDAYS = (5, 6)


@dataclass
class City:
    """Honest reports of `people` over `days`, and each one's usual operator of bikes."""

    people: int
    days: int
    reports: Reports
    operator: Ints


@dataclass
class _Making:
    draw: np.random.Generator
    people: int
    days: int
    habit: npt.NDArray[np.str_]
    operator: Ints
    pace: npt.NDArray[np.float64]
    way: npt.NDArray[np.float64]
    made: Gathered

    def who(self, *habits: str) -> Ints:
        return np.flatnonzero(np.isin(self.habit, habits))

    def days_of(self, people: Ints, workday: float, restday: float) -> tuple[Ints, Ints]:
        """Pairs of citizen and day on which they go out, each with a zeal of his own."""
        zeal = self.draw.beta(4, 1.2, len(people))[:, None]
        rest = np.isin(np.arange(self.days) % 7, RESTDAYS)[None, :]
        goes = self.draw.random((len(people), self.days)) < zeal * np.where(rest, restday, workday)
        chosen, day = np.nonzero(goes)
        return people[chosen], day.astype(np.int64)

    def ride(
        self,
        citizen: Ints,
        begins: Ints,
        metres: npt.NDArray[np.float64],
        *,
        mode: int = BIKE,
        operator: Ints | None = None,
        haste: float = 1.0,
    ) -> Reports:
        """Rides at each one's own pace, slower and faster by a tenth; with lights and locks."""
        kmh = self.pace[citizen] * haste * self.draw.normal(1, 0.1, len(citizen))
        kmh = np.clip(kmh * (1.27 if mode == EBIKE else 1), 4, 24.9)
        seconds = metres / kmh * 3.6 + self.draw.integers(10, 60, len(citizen))
        told = self.operator[citizen] if operator is None else operator
        return self.made.add(citizen, mode, told, begins, seconds, metres)

    def wobble(self, count: int, minutes: float) -> npt.NDArray[np.float64]:
        return self.draw.normal(0, minutes * MINUTE, count)


def honest_city(seed: int, *, people: int, days: int) -> City:
    """The city of one seed: day 0 is a Monday, and every person has one habit."""
    draw = np.random.default_rng(seed)
    habit = draw.choice(list(HABITS), people, p=np.array(list(HABITS.values())))
    pace = np.clip(draw.normal(12.0, 1.9, people), 7, 18)
    # Those who train, or are late every day.
    pace[habit == "fast"] = np.clip(draw.normal(17.0, 1.3, int((habit == "fast").sum())), 14, 20.5)
    way = np.clip(draw.lognormal(np.log(1_900), 0.55, people), 400, 9_000)
    way[habit == "fast"] *= 1.8
    making = _Making(
        draw, people, days, habit, draw.choice(OPERATORS, people), pace, way, Gathered()
    )
    _commutes(making)
    _public(making)
    _cars(making)
    _couriers(making)
    _steps(making)
    _errands(making)
    _outings(making)
    reports = _told(making, making.made.all())
    return City(people, days, reports, making.operator)


def _commutes(it: _Making) -> None:
    for habits, mode, rates in (
        (("bike", "fast"), BIKE, (0.9, 0.25)),
        (("ebike",), EBIKE, (0.9, 0.3)),
        (("seldom",), BIKE, (0.12, 0.12)),
    ):
        citizen, day = it.days_of(it.who(*habits), *rates)
        way = it.way[citizen] * (1.6 if mode == EBIKE else 1)
        for hour, share in ((8.1, 1.0), (18.2, 0.92)):
            goes = it.draw.random(len(citizen)) < share
            begins = day * DAY_S + hour * HOUR + it.wobble(len(citizen), 35)
            metres = way * it.draw.normal(1, 0.03, len(citizen))
            it.ride(citizen[goes], begins[goes], metres[goes], mode=mode)


def _public(it: _Making) -> None:
    citizen, day = it.days_of(it.who("bus"), 0.9, 0.4)
    for hour in (7.9, 18.0):
        metres = it.way[citizen] * 3.2 * it.draw.normal(1, 0.05, len(citizen))
        kmh = np.clip(it.draw.normal(14, 2.5, len(citizen)), 6, 30)
        begins = day * DAY_S + hour * HOUR + it.wobble(len(citizen), 30)
        it.made.add(citizen, BUS, BUSES, begins, metres / kmh * 3.6, metres)
    citizen, day = it.days_of(it.who("chained"), 0.9, 0.35)
    ends = (
        it.way * 0.6,
        None,
        np.clip(it.draw.lognormal(np.log(1_000), 0.5, it.people), 300, 4_000),
    )
    for hour in (7.6, 18.1):
        now = day * DAY_S + hour * HOUR + it.wobble(len(citizen), 30)
        # From home to the metro and from there to work are two ways, backwards in the evening.
        for leg in ends if hour < 12 else ends[::-1]:
            if leg is None:
                metres = it.way[citizen] * 6 * it.draw.normal(1, 0.02, len(citizen))
                seconds = metres / np.clip(it.draw.normal(33, 4, len(citizen)), 20, 60) * 3.6
                part = it.made.add(citizen, METRO, TRAINS, now, seconds, metres)
            else:
                metres = leg[citizen] * it.draw.normal(1, 0.05, len(citizen))
                # At the other end any operator's bike will do.
                operator = np.where(
                    it.draw.random(len(citizen)) < 0.6,
                    it.operator[citizen],
                    it.draw.choice(OPERATORS, len(citizen)),
                )
                part = it.ride(citizen, now.astype(np.int64), metres, operator=operator)
            now = part.start + part.seconds + it.draw.integers(60, 300, len(citizen))


def _cars(it: _Making) -> None:
    citizen, day = it.days_of(it.who("car"), 0.95, 0.8)
    metres = it.draw.lognormal(np.log(30_000), 0.5, len(citizen))
    # Journeys to the hills and home at New Year.
    far = (it.draw.random(len(citizen)) < 0.05) & np.isin(day % 7, RESTDAYS)
    metres[far] = it.draw.uniform(150_000, 650_000, int(far.sum()))
    by_meter = it.draw.random(it.people) < 0.4
    plugged = by_meter[citizen] & (it.draw.random(len(citizen)) < 0.25)
    driven = ~by_meter[citizen]
    it.made.add(citizen[driven], NEV_KM, CARS, day[driven] * DAY_S, DAY_S, metres[driven])
    begins = day[plugged] * DAY_S + it.draw.integers(0, 22 * HOUR, int(plugged.sum()))
    seconds = it.draw.integers(40 * MINUTE, 9 * HOUR, int(plugged.sum()))
    energy = it.draw.uniform(8_000, 60_000, int(plugged.sum()))
    it.made.add(citizen[plugged], NEV_KWH, CARS, begins, seconds, energy)
    citizen, day = it.days_of(it.who("pool"), 0.85, 0.1)
    for hour in (8.0, 18.3):
        metres = it.way[citizen] * 7 * it.draw.normal(1, 0.05, len(citizen))
        kmh = np.clip(it.draw.normal(28, 6, len(citizen)), 10, 70)
        begins = day * DAY_S + hour * HOUR + it.wobble(len(citizen), 20)
        it.made.add(citizen, CARPOOL, POOL, begins, metres / kmh * 3.6, metres)


def _couriers(it: _Making) -> None:
    """Whole days of deliveries on shared e-bikes; some began the job in the middle of the time."""
    citizen, day = it.days_of(it.who("courier"), 0.95, 0.85)
    began = np.where(it.draw.random(it.people) < 0.1, it.draw.integers(0, it.days, it.people), -1)
    works = day >= began[citizen]
    citizen, day = citizen[works], day[works]
    trips = it.draw.integers(12, 34, len(citizen))
    now = day * DAY_S + it.draw.integers(7 * HOUR, 11 * HOUR, len(citizen))
    for number in range(int(trips.max(initial=0))):
        # The working day ends before midnight.
        goes = (trips > number) & (now < day * DAY_S + 22 * HOUR)
        metres = np.clip(it.draw.lognormal(np.log(1_700), 0.5, len(citizen)), 300, 7_000)
        part = it.ride(citizen[goes], now[goes], metres[goes], mode=EBIKE, haste=1.08)
        now[goes] = part.start + part.seconds + it.draw.integers(2 * 60, 14 * 60, int(goes.sum()))


def _steps(it: _Making) -> None:
    """Half of the city has its steps told; treadmills, long walks and the marathon among them."""
    everyone = np.arange(it.people)
    citizen, day = it.days_of(everyone[it.draw.random(it.people) < 0.5], 0.9, 0.9)
    own = np.clip(it.draw.lognormal(np.log(7_200), 0.4, it.people), 1_500, 18_000)
    steps = own[citizen] * it.draw.lognormal(0, 0.35, len(citizen))
    chance = it.draw.random(len(citizen))
    long = chance < 0.012
    steps[long] = it.draw.uniform(18_000, 36_000, int(long.sum()))
    marathon = chance > 0.9997
    steps[marathon] = it.draw.uniform(40_000, 58_000, int(marathon.sum()))
    it.made.add(citizen, WALKING, STEPS, day * DAY_S, DAY_S, steps)


def _errands(it: _Making) -> None:
    """There and back within the hour, often on the bike of another operator."""
    citizen, day = it.days_of(it.who("bike", "fast", "chained", "seldom"), 0.06, 0.14)
    metres = np.clip(it.draw.lognormal(np.log(1_100), 0.5, len(citizen)), 300, 5_000)
    begins = day * DAY_S + it.draw.integers(9 * HOUR, 21 * HOUR, len(citizen))
    out = it.ride(citizen, begins, metres)
    stays = it.draw.integers(2 * MINUTE, 50 * MINUTE, len(citizen))
    other = it.draw.choice(OPERATORS, len(citizen))
    it.ride(
        citizen,
        out.start + out.seconds + stays,
        metres * it.draw.normal(1, 0.03, len(citizen)),
        operator=np.where(it.draw.random(len(citizen)) < 0.5, other, it.operator[citizen]),
    )


def _outings(it: _Making) -> None:
    """Free days after quiet weeks: along the greenway, or through the town in many short hops."""
    citizen, day = it.days_of(it.who("bike", "fast", "chained", "seldom", "bus", "car"), 0, 0.012)
    whole = np.clip(it.draw.lognormal(np.log(16_000), 0.55, len(citizen)), 6_000, 105_000)
    legs = it.draw.integers(1, 5, len(citizen))
    now = day * DAY_S + it.draw.integers(8 * HOUR, 12 * HOUR, len(citizen))
    for number in range(4):
        goes = legs > number
        metres = whole[goes] / legs[goes]
        part = it.ride(citizen[goes], now[goes], metres)
        now[goes] = part.start + part.seconds + it.draw.integers(10 * 60, 50 * 60, int(goes.sum()))
    # Moving house by cargo bike, helping at a fair: the same short way over and over.
    citizen, day = it.days_of(it.who("bike", "chained", "seldom"), 0.0003, 0.0015)
    times = it.draw.integers(4, 10, len(citizen))
    way = np.clip(it.draw.lognormal(np.log(900), 0.5, len(citizen)), 300, 3_000)
    now = day * DAY_S + it.draw.integers(9 * HOUR, 12 * HOUR, len(citizen))
    for number in range(9):
        goes = times > number
        metres = way[goes] * it.draw.normal(1, 0.04, int(goes.sum()))
        part = it.ride(citizen[goes], now[goes], metres)
        now[goes] = part.start + part.seconds + it.draw.integers(5 * 60, 40 * 60, int(goes.sum()))
    citizen, day = it.days_of(it.who("bike", "chained", "seldom", "bus"), 0, 0.012)
    hops = it.draw.integers(4, 11, len(citizen))
    now = day * DAY_S + it.draw.integers(8 * HOUR, 11 * HOUR, len(citizen))
    for number in range(10):
        goes = hops > number
        metres = np.clip(it.draw.lognormal(np.log(1_300), 0.5, int(goes.sum())), 300, 5_000)
        operator = it.draw.choice(OPERATORS, int(goes.sum()))
        part = it.ride(citizen[goes], now[goes], metres, operator=operator)
        now[goes] = part.start + part.seconds + it.draw.integers(5 * 60, 70 * 60, int(goes.sum()))


def _told(it: _Making, true: Reports) -> Reports:
    """What the partners make of it: forgotten locks, clocks, minutes, crow's ways, late files."""
    count = len(true)
    # A ride begun before midnight stays in the day it began.
    cycling = np.isin(true.mode, (BIKE, EBIKE))
    forgot = cycling & (it.draw.random(count) < 0.002)
    true.seconds[forgot] += it.draw.integers(HOUR, 12 * HOUR, int(forgot.sum()))
    twice = cycling & ~forgot & (it.draw.random(count) < 0.03)
    again = true.keep(twice)
    again.partner[:] = AGAIN
    again.case[:] = TOLD_TWICE
    again.start += it.draw.normal(0, 2 * MINUTE, len(again)).astype(np.int64)
    again.amount = (again.amount * it.draw.uniform(0.9, 1.02, len(again))).astype(np.int64)
    both = Gathered([true, again]).all()
    trips = both.seconds < DAY_S
    both.start[trips] += CLOCKS[both.partner[trips]]
    rounding = trips & (both.partner == OPERATORS[1])
    both.start[rounding] -= both.start[rounding] % MINUTE
    both.seconds[rounding] += MINUTE - 1 - (both.seconds[rounding] - 1) % MINUTE
    down = trips & (both.partner == OPERATORS[2])
    both.seconds[down] = np.maximum(MINUTE, both.seconds[down] - both.seconds[down] % MINUTE)
    # A receiver that loses its satellites between towers draws a longer way.
    spiked = np.isin(both.mode, (BIKE, EBIKE)) & (it.draw.random(len(both)) < 0.002)
    both.amount[spiked] = (
        both.amount[spiked] * it.draw.uniform(1.15, 1.5, int(spiked.sum()))
    ).astype(np.int64)
    crow = rounding & np.isin(both.mode, (BIKE, EBIKE))
    both.amount[crow] = (both.amount[crow] * CROW).astype(np.int64)
    both.arrives = both.day.copy()
    late = it.draw.random(len(both)) < 0.03
    both.arrives[late] += it.draw.integers(1, 4, int(late.sum()))
    return both.keep((both.start >= 0) & (both.day < it.days) & (both.seconds <= DAY_S))
