"""Two deliveries at once: a day's limit holds, and what both bring is recorded once."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connections, transaction

from tanhui.behaviours.commands import FileResult
from tanhui.behaviours.queries import statement, why
from tanhui.behaviours.recount import recount
from tanhui.kernel.periods import CITY_ZONE
from tests.behaviours.telling import PATIENCE_SECONDS, City, at_once, balance
from tests.cast import NOW, ZHOU_RIDER, ride

pytestmark = pytest.mark.database

MORNING = datetime(2026, 3, 20, 6, tzinfo=CITY_ZONE)


def _rides(prefix: str, rides: int, *, after: int = 0, **changed: Any) -> list[dict[str, Any]]:
    """Rides of twelve minutes, one every 28; `after` is the minute of the first."""
    return [
        ride(f"{prefix}{n}", started_at=MORNING + timedelta(minutes=after + 28 * n), **changed)
        for n in range(rides)
    ]


@pytest.mark.parametrize("turn", range(3))
def test_two_deliveries_of_one_day_never_pay_more_than_the_day(city: City, turn: int) -> None:
    first, second = at_once(
        lambda: city.ingest(_rides(f"a{turn}-", 12), chunk_rows=3),
        lambda: city.ingest(_rides(f"b{turn}-", 12, after=14), chunk_rows=3),
    )
    assert first.points + second.points == 30
    assert (first.recorded, second.recorded) == (12, 12)
    assert balance(city.seated.lin) == (30, 24 * 118_389)
    assert recount().matches
    # Each card tells what was really used up before it, whoever came first.
    rows = statement(citizen_id=city.seated.lin, month=None, at=NOW).rows
    for row in rows:
        card = why(citizen_id=city.seated.lin, key=row.key)
        room = max(0, 30 - card.points.used_before)
        assert row.points == min(row.points_uncapped, room)


def _wait_until_blocked(city: City) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not city.rows(
        "SELECT 1 FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    ):
        assert time.monotonic() < deadline, "the second delivery never had to wait"
        # Asking without a pause would take the time that the other needs.
        time.sleep(0.01)


def test_who_comes_second_counts_what_the_first_has_not_yet_told(city: City) -> None:
    """The day's room is looked up only once the citizen's account is held."""
    city.ingest([ride("JC0", started_at=MORNING - timedelta(hours=1), distance_m=0.5)])
    answers: list[FileResult] = []

    def second() -> None:
        try:
            answers.append(city.ingest(_rides("b", 5, after=14)))
        finally:
            connections.close_all()

    thread = threading.Thread(target=second, daemon=True)
    with transaction.atomic():
        first = city.ingest(_rides("a", 5))
        thread.start()
        _wait_until_blocked(city)
    thread.join(PATIENCE_SECONDS)
    assert [first.points, *(answer.points for answer in answers)] == [30, 0]
    assert recount().matches


@pytest.mark.parametrize("chunk_rows", [2, 7, 100])
def test_two_identical_deliveries_record_once(city: City, chunk_rows: int) -> None:
    rides = _rides("JC", 12) + _rides("JZ", 9, rider=ZHOU_RIDER)
    first, second = at_once(
        lambda: city.ingest(rides, chunk_rows=chunk_rows),
        lambda: city.ingest(rides, chunk_rows=chunk_rows),
    )
    assert first.recorded + second.recorded == 21
    assert first.exists + second.exists == 21
    assert balance(city.seated.lin) == (30, 12 * 118_389)
    assert balance(city.seated.zhou) == (30, 9 * 118_389)
    assert recount().matches


def test_two_deliveries_that_meet_crosswise_come_to_an_end(city: City) -> None:
    """One has the citizens and the trips in the other's reverse order; neither waits for ever."""
    rides = _rides("JC", 10) + _rides("JZ", 10, rider=ZHOU_RIDER)
    first, second = at_once(
        lambda: city.ingest(rides, chunk_rows=5),
        lambda: city.ingest(rides[::-1], chunk_rows=5),
    )
    assert first.recorded + second.recorded == 20
    assert recount().matches


def test_two_deliveries_that_open_the_same_new_days(city: City) -> None:
    begun = datetime(2022, 5, 1, 8, tzinfo=CITY_ZONE)

    def days(prefix: str, first: datetime) -> list[dict[str, Any]]:
        return [ride(f"{prefix}{n}", started_at=first + timedelta(days=n)) for n in range(20)]

    results = at_once(
        lambda: city.ingest(days("a", begun)),
        lambda: city.ingest(days("b", begun + timedelta(hours=1))),
    )
    assert [result.recorded for result in results] == [20, 20]
    assert recount().matches
