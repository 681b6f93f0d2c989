"""What a day pays: by evidence, within its scene's limit and the city's, and when it is usable."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tanhui.behaviours.bill import day_bill
from tanhui.behaviours.changes import void_behaviour
from tanhui.behaviours.desk import open_holds
from tanhui.behaviours.holds import release_hold
from tanhui.behaviours.queries import points_waiting, why
from tanhui.behaviours.rows import Waiting
from tanhui.kernel.periods import CITY_ZONE
from tests.behaviours.telling import JULY, City, balance, proved, rows_of
from tests.cast import BIKE, OPERATOR, ride

pytestmark = pytest.mark.database

TODAY = JULY.date()
# The last day before grades for bicycles and the city's limit, and the first day with both.
BEFORE = datetime(2026, 6, 30, 8, tzinfo=CITY_ZONE)
SINCE = datetime(2026, 7, 1, 8, tzinfo=CITY_ZONE)
# 4.4 km without a meter are evidence of grade B: 21 points in full, 17 for four fifths.
PLACES = {
    "distance_m": None,
    "start_lat": 30.65,
    "start_lng": 104.06,
    "end_lat": 30.67,
    "end_lng": 104.10,
}


def metro(reference: str, hour: int, metres: int = 30_000) -> dict[str, Any]:
    """By metro; 30 km are 92 points where nothing limits them."""
    begun = JULY.replace(hour=hour)
    return ride(reference, mode="metro", started_at=begun, minutes=40, distance_m=metres)


def bus(reference: str, hour: int) -> dict[str, Any]:
    """By bus; 15 km are 40 points, all that a day of buses pays."""
    begun = JULY.replace(hour=hour)
    return ride(reference, mode="bus", started_at=begun, minutes=40, distance_m=15_000)


def bike(reference: str, hour: int) -> dict[str, Any]:
    """By bicycle; 6.2 km are 30 points, all that a day of bicycles pays."""
    begun = JULY.replace(hour=hour)
    return ride(reference, started_at=begun, minutes=30, distance_m=6_200)


def paid(city: City) -> dict[int, int]:
    """Today's points by the hour of the ride."""
    return {at.hour: row.points for at, row in rows_of(city.seated.lin, TODAY).items()}


@pytest.mark.parametrize("chunk_rows", [1, 2, 100])
def test_a_day_pays_a_hundred_points_over_all_scenes(city: City, chunk_rows: int) -> None:
    city.tell(BIKE, metro("M1", 6), bike("B1", 7), bus("U1", 8), chunk_rows=chunk_rows)
    # 60 and 30 leave ten of the hundred for the bus.
    assert paid(city) == {6: 60, 7: 30, 8: 10}
    assert balance(city.seated.lin)[0] == 100
    proved(city)


def test_in_one_file_the_deeds_done_first_are_paid_first(city: City) -> None:
    city.tell(BIKE, bus("U1", 8), bike("B1", 7), metro("M1", 6))
    assert paid(city) == {6: 60, 7: 30, 8: 10}
    proved(city)


def test_a_deed_that_the_city_limits_leaves_its_scene_nothing_to_give_later(city: City) -> None:
    city.tell(BIKE, metro("M1", 6), bus("U1", 7), bike("B1", 8), bike("B2", 9))
    assert paid(city) == {6: 60, 7: 40, 8: 0, 9: 0}
    (card,) = (
        why(citizen_id=city.seated.lin, key=row.key)
        for at, row in rows_of(city.seated.lin, TODAY).items()
        if at.hour == 8
    )
    assert (card.points.used_before, card.points.used_in_all) == (0, 100)
    assert card.points.capped_in_all
    assert card.limit == "city-day@1.0.0"
    proved(city)


def test_who_comes_later_gets_what_is_left_whatever_was_done_first(city: City) -> None:
    city.tell(BIKE, metro("M1", 9))
    city.tell(BIKE, bus("U1", 8))
    city.tell(BIKE, bike("B1", 7))
    assert paid(city) == {7: 0, 8: 40, 9: 60}
    # Every milligram counts all the same.
    assert balance(city.seated.lin) == (100, 925_200 + 323_400 + 301_940)
    proved(city)


def test_a_held_deed_keeps_its_room_over_all_scenes(city: City) -> None:
    city.tell(BIKE, ride("F1", started_at=JULY.replace(hour=5), minutes=10, distance_m=4_400))
    city.tell(BIKE, metro("M1", 6), bus("U1", 7))
    assert paid(city) == {5: 21, 6: 60, 7: 19}
    (hold,) = open_holds(actor=OPERATOR, at=JULY)
    release_hold(actor=OPERATOR, hold_id=hold.id, reason="核对无误", at=JULY)
    assert balance(city.seated.lin)[0] == 100
    proved(city)


def test_before_the_city_had_a_limit_each_scene_had_its_own(city: City) -> None:
    """A late row is paid by the rules of the day it was ridden on."""
    rides = [metro("M", 6), bus("U", 7), bike("B", 8)]
    for day, most in ((BEFORE, 130), (SINCE, 100)):
        told = [
            {
                **one,
                "reference": f"{one['reference']}{day:%d}",
                "started_at": begun.isoformat(),
                "ended_at": (begun + timedelta(minutes=40)).isoformat(),
            }
            for one, begun in zip(
                rides, (day - timedelta(hours=2 - hour) for hour in range(3)), strict=True
            )
        ]
        assert city.tell(BIKE, *told).points == most
    proved(city)


