"""A ride as fast as a car is held; whoever merely rides well is not."""

from __future__ import annotations

import pytest

from tests.behaviours.detectors.days import BUS, EBIKE, Deed, flagged, judged

RIDE, DAY = "car_as_bike.ride", "car_as_bike.day"


@pytest.mark.parametrize(
    ("metres", "minutes", "scene", "told"),
    [
        (8_000, 18, 1, RIDE),  # 26.7 km/h
        (8_000, 24, 1, None),  # 20 km/h, a good rider
        (2_900, 6, 1, None),  # 29 km/h, but too short to tell
        (3_000, 7.2, 1, RIDE),  # exactly 25 km/h over exactly 3 km
        (3_000, 7.21, 1, None),
        (8_000, 18, EBIKE, RIDE),
        (8_000, 20, EBIKE, None),  # 24 km/h, below the motor's limit
        (8_000, 12, BUS, None),
    ],
)
def test_speed_counts_over_a_distance(
    metres: int, minutes: float, scene: int, told: str | None
) -> None:
    assert flagged([Deed(600, minutes, metres, scene)]) == [told]


def test_the_facts_are_those_of_the_sentence() -> None:
    flags = judged([Deed(600, 18, 8_000)])
    assert flags.facts == {
        0: {"version": "1.0.0", "reason": "ride", "km": "8.0", "kmh": "26.6", "limit_kmh": 25}
    }


def test_a_day_that_is_fast_in_all_is_held_as_a_whole() -> None:
    # 4.5 km in 12 minutes are 22.5 km/h: three of them are no single one's fault.
    rides = [Deed(60 * hour, 12, 4_500) for hour in (8, 12, 18)]
    assert flagged(rides) == [DAY] * 3
    assert flagged(rides[:2]) == [None] * 2


def test_what_is_known_of_the_day_counts_and_is_left_alone() -> None:
    rides = [Deed(60 * hour, 12, 4_500) for hour in (8, 12, 18)]
    assert flagged(rides[2:], known=rides[:2]) == [DAY]


def test_slow_rides_of_the_day_take_the_haste_out() -> None:
    rides = [Deed(60 * hour, 12, 4_500) for hour in (8, 12, 18)] + [Deed(1_200, 40, 5_000)]
    assert flagged(rides) == [None] * 4


def test_other_modes_and_other_people_are_no_part_of_the_day() -> None:
    rides = [
        Deed(480, 12, 4_500),
        Deed(720, 12, 4_500, citizen=8),
        Deed(1_000, 12, 4_500, EBIKE),
        Deed(1_080, 12, 4_500),
    ]
    assert flagged(rides) == [None] * 4
