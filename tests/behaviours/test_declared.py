"""Declared journeys: paid a fifth, and never in the way of what a partner proves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tanhui.behaviours.commands import FileResult
from tanhui.behaviours.declarations import SELF, Declared, declare_trip
from tanhui.behaviours.desk import open_holds
from tanhui.kernel.refusals import Refusal
from tests.behaviours.telling import (
    JULY,
    City,
    at_once,
    balance,
    citizen,
    pending,
    proved,
    rows_of,
    spend,
    told,
)
from tests.cast import BIKE, OPERATOR, ride

pytestmark = pytest.mark.database

EIGHT = JULY.replace(hour=8)
TODAY = JULY.date()
# 14,400 m by metro reduce 444,096 mg: 44 points when they are proved, 8 when they are declared.
METRO = 444_096


def declare(city: City, **changed: Any) -> Declared:
    """林晓 declares a journey, by metro at eight o'clock unless it is said otherwise."""
    started: datetime = changed.pop("started_at", EIGHT)
    minutes = changed.pop("minutes", 30)
    facts = {"scene": "metro", "distance_m": 14_400, "at": JULY, **changed}
    ended = started + timedelta(minutes=minutes)
    actor = citizen(city.seated.lin)
    return declare_trip(actor=actor, started_at=started, ended_at=ended, **facts)


def metro(reference: str, *, started_at: datetime = EIGHT, minutes: float = 30) -> Any:
    """A ride as the metro proves it."""
    return ride(reference, mode="metro", started_at=started_at, minutes=minutes, distance_m=14_400)


@pytest.fixture
def town(city: City) -> City:
    """A city with a metro."""
    city.partner("METRO", name_zh="成都地铁")
    return city


def _states(city: City) -> dict[str, str]:
    rows = city.rows(
        "SELECT p.code, v.reason, b.state FROM behaviours_behaviour AS b"
        " JOIN partners_partner AS p ON p.id = b.partner_id LEFT JOIN behaviours_void AS v"
        " USING (citizen_id, started_at, partner_id, reference_digest)"
    )
    return {code: reason or ("recorded", "merged", "held")[state] for code, reason, state in rows}


def test_a_declared_journey_is_paid_a_fifth(city: City) -> None:
    assert declare(city) == Declared("recorded", METRO, 8)
    row = rows_of(city.seated.lin, TODAY)[EIGHT]
    assert (row.grade, row.partner_code, row.points_uncapped) == ("D", SELF, 8)
    assert balance(city.seated.lin) == (8, METRO)
    proved(city)


@pytest.mark.parametrize("clock", [0, 6, 20])
def test_what_a_partner_proves_later_takes_its_place(town: City, clock: int) -> None:
    declare(town)
    later = JULY + timedelta(hours=1)
    started = EIGHT + timedelta(minutes=clock)
    result = town.tell("METRO", metro("M1", started_at=started), at=later)
    assert (result.recorded, result.held, result.points) == (1, {}, 44)
    assert _states(town) == {SELF: "superseded", "METRO": "recorded"}
    assert balance(town.seated.lin) == (44, METRO)
    declared = rows_of(town.seated.lin, TODAY)
    if clock:
        assert declared[EIGHT].state == "voided"
        assert declared[EIGHT].void is not None
        assert declared[EIGHT].void.points_kept == 0
    proved(town)


def test_what_was_proved_before_leaves_the_declared_one_as_evidence(town: City) -> None:
    town.tell("METRO", metro("M1"))
    told_later = declare(town, started_at=EIGHT + timedelta(minutes=4))
    assert told_later == Declared("merged", 0, 0)
    assert _states(town) == {"METRO": "recorded", SELF: "merged"}
    assert balance(town.seated.lin) == (44, METRO)
    proved(town)


def test_the_room_that_a_declared_journey_took_is_given_back(town: City) -> None:
    """Four declared journeys take 32 of the metro's 60 points; the proof of one takes 44."""
    for hour in range(4):
        # Journeys that are exact copies of one another would be looked at.
        declare(town, started_at=EIGHT - timedelta(hours=hour), minutes=30 + hour)
    assert balance(town.seated.lin)[0] == 32
    result = town.tell("METRO", metro("M1"), at=JULY + timedelta(hours=1))
    # 60 less the three that stay, not less all four.
    assert result.points == 60 - 24
    assert balance(town.seated.lin) == (60, 4 * METRO)
    proved(town)


def test_a_long_journey_that_is_proved_is_no_second_one_at_once(town: City) -> None:
    """What it takes the place of does not make its day suspicious."""
    declare(town, minutes=60, distance_m=24_400)
    result = town.tell(
        "METRO", ride("M1", mode="metro", started_at=EIGHT, minutes=60, distance_m=24_400)
    )
    assert (result.recorded, result.held) == (1, {})
    proved(town)


