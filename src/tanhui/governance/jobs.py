"""How the platform's own jobs fare: each round is noted as it begins and as it ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.runtime.sql import load

_ROOM = "tanhui.governance"
# Rounds come every half minute; one that takes this long hangs, or nobody runs them.
LATE_AFTER = timedelta(minutes=5)
_TROUBLE_MAX = 200


@dataclass(frozen=True, slots=True)
class Job:
    """One job. `done` is how much its last round did that found anything to do, at `done_at`.

    `failures` counts rounds in a row that failed; `trouble` is the last one, also when it is over.
    """

    name: str
    begun_at: datetime
    ended_at: datetime | None
    took_ms: int | None
    done: int
    done_at: datetime | None
    failures: int
    trouble: str | None
    trouble_at: datetime | None

    def state(self, at: datetime) -> str:
        """`failing`, `late`, `running` or `ok`."""
        if self.failures:
            return "failing"
        if at - self.begun_at > LATE_AFTER:
            return "late"
        return "running" if self.ended_at is None else "ok"


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """How large the database is, in bytes, and which version of the server holds it."""

    size: int
    version: str


def note_begun(*, actor: Actor, name: str, at: datetime) -> None:
    """Notes that a round begins, so that one that hangs is seen. Refuses `not_permitted`."""
    require(actor, "jobs.record")
    _do("job_begun", {"name": name, "at": at})


def note_ended(
    *, actor: Actor, name: str, at: datetime, took_ms: int, done: int, trouble: str = ""
) -> None:
    """Notes how a round ended: how much it did, or its trouble in words without personal values.

    Refuses `not_permitted`.
    """
    require(actor, "jobs.record")
    told = trouble[:_TROUBLE_MAX] or None
    facts = {"name": name, "at": at, "took_ms": took_ms, "done": done, "trouble": told}
    _do("job_ended", facts)


def jobs(*, actor: Actor) -> list[Job]:
    """All jobs that ever ran, by name. Refuses `not_permitted`."""
    require(actor, "jobs.read")
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "jobs"))
        return [Job(*row) for row in cursor.fetchall()]


def database_facts(*, actor: Actor) -> DatabaseFacts:
    """The database's size and version. Refuses `not_permitted`."""
    require(actor, "jobs.read")
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "database_size"))
        size, version = cursor.fetchone()
        return DatabaseFacts(int(size), str(version).split()[0])


def _do(name: str, facts: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, name), facts)
