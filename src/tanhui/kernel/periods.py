"""The city's days. Every cap, statement and total is counted in days of the city's own zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CITY_ZONE = ZoneInfo("Asia/Shanghai")


def city_day(instant: datetime) -> date:
    """The city's day in which `instant` (aware) falls."""
    return instant.astimezone(CITY_ZONE).date()


def day_start(day: date) -> datetime:
    """The first instant of the city's `day`, in UTC."""
    return datetime.combine(day, time.min, CITY_ZONE).astimezone(UTC)


def day_end(day: date) -> datetime:
    """The first instant after the city's `day`, in UTC."""
    return day_start(day + timedelta(days=1))
