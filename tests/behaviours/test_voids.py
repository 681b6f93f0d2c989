"""A deed that its partner takes back: what it paid goes back, and the reason stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tanhui.behaviours.changes import VOID_REASONS, void_behaviour, voids
from tanhui.behaviours.commands import FileResult
from tanhui.behaviours.desk import open_holds
from tanhui.behaviours.holds import release_hold
from tanhui.behaviours.queries import home
from tanhui.governance.models import AuditRow
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Refusal
from tests.behaviours.telling import (
    JULY,
    City,
    at_once,
    balance,
    citizen,
    desk,
    proved,
    refuse_hold,
    rows_of,
    spend,
    told,
)
from tests.cast import BIKE, OPERATOR, ride

pytestmark = pytest.mark.database

EIGHT = JULY.replace(hour=8)
TODAY = JULY.date()
LATER = JULY + timedelta(hours=1)
COMMUTE = (11, 118_389)


def void(city: City, reference: str, **changed: Any) -> None:
    facts = {"partner_code": BIKE, "reason": "wrong_person", "at": LATER, **changed}
    actor = facts.pop("actor", None) or desk(city.seated.partner_id)
    void_behaviour(actor=actor, reference=reference, **facts)


@pytest.mark.parametrize("reason", VOID_REASONS)
def test_what_a_ride_paid_goes_back(city: City, reason: str) -> None:
    city.tell(BIKE, ride("JC1", started_at=EIGHT), ride("JC2", started_at=EIGHT.replace(hour=9)))
    void(city, "JC1", reason=reason)
    assert balance(city.seated.lin) == COMMUTE
    row = rows_of(city.seated.lin, TODAY)[EIGHT]
    assert (row.state, row.counts, row.points, row.reduction_mg) == ("voided", False, *COMMUTE)
    assert row.void is not None
    assert (row.void.reason, row.void.voided_at, row.void.points_kept) == (reason, LATER, 0)
    today = home(citizen_id=city.seated.lin, at=JULY).today
    assert (today.points, today.reduction_mg) == COMMUTE
    (told_void,) = voids(partner_id=city.seated.partner_id)
    assert (told_void.reference, told_void.points, told_void.reduction_mg) == ("JC1", *COMMUTE)
    proved(city)


def test_it_leaves_a_row_in_the_audit(city: City) -> None:
    city.tell(BIKE, ride("JC1", started_at=EIGHT))
    void(city, "JC1", actor=OPERATOR, reason="fraud")
    audit = AuditRow.objects.get(action="behaviours.void")
    assert (audit.actor, audit.subject) == (OPERATOR.name, f"partner:{BIKE}")
    assert audit.facts["reason"] == "fraud"


def test_points_that_are_spent_are_kept(city: City) -> None:
    city.tell(BIKE, ride("JC1", started_at=EIGHT))
    assert spend(city.seated.lin, 8) == "ok"
    void(city, "JC1")
    assert balance(city.seated.lin) == (0, 0)
    row = rows_of(city.seated.lin, TODAY)[EIGHT]
    assert row.void is not None
    assert row.void.points_kept == 8
    assert [(one.points, one.points_kept) for one in voids(partner_id=city.seated.partner_id)] == [
        (3, 8)
    ]
    proved(city)


def test_the_room_it_took_is_given_back(city: City) -> None:
    full = {"minutes": 30, "distance_m": 6_200}
    city.tell(BIKE, ride("JC1", started_at=EIGHT, **full))
    assert city.tell(BIKE, ride("JC2", started_at=EIGHT.replace(hour=9), **full)).points == 0
    void(city, "JC1")
    again = ride("JC3", started_at=EIGHT.replace(hour=10), **full)
    assert city.tell(BIKE, again, at=LATER + timedelta(minutes=1)).points == 30
    assert balance(city.seated.lin) == (30, 2 * 301_940)
    proved(city)


def test_the_time_it_claimed_is_given_back(city: City) -> None:
    """Another partner's later report of the same time is paid."""
    city.partner("TIANFU")
    city.tell(BIKE, ride("JC1", started_at=EIGHT))
    assert told(city.tell("TIANFU", ride("TF1", started_at=EIGHT))) == {1: "merged"}
    void(city, "JC1", reason="corrected")
    assert balance(city.seated.lin) == (0, 0)
    late = city.tell("TIANFU", ride("TF2", started_at=EIGHT + timedelta(minutes=3)), at=LATER)
    assert (told(late), late.points) == ({}, 11)
    assert told(city.tell(BIKE, ride("JC2", started_at=EIGHT), at=LATER)) == {1: "merged"}
    proved(city)


def test_a_neighbour_keeps_the_five_minutes_they_share(city: City) -> None:
    """Each ride begins fifty seconds before the last one ends, as clocks of locks have it."""
    rides = [
        ride(f"JC{n}", started_at=EIGHT + timedelta(minutes=12 * n), minutes=12 + 5 / 6)
        for n in range(3)
    ]
    city.tell(BIKE, *rides, chunk_rows=1)
    void(city, "JC1")
    void(city, "JC0")
    assert balance(city.seated.lin) == (8, COMMUTE[1])
    assert told(city.tell(BIKE, ride("JC9", started_at=EIGHT + timedelta(minutes=24)))) == {
        1: "merged"
    }
    void(city, "JC2")
    assert city.rows("SELECT count(*) FROM claims_time WHERE taken <> 0") == [(0,)]
    proved(city)


