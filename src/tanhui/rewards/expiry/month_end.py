"""The end of a month: marks, notices ahead, and expiry. A job of the platform, and nobody else's.

Each step goes through all citizens in chunks, one transaction each, and writes down how far it is.
A run that was killed goes on where it stopped; one that comes late only ever helps the citizen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import CITY_ZONE, city_day
from tanhui.ledger.chart import REASON_NUMBERS, Reason
from tanhui.notices.commands import Notice, queue_notices
from tanhui.rewards.expiry import queries
from tanhui.rewards.expiry.months import end_of, last_day, number_of
from tanhui.rewards.expiry.queries import Run
from tanhui.rewards.refusals import named

# A chunk of expiry holds the accounts it takes from for as long as it lasts, so it is a small one.
CHUNK = 2_048
_MARK_CHUNK = 16_384
_NOTICE_CHUNK = 16_384
# What is credited after the mark counts for the next month, so it is made late on the last day.
_MARK_HOUR = 20
# Whoever was told later than that, or not at all, keeps the points for another month.
NOTICE_LEAST = timedelta(days=3)
# How many chunks one call does at most, so that other jobs have their turn.
CHUNKS_MAX = 256
POINTS_LINK = "/m/points/"


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one chunk came to: the last citizen looked at, or None where there was none left."""

    last_id: int | None
    people: int = 0
    points: int = 0


def run_month_end(*, actor: Actor, at: datetime, chunks_max: int = CHUNKS_MAX) -> int:
    """Does what the end of a month asks for now; answers of how many people something was done.

    Refuses `not_permitted`.
    """
    require(actor, "rewards.expire")
    done, left = 0, chunks_max
    for step, month in due_steps(at):
        while left > 0:
            left -= 1
            chunk = advance(actor=actor, step=step, month=month, at=at)
            if chunk is None:
                break
            done += chunk.people
    return done


def due_steps(at: datetime) -> list[tuple[str, int]]:
    """The steps that are to be begun or gone on with now, in their order, each with its month."""
    today = city_day(at)
    month = number_of(today)
    steps: list[tuple[str, int]] = []
    if today == last_day(month) and at.astimezone(CITY_ZONE).hour >= _MARK_HOUR:
        steps.append(("mark", month))
    if _announced(month - 1):
        steps.append(("expire", month - 1))
    days = sorted(queries.terms().notice_days)
    # The longest notice is the furthest ahead; each month gets the shortest that is due.
    for ahead in range(month, number_of(today + timedelta(days=days[-1])) + 1):
        until = (last_day(ahead) - today).days
        near = next((each for each in days if until <= each), None)
        if near is not None:
            steps.append((f"notice-{near}", ahead))
    return [(step, of) for step, of in steps if not _ended(step, of)]


def _ended(step: str, month: int) -> bool:
    found = queries.runs(month).get(step)
    return found is not None and found.ended_at is not None


def _announced(month: int) -> bool:
    """Whether everybody was told of this month's end in time. Without that nothing expires."""
    latest = end_of(month) - NOTICE_LEAST
    return any(
        run.step.startswith("notice-") and run.ended_at is not None and run.ended_at <= latest
        for run in queries.runs(month).values()
    )


def advance(*, actor: Actor, step: str, month: int, at: datetime) -> Chunk | None:
    """One chunk of a step that is due; None once the step is over. Refuses `not_permitted`."""
    require(actor, "rewards.expire")
    if step == "mark":
        work: Callable[[Run, datetime], Chunk] = _mark
    elif step == "expire":
        work = _expire
    else:
        work = _announce
    key = {"step": step, "month": month}
    with transaction.atomic():
        queries.run("run_begin", {**key, "at": at})
        run = Run(**queries.rows("run_lock", key)[0])
        if run.ended_at is not None:
            return None
        chunk = work(run, at)
        over = chunk.last_id is None
        queries.run(
            "run_on",
            {
                **key,
                "after_id": run.after_id if over else chunk.last_id,
                "people": chunk.people,
                "points": chunk.points,
                "ended_at": at if over else None,
            },
        )
        if over:
            write_audit(
                actor=actor,
                action=f"rewards.month_{step.partition('-')[0]}",
                subject=f"month:{last_day(month):%Y-%m}",
                facts={"step": step, "people": run.people, "points": run.points},
                at=at,
            )
    return None if over else chunk


def _mark(run: Run, at: datetime) -> Chunk:
    asked = {"month": run.month, "after_id": run.after_id, "limit": _MARK_CHUNK, "at": at}
    return _chunk("mark_chunk", asked)


def _expire(run: Run, at: datetime) -> Chunk:
    return expire_chunk(month=run.month, after_id=run.after_id, limit=CHUNK, at=at)


def expire_chunk(*, month: int, after_id: int, limit: int, at: datetime) -> Chunk:
    """Lets points of the next `limit` citizens after `after_id` expire with a past month."""
    asked = {
        "month": month,
        "months": queries.terms().expiry_months,
        "month_end": end_of(month),
        "after_id": after_id,
        "limit": limit,
        "expired_reason": REASON_NUMBERS[Reason.POINTS_EXPIRED],
        "given_reason": REASON_NUMBERS[Reason.POINTS_GIVEN],
        "at": at,
    }
    return _chunk("expire_chunk", asked)


def _chunk(statement: str, asked: dict[str, object]) -> Chunk:
    with named():
        found = queries.rows(statement, asked)
    return Chunk(**found[0]) if found else Chunk(None)


def _announce(run: Run, at: datetime) -> Chunk:
    asked = {"after_id": run.after_id, "limit": _NOTICE_CHUNK}
    citizens = [row["holder_id"] for row in queries.rows("holders", asked)]
    if not citizens:
        return Chunk(None)
    found = expiring_of(citizens, run.month)
    tell(found, month=run.month, days=int(run.step.partition("-")[2]), at=at)
    return Chunk(citizens[-1], len(found), sum(found.values()))


def expiring_of(citizens: list[int], month: int) -> dict[int, int]:
    """How many points of each citizen expire with a month, of those who lose any."""
    asked = {
        "citizen_ids": citizens,
        "month": month,
        "months": queries.terms().expiry_months,
        "month_end": end_of(month),
    }
    return {row["citizen_id"]: row["points"] for row in queries.rows("expiring", asked)}


def tell(found: dict[int, int], *, month: int, days: int, at: datetime) -> None:
    """Tells citizens how many of their points expire with a month, once for each notice."""
    day = last_day(month)
    queue_notices(
        notices=[
            Notice(
                person_id=citizen_id,
                template=f"expiry-{days}",
                facts={"points": points, "date": day.isoformat()},
                key=f"expiry/{day:%Y-%m}/{days}",
                link=POINTS_LINK,
            )
            for citizen_id, points in found.items()
        ],
        at=at,
    )
