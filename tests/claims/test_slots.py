"""Which slots a trip takes, by columns and by the database's own count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tanhui.claims.slots import SLOT_US, SLOTS, date_of, day_of, first_block, rows_of
from tanhui.kernel.periods import city_day, day_start
from tests.claims.telling import MIDNIGHT, MINUTE

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def slots(start: float, minutes: float) -> list[int]:
    """The slots, counted from midnight, that one trip takes; start in minutes after midnight."""
    begun = np.array([MIDNIGHT + round(start * MINUTE)])
    rows, _ = rows_of(np.array([7]), begun, begun + round(minutes * MINUTE))
    first = MIDNIGHT // SLOT_US
    return [
        int(block) * SLOTS + bit - first
        for block, bits in zip(rows.block, rows.bits, strict=True)
        for bit in range(SLOTS)
        if int(bits) >> bit & 1
    ]


def test_a_trip_takes_the_slots_whose_middle_lies_within_it() -> None:
    assert slots(0, 10) == [0, 1]
    assert slots(2.5, 5) == [0]
    assert slots(2.6, 5) == [1]
    assert slots(480, 60) == list(range(96, 108))


def test_a_trip_takes_at_least_the_slot_it_begins_in() -> None:
    assert slots(3, 1) == [0]
    assert slots(2.6, 0.1) == [0]


def test_rides_back_to_back_share_no_slot_unless_one_is_very_short() -> None:
    for minute in range(485, 505):
        assert not set(slots(480, minute - 480)) & set(slots(minute, 30))
    assert set(slots(480, 1)) & set(slots(481, 30))


def test_of_the_next_day_no_more_than_four_hours_are_taken() -> None:
    assert slots(1_410, 24 * 60)[-1] == 24 * 12 + SLOTS - 1
    assert slots(0, 24 * 60)[-1] == 24 * 12 - 1


def test_a_day_of_the_city_begins_with_a_block() -> None:
    day = int(day_of(np.array([MIDNIGHT // SLOT_US // SLOTS]))[0])
    assert date_of(day) == city_day(EPOCH + timedelta(microseconds=MIDNIGHT))
    begins = timedelta(microseconds=int(first_block(day)) * SLOTS * SLOT_US)
    assert EPOCH + begins == day_start(date_of(day))


def test_trips_of_one_citizen_in_the_same_hours_are_one_row() -> None:
    begun = np.array([MIDNIGHT + 60 * MINUTE, MIDNIGHT, MIDNIGHT])
    rows, trip = rows_of(np.array([7, 7, 3]), begun, begun + 10 * MINUTE)
    assert (rows.citizen.tolist(), rows.bits.tolist()) == ([3, 7], [0b11, 0b11 | 0b11 << 12])
    assert trip.tolist()[0] == 2


@pytest.mark.database
@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 5 * 24 * 3600 * 1_000), st.integers(1, 24 * 3600 * 1_000))
def test_the_database_counts_the_same(start: int, milliseconds: int) -> None:
    begun = np.array([MIDNIGHT + start * 1_000])
    ended = begun + milliseconds * 1_000
    rows, _ = rows_of(np.array([7]), begun, ended)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT block, bits FROM claims_bits(%s, %s) ORDER BY block",
            [EPOCH + timedelta(microseconds=int(at)) for at in (begun[0], ended[0])],
        )
        assert cursor.fetchall() == list(zip(rows.block.tolist(), rows.bits.tolist(), strict=True))