def test_what_is_evidence_alone_is_taken_back_without_money(city: City) -> None:
    partner_id = city.partner("TIANFU")
    city.tell(BIKE, ride("JC1", started_at=EIGHT))
    city.tell("TIANFU", ride("TF1", started_at=EIGHT + timedelta(minutes=1)))
    void(city, "TF1", partner_code="TIANFU", actor=desk(partner_id))
    assert balance(city.seated.lin) == COMMUTE
    assert rows_of(city.seated.lin, TODAY)[EIGHT + timedelta(minutes=1)].state == "voided"
    # The one that is paid still claims its time.
    again = city.tell("TIANFU", ride("TF2", started_at=EIGHT + timedelta(minutes=1)), at=LATER)
    assert told(again) == {1: "merged"}
    proved(city)


def test_a_held_deed_is_decided_before_it_is_taken_back(city: City) -> None:
    city.tell(BIKE, ride("F1", started_at=EIGHT, minutes=10, distance_m=4_400))
    with pytest.raises(Refusal) as refused:
        void(city, "F1")
    assert refused.value.code == "hold_open"
    (hold,) = open_holds(actor=OPERATOR, at=JULY)
    release_hold(actor=OPERATOR, hold_id=hold.id, reason="核对无误", at=LATER)
    void(city, "F1")
    assert balance(city.seated.lin) == (0, 0)
    assert rows_of(city.seated.lin, TODAY)[EIGHT].state == "voided"
    proved(city)


def test_a_reversed_deed_has_nothing_to_take_back(city: City) -> None:
    city.tell(BIKE, ride("F1", started_at=EIGHT, minutes=10, distance_m=4_400))
    (hold,) = open_holds(actor=OPERATOR, at=JULY)
    refuse_hold(actor=OPERATOR, hold_id=hold.id, reason="在货车上", at=LATER)
    with pytest.raises(Refusal) as refused:
        void(city, "F1")
    assert refused.value.code == "already_voided"
    proved(city)


def test_a_deed_is_taken_back_once(city: City) -> None:
    city.tell(BIKE, ride("JC1", started_at=EIGHT))
    void(city, "JC1")
    with pytest.raises(Refusal) as refused:
        void(city, "JC1")
    assert refused.value.code == "already_voided"
    # The same row sent again is the same deed: it is known, and stays taken back.
    assert city.tell(BIKE, ride("JC1", started_at=EIGHT), at=LATER).exists == 1
    assert balance(city.seated.lin) == (0, 0)
    proved(city)


@pytest.mark.parametrize("turn", range(2))
def test_of_two_who_take_one_back_at_once_one_does(city: City, turn: int) -> None:
    del turn
    city.tell(BIKE, ride("JC1", started_at=EIGHT), ride("JC2", started_at=EIGHT.replace(hour=9)))
    answers: list[str] = []

    def take() -> FileResult:
        try:
            void(city, "JC1")
            answers.append("ok")
        except Refusal as refusal:
            answers.append(refusal.code)
        return FileResult()

    at_once(take, take)
    assert sorted(answers) == ["already_voided", "ok"]
    assert balance(city.seated.lin) == COMMUTE
    proved(city)


def test_taking_back_while_another_batch_comes(city: City) -> None:
    """Whoever is first: the day's room and the time are used once."""
    city.partner("TIANFU")
    full = {"minutes": 30.0, "distance_m": 6_200}
    city.tell(BIKE, ride("JC1", started_at=EIGHT, **full))

    def take() -> FileResult:
        void(city, "JC1")
        return FileResult()

    later = LATER + timedelta(minutes=1)
    told_at_once = ride("TF1", started_at=EIGHT + timedelta(minutes=2), **full)
    _, result = at_once(take, lambda: city.tell("TIANFU", told_at_once, at=later))
    merged = told(result) == {1: "merged"}
    assert balance(city.seated.lin) == ((0, 0) if merged else (30, 301_940))
    proved(city)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"actor": Actor("desk", frozenset({"partner"}), organisation_id=999)}, "not_permitted"),
        ({"actor": Actor("desk", frozenset({"partner"}))}, "not_permitted"),
        ({"actor": citizen(1)}, "not_permitted"),
        ({"actor": Actor("regulator", frozenset({"regulator"}))}, "not_permitted"),
        ({"reason": "because"}, "unknown_reason"),
        ({"reason": "superseded"}, "unknown_reason"),
        ({"partner_code": "HOVER"}, "no_such_partner"),
        ({"reference": "JC2"}, "no_such_behaviour"),
        ({"reference": "JC\0"}, "no_such_behaviour"),
        ({"reference": "长" * 43}, "no_such_behaviour"),
    ],
)
def test_what_may_not_be_taken_back_is_refused_by_name(
    city: City, changed: dict[str, Any], code: str
) -> None:
    city.tell(BIKE, ride("JC1", started_at=EIGHT))
    with pytest.raises(Refusal) as refused:
        void(city, **{"reference": "JC1", **changed})
    assert refused.value.code == code
    assert balance(city.seated.lin) == COMMUTE


def test_another_partners_reference_is_no_deed_of_ones_own(city: City) -> None:
    partner_id = city.partner("TIANFU")
    city.tell(BIKE, ride("JC1", started_at=EIGHT))
    with pytest.raises(Refusal) as refused:
        void(city, "JC1", partner_code="TIANFU", actor=desk(partner_id))
    assert refused.value.code == "no_such_behaviour"
    with pytest.raises(Refusal) as refused:
        void(city, "JC1", actor=desk(partner_id))
    assert refused.value.code == "not_permitted"
