"""Months as numbers: twelve times the year, plus the month from 0. The city's own months."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tanhui.kernel.periods import day_start


def number_of(day: date) -> int:
    """The month in which a day lies."""
    return day.year * 12 + day.month - 1


def first_day(month: int) -> date:
    """The first day of a month."""
    year, index = divmod(month, 12)
    return date(year, index + 1, 1)


def last_day(month: int) -> date:
    """The last day of a month."""
    return first_day(month + 1) - timedelta(days=1)


def end_of(month: int) -> datetime:
    """The first instant after a month."""
    return day_start(first_day(month + 1))
