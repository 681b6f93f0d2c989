"""Refusing a held deed: said first, objected to, decided by another; and every clock between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors

from tanhui.behaviours.appeals import (
    ask_for_more,
    decide_appeal,
    intend_to_refuse,
    run_clocks,
    speak,
)
from tanhui.behaviours.declarations import declare_trip
from tanhui.behaviours.desk import Hold, Queue, counts, open_holds
from tanhui.behaviours.desk_evidence import deed_of
from tanhui.behaviours.holds import release_hold, release_overdue
from tanhui.behaviours.rows import AppealNote, BehaviourRow
from tanhui.cases.queries import live_case
from tanhui.governance.models import AuditRow
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Refusal
from tests.behaviours.telling import (
    FIRST,
    JULY,
    SECOND,
    City,
    balance,
    citizen,
    pending,
    proved,
    reviewer,
    rows_of,
)
from tests.cast import BIKE, BIKE_DESK, OPERATOR, ride

pytestmark = pytest.mark.database

EIGHT = JULY.replace(hour=8)
STAKE = (21, 214_280)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
QUEUES: tuple[Queue, ...] = ("mine", "holds", "appeals")
REASON = "平均时速 26.4 公里，超过单车 25 公里。"
HERS = "从龙泉山一路下坡，没有开车。"
# Told on Monday 20 July at noon; the fifth working day is the next Monday, and counts whole.
TERM_OVER = datetime(2026, 7, 27, 16, tzinfo=UTC)


def held_ride(city: City) -> Hold:
    """林晓 rides as fast as a car; answers the hold."""
    city.tell(BIKE, ride("F1", started_at=EIGHT, minutes=10, distance_m=4_400))
    (found,) = open_holds(actor=OPERATOR, at=JULY)
    return found


@pytest.fixture
def hold(city: City) -> Hold:
    """The hold of 林晓's fast ride."""
    return held_ride(city)


def intend(hold: Hold, *, actor: Actor = FIRST, at: datetime = JULY) -> None:
    intend_to_refuse(actor=actor, hold_id=hold.id, reason=REASON, at=at)


def say(hold: Hold, words: str = HERS, *, at: datetime = JULY + HOUR) -> None:
    citizen_id, key = deed_of(hold.id)
    speak(actor=citizen(citizen_id), key=key, words=words, at=at)


def decide(hold: Hold, decision: str, *, actor: Actor = SECOND, at: datetime = JULY + DAY) -> None:
    decide_appeal(actor=actor, hold_id=hold.id, decision=decision, message="看了坡度", at=at)


def row(city: City) -> BehaviourRow:
    return rows_of(city.seated.lin, EIGHT.date())[EIGHT]


def appeal(city: City) -> AppealNote:
    note = row(city).hold
    assert note is not None
    assert note.appeal is not None
    return note.appeal


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused:
        act()
    return refused.value.code


def test_an_intended_refusal_takes_nothing_and_tells_its_reason_and_term(
    city: City, hold: Hold
) -> None:
    intend(hold)
    assert pending(city, city.seated.lin) == STAKE
    assert balance(city.seated.lin) == (0, 0)
    assert row(city).state == "held"
    told = appeal(city)
    assert (told.state, told.intended, told.may) == ("noticed", REASON, "object")
    assert told.until == TERM_OVER
    # The hold's own deadline lets it count no more: the case has its clock.
    assert release_overdue(at=hold.deadline + DAY) == 0
    proved(city)


def test_nobody_objected_so_it_is_refused_when_the_term_is_over(city: City, hold: Hold) -> None:
    intend(hold)
    assert run_clocks(at=TERM_OVER - timedelta(seconds=1)) == 0
    assert run_clocks(at=TERM_OVER) == 1
    assert run_clocks(at=TERM_OVER) == 0
    found = row(city)
    assert found.hold is not None
    assert (found.state, found.hold.outcome, found.hold.reason) == ("reversed", "reversed", REASON)
    assert pending(city, city.seated.lin) == (0, 0)
    # The time of the ride is free again, so that another may prove it.
    city.partner("TIANFU")
    again = city.tell("TIANFU", ride("TF1", started_at=EIGHT), at=TERM_OVER + DAY)
    assert again.recorded == 1
    proved(city)


