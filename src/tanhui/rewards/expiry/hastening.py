"""For demos: points that expire soon, so that nobody waits two years to see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connections, transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.identity.refusals import simulated_only
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day
from tanhui.rewards.expiry import queries, refusals
from tanhui.rewards.expiry.arithmetic import end_month
from tanhui.rewards.expiry.month_end import expire_chunk, expiring_of, tell
from tanhui.rewards.expiry.months import end_of, last_day, number_of
from tanhui.runtime.sql import load

_ROOM = "tanhui.rewards.expiry"


@dataclass(frozen=True, slots=True)
class Hastened:
    """What a demo was given: so many points expire on a day, or have done so."""

    points: int
    expires_on: date
    gone: bool


def hasten_expiry(
    *, actor: Actor, citizen_id: int, points: int, days: int = 0, now: bool = False, at: datetime
) -> Hastened:
    """Lets so many more of a citizen's points expire with the month in which it will be in `days`.

    With `now` they expire with the month before, at once. The citizen is told as by the job.
    Refuses `not_permitted`, `simulated_only`, `hasten_points_invalid` and `expired_this_month`.
    """
    require(actor, "rewards.expire")
    if not settings.TANHUI.simulated:
        raise simulated_only()
    today = city_day(at)
    month = number_of(today) - 1 if now else number_of(today + timedelta(days=days))
    with transaction.atomic(), transaction.atomic(using="owner"):
        history = queries.history(citizen_id)
        kept = sum(each.points for each in history.kept if each.until > end_of(month))
        if now and any(each.expired_on == last_day(month) for each in queries.expired(citizen_id)):
            raise refusals.expired_this_month()
        months = queries.terms().expiry_months
        earned = month - months
        # A pause since puts the end off, so the points must be older by as many months.
        while end_month(earned, history.pauses, months) > month:
            earned -= 1
        before = max((mark.credited for mark in history.marks if mark.month <= earned), default=0)
        base = max(before, history.used + kept)
        if not 1 <= points <= history.credited - base:
            raise refusals.hasten_points_invalid(max(0, history.credited - base))
        marked: dict[str, int | datetime] = {
            "citizen_id": citizen_id,
            "month": earned,
            "credited": base + points,
            "points": points,
            "total": history.credited,
            "at": at,
        }
        with connections["owner"].cursor() as cursor:
            cursor.execute(load(_ROOM, "hasten_mark"), marked)
        write_audit(
            actor=actor,
            action="rewards.hasten_expiry",
            subject=f"person:{citizen_id}",
            facts={"points": points, "month": f"{last_day(month):%Y-%m}"},
            at=at,
        )
    # The mark was written by another connection, so what follows is a transaction of its own.
    with transaction.atomic():
        if now:
            expire_chunk(month=month, after_id=citizen_id - 1, limit=1, at=at)
        else:
            _tell(citizen_id, month, at)
    return Hastened(points, last_day(month), now)


def _tell(citizen_id: int, month: int, at: datetime) -> None:
    left = (last_day(month) - city_day(at)).days
    near = next((each for each in sorted(queries.terms().notice_days) if left <= each), None)
    if near is not None:
        tell(expiring_of([citizen_id], month), month=month, days=near, at=at)
