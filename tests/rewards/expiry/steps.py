"""Steps of the tests of expiry: a month's end as the platform does it, and what is in the books."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from tanhui.identity.commands import platform_actor
from tanhui.kernel.periods import day_start
from tanhui.rewards.expiry.month_end import run_month_end
from tanhui.rewards.expiry.months import end_of, first_day, last_day

HOUR = timedelta(hours=1)


def middle(month: int) -> datetime:
    """Noon of the city on the fifteenth of a month."""
    return day_start(first_day(month)) + timedelta(days=14, hours=12)


def last_evening(month: int) -> datetime:
    """When the marks of a month are made: 21:00 of its last day."""
    return day_start(last_day(month)) + timedelta(hours=21)


def announce(month: int) -> int:
    """What the platform does a week before a month's end."""
    return run_month_end(
        actor=platform_actor(), at=day_start(last_day(month)) - timedelta(days=6, hours=-9)
    )


def end_month(month: int, *, chunks_max: int = 256) -> int:
    """The hour after a month; answers of how many citizens points have expired with it."""
    run_month_end(actor=platform_actor(), at=end_of(month) + HOUR, chunks_max=chunks_max)
    return int(one("SELECT count(*) FROM rewards_expired WHERE month = %s", month))


def play_month(month: int) -> int:
    """A month of the platform's: told, marked, ended; answers as `end_month`."""
    announce(month)
    run_month_end(actor=platform_actor(), at=last_evening(month))
    return end_month(month)


def one(statement: str, *values: Any) -> Any:
    """One value of the books."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
        return row[0] if row and len(row) == 1 else row
