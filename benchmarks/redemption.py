"""Redemptions at 16 clients, against pgbench on the same server, in turn.

`make bench ARGS=redemption` measures, five times each in turn: pgbench's single-row update; the SQL
of a redemption by pgbench on one hot offer; the whole command (Python, permission, audit row,
commit) by 16 clients in 4 processes on the hot offer; pgbench's tpcb-like; the command on 1,000
offers. Then 1,000 people want 100 items at once. Every run ends with the recount of all books.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
from django.db import connection
from rich.console import Console
from rich.table import Table

from benchmarks.redemption_client import CITIZENS, CLIENTS, PROCESSES, SECONDS, citizen
from benchmarks.scratch import scratch_database
from tanhui.config.database import Database
from tanhui.kernel.refusals import Refusal
from tanhui.ledger import queries as books
from tanhui.rewards.recount import recount
from tanhui.rewards.redeeming import redeem_reward
from tanhui.runtime.postgres.installation import Installation

ROUNDS = 5
OFFERS, SCALE = 1_000, 50
RUSH_PEOPLE, RUSH_ITEMS = 1_000, 100
_SQL = Path(__file__).parent / "sql"
_TPS = re.compile(r"tps = ([0-9.]+)")


def _fill(database: Database) -> None:
    with psycopg.connect(database.owner_url) as owner:
        told = (_SQL / "redemption_fill.sql").read_text(encoding="utf-8")
        cursor = psycopg.ClientCursor(owner)
        cursor.execute(
            told.encode(),
            {"citizens": CITIZENS, "offers": OFFERS, "rush_items": RUSH_ITEMS},
        )


def _pgbench(database: Database, *arguments: str) -> float:
    """Transactions per second that pgbench tells; raises CalledProcessError."""
    parts = urlsplit(database.owner_url)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    installation = Installation.find()
    surroundings = os.environ | {
        "PGHOST": asked.get("host", parts.hostname or ""),
        "PGPORT": asked.get("port", str(parts.port or 5432)),
        "PGUSER": asked.get("user", parts.username or "tanhui"),
        "PGPASSWORD": parts.password or "",
        "LD_LIBRARY_PATH": str(installation.libraries),
    }
    said = subprocess.run(
        [installation.program("pgbench"), *arguments, parts.path.lstrip("/")],
        env=surroundings,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = _TPS.search(said)
    return float(found[1]) if found else 0.0


def _timed(database: Database, script: str, *arguments: str) -> float:
    options = ["-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-T", str(SECONDS)]
    if script == "tpcb-like":
        return _pgbench(database, *options, "-b", "tpcb-like", *arguments)
    return _pgbench(database, *options, "-f", str(_SQL / script), *arguments)


def _commands(database: Database, offers: int) -> float:
    """Redemptions per second of all processes together, each waiting for the others to begin."""
    workers = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "benchmarks.redemption_client",
                database.owner_url,
                str(offers),
                str(place),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for place in range(PROCESSES)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    told = [worker.communicate()[0] for worker in workers]
    return sum(int(each) for each in told) / SECONDS


def _rush() -> dict[str, int]:
    """So many people want so few items at once; how many got one, and what the others were told."""
    told: dict[str, int] = {}
    guard = threading.Lock()

    def client(place: int) -> None:
        for person in range(place + 1, RUSH_PEOPLE + 1, CLIENTS):
            try:
                redeem_reward(
                    actor=citizen(person),
                    offer_code="RUSH",
                    units=1,
                    key="rush",
                    at=datetime.now(UTC),
                )
                answer = "redeemed"
            except Refusal as refusal:
                answer = refusal.code
            with guard:
                told[answer] = told.get(answer, 0) + 1
        connection.close()

    threads = [threading.Thread(target=client, args=(place,)) for place in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def run() -> dict[str, Any]:
    """Rates, their ratios, and what a rush for the last items came to."""
    with scratch_database() as database:
        _fill(database)
        _pgbench(database, "-i", "-q", "-s", str(SCALE))
        asked: dict[str, Callable[[], float]] = {
            "single-row update": lambda: _timed(database, "redemption_hot.sql"),
            "SQL, one hot offer": lambda: _timed(
                database, "redemption_reserve.sql", "-D", f"citizens={CITIZENS}", "-D", "offers=1"
            ),
            "command, one hot offer": lambda: _commands(database, 1),
            "tpcb-like": lambda: _timed(database, "tpcb-like"),
            "command, 1,000 offers": lambda: _commands(database, OFFERS),
        }
        found: dict[str, list[float]] = {name: [] for name in asked}
        for _ in range(ROUNDS):
            for name, measure in asked.items():
                found[name].append(measure())
        rush = _rush()
        begun = time.perf_counter()
        wrong = recount().broken
        assert not wrong, wrong
        assert all(asset.matches for asset in books.recount())
        seconds = time.perf_counter() - begun
        connection.close()
    assert rush == {"redeemed": RUSH_ITEMS, "sold_out": RUSH_PEOPLE - RUSH_ITEMS}, rush
    return _told(found, rush, seconds)


def _told(found: dict[str, list[float]], rush: dict[str, int], seconds: float) -> dict[str, Any]:
    against = {
        "SQL, one hot offer": ("single-row update", 0.25),
        "command, one hot offer": ("single-row update", 0.10),
        "command, 1,000 offers": ("tpcb-like", 0.10),
    }
    table = Table("", "per second", "against", "ratio", "wanted")
    ratios = {}
    for name, rates in found.items():
        other, wanted = against.get(name, ("", 0.0))
        if other:
            pairs = zip(rates, found[other], strict=True)
            ratios[name] = round(statistics.median(one / two for one, two in pairs), 3)
        table.add_row(
            name,
            f"{statistics.median(rates):,.0f}",
            other,
            f"{ratios[name]:.3f}" if other else "",
            f"{wanted:.2f}" if other else "",
        )
    console = Console()
    console.print(table)
    console.print(f"{RUSH_PEOPLE:,} people for {RUSH_ITEMS}: {rush}; recount {seconds:.2f} s")
    rates_told = {name: round(statistics.median(rates), 1) for name, rates in found.items()}
    return {"per_second": rates_told, "ratios": ratios, "rush": rush, "recount_seconds": seconds}
