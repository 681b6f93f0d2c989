"""A month ends: marks, notices, expiry; late, killed, twice, paused, given, and refused."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import errors

from tanhui.identity.commands import platform_actor
from tanhui.kernel.periods import city_day
from tanhui.kernel.refusals import Refusal
from tanhui.ledger.chart import CITIZEN_POINTS, POINTS_GIVEN, REASON_NUMBERS, Reason
from tanhui.ledger.queries import balances, recount
from tanhui.rewards import till
from tanhui.rewards.ending import refund_redemption
from tanhui.rewards.expiry import month_end, queries
from tanhui.rewards.expiry.arithmetic import expiring
from tanhui.rewards.expiry.choosing import choose_heir, pause_expiry
from tanhui.rewards.expiry.month_end import Chunk, due_steps, expiring_of, run_month_end
from tanhui.rewards.expiry.months import end_of, last_day, number_of
from tanhui.rewards.giving.commands import end_cause, open_cause
from tanhui.rewards.queries import voucher_of
from tanhui.rewards.redeeming import return_redemption
from tests.cast import NOW, OPERATOR
from tests.rewards.expiry.lots import Lots
from tests.rewards.expiry.steps import (
    HOUR,
    announce,
    end_month,
    last_evening,
    middle,
    one,
    play_month,
)
from tests.rewards.giving.words import FOREST
from tests.rewards.mall import Mall, as_owner, give_points, open_mall

pytestmark = pytest.mark.django_db

MARCH = number_of(city_day(NOW))
TERM = 24
# Points of March end with this month.
END = MARCH + TERM


@pytest.fixture
def mall(db: None) -> Mall:
    del db
    return open_mall(points=100)


def held(mall: Mall, citizen_id: int | None = None) -> int:
    return balances(holder_id=citizen_id or mall.lin, kinds=(CITIZEN_POINTS,))[
        CITIZEN_POINTS
    ].available


def stock_for_years(mall: Mall) -> None:
    """Units for longer than windows are open for."""
    mall.stock(units=1_000, cost_fen=0)
    with as_owner() as cursor:
        for table in ("funding", "batch"):
            cursor.execute(f"UPDATE rewards_{table} SET until = %s", [end_of(MARCH + 120)])


def told(citizen_id: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT template FROM notices_message WHERE person_id = %s AND key LIKE %s ORDER BY at",
            [citizen_id, f"expiry/{last_day(END):%Y-%m}/%"],
        )
        return [row[0] for row in cursor.fetchall()]


def play_marks(first: int, last: int) -> None:
    for month in range(first, last + 1):
        run_month_end(actor=platform_actor(), at=last_evening(month))


def test_points_of_a_month_expire_with_their_month_the_oldest_first_and_after_three_notices(
    mall: Mall,
) -> None:
    play_marks(MARCH, MARCH)
    give_points([mall.lin], 40, middle(MARCH + 1))
    play_marks(MARCH + 1, MARCH + 1)
    found = queries.buckets(mall.lin, middle(MARCH + 2))
    assert [(each.points, each.expires_on) for each in found] == [
        (100, last_day(END)),
        (40, last_day(END + 1)),
    ]
    first = queries.next_expiry(mall.lin, middle(MARCH + 2))
    assert first == found[0]

    # Sixty days before, thirty, seven; each once.
    day = timedelta(days=1)
    last = end_of(END) - 12 * HOUR
    for days in (61, 60, 59, 30, 30, 29, 7, 6):
        run_month_end(actor=platform_actor(), at=last - days * day)
    assert told(mall.lin) == ["expiry-60", "expiry-30", "expiry-7"]
    # Nothing goes before the month is over, and it goes once.
    run_month_end(actor=platform_actor(), at=last_evening(END))
    assert held(mall) == 140
    assert end_month(END) == 1
    assert held(mall) == 40
    assert end_month(END) == 1
    assert held(mall) == 40
    assert [
        (each.points, each.expired_on, each.cause_id) for each in queries.expired(mall.lin)
    ] == [(100, last_day(END), None)]
    assert one("SELECT sum(credits_posted)::int FROM ledger_pool_entry WHERE kind = 108") == 100
    assert all(line.matches for line in recount())


def test_nobody_loses_points_without_having_been_told_in_time(mall: Mall) -> None:
    play_marks(MARCH, MARCH)
    assert ("expire", END) not in due_steps(end_of(END) + HOUR)
    # Told on the last day is told too late: a month more.
    run_month_end(actor=platform_actor(), at=last_evening(END))
    assert end_month(END) == 0
    assert held(mall) == 100
    assert play_month(END + 1) == 1
    assert held(mall) == 0


def test_a_month_without_a_mark_counts_with_the_next_and_a_mark_is_never_made_for_a_past_one(
    mall: Mall,
) -> None:
    # The platform stood still at the end of March.
    play_marks(MARCH + 1, MARCH + 1)
    assert [each.expires_on for each in queries.buckets(mall.lin, middle(MARCH + 2))] == [
        last_day(END + 1)
    ]
    asked = {"month": MARCH, "after_id": 0, "limit": 10, "at": middle(MARCH + 1)}
    with pytest.raises(RuntimeError, match="month_not_now"), transaction.atomic():
        month_end._chunk("mark_chunk", asked)
    with pytest.raises(RuntimeError, match="month_not_over"), transaction.atomic():
        month_end.expire_chunk(month=END, after_id=0, limit=10, at=last_evening(END))


def test_a_run_that_was_killed_goes_on_where_it_stopped_and_takes_from_nobody_twice(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    zhou = mall.cast.persons["merchant"]
    give_points([zhou], 70)
    play_marks(MARCH, MARCH)
    announce(END)
    monkeypatch.setattr(month_end, "CHUNK", 1)
    assert end_month(END, chunks_max=1) == 1
    assert sorted((held(mall), held(mall, zhou))) == [0, max(held(mall), held(mall, zhou))]
    assert queries.runs(END)["expire"].ended_at is None
    # As if the note of how far it was had been lost: the rows themselves say who was dealt with.
    with as_owner() as cursor:
        cursor.execute("UPDATE rewards_month_run SET after_id = 0 WHERE step = 'expire'")
    assert end_month(END) == 2
    assert (held(mall), held(mall, zhou)) == (0, 0)
    run = queries.runs(END)["expire"]
    assert run.ended_at == end_of(END) + HOUR
    assert (run.people, run.points) == (2, 170)
    assert one("SELECT count(*) FROM rewards_expired") == 2


def test_points_go_to_the_chosen_cause_and_expire_once_it_has_closed(mall: Mall) -> None:
    cause = open_cause(actor=OPERATOR, words=FOREST, at=NOW)
    choose_heir(actor=mall.citizen(), cause_id=cause.id, at=NOW)
    assert queries.heir_of(mall.lin) == cause.id
    play_marks(MARCH, MARCH)
    give_points([mall.lin], 5, middle(MARCH + 1))
    play_marks(MARCH + 1, MARCH + 1)
    assert play_month(END) == 1
    (gone,) = queries.expired(mall.lin)
    assert (gone.points, gone.cause_id) == (100, cause.id)
    assert one("SELECT given_points::int, given_times::int FROM rewards_cause") == (100, 1)
    reason, kind = one("SELECT reason, credit_kind FROM ledger_transfer ORDER BY recorded_at DESC")
    assert (reason, kind) == (REASON_NUMBERS[Reason.POINTS_GIVEN], POINTS_GIVEN.number)
    end_cause(actor=OPERATOR, cause_id=cause.id, at=end_of(END) + HOUR)
    assert play_month(END + 1) == 1
    assert queries.expired(mall.lin)[0].cause_id is None
    assert one("SELECT given_points::int FROM rewards_cause") == 100
    assert all(line.matches for line in recount())


def test_what_came_back_is_kept_for_thirty_days_though_its_month_is_over(mall: Mall) -> None:
    mall.offer(price_points=20, valid_days=300)
    stock_for_years(mall)
    play_marks(MARCH, MARCH)
    one_made = mall.redeem(units=2, at=middle(END))
    other = mall.redeem(units=1, at=middle(END))
    # One was used and comes back by a decision, the other was not used at all.
    shown = voucher_of(mall.lin, one_made.id)
    assert shown is not None
    till.accept_voucher(actor=mall.actor("merchant"), text=shown.code, at=middle(END))
    announce(END)
    back = last_evening(END)
    refund_redemption(actor=OPERATOR, redemption_id=one_made.id, reason="不符", at=back)
    return_redemption(actor=mall.citizen(), redemption_id=other.id, at=back)
    assert held(mall) == 100
    assert sum(each.points for each in queries.buckets(mall.lin, back)) == 100
    run_month_end(actor=platform_actor(), at=back)
    assert end_month(END) == 1
    assert held(mall) == 60
    assert play_month(END + 1) == 1
    assert held(mall) == 0


def test_the_application_cannot_mark_pause_or_expire_past_its_functions(mall: Mall) -> None:
    for statement in (
        "INSERT INTO rewards_mark VALUES (1, 24000, 5, now())",
        "UPDATE rewards_mark SET credited = 999",
        "DELETE FROM rewards_mark",
        "INSERT INTO rewards_pause VALUES (1, 24000, 24003, now(), NULL)",
        "DELETE FROM rewards_pause",
        "UPDATE rewards_cause SET given_points = 0",
        "INSERT INTO rewards_expired VALUES (1, 24000, 5, NULL, gen_random_uuid(), now())",
        "DELETE FROM rewards_expired",
        "DELETE FROM rewards_month_run",
        "UPDATE rewards_cause_report SET text_zh = ''",
        "DELETE FROM rewards_cause_report",
        "SELECT ledger_collect('{}', '{}', '{}', 1::smallint, 0, 108::smallint, 13::smallint,"
        " now())",
    ):
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            one(statement)
        assert isinstance(caught.value.__cause__, errors.InsufficientPrivilege), statement
    with pytest.raises(DatabaseError), transaction.atomic(), as_owner() as cursor:
        cursor.execute("INSERT INTO rewards_mark VALUES (%s, 24000, 0, now())", [mall.lin])


def test_only_the_platform_lets_points_expire(mall: Mall) -> None:
    for persona in ("operator", "regulator", "merchant", "sponsor"):
        with pytest.raises(Refusal) as caught:
            run_month_end(actor=mall.actor(persona), at=NOW)
        assert caught.value.code == "not_permitted"


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("earn"), st.integers(1, 60)),
            st.tuples(st.just("use"), st.integers(1, 10)),
            st.tuples(st.just("back"), st.integers(0, 3)),
            st.tuples(st.just("deliver"), st.integers(0, 3)),
            st.tuples(st.just("pause"), st.integers(1, 6)),
            st.tuples(st.just("months"), st.sampled_from([1, 2, 8])),
        ),
        min_size=4,
        max_size=16,
    )
)
def test_the_database_says_the_same_as_lots_kept_one_by_one(
    acts: list[tuple[str, int]],
) -> None:
    with transaction.atomic():
        Played().play(acts)
        transaction.set_rollback(True)


class Played:
    """A citizen of the books beside the same citizen's lots, in one rolled-back transaction."""

    def __init__(self) -> None:
        self.mall = open_mall(points=100)
        self.mall.offer(price_points=5, valid_days=366)
        stock_for_years(self.mall)
        self.lots = Lots()
        self.month = MARCH + 1
        self.lots.earn(self.month, 100)
        self.pauses: list[tuple[int, int]] = []
        self.made: list[tuple[UUID, int]] = []
        self.delivered: set[UUID] = set()

    def play(self, acts: list[tuple[str, int]]) -> None:
        for name, number in [*acts, ("months", TERM + 13)]:
            getattr(self, f"_{name}")(number)
            assert held(self.mall) == self.lots.free
            if name != "months":
                self._compare()
        assert self.lots.free == 0
        assert all(line.matches for line in recount())

    def _compare(self) -> None:
        history = queries.history(self.mall.lin)
        for month in range(self.month, self.month + TERM + 8, 5):
            said = expiring_of([self.mall.lin], month).get(self.mall.lin, 0)
            assert said == expiring(history, month, TERM)

    def _earn(self, points: int) -> None:
        give_points([self.mall.lin], points, middle(self.month))
        self.lots.earn(self.month, points)

    def _use(self, units: int) -> None:
        if self.lots.free >= 5 * units:
            made = self.mall.redeem(units=units, at=middle(self.month))
            self.lots.use(made.points)
            self.made.append((made.id, made.points))

    def _deliver(self, which: int) -> None:
        open_ones = [each for each, _ in self.made if each not in self.delivered]
        if open_ones:
            found = open_ones[which % len(open_ones)]
            shown = voucher_of(self.mall.lin, found)
            assert shown is not None
            till.accept_voucher(
                actor=self.mall.actor("merchant"), text=shown.code, at=middle(self.month)
            )
            self.delivered.add(found)

    def _back(self, which: int) -> None:
        if not self.made:
            return
        found, points = self.made.pop(which % len(self.made))
        at = middle(self.month)
        back = refund_redemption(actor=OPERATOR, redemption_id=found, reason="x", at=at)
        assert back.state == "refunded"
        until = one("SELECT until FROM rewards_restored WHERE redemption_id = %s", found)
        self.lots.give_back(points, until)

    def _pause(self, months: int) -> None:
        begun = [first for first, _ in self.pauses]
        actor = self.mall.citizen()
        if begun and self.month < begun[-1] + 12:
            with pytest.raises(Refusal) as caught:
                pause_expiry(actor=actor, months=months, at=middle(self.month))
            assert caught.value.code == "pause_used"
        else:
            pause_expiry(actor=actor, months=months, at=middle(self.month))
            self.pauses.append((self.month, self.month + months - 1))

    def _months(self, count: int) -> None:
        for _ in range(count):
            at = last_evening(self.month)
            asked = {"month": self.month, "after_id": 0, "limit": 9_000, "at": at}
            month_end._chunk("mark_chunk", asked)
            chunk: Chunk = month_end.expire_chunk(
                month=self.month, after_id=0, limit=9_000, at=end_of(self.month) + HOUR
            )
            assert chunk.points == self.lots.expire(self.month, self.pauses, TERM)
            self.month += 1
