"""Marks of months say the same as lots that are kept one by one, for whatever somebody does."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tanhui.kernel.periods import day_start
from tanhui.rewards.expiry.arithmetic import (
    History,
    Kept,
    Mark,
    Pause,
    buckets,
    end_month,
    expiring,
)
from tanhui.rewards.expiry.months import end_of, first_day, last_day, number_of
from tests.rewards.expiry.lots import Lots, Piece, Strict, ends_with

TERM = 4
BEGIN = number_of(first_day(2026 * 12 + 6))
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("earn"), st.integers(1, 50)),
        st.tuples(st.just("use"), st.integers(1, 60)),
        st.tuples(st.just("back"), st.integers(0, 5)),
        st.tuples(st.just("pause"), st.integers(1, 3)),
        st.tuples(st.just("month"), st.integers(1, 2)),
    ),
    min_size=1,
    max_size=40,
)


@dataclass
class Life:
    """One citizen, told by marks and by lots at once."""

    month: int = BEGIN
    credited: int = 0
    used: int = 0
    expired: int = 0
    marks: list[Mark] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    lots: Lots = field(default_factory=Lots)
    strict: Strict = field(default_factory=Strict)
    spent: list[tuple[int, list[Piece]]] = field(default_factory=list)

    @property
    def history(self) -> History:
        return History(self.credited, self.used, self.marks, self.pauses, self.kept)

    @property
    def paused(self) -> list[tuple[int, int]]:
        return [(pause.first_month, pause.last_month) for pause in self.pauses]

    def earn(self, points: int) -> None:
        self.credited += points
        self.lots.earn(self.month, points)
        self.strict.earn(self.month, points)

    def use(self, points: int) -> None:
        points = min(points, self.credited - self.used)
        if points:
            self.used += points
            self.lots.use(points)
            self.spent.append((points, self.strict.use(points)))

    def back(self, which: int) -> None:
        if not self.spent:
            return
        points, taken = self.spent.pop(which % len(self.spent))
        # On the fifteenth, so that a month's end lies before and another after.
        until = day_start(first_day(self.month)) + timedelta(days=14 + 30 + 25 * which)
        self.used -= points
        self.kept.append(Kept(points, until))
        self.lots.give_back(points, until)
        self.strict.give_back(taken, until)

    def pause(self, months: int) -> None:
        if not self.pauses or self.pauses[-1].last_month < self.month:
            self.pauses.append(Pause(self.month, self.month + months - 1))

    def end_month(self) -> None:
        self.marks.append(Mark(self.month, self.credited))
        lost = expiring(self.history, self.month, TERM)
        assert lost == self.lots.expire(self.month, self.paused, TERM)
        self.strict.expire(self.month, self.paused, TERM)
        self.used += lost
        self.expired += lost
        assert self.credited - self.used == self.lots.free >= 0
        assert self.expired <= self.strict.expired
        self.month += 1

    def act(self, name: str, number: int) -> None:
        if name == "month":
            for _ in range(number):
                self.end_month()
        else:
            getattr(self, name)(number)


@settings(max_examples=400, deadline=None)
@given(ACTS)
def test_marks_take_what_lots_take_and_never_more_than_lots_that_remember(
    acts: list[tuple[str, int]],
) -> None:
    life = Life()
    for name, number in acts:
        life.act(name, number)
    for _ in range(TERM + 12):
        life.end_month()
    assert life.credited - life.used == 0


@settings(max_examples=200, deadline=None)
@given(ACTS)
def test_what_is_announced_is_what_expires_if_nothing_else_is_done(
    acts: list[tuple[str, int]],
) -> None:
    life = Life()
    for name, number in acts:
        life.act(name, number)
    announced = buckets(life.history, life.month, TERM)
    assert sum(bucket.points for bucket in announced) == life.credited - life.used
    lots, month, found = copy.deepcopy(life.lots), life.month, {}
    while lots.free:
        lost = lots.expire(month, life.paused, TERM)
        if lost:
            found[last_day(month)] = lost
        month += 1
    assert {bucket.expires_on: bucket.points for bucket in announced} == found


@given(st.integers(0, 60), st.lists(st.tuples(st.integers(0, 60), st.integers(1, 6)), max_size=4))
def test_a_pause_puts_an_end_off_by_its_months_and_never_brings_it_nearer(
    month: int, told: list[tuple[int, int]]
) -> None:
    pauses, free = [], 0
    for first, months in sorted(told):
        begin = max(first, free)
        pauses.append(Pause(begin, begin + months - 1))
        free = begin + months
    spans = [(pause.first_month, pause.last_month) for pause in pauses]
    assert end_month(month, pauses, TERM) == ends_with(month, spans, TERM)
    assert end_month(month, pauses, TERM) >= month + TERM
    assert end_month(month + 1, pauses, TERM) >= end_month(month, pauses, TERM)


def test_months_are_the_citys_and_end_when_the_next_begins() -> None:
    december = number_of(first_day(2026 * 12 + 11))
    assert last_day(december).isoformat() == "2026-12-31"
    assert end_of(december).isoformat() == "2026-12-31T16:00:00+00:00"
    assert number_of(last_day(december)) + 1 == number_of(first_day(december + 1))
