"""What is counted by the day: steps and an electric car's day count once, whoever tells of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tanhui.behaviours.changes import void_behaviour
from tanhui.behaviours.commands import FileResult
from tanhui.behaviours.desk import open_holds
from tests.behaviours.telling import (
    JULY,
    City,
    at_once,
    balance,
    proved,
    refuse_hold,
    rows_of,
    told,
)
from tests.cast import OPERATOR, ZHOU_RIDER, ride

pytestmark = pytest.mark.database

YESTERDAY = (JULY - timedelta(days=1)).replace(hour=0)
# Ten thousand steps reduce 144,800 mg: 17 points. A charge of 1.9 kWh is worth 8.
TEN_THOUSAND = (17, 144_800)
CHARGE_POINTS = 8


@pytest.fixture
def town(city: City) -> City:
    """Two that count steps, one that counts kilometres and two with chargers."""
    for code in ("PHONE", "WATCH", "CAR", "PLUG", "PLUG-2"):
        city.partner(code)
    return city


def steps(reference: str, count: int, *, day: datetime = YESTERDAY, **changed: Any) -> Any:
    cells = {"mode": "walking", "distance_m": None, "steps": count, **changed}
    return ride(reference, started_at=day, minutes=1_440, **cells)


def kilometres(reference: str, metres: int) -> Any:
    return ride(reference, mode="nev_km", started_at=YESTERDAY, minutes=1_440, distance_m=metres)


def charge(reference: str, hour: int, watt_hours: int = 1_900) -> Any:
    begun = YESTERDAY.replace(hour=hour)
    return ride(reference, mode="nev_kwh", started_at=begun, distance_m=None, energy_wh=watt_hours)


def _void(code: str, reference: str) -> None:
    void_behaviour(
        actor=OPERATOR, partner_code=code, reference=reference, reason="corrected", at=JULY
    )


def test_steps_of_one_day_from_two_sources_are_paid_once(town: City) -> None:
    """The first source of the day stays its source, however many the second counts."""
    assert town.tell("PHONE", steps("P1", 10_000)).points == 17
    second = town.tell("WATCH", steps("W1", 14_000), steps("W2", 14_000, rider=ZHOU_RIDER))
    assert told(second) == {1: "merged"}
    assert balance(town.seated.lin) == TEN_THOUSAND
    rows = {row.partner_code: row for row in rows_of(town.seated.lin, YESTERDAY.date()).values()}
    # Both began at midnight, so the dictionary of instants keeps one of them.
    assert len(rows) == 1
    assert town.rows("SELECT reason, paid_partner_id <> partner_id FROM behaviours_merge") == [
        (3, True)
    ]
    proved(town)


def test_another_day_may_have_another_source(town: City) -> None:
    town.tell("PHONE", steps("P1", 10_000))
    before = YESTERDAY - timedelta(days=1)
    assert town.tell("WATCH", steps("W1", 10_000, day=before)).points == 17
    assert balance(town.seated.lin) == (34, 2 * 144_800)
    proved(town)


def test_steps_take_nothing_from_who_rides_meanwhile(town: City) -> None:
    town.tell("PHONE", steps("P1", 10_000))
    assert town.tell("BIKE", ride("JC1", started_at=YESTERDAY.replace(hour=8))).points == 11
    proved(town)


def test_a_car_is_counted_by_the_kilometre_or_by_the_charge(town: City) -> None:
    first = town.tell("CAR", kilometres("K1", 20_000))
    assert first.points == 11
    assert told(town.tell("PLUG", charge("C1", 8))) == {1: "merged"}
    assert balance(town.seated.lin) == (first.points, first.reduction_mg)
    proved(town)


def test_charges_of_one_day_add_up_and_shut_the_kilometres_out(town: City) -> None:
    assert town.tell("PLUG", charge("C1", 8)).points == CHARGE_POINTS
    assert town.tell("PLUG-2", charge("D1", 20)).points == CHARGE_POINTS
    assert told(town.tell("CAR", kilometres("K1", 90_000))) == {1: "merged"}
    assert balance(town.seated.lin)[0] == 2 * CHARGE_POINTS
    proved(town)


def test_both_ways_in_one_file_are_told_apart_in_the_order_of_the_day(town: City) -> None:
    result = town.tell("CAR", charge("C1", 8), charge("C2", 9), kilometres("K1", 20_000))
    # The kilometres are those of the whole day, which begins at midnight.
    assert told(result) == {1: "merged", 2: "merged"}
    assert result.points == 11
    proved(town)


def test_a_day_that_was_taken_back_may_be_told_by_another(town: City) -> None:
    town.tell("PHONE", steps("P1", 10_000))
    town.tell("WATCH", steps("W1", 12_000))
    _void("PHONE", "P1")
    assert balance(town.seated.lin) == (0, 0)
    again = town.tell("PHONE", steps("P2", 9_000))
    assert (again.recorded, told(again)) == (1, {})
    assert told(town.tell("WATCH", steps("W2", 12_000))) == {1: "merged"}
    proved(town)


def test_a_day_whose_hold_was_reversed_may_be_told_by_another(town: City) -> None:
    assert town.tell("PHONE", steps("P1", 100_000)).held == {"impossible_day": 1}
    # While it is held the day is its own.
    assert told(town.tell("WATCH", steps("W1", 9_000))) == {1: "merged"}
    (hold,) = open_holds(actor=OPERATOR, at=JULY)
    refuse_hold(actor=OPERATOR, hold_id=hold.id, reason="摇步器", at=JULY)
    later = JULY + timedelta(minutes=1)
    assert town.tell("WATCH", steps("W2", 10_000), at=later).points == 17
    assert balance(town.seated.lin) == TEN_THOUSAND
    proved(town)


def test_a_charge_that_was_only_evidence_leaves_the_day_to_be_claimed(town: City) -> None:
    """The kilometres are taken back; what is charged later claims the day and can go back too."""
    town.tell("CAR", kilometres("K1", 20_000))
    town.tell("PLUG", charge("C1", 8))
    _void("CAR", "K1")
    assert town.tell("PLUG", charge("C2", 12)).points == CHARGE_POINTS
    assert town.rows("SELECT count(*) FROM claims_day") == [(1,)]
    _void("PLUG", "C2")
    assert town.rows("SELECT count(*) FROM claims_day") == [(0,)]
    assert town.tell("CAR", kilometres("K2", 20_000), at=JULY + timedelta(minutes=1)).points == 11
    proved(town)


def test_a_day_keeps_its_claim_while_one_of_its_charges_stands(town: City) -> None:
    town.tell("PLUG", charge("C1", 8), charge("C2", 12))
    _void("PLUG", "C1")
    assert told(town.tell("CAR", kilometres("K1", 20_000))) == {1: "merged"}
    assert balance(town.seated.lin)[0] == CHARGE_POINTS
    proved(town)


@pytest.mark.parametrize("chunk_rows", [4, 50])
def test_two_sources_of_one_day_that_come_at_once_are_never_both_paid(
    town: City, chunk_rows: int
) -> None:
    riders = town.riders(40, "PHONE", "WATCH")

    def send(code: str, names: list[str]) -> FileResult:
        rows = [steps(f"{code}-{name}", 10_000, rider=name) for name in names]
        return town.tell(code, *rows, chunk_rows=chunk_rows)

    results = at_once(lambda: send("PHONE", riders), lambda: send("WATCH", riders[::-1]))
    assert [result.recorded for result in results] == [40, 40]
    assert sum(result.points for result in results) == 40 * 17
    assert town.rows(
        "SELECT DISTINCT array_agg(state ORDER BY state) FROM behaviours_behaviour"
        " GROUP BY citizen_id"
    ) == [([0, 1],)]
    proved(town)
