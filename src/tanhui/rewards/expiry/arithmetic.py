"""What expires when, from marks of months: first in, first out without a row for each deed.

The function `rewards_expiring` of the database says the same for many citizens at once. A test
holds the two against each other, and both against lots that are kept one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tanhui.rewards.expiry.months import end_of, first_day, last_day


@dataclass(frozen=True, slots=True)
class Mark:
    """How many points had been credited in all when a month ended."""

    month: int
    credited: int


@dataclass(frozen=True, slots=True)
class Pause:
    """Months, both ends included, in which nothing expires."""

    first_month: int
    last_month: int


@dataclass(frozen=True, slots=True)
class Kept:
    """Points that came back and do not expire before an instant."""

    points: int
    until: datetime


@dataclass(frozen=True, slots=True)
class History:
    """What expiry asks of a citizen; `credited` and `used` leave out what came back after use."""

    credited: int
    used: int
    marks: Sequence[Mark] = ()
    pauses: Sequence[Pause] = ()
    kept: Sequence[Kept] = ()


@dataclass(frozen=True, slots=True)
class Bucket:
    """Points that expire together at the end of `expires_on`; `month` is when they were earned."""

    month: date
    points: int
    expires_on: date


def end_month(month: int, pauses: Sequence[Pause], months: int) -> int:
    """With which month points of `month` expire: after `months`, and each paused one since."""
    paused = sum(max(0, pause.last_month - max(pause.first_month - 1, month)) for pause in pauses)
    return month + months + paused


def expiring(history: History, month: int, months: int) -> int:
    """How many points expire with `month`, if nothing more is used before."""
    if any(pause.first_month <= month <= pause.last_month for pause in history.pauses):
        return 0
    due = [
        mark.credited
        for mark in history.marks
        if end_month(mark.month, history.pauses, months) <= month
    ]
    end = end_of(month)
    kept = sum(each.points for each in history.kept if each.until > end)
    return max(0, max(due, default=0) - history.used - kept)


def buckets(history: History, present: int, months: int) -> list[Bucket]:
    """What is left, by the day on which it expires, the earliest first.

    What was credited since the last mark counts for the `present` month.
    """
    marks = [*history.marks, Mark(present, history.credited)]
    whole = History(history.credited, history.used, marks, history.pauses, history.kept)
    ends = [(end_month(mark.month, history.pauses, months), mark.month) for mark in marks]
    found: list[Bucket] = []
    told, month = 0, present
    # Pauses end and what came back is kept for a time only, so every point has its month.
    while told < history.credited - history.used:
        points = expiring(whole, month, months) - told
        if points > 0:
            earned = max(of for end, of in ends if end <= month)
            found.append(Bucket(first_day(earned), points, last_day(month)))
            told += points
        month += 1
    return found
