"""A deed that a detector asks about: it waits, everyone sees why, and it ends by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tanhui.behaviours.appeals import intend_to_refuse
from tanhui.behaviours.commands import FileResult
from tanhui.behaviours.desk import Hold, open_holds
from tanhui.behaviours.holds import release_hold, release_overdue
from tanhui.behaviours.queries import home, why
from tanhui.behaviours.recount import recount
from tanhui.governance.models import AuditRow
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Refusal
from tanhui.ledger.queries import transfer
from tests.behaviours.telling import (
    FIRST,
    JULY,
    City,
    at_once,
    balance,
    pending,
    proved,
    refuse_hold,
    rows_of,
    spend,
    told,
)
from tests.cast import BIKE, BIKE_DESK, CITIZEN, OPERATOR, ride

pytestmark = pytest.mark.database

EIGHT = JULY.replace(hour=8)
TODAY = JULY.date()
REGULATOR = Actor("regulator:tests", frozenset({"regulator"}))
# 4,400 m at 26.4 km/h earn 21 points; no bicycle keeps that up through a city's lights.
FAST = {"minutes": 10, "distance_m": 4_400}
STAKE = (21, 214_280)
LATER = JULY + timedelta(hours=1)


def fast(reference: str, *, hour: int = 8, **changed: Any) -> dict[str, Any]:
    return ride(reference, started_at=EIGHT.replace(hour=hour), **{**FAST, **changed})


def held(city: City) -> Hold:
    """A fast ride is told, and its hold answered."""
    assert city.tell(BIKE, fast("F1")).held == {"car_as_bike": 1}
    (hold,) = open_holds(actor=OPERATOR, at=JULY)
    return hold


def test_a_suspicious_ride_is_recorded_but_not_paid_yet(city: City) -> None:
    result = city.tell(BIKE, fast("F1"), ride("JC1", started_at=EIGHT.replace(hour=9)))
    assert (result.recorded, result.held) == (1, {"car_as_bike": 1})
    # The day's room is kept for it: 30 less 21.
    assert (result.points, told(result)) == (9, {1: "car_as_bike"})
    assert balance(city.seated.lin) == (9, 118_389)
    assert pending(city, city.seated.lin) == STAKE
    assert spend(city.seated.lin, 10) == "exceeds_balance"
    today = home(citizen_id=city.seated.lin, at=JULY).today
    assert (today.points, today.reduction_mg) == (9, 118_389)
    proved(city)


def test_everyone_sees_why_and_until_when(city: City) -> None:
    hold = held(city)
    assert (hold.detector, hold.partner_code, hold.points, hold.reduction_mg) == (
        "car_as_bike",
        BIKE,
        *STAKE,
    )
    assert hold.facts["kmh"] == "26.4" or hold.facts["kmh"] == 26.4
    assert hold.placed_at == JULY
    assert hold.deadline == JULY + timedelta(days=3)
    # A desk learns that two deeds are one person's, not whose.
    assert hold.person != str(city.seated.lin)

    row = rows_of(city.seated.lin, TODAY)[EIGHT]
    assert (row.state, row.points) == ("held", 21)
    assert row.hold is not None
    assert (row.hold.detector, row.hold.deadline, row.hold.outcome) == (
        "car_as_bike",
        hold.deadline,
        None,
    )
    card = why(citizen_id=city.seated.lin, key=row.key)
    assert [found.amount for found in map(transfer, card.posting_ids) if found] == list(STAKE)


@pytest.mark.parametrize("actor", [OPERATOR, REGULATOR])
def test_a_hold_that_is_released_pays(city: City, actor: Actor) -> None:
    hold = held(city)
    release_hold(actor=actor, hold_id=hold.id, reason=" 车架号核对无误 ", at=LATER)
    assert balance(city.seated.lin) == STAKE
    assert pending(city, city.seated.lin) == (0, 0)
    row = rows_of(city.seated.lin, TODAY)[EIGHT]
    assert (row.state, row.counts) == ("recorded", True)
    assert row.hold is not None
    assert (row.hold.outcome, row.hold.reason) == ("released", "车架号核对无误")
    card = why(citizen_id=city.seated.lin, key=row.key)
    assert all(transfer(posting) for posting in card.posting_ids)
    audit = AuditRow.objects.get(action="holds.released")
    assert (audit.actor, audit.subject) == (actor.name, f"hold:{hold.id}")
    proved(city)


def test_a_hold_that_is_reversed_pays_nothing_and_takes_nothing(city: City) -> None:
    hold = held(city)
    refuse_hold(actor=OPERATOR, hold_id=hold.id, reason="车在货车上", at=LATER)
    assert balance(city.seated.lin) == (0, 0)
    assert pending(city, city.seated.lin) == (0, 0)
    row = rows_of(city.seated.lin, TODAY)[EIGHT]
    assert (row.state, row.counts) == ("reversed", False)
    proved(city)


def test_a_reversed_ride_gives_back_its_room_and_its_time(city: City) -> None:
    """The day has its thirty points again, and another's report of that time is paid."""
    city.partner("TIANFU")
    hold = held(city)
    refuse_hold(actor=OPERATOR, hold_id=hold.id, reason="车在货车上", at=LATER)
    later = LATER + timedelta(minutes=1)
    full = ride("JC1", started_at=EIGHT.replace(hour=9), minutes=30, distance_m=6_200)
    assert city.tell(BIKE, full, at=later).points == 30
    again = city.tell("TIANFU", ride("TF1", started_at=EIGHT), at=later)
    assert (told(again), again.reduction_mg) == ({}, 118_389)
    assert city.rows("SELECT count(*) FROM behaviours_merge") == [(0,)]
    proved(city)