@pytest.mark.parametrize("before", [0, 1])
def test_a_declared_journey_that_is_held_is_let_go_when_it_is_proved(
    city: City, before: int
) -> None:
    """It was never paid: its hold is reversed, and nothing is taken from what was."""
    if before:
        city.tell(BIKE, ride("JC0", started_at=EIGHT - timedelta(hours=3)))
    held = declare(city, scene="shared-bike", minutes=10, distance_m=4_400)
    assert (held.outcome, held.points) == ("held", 4)
    assert pending(city, city.seated.lin) == (4, 214_280)
    later = JULY + timedelta(minutes=1)
    result = city.tell(BIKE, ride("JC1", started_at=EIGHT, distance_m=4_000), at=later)
    assert result.points == 19
    assert pending(city, city.seated.lin) == (0, 0)
    assert balance(city.seated.lin)[0] == 19 + 11 * before
    assert open_holds(actor=OPERATOR, at=later) == []
    assert city.rows("SELECT outcome, actor, reason FROM behaviours_hold_end") == [
        ("reversed", "platform", "superseded")
    ]
    proved(city)


def test_what_was_spent_of_several_declared_journeys_is_kept_once(town: City) -> None:
    for hour in (0, 1):
        declare(town, started_at=EIGHT + timedelta(hours=hour))
    assert spend(town.seated.lin, 6) == "ok"
    result = town.tell("METRO", metro("M1"), metro("M2", started_at=EIGHT + timedelta(hours=1)))
    assert result.recorded == 2
    # Of 16 points 6 are spent: one gives back 8, the other the 2 that are left.
    assert town.rows("SELECT points, points_kept FROM behaviours_void ORDER BY points") == [
        (2, 6),
        (8, 0),
    ]
    proved(town)


def test_a_declared_journey_blocks_no_other_one(town: City) -> None:
    """A proved ride of another mode at that time is what happened."""
    declare(town)
    result = town.tell(BIKE, ride("JC1", started_at=EIGHT + timedelta(minutes=5)))
    assert result.points == 11
    assert _states(town) == {SELF: "superseded", BIKE: "recorded"}
    proved(town)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"scene": "walking"}, "not_declarable"),
        ({"scene": "hovering"}, "no_such_scene"),
        ({"started_at": JULY - timedelta(days=8)}, "declared_too_late"),
        ({"started_at": JULY - timedelta(minutes=5)}, "in_future"),
        ({"minutes": 0}, "zero_duration"),
        ({"distance_m": 0}, "no_distance"),
        ({"distance_m": 90_000}, "too_fast"),
    ],
)
def test_a_declaration_that_cannot_be_is_refused_by_name(
    city: City, changed: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        declare(city, **changed)
    assert refused.value.code == code
    assert city.rows("SELECT count(*) FROM behaviours_behaviour") == [(0,)]


def test_a_journey_is_declared_once(city: City) -> None:
    declare(city)
    with pytest.raises(Refusal) as refused:
        declare(city)
    assert refused.value.code == "declared_already"
    with pytest.raises(Refusal) as refused:
        declare(city, distance_m=14_401)
    assert refused.value.code == "exists_with_different_distance_m"
    # Told with another start it is the same time again.
    assert declare(city, started_at=EIGHT + timedelta(minutes=2)).outcome == "merged"
    assert balance(city.seated.lin) == (8, METRO)
    proved(city)


@pytest.mark.parametrize("turn", range(4))
def test_who_declares_while_the_proof_comes_is_paid_for_one(town: City, turn: int) -> None:
    """Whichever is first, in the end the proved one is paid and the declared one is not."""
    del turn

    def say() -> FileResult:
        declare(town, started_at=EIGHT + timedelta(minutes=3))
        return FileResult()

    at_once(say, lambda: town.tell("METRO", metro("M1"), at=JULY + timedelta(minutes=1)))
    states = _states(town)
    assert states.pop(SELF) in {"merged", "superseded"}
    assert states == {"METRO": "recorded"}
    assert balance(town.seated.lin) == (44, METRO)
    proved(town)


def test_nobody_else_declares_for_a_citizen(city: City) -> None:
    with pytest.raises(Refusal) as refused:
        declare_trip(
            actor=OPERATOR,
            scene="metro",
            started_at=EIGHT,
            ended_at=EIGHT + timedelta(minutes=30),
            distance_m=14_400,
            at=JULY,
        )
    assert refused.value.code == "not_permitted"
    assert told(city.tell(BIKE, ride("JC1", started_at=EIGHT))) == {}
