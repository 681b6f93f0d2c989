"""The end of a month for 1,000,000 citizens, while others redeem.

`make bench ARGS=expiry` fills the books with citizens whose oldest points end now (three marks
each, a tenth gives to a cause), then does what the platform's job does: expiry, and new marks.
All the time two clients redeem for citizens drawn at random; how long each redemption took is held
against the same clients alone. Afterwards what expired is counted against the plain subtraction.
"""

from __future__ import annotations

import os
import random
import statistics
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from django.db import connection, connections
from rich.console import Console
from rich.table import Table

from benchmarks.scratch import scratch_database
from tanhui.config.database import Database
from tanhui.identity.commands import platform_actor
from tanhui.kernel.actors import Actor, Assurance
from tanhui.kernel.periods import city_day, day_start
from tanhui.rewards.expiry import month_end, queries
from tanhui.rewards.expiry.months import end_of, last_day, number_of
from tanhui.rewards.redeeming import redeem_reward

CITIZENS = 1_000_000
MARKS = 3
CLIENTS = 2
ALONE_SECONDS = 10
_FILL = Path(__file__).parent / "sql" / "expiry_fill.sql"


def _fill(database: Database, citizens: int, ends: int) -> None:
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        cursor = psycopg.ClientCursor(owner)
        cursor.execute(
            _FILL.read_text(encoding="utf-8").encode(),
            {
                "citizens": citizens,
                "marks": MARKS,
                "month": ends - queries.terms().expiry_months,
                "ends": ends,
                "told": end_of(ends) - timedelta(days=6),
            },
        )
        owner.execute("VACUUM (ANALYZE) ledger_account, rewards_mark, rewards_heir")
        owner.execute("CHECKPOINT")


class _Clients:
    """Citizens who redeem, one after another in each client, until told to stop."""

    def __init__(self, citizens: int) -> None:
        self._citizens = citizens
        self._over = threading.Event()
        self.took: list[float] = []
        self._threads = [
            threading.Thread(target=self._redeem, args=(number,)) for number in range(CLIENTS)
        ]

    def __enter__(self) -> _Clients:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _redeem(self, client: int) -> None:
        drawn = random.Random(client)
        number = 0
        while not self._over.is_set():
            citizen = drawn.randint(1, self._citizens)
            actor = Actor(
                f"person:{citizen}",
                frozenset({"citizen"}),
                person_id=citizen,
                assurance=Assurance.PHONE,
            )
            number += 1
            begun = time.perf_counter()
            redeem_reward(
                actor=actor,
                offer_code="R-9001",
                units=1,
                key=f"{client}-{number}",
                at=datetime.now(UTC),
            )
            self.took.append(time.perf_counter() - begun)
        connections.close_all()


def _server_seconds() -> float:
    """What the server's process of this connection has used of a processor so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    told = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def _until_done(step: str, month: int, at: datetime) -> float:
    begun = time.perf_counter()
    while month_end.advance(actor=platform_actor(), step=step, month=month, at=at):
        pass
    return time.perf_counter() - begun


def measure(citizens: int) -> dict[str, float]:
    """Seconds of marks and of expiry, and milliseconds of redemptions beside them and alone."""
    # The month that has just ended, told of a week before.
    ends = number_of(city_day(datetime.now(UTC))) - 1
    with scratch_database() as database:
        _fill(database, citizens, ends)
        with _Clients(citizens) as alone:
            time.sleep(ALONE_SECONDS)
        with _Clients(citizens) as beside:
            used = _server_seconds()
            expire = _until_done("expire", ends, datetime.now(UTC))
            used = _server_seconds() - used
        run = queries.runs(ends)["expire"]
        now = number_of(city_day(datetime.now(UTC)))
        marks = _until_done("mark", now, day_start(last_day(now)) + timedelta(hours=21))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*), sum(expired.points)::bigint, count(*) FILTER (WHERE"
                " expired.points > mark.credited - account.debits_posted + expired.points)"
                " FROM rewards_expired AS expired INNER JOIN rewards_mark AS mark"
                " ON mark.citizen_id = expired.citizen_id AND mark.month = %s"
                " INNER JOIN ledger_account AS account"
                " ON account.holder_id = expired.citizen_id AND account.kind = 1",
                [ends - queries.terms().expiry_months],
            )
            people, points, wrong = cursor.fetchone()
        if (people, points, wrong) != (run.people, run.points, 0):
            raise AssertionError(f"expired {people}, {points}, wrong {wrong}; told {run}")
    return {
        "citizens": citizens,
        "expired_people": people,
        "expired_points": points,
        "expire_seconds": expire,
        "expire_processor_seconds": used,
        "mark_seconds": marks,
        "redemptions_beside": len(beside.took),
        "redemption_alone_median_ms": statistics.median(alone.took) * 1000,
        "redemption_beside_median_ms": statistics.median(beside.took) * 1000,
        "redemption_alone_longest_ms": max(alone.took) * 1000,
        "redemption_beside_longest_ms": max(beside.took) * 1000,
    }


def run() -> dict[str, float]:
    """Measures once, prints a table, answers the figures."""
    found = measure(CITIZENS)
    table = Table("figure", "measured", title="The end of a month")
    for name, value in found.items():
        table.add_row(name, f"{value:,.1f}" if isinstance(value, float) else f"{value:,}")
    Console().print(table)
    return found
