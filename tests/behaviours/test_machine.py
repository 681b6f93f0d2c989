"""Whatever happens in whatever order, the books recount and nobody is paid twice for one time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import combinations, count
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tanhui.behaviours.appeals import (
    ask_for_more,
    decide_appeal,
    intend_to_refuse,
    run_clocks,
    speak,
)
from tanhui.behaviours.changes import void_behaviour
from tanhui.behaviours.declarations import declare_trip
from tanhui.behaviours.desk import open_holds
from tanhui.behaviours.desk_evidence import deed_of
from tanhui.behaviours.holds import release_hold, release_overdue
from tanhui.behaviours.queries import rows_of_days
from tanhui.behaviours.recount import recount
from tanhui.behaviours.totals.rolling import roll
from tanhui.identity.commands import platform_actor
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day
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
    spend,
    standing,
)
from tests.cast import BIKE, LIN_RIDER, OPERATOR, ZHOU_RIDER, ride, seat
from tests.conftest import empty

pytestmark = pytest.mark.database

PARTNERS = (BIKE, "TIANFU", "METRO")
MIDNIGHT = (JULY - timedelta(days=1)).replace(hour=0)
# One ride in four is as fast as a car, and is held.
TRIPS = (
    {"mode": "shared_bike", "minutes": 12, "distance_m": 2_431},
    {"mode": "shared_bike", "minutes": 10, "distance_m": 4_400},
    {"mode": "metro", "minutes": 30, "distance_m": 20_000},
    {"mode": "bus", "minutes": 30, "distance_m": 15_000},
)
COUNTS = (
    {"mode": "walking", "minutes": 1_440, "distance_m": None, "steps": 10_000},
    {"mode": "walking", "minutes": 1_440, "distance_m": None, "steps": 90_000},
    {"mode": "nev_km", "minutes": 1_440, "distance_m": 20_000},
)
REFUSALS = {
    "declared_already",
    "declared_too_late",
    "exists_with_different_ended_at",
    "exists_with_different_distance_m",
    "already_voided",
    "hold_open",
    "nobody_objected",
    "own_earlier_step",
    "step_not_offered",
}
# In the middle of the city, in its east, far away, and not told.
PLACES: tuple[dict[str, float], ...] = (
    {"start_lat": 30.66, "start_lng": 104.06, "end_lat": 30.67, "end_lng": 104.07},
    {"start_lat": 30.41, "start_lng": 104.55, "end_lat": 30.42, "end_lng": 104.56},
    {"start_lat": 41.88, "start_lng": -87.63, "end_lat": 41.89, "end_lng": -87.64},
    {},
)


def _speak(hold_id: UUID, _: Actor, at: datetime) -> None:
    citizen_id, key = deed_of(hold_id)
    speak(actor=citizen(citizen_id), key=key, words="是我骑的", at=at)


DECISIONS: dict[str, Callable[[UUID, Actor, datetime], None]] = {
    "release": lambda hold, who, at: release_hold(actor=who, hold_id=hold, reason="核对", at=at),
    "intend": lambda hold, who, at: intend_to_refuse(actor=who, hold_id=hold, reason="核对", at=at),
    "speak": _speak,
    "ask": lambda hold, who, at: ask_for_more(actor=who, hold_id=hold, question="有照片吗", at=at),
    "grant": lambda hold, who, at: decide_appeal(
        actor=who, hold_id=hold, decision="grant", message="核对", at=at
    ),
    "uphold": lambda hold, who, at: decide_appeal(
        actor=who, hold_id=hold, decision="uphold", message="核对", at=at
    ),
}
CHARGE = {"mode": "nev_kwh", "minutes": 12, "distance_m": None, "energy_wh": 1_900}


@st.composite
def trips(draw: st.DrawFn) -> dict[str, Any]:
    """A deed of one of two people within a few hours of one day."""
    kind = draw(st.integers(0, 9))
    if kind < 6:
        begun = MIDNIGHT + timedelta(minutes=480 + 7 * draw(st.integers(0, 24)))
        cells = draw(st.sampled_from(TRIPS))
    elif kind < 8:
        begun, cells = MIDNIGHT, draw(st.sampled_from(COUNTS))
    else:
        begun, cells = MIDNIGHT + timedelta(hours=draw(st.integers(8, 12))), CHARGE
    rider = draw(st.sampled_from([LIN_RIDER, LIN_RIDER, ZHOU_RIDER]))
    return {"rider": rider, "started_at": begun, **cells, **draw(st.sampled_from(PLACES))}


class Books(RuleBasedStateMachine):
    """Partners tell, citizens declare and spend, desks decide, deeds are taken back."""

    city: City

    @initialize()
    def begin(self) -> None:
        """Nobody has done anything yet."""
        empty(self.city.books.owner_url)
        self.city.seated = seat()
        for code in PARTNERS[1:]:
            self.city.partner(code)
        self.numbers = count()
        self.told: list[tuple[str, str]] = []
        self.refused: set[str] = set()
        self.clock = JULY

    def now(self) -> datetime:
        """A minute later than before."""
        self.clock += timedelta(minutes=1)
        return self.clock

    @rule(
        code=st.sampled_from(PARTNERS),
        rides=st.lists(trips(), min_size=1, max_size=5),
        chunk_rows=st.integers(1, 5),
    )
    def record(self, code: str, rides: list[dict[str, Any]], chunk_rows: int) -> None:
        """A partner tells of deeds."""
        rows = [ride(f"R{next(self.numbers)}", **cells) for cells in rides]
        result = self.city.tell(code, *rows, at=self.now(), chunk_rows=chunk_rows)
        assert result.rows == result.recorded + sum(result.held.values())
        self.told += [(code, row["reference"]) for row in rows]

    @rule(trip=st.sampled_from(TRIPS), slot=st.integers(0, 24))
    def declare(self, trip: dict[str, Any], slot: int) -> None:
        """林晓 declares a journey."""
        begun = MIDNIGHT + timedelta(minutes=480 + 7 * slot)
        scene = {"shared_bike": "shared-bike"}.get(trip["mode"], trip["mode"])
        try:
            declare_trip(
                actor=citizen(self.city.seated.lin),
                scene=scene,
                started_at=begun,
                ended_at=begun + timedelta(minutes=trip["minutes"]),
                distance_m=trip["distance_m"],
                at=self.now(),
            )
        except Refusal as refusal:
            self.refused.add(refusal.code)

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def void(self, data: st.DataObject) -> None:
        """A deed is taken back."""
        code, reference = data.draw(st.sampled_from(self.told))
        try:
            void_behaviour(
                actor=OPERATOR,
                partner_code=code,
                reference=reference,
                reason="corrected",
                at=self.now(),
            )
        except Refusal as refusal:
            self.refused.add(refusal.code)

    @rule(data=st.data(), step=st.sampled_from([*DECISIONS, *DECISIONS]))
    def decide(self, data: st.DataObject, step: str) -> None:
        """A desk or the citizen takes a step about a hold, if there is one."""
        found = sorted(open_holds(actor=OPERATOR, at=self.clock), key=lambda hold: str(hold.id))
        if found:
            hold = found[data.draw(st.integers(0, len(found) - 1))]
            try:
                DECISIONS[step](hold.id, data.draw(st.sampled_from([FIRST, SECOND])), self.now())
            except Refusal as refusal:
                self.refused.add(refusal.code)

    @rule(days=st.sampled_from([2, 9]))
    def wait(self, days: int) -> None:
        """Days pass; holds are released by themselves, and the clocks of cases run out."""
        self.clock += timedelta(days=days)
        release_overdue(at=self.clock)
        run_clocks(at=self.clock)

    @rule()
    def roll(self) -> None:
        """What waits is added to the totals; afterwards nothing waits."""
        roll(actor=platform_actor(), at=self.now())
        assert self.city.rows("SELECT count(*) FROM behaviours_sum") == [(0,)]

    @rule(points=st.integers(1, 40))
    def spend(self, points: int) -> None:
        """林晓 spends what she has."""
        assert spend(self.city.seated.lin, points) in {"ok", "exceeds_balance"}

    @invariant()
    def nobody_is_paid_twice(self) -> None:
        """No two deeds that stand take the same time or the same day's count of one person."""
        groups = {8: "steps", 6: "nev", 7: "nev"}
        for one, other in combinations(standing(self.city), 2):
            if one[0] != other[0] or (one[4] in groups) != (other[4] in groups):
                continue
            if one[4] in groups:
                same = groups[one[4]] == groups[other[4]]
                assert not same or one[4] == other[4] == 7
                continue
            overlap = min(one[2], other[2]) - max(one[1], other[1])
            lengths = sorted((one[2] - one[1], other[2] - other[1]))
            # Of two modes a short ride to the station may lie on the train by a few minutes.
            at_station = one[4] != other[4] and overlap <= timedelta(minutes=10)
            most = lengths[1] if at_station else lengths[0]
            assert 2 * overlap < most or overlap <= timedelta(0)

    @invariant()
    def the_books_recount(self) -> None:
        """And nothing was refused but for a reason that there is."""
        assert recount().matches, recount()
        assert self.refused <= REFUSALS

    def teardown(self) -> None:
        """At the end every card and every bill is looked at."""
        if not hasattr(self, "clock"):
            return
        proved(self.city)
        day = city_day(MIDNIGHT)
        for number in (self.city.seated.lin, self.city.seated.zhou):
            rows = rows_of_days(citizen_id=number, first=day, last=day)
            counted = [row for row in rows if row.counts]
            assert balance(number)[1] == sum(row.reduction_mg for row in counted)
            held = [row for row in rows if row.state == "held"]
            assert pending(self.city, number) == (
                sum(row.points for row in held),
                sum(row.reduction_mg for row in held),
            )


@pytest.fixture
def books_machine(city: City) -> type[Books]:
    """The machine in this test's city."""
    Books.city = city
    return Books


def test_whatever_happens_the_books_recount(books_machine: type[Books]) -> None:
    run_state_machine_as_test(
        books_machine,
        settings=settings(deadline=None, max_examples=12, stateful_step_count=12),
    )
