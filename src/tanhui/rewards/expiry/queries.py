"""What one may know of a citizen's expiring points: when, how many, paused, given to whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection

from tanhui.kernel.periods import city_day
from tanhui.rewards.expiry import arithmetic
from tanhui.rewards.expiry.arithmetic import Bucket, History, Kept, Mark, Pause
from tanhui.rewards.expiry.months import first_day, last_day, number_of
from tanhui.rewards.terms import Terms, city_terms
from tanhui.runtime import binary
from tanhui.runtime.sql import load

_ROOM = "tanhui.rewards.expiry"


@dataclass(frozen=True, slots=True)
class Paused:
    """A citizen's last pause: `first` and `last` are its first and last day."""

    first: date
    last: date
    going_on: bool
    next_from: date


@dataclass(frozen=True, slots=True)
class Expired:
    """Points that expired with a month, or went to a cause instead."""

    expired_on: date
    points: int
    cause_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """How far a step of a month is: `mark`, `expire` or `notice-<days>`."""

    step: str
    month: int
    after_id: int
    people: int
    points: int
    begun_at: datetime
    ended_at: datetime | None


def rows(statement: str, asked: Mapping[str, object]) -> list[dict[str, Any]]:
    """The rows of one of this part's statements, by the names of their columns."""
    with binary.cursor(connection) as cursor:
        cursor.execute(load(_ROOM, statement), dict(asked))
        found = cursor.fetchall()
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found]


def run(statement: str, values: Mapping[str, object]) -> None:
    """Runs one of this part's statements that answers nothing."""
    with binary.cursor(connection) as cursor:
        cursor.execute(load(_ROOM, statement), dict(values))


def terms() -> Terms:
    """What the city chose."""
    return city_terms(settings.TANHUI.content_root)


def history(citizen_id: int) -> History:
    """All that expiry asks of a citizen; nothing at all for one without an account."""
    (found,) = rows("history", {"citizen_id": citizen_id})
    return History(
        found["credited"],
        found["used"],
        [Mark(*each) for each in zip(found["months"], found["marks"], strict=True)],
        [Pause(*each) for each in zip(found["first_months"], found["last_months"], strict=True)],
        [Kept(*each) for each in zip(found["kept"], found["untils"], strict=True)],
    )


def buckets(citizen_id: int, at: datetime) -> list[Bucket]:
    """A citizen's points by the day on which they expire, the earliest first."""
    return arithmetic.buckets(history(citizen_id), number_of(city_day(at)), terms().expiry_months)


def next_expiry(citizen_id: int, at: datetime) -> Bucket | None:
    """What expires next, or None where nothing does."""
    return next(iter(buckets(citizen_id, at)), None)


def paused(citizen_id: int, at: datetime) -> Paused | None:
    """The last pause of a citizen, and from which month on there may be another."""
    pauses = history(citizen_id).pauses
    if not pauses:
        return None
    last, month = pauses[-1], number_of(city_day(at))
    return Paused(
        first_day(last.first_month),
        last_day(last.last_month),
        last.first_month <= month <= last.last_month,
        first_day(max(last.first_month + terms().pause_every_months, last.last_month + 1)),
    )


def heir_of(citizen_id: int) -> int | None:
    """The cause that gets a citizen's expiring points; None where they expire."""
    found = rows("heir", {"citizen_id": citizen_id})
    return found[0]["cause_id"] if found else None


def expired(citizen_id: int) -> list[Expired]:
    """What has expired or was given instead, the latest first."""
    return [
        Expired(last_day(row["month"]), row["points"], row["cause_id"], row["at"])
        for row in rows("expired", {"citizen_id": citizen_id})
    ]


def runs(month: int) -> dict[str, Run]:
    """The steps of a month that have begun, by name."""
    return {row["step"]: Run(**row) for row in rows("runs", {"month": month})}