def test_an_unjust_hold_is_objected_to_and_released_by_somebody_else(
    city: City, hold: Hold
) -> None:
    intend(hold)
    say(hold)
    told = appeal(city)
    assert (told.state, told.said, told.may) == ("objected", (HERS,), "")
    assert told.until == JULY + HOUR + 15 * DAY
    assert code_of(lambda: decide(hold, "grant", actor=FIRST)) == "own_earlier_step"
    assert code_of(lambda: decide(hold, "uphold", actor=FIRST)) == "own_earlier_step"
    release = lambda: release_hold(  # noqa: E731
        actor=FIRST, hold_id=hold.id, reason="算了", at=JULY + DAY
    )
    assert code_of(release) == "step_not_offered"
    decide(hold, "grant")
    assert balance(city.seated.lin) == STAKE
    found = row(city)
    assert found.hold is not None
    assert (found.state, found.hold.outcome, found.hold.reason) == (
        "recorded",
        "released",
        "看了坡度",
    )
    actions = AuditRow.objects.filter(subject=f"hold:{hold.id}").order_by("id")
    assert [entry.action for entry in actions] == ["holds.intended", "appeals.grant"]
    proved(city)


def test_a_refusal_that_is_upheld_pays_nothing(city: City, hold: Hold) -> None:
    intend(hold)
    say(hold)
    decide(hold, "uphold")
    assert (row(city).state, balance(city.seated.lin)) == ("reversed", (0, 0))
    assert appeal(city).answer == "看了坡度"
    proved(city)


def test_an_objection_that_nobody_answers_is_granted(city: City, hold: Hold) -> None:
    intend(hold)
    say(hold)
    assert run_clocks(at=JULY + HOUR + 15 * DAY) == 1
    assert balance(city.seated.lin) == STAKE
    note = row(city).hold
    assert note is not None
    assert note.outcome == "overdue"
    proved(city)


def test_asking_for_more_stops_the_clock_for_a_week_at_most(city: City, hold: Hold) -> None:
    intend(hold)
    say(hold)
    ask_for_more(actor=SECOND, hold_id=hold.id, question="有轨迹吗", at=JULY + 5 * DAY)
    told = appeal(city)
    assert (told.state, told.asked, told.may) == ("asked", "有轨迹吗", "answer")
    assert run_clocks(at=JULY + 12 * DAY) == 1
    assert appeal(city).state == "objected"
    assert appeal(city).until == JULY + HOUR + (15 + 7) * DAY
    again = lambda: ask_for_more(  # noqa: E731
        actor=SECOND, hold_id=hold.id, question="再要", at=JULY + 13 * DAY
    )
    assert code_of(again) == "step_not_offered"


def test_an_answer_goes_back_to_whoever_asked(city: City, hold: Hold) -> None:
    intend(hold)
    say(hold)
    ask_for_more(actor=SECOND, hold_id=hold.id, question="有轨迹吗", at=JULY + DAY)
    say(hold, "轨迹在手机里。", at=JULY + 2 * DAY)
    assert appeal(city).said == (HERS, "轨迹在手机里。")
    decide(hold, "grant", at=JULY + 3 * DAY)
    assert balance(city.seated.lin) == STAKE


def test_a_sentence_before_anybody_looked_changes_no_deadline(city: City, hold: Hold) -> None:
    say(hold)
    assert (appeal(city).state, appeal(city).said) == ("open", (HERS,))
    assert release_overdue(at=hold.deadline) == 1
    assert balance(city.seated.lin) == STAKE
    assert live_case("hold-appeal", f"hold:{hold.id}") is None
    proved(city)


def test_a_reviewer_may_think_better_of_it_until_somebody_objects(city: City, hold: Hold) -> None:
    intend(hold)
    release_hold(actor=FIRST, hold_id=hold.id, reason="核对无误", at=JULY + HOUR)
    assert balance(city.seated.lin) == STAKE
    proved(city)


def test_who_may_do_what(city: City, hold: Hold) -> None:
    own = Actor("person:lin", frozenset({"operator"}), person_id=city.seated.lin)
    assert code_of(lambda: intend(hold, actor=own)) == "own_deed"
    assert code_of(lambda: intend(hold, actor=BIKE_DESK)) == "not_permitted"
    # A program is nobody of whom one could say that somebody else decided.
    assert code_of(lambda: intend(hold, actor=OPERATOR)) == "person_unknown"
    assert code_of(lambda: decide(hold, "grant")) == "nobody_objected"
    assert code_of(lambda: decide(hold, "perhaps")) == "decision_unknown"
    assert code_of(lambda: say(hold, "  ")) == "words_missing"
    intend(hold)
    assert code_of(lambda: intend(hold, actor=SECOND)) == "step_not_offered"
    assert code_of(lambda: decide(hold, "grant")) == "step_not_offered"
    say(hold)
    assert code_of(lambda: say(hold, "还有")) == "step_not_offered"
    assert code_of(lambda: decide(hold, "grant", actor=own)) == "own_deed"
    decide(hold, "grant")
    assert code_of(lambda: say(hold, "谢谢")) == "hold_ended"
    assert code_of(lambda: decide(hold, "uphold", actor=reviewer(9_000_099))) == "hold_ended"


