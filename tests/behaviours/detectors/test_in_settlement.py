"""What detectors flag is recorded and held, through all of settlement, until somebody decides."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tanhui.behaviours.desk import open_holds
from tanhui.behaviours.holds import release_overdue
from tests.behaviours.telling import JULY, City, balance, told
from tests.cast import OPERATOR, ride

pytestmark = pytest.mark.database

MORNING = JULY.replace(hour=7)
TONIGHT = JULY.replace(hour=23)


def test_a_car_told_as_a_bike_is_held_and_the_other_rides_of_the_day_are_paid(city: City) -> None:
    rides = [
        ride("JC1", started_at=MORNING),
        ride("JC2", started_at=MORNING + timedelta(hours=3), minutes=18, distance_m=8_000),
    ]
    result = city.ingest(rides, at=TONIGHT)
    assert told(result) == {2: "car_as_bike"}
    (hold,) = open_holds(actor=OPERATOR, at=TONIGHT)
    assert (hold.detector, hold.facts["reason"], hold.facts["kmh"]) == (
        "car_as_bike",
        "ride",
        "26.6",
    )
    assert hold.deadline - TONIGHT == timedelta(days=3)
    paid = balance(city.seated.lin)
    assert release_overdue(at=hold.deadline) == 1
    assert balance(city.seated.lin) == (paid[0] + hold.points, paid[1] + hold.reduction_mg)


def test_rides_without_end_are_held_with_those_that_were_told_before(city: City) -> None:
    rides = [
        ride(f"JC{n}", started_at=MORNING + timedelta(minutes=20 * n), distance_m=1_200 + 90 * n)
        for n in range(26)
    ]
    assert told(city.ingest(rides[:20], at=TONIGHT)) == {}
    later = told(city.ingest(rides[20:], at=TONIGHT))
    assert later == dict.fromkeys(range(1, 7), "impossible_day")


def test_a_copy_by_another_partner_beyond_any_clock_is_held(city: City) -> None:
    city.partner("TIANFU", name_zh="天府单车")
    city.ingest([ride("JC1", started_at=MORNING, minutes=12.5)], at=TONIGHT)
    again = ride("TF1", started_at=MORNING + timedelta(minutes=35), minutes=12.5)
    result = city.ingest([again], at=TONIGHT, partner_code="TIANFU", actor=OPERATOR)
    assert told(result) == {1: "two_partners_one_trip"}


def test_a_day_out_of_ones_own_weeks_is_held(city: City) -> None:
    days = range(1, 10)
    for ago in days:
        at = TONIGHT - timedelta(days=ago)
        city.ingest([ride(f"D{ago}", started_at=at - timedelta(hours=5))], at=at)
    copies = [
        ride(f"JC{n}", started_at=MORNING + timedelta(minutes=30 * n), distance_m=2_431 + n)
        for n in range(11)
    ]
    assert set(told(city.ingest(copies, at=TONIGHT)).values()) == {"own_history_burst"}
