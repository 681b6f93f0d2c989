"""Two who decide, a citizen and a clock, a desk and settlement: each pair comes to one end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tanhui.behaviours.appeals import run_clocks
from tanhui.behaviours.commands import FileResult
from tanhui.behaviours.declarations import declare_trip
from tanhui.behaviours.desk import Hold, open_holds
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Refusal
from tests.behaviours.telling import JULY, SECOND, City, at_once, balance, citizen, proved, reviewer
from tests.behaviours.test_appeals import (
    DAY,
    EIGHT,
    STAKE,
    TERM_OVER,
    decide,
    held_ride,
    intend,
    row,
    say,
)
from tests.cast import BIKE, OPERATOR, ride

pytestmark = pytest.mark.database


@pytest.fixture
def hold(city: City) -> Hold:
    """The hold of 林晓's fast ride."""
    return held_ride(city)


@pytest.mark.parametrize("turn", range(2))
def test_of_two_who_decide_an_objection_at_once_one_wins(city: City, hold: Hold, turn: int) -> None:
    intend(hold)
    say(hold)
    answers: list[str] = []

    def act(decision: str, actor: Actor) -> FileResult:
        try:
            decide(hold, decision, actor=actor)
            answers.append(decision)
        except Refusal as refusal:
            answers.append(refusal.code)
        return FileResult()

    acts = [("grant", SECOND), ("uphold", reviewer(9_000_077))][:: 1 if turn else -1]
    at_once(*(lambda a=a: act(*a) for a in acts))
    assert "hold_ended" in answers
    assert balance(city.seated.lin) == (STAKE if "grant" in answers else (0, 0))
    proved(city)


@pytest.mark.parametrize("turn", range(2))
def test_objecting_while_the_term_runs_out_comes_to_one_end(
    city: City, hold: Hold, turn: int
) -> None:
    intend(hold)
    answers: list[Any] = []

    def object_late() -> FileResult:
        try:
            say(hold, at=TERM_OVER)
            answers.append("objected")
        except Refusal as refusal:
            answers.append(refusal.code)
        return FileResult()

    def clock() -> FileResult:
        answers.append(run_clocks(at=TERM_OVER))
        return FileResult()

    at_once(*([object_late, clock] if turn else [clock, object_late]))
    states = {"objected": "held", "hold_ended": "reversed"}
    (said,) = (answer for answer in answers if isinstance(answer, str))
    assert row(city).state == states[said]
    assert (1 in answers) == (said == "hold_ended")
    proved(city)


@pytest.mark.parametrize("turn", range(2))
def test_deciding_while_settlement_supersedes_the_deed_comes_to_one_end(
    city: City, turn: int
) -> None:
    declare_trip(
        actor=citizen(city.seated.lin),
        scene="shared-bike",
        started_at=EIGHT,
        ended_at=EIGHT + timedelta(minutes=10),
        distance_m=4_400,
        at=JULY,
    )
    (hold,) = open_holds(actor=OPERATOR, at=JULY)
    intend(hold)
    say(hold)
    answers: list[str] = []

    def act() -> FileResult:
        try:
            decide(hold, "uphold")
        except Refusal as refusal:
            answers.append(refusal.code)
        return FileResult()

    proof = ride("P1", started_at=EIGHT, minutes=12, distance_m=2_431)
    told = lambda: city.tell(BIKE, proof, at=JULY + DAY)  # noqa: E731
    at_once(*([act, told] if turn else [told, act]))
    assert set(answers) <= {"hold_ended"}
    assert open_holds(actor=OPERATOR, at=JULY + DAY) == []
    proved(city)