def test_nobody_speaks_about_anothers_deed(city: City, hold: Hold) -> None:
    _, key = deed_of(hold.id)
    other = citizen(city.seated.zhou)
    assert code_of(lambda: speak(actor=other, key=key, words=HERS, at=JULY)) == "no_such_hold"
    nameless = Actor("x", frozenset({"citizen"}))
    assert code_of(lambda: speak(actor=nameless, key=key, words=HERS, at=JULY)) == "not_yours"
    assert code_of(lambda: speak(actor=FIRST, key=key, words=HERS, at=JULY)) == "not_permitted"
    wrong = lambda: intend_to_refuse(  # noqa: E731
        actor=FIRST, hold_id=uuid4(), reason=REASON, at=JULY
    )
    assert code_of(wrong) == "no_such_hold"


def test_a_declared_ride_that_is_proved_closes_its_case(city: City) -> None:
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
    city.tell(BIKE, ride("P1", started_at=EIGHT, minutes=12, distance_m=2_431), at=JULY + DAY)
    assert live_case("hold-appeal", f"hold:{hold.id}") is None
    assert code_of(lambda: decide(hold, "grant", at=JULY + 2 * DAY)) == "hold_ended"
    assert run_clocks(at=JULY + 40 * DAY) == 0
    proved(city)


def test_the_queues_show_what_each_may_decide(city: City, hold: Hold) -> None:
    def queued(actor: Actor) -> tuple[int, ...]:
        told = counts(actor=actor, at=JULY + DAY)
        for name in QUEUES:
            rows = open_holds(actor=actor, at=JULY + DAY, queue=name)
            assert len(rows) == getattr(told, name)
        return told.mine, told.holds, told.appeals

    assert queued(FIRST) == queued(SECOND) == (1, 1, 0)
    intend(hold)
    assert queued(FIRST) == queued(SECOND) == (0, 1, 0)
    say(hold)
    assert queued(FIRST) == (0, 0, 1)
    assert queued(SECOND) == (1, 0, 1)
    own = Actor("person:lin", frozenset({"operator"}), person_id=city.seated.lin)
    assert queued(own) == (0, 0, 1)


def test_the_desk_is_paged_through_by_what_it_would_cost(city: City) -> None:
    rides = [
        ride(f"F{n}", started_at=EIGHT - n * HOUR, minutes=10, distance_m=4_400 - 30 * n)
        for n in range(5)
    ]
    city.tell(BIKE, *rides)
    whole = open_holds(actor=FIRST, at=JULY)
    assert [found.loss for found in whole] == sorted((one.loss for one in whole), reverse=True)
    paged = [open_holds(actor=FIRST, at=JULY, limit=2, offset=before) for before in (0, 2, 4)]
    assert [one for page in paged for one in page] == whole
    # What ends within a day comes first, whatever it is worth.
    late = open_holds(actor=FIRST, at=JULY + timedelta(days=2, hours=1))
    assert [one.clock_at for one in late] == sorted(one.clock_at for one in late)


@pytest.mark.parametrize(
    ("message", "end"),
    [
        ("hold_refused_without_a_case", "'reversed', 'operator:x', 'weil'"),
        ("hold_refused_without_a_case", "'reversed', 'operator:x', 'superseded'"),
        ("hold_has_a_live_case", "'released', 'operator:x', 'weil'"),
    ],
)
def test_no_hold_is_refused_past_its_case(city: City, hold: Hold, message: str, end: str) -> None:
    if "live" in message:
        intend(hold)
    with psycopg.connect(city.books.app_url) as application:
        with pytest.raises(errors.CheckViolation, match=message):
            application.execute(
                f"INSERT INTO behaviours_hold_end VALUES ('{hold.id}', {end}, now())"
            )
        application.rollback()
        for attack in (
            "UPDATE behaviours_hold_opened SET reviewer = 'x'",
            "DELETE FROM behaviours_hold_opened",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                application.execute(attack)
            application.rollback()