def test_a_held_ride_claims_its_time_until_it_ends(city: City) -> None:
    city.partner("TIANFU")
    held(city)
    assert told(city.tell("TIANFU", ride("TF1", started_at=EIGHT))) == {1: "merged"}
    proved(city)


def test_nobody_decided_so_the_citizen_keeps_it(city: City) -> None:
    hold = held(city)
    assert release_overdue(at=hold.deadline - timedelta(microseconds=1)) == 0
    assert balance(city.seated.lin) == (0, 0)
    assert release_overdue(at=hold.deadline) == 1
    assert release_overdue(at=hold.deadline) == 0
    assert balance(city.seated.lin) == STAKE
    row = rows_of(city.seated.lin, TODAY)[EIGHT]
    assert row.hold is not None
    assert (row.state, row.hold.outcome, row.hold.reason) == (
        "recorded",
        "overdue",
        "deadline_passed",
    )
    assert AuditRow.objects.filter(action="holds.overdue").count() == 1
    proved(city)


def test_overdue_holds_end_a_few_at_a_time(city: City) -> None:
    city.tell(BIKE, *(fast(f"F{hour}", hour=hour) for hour in range(6, 11)))
    due = JULY + timedelta(days=9)
    assert [release_overdue(at=due, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert balance(city.seated.lin) == (30, 5 * STAKE[1])
    proved(city)


def test_a_hold_without_points_ends_like_any_other(city: City) -> None:
    """On a full day nothing but milligrams is at stake."""
    full = ride("JC1", started_at=EIGHT.replace(hour=6), minutes=30, distance_m=6_200)
    city.tell(BIKE, full)
    hold = held(city)
    assert (hold.points, hold.reduction_mg) == (0, STAKE[1])
    release_hold(actor=OPERATOR, hold_id=hold.id, reason="核对无误", at=LATER)
    assert balance(city.seated.lin) == (30, 301_940 + STAKE[1])
    proved(city)


def test_a_hold_with_nothing_at_stake_ends_like_any_other(city: City) -> None:
    """Twenty-five rides of less than a metre are too many for a day, and bring nothing at all."""
    begun = EIGHT.replace(hour=1)
    rides = [
        ride(f"JC{n}", started_at=begun + timedelta(minutes=15 * n), distance_m=0.4)
        for n in range(25)
    ]
    assert city.tell(BIKE, *rides).held == {"impossible_day": 25}
    first, second, *_ = open_holds(actor=OPERATOR, at=JULY)
    assert (first.points, first.reduction_mg) == (0, 0)
    release_hold(actor=OPERATOR, hold_id=first.id, reason="核对无误", at=LATER)
    refuse_hold(actor=OPERATOR, hold_id=second.id, reason="空转", at=LATER)
    assert release_overdue(at=JULY + timedelta(days=9)) == 23
    assert balance(city.seated.lin) == (0, 0)
    proved(city)


@pytest.mark.parametrize(
    ("actor", "reason", "code"),
    [
        (BIKE_DESK, "x", "not_permitted"),
        (CITIZEN, "x", "not_permitted"),
        (FIRST, "  ", "reason_missing"),
        (FIRST, "长" * 501, "reason_missing"),
    ],
)
def test_who_may_not_or_says_no_reason_decides_nothing(
    city: City, actor: Actor, reason: str, code: str
) -> None:
    hold = held(city)
    for decide in (release_hold, intend_to_refuse):
        with pytest.raises(Refusal) as refused:
            decide(actor=actor, hold_id=hold.id, reason=reason, at=LATER)
        assert refused.value.code == code
    assert len(open_holds(actor=OPERATOR, at=JULY)) == 1


def test_nobody_decides_on_a_deed_of_their_own(city: City) -> None:
    hold = held(city)
    own = Actor("person:1", frozenset({"operator"}), person_id=city.seated.lin)
    for decide in (release_hold, intend_to_refuse):
        with pytest.raises(Refusal) as refused:
            decide(actor=own, hold_id=hold.id, reason="是我骑的", at=LATER)
        assert refused.value.code == "own_deed"
    assert len(open_holds(actor=OPERATOR, at=LATER)) == 1


def test_a_hold_ends_once(city: City) -> None:
    hold = held(city)
    release_hold(actor=OPERATOR, hold_id=hold.id, reason="核对无误", at=LATER)
    for decide in (release_hold, intend_to_refuse):
        with pytest.raises(Refusal) as refused:
            decide(actor=FIRST, hold_id=hold.id, reason="再来", at=LATER)
        assert refused.value.code == "hold_ended"
    assert release_overdue(at=hold.deadline) == 0
    with pytest.raises(Refusal) as refused:
        release_hold(actor=OPERATOR, hold_id=uuid4(), reason="无此暂缓", at=LATER)
    assert refused.value.code == "no_such_hold"
    assert balance(city.seated.lin) == STAKE
    proved(city)


def test_of_two_desks_that_release_at_once_one_wins(city: City) -> None:
    hold = held(city)
    answers: list[str] = []

    def decide() -> FileResult:
        try:
            release_hold(actor=OPERATOR, hold_id=hold.id, reason="核对", at=LATER)
            answers.append("released")
        except Refusal as refusal:
            answers.append(refusal.code)
        return FileResult()

    at_once(decide, decide)
    assert sorted(answers) == ["hold_ended", "released"]
    assert balance(city.seated.lin) == STAKE
    assert pending(city, city.seated.lin) == (0, 0)
    proved(city)


@pytest.mark.parametrize("turn", range(3))
def test_deciding_and_settling_at_once_come_to_an_end(city: City, turn: int) -> None:
    """A desk decides while the partner's next batch meets the same citizen."""
    hold = held(city)
    act = (release_hold, refuse_hold)[turn % 2]

    def decide() -> FileResult:
        act(actor=OPERATOR, hold_id=hold.id, reason="核对", at=LATER)
        return FileResult()

    rides = [fast(f"G{hour}", hour=hour) for hour in range(3, 8)]
    _, result = at_once(decide, lambda: city.tell(BIKE, *rides, chunk_rows=1))
    assert result.held == {"car_as_bike": 5}
    for hold in open_holds(actor=OPERATOR, at=JULY):
        release_hold(actor=OPERATOR, hold_id=hold.id, reason="核对", at=LATER)
    assert balance(city.seated.lin)[0] == 30 or turn % 2 == 1
    assert recount().matches
