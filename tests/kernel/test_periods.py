"""The city's days begin at midnight in Shanghai, wherever an instant was told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tanhui.kernel.periods import city_day, day_end, day_start


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 3, 19, 15, 59, 59, 999_999, tzinfo=UTC), date(2026, 3, 19)),
        (datetime(2026, 3, 19, 16, 0, tzinfo=UTC), date(2026, 3, 20)),
        (datetime(2026, 3, 19, 10, 59, tzinfo=ZoneInfo("America/Chicago")), date(2026, 3, 19)),
        (datetime(2026, 3, 19, 11, 0, tzinfo=ZoneInfo("America/Chicago")), date(2026, 3, 20)),
    ],
)
def test_an_instant_falls_in_a_day_of_the_city(instant: datetime, day: date) -> None:
    assert city_day(instant) == day


@pytest.mark.parametrize("day", [date(2020, 2, 29), date(2024, 12, 31), date(2026, 3, 20)])
def test_a_day_lasts_from_its_start_to_the_next(day: date) -> None:
    assert day_start(day) == datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=8)
    assert day_end(day) - day_start(day) == timedelta(hours=24)
    assert city_day(day_start(day)) == day
    assert city_day(day_end(day) - timedelta(microseconds=1)) == day
    assert day_end(day) == day_start(day + timedelta(days=1))