@pytest.mark.parametrize(
    ("begun", "grade", "points"), [(BEFORE, "B", 21), (SINCE, "B", 17), (SINCE, "A", 21)]
)
def test_evidence_is_paid_by_its_grade_since_the_tariff_says_so(
    city: City, begun: datetime, grade: str, points: int
) -> None:
    measured = PLACES if grade == "B" else {"distance_m": 4_430}
    result = city.tell(BIKE, ride("JC1", started_at=begun, minutes=25, **measured))
    assert result.points == points
    row = rows_of(city.seated.lin, begun.date())[begun]
    assert (row.grade, row.points_uncapped) == (grade, points)
    card = why(citizen_id=city.seated.lin, key=row.key)
    assert card.points.percent == (80 if points == 17 else 100)
    assert card.tariff == f"points.shared-bike@{'1' if begun == BEFORE else '2'}.0.0"
    proved(city)


def test_a_late_row_is_paid_within_what_its_day_has_left(city: City) -> None:
    city.tell(BIKE, metro("M1", 6), bike("B1", 7))
    late = JULY + timedelta(days=40)
    assert city.tell(BIKE, bus("U1", 8), at=late).points == 10
    assert paid(city) == {6: 60, 7: 30, 8: 10}
    proved(city)


def test_a_days_bill_is_computed_from_its_rows_alone(city: City) -> None:
    city.tell(BIKE, metro("M1", 6), bike("B1", 7), bike("B2", 8))
    city.tell(BIKE, bus("U1", 9))
    void_behaviour(
        actor=OPERATOR,
        partner_code=BIKE,
        reference="B1",
        reason="not_taken",
        at=JULY + timedelta(minutes=1),
    )
    city.tell(BIKE, bike("B3", 10), at=JULY + timedelta(minutes=2))
    bill = day_bill(citizen_id=city.seated.lin, day=TODAY)
    assert bill.agrees
    told = [(line.row.started_at.astimezone(CITY_ZONE).hour, line.points) for line in bill.lines]
    assert told == [(6, 60), (7, 30), (8, 0), (9, 10), (10, 30)]
    assert [line.room_in_all for line in bill.lines] == [100, 40, 10, 10, 30]
    assert (bill.points, bill.reduction_mg) == balance(city.seated.lin)
    city.tamper("UPDATE behaviours_behaviour SET points = points - 1 WHERE points = 10")
    assert not day_bill(citizen_id=city.seated.lin, day=TODAY).agrees


def test_an_empty_day_has_an_empty_bill(city: City) -> None:
    bill = day_bill(citizen_id=city.seated.lin, day=TODAY)
    assert (bill.lines, bill.points, bill.reduction_mg, bill.agrees) == ((), 0, 0, True)


def test_points_may_be_spent_from_the_second_day_on(city: City) -> None:
    city.tell(BIKE, bike("B1", 7))
    lin = city.seated.lin
    usable = TODAY + timedelta(days=2)
    for at in (JULY, JULY.replace(hour=23), JULY + timedelta(days=1)):
        assert points_waiting(citizen_id=lin, at=at) == Waiting(30, usable)
    midnight = datetime(usable.year, usable.month, usable.day, tzinfo=CITY_ZONE)
    just_before = midnight - timedelta(microseconds=1)
    assert points_waiting(citizen_id=lin, at=just_before) == Waiting(30, usable)
    assert points_waiting(citizen_id=lin, at=midnight) == Waiting(0, None)


def test_points_wait_from_the_day_they_were_recorded_not_ridden(city: City) -> None:
    later = JULY + timedelta(days=9)
    city.tell(BIKE, bike("B1", 7), at=later)
    waiting = points_waiting(citizen_id=city.seated.lin, at=later)
    assert waiting == Waiting(30, date(2026, 7, 31))


def test_only_what_is_the_citizens_waits(city: City) -> None:
    """Neither what is held nor what was taken back; what was released waits like the rest."""
    fast = ride("F1", started_at=JULY.replace(hour=5), minutes=10, distance_m=4_400)
    city.tell(BIKE, fast, metro("M1", 6), bus("U1", 8))
    lin = city.seated.lin
    assert points_waiting(citizen_id=lin, at=JULY).points == 79
    void_behaviour(actor=OPERATOR, partner_code=BIKE, reference="M1", reason="not_taken", at=JULY)
    assert points_waiting(citizen_id=lin, at=JULY).points == 19
    (hold,) = open_holds(actor=OPERATOR, at=JULY)
    release_hold(actor=OPERATOR, hold_id=hold.id, reason="核对无误", at=JULY)
    assert points_waiting(citizen_id=lin, at=JULY).points == 40 == balance(lin)[0]


def test_before_the_city_said_so_nothing_waits(city: City) -> None:
    city.tell(BIKE, ride("JC1", started_at=BEFORE), at=BEFORE + timedelta(hours=1))
    waiting = points_waiting(citizen_id=city.seated.lin, at=BEFORE + timedelta(hours=2))
    assert waiting == Waiting(0, None)
