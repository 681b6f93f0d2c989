"""The replay of a tariff over a million rides, against one statement of the database itself.

The comparator knows only this one tariff: it neither measures, nor keeps the order of payment, nor
says anything of deeds, scenes, districts or the histogram. Both answers must be the same.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from rich.console import Console
from rich.table import Table

from benchmarks.scratch import scratch_database
from benchmarks.settlement import (
    AT,
    DAYS,
    FIRST_DAY,
    prepare,
    settle_million,
    warm_up,
)
from tanhui.behaviours.commands import CHUNK_ROWS
from tanhui.behaviours.replay.rules import propose_rule
from tanhui.behaviours.replay.working import compute
from tanhui.identity.commands import platform_actor
from tanhui.kernel.actors import Actor, Assurance
from tanhui.kernel.periods import day_end, day_start
from tanhui.rulebook import queries, shelf
from tanhui.rulebook.publishing import found
from tanhui.rulebook.queries import Proposal

PERSON = Actor("person:1", frozenset({"operator"}), person_id=1, assurance=Assurance.PHONE)
RUNS = 3
_SQL = Path(__file__).parent / "sql"


def _propose() -> Proposal:
    """A bike ride earns half, from August on."""
    publication = queries.in_force("tariff", "points.shared-bike", AT.date())
    assert publication is not None
    body = queries.text_of(publication).partition("[[example]]")[0]
    for old, new in (
        ('version = "2.0.0"', 'version = "3.0.0"'),
        ("valid_from = 2026-07-01", "valid_from = 2026-08-01"),
        ('per = "10 g"', 'per = "20 g"'),
    ):
        body = body.replace(old, new)
    body += '[[example]]\nreduction = "118.389 g"\npoints = 5\n'
    return propose_rule(actor=PERSON, body=body, reason="benchmark", at=AT)


def _comparator() -> tuple[float, tuple[int, ...]]:
    last = FIRST_DAY + timedelta(days=DAYS - 1)
    facts: dict[str, Any] = {
        "percents": [100, 80, 50, 20],
        "old_mg": 10_000,
        "new_mg": 20_000,
        "day_max": 30,
        "day_max_in_all": 100,
        "since": day_start(FIRST_DAY),
        "until": day_end(last),
    }
    statement = (_SQL / "replay_comparator.sql").read_text(encoding="utf-8")
    best = float("inf")
    with connection.cursor() as cursor:
        for _ in range(RUNS):
            begun = time.monotonic()
            cursor.execute(statement, facts)
            row = tuple(int(cell) for cell in cursor.fetchall()[0])
            best = min(best, time.monotonic() - begun)
    return best, row


def _microseconds(ask: Callable[[], object]) -> int:
    """What asking costs, the median of a thousand."""
    spent = []
    for _ in range(1_000):
        begun = time.perf_counter()
        ask()
        spent.append(time.perf_counter() - begun)
    return round(sorted(spent)[500] * 1_000_000)


def _nothing() -> None:
    """The least that any statement costs through the same connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT NULL")
        cursor.fetchall()


def run() -> dict[str, object]:
    """A million rides of thirty days under the old tariff and the new."""
    with scratch_database(), tempfile.TemporaryDirectory() as folder_name:
        folder = Path(folder_name)
        settings.TANHUI = replace(settings.TANHUI, var=folder / "var")
        found(actor=platform_actor(), at=AT)
        prepare()
        warm_up(folder)
        settle_million(folder, 1, CHUNK_ROWS)
        proposal = _propose()
        last = FIRST_DAY + timedelta(days=DAYS - 1)
        seconds = []
        for _ in range(RUNS):
            told = compute(proposal, FIRST_DAY, last)
            seconds.append(told["seconds"])
        sql_seconds, row = _comparator()
        ours = (
            told["people"],
            told["affected"],
            told["before"]["points"],
            told["after"]["points"],
        )
        assert ours == row, (ours, row)
        answer: dict[str, object] = {
            "deeds": told["deeds"],
            "people": told["people"],
            "replay_seconds": min(seconds),
            "deeds_per_s": round(told["deeds"] / min(seconds)),
            "one_statement_seconds": round(sql_seconds, 2),
            "replay_to_statement": round(min(seconds) / sql_seconds, 2),
            "asking_the_shelf_us": _microseconds(shelf.current_root),
            "empty_statement_us": _microseconds(_nothing),
        }
    table = Table(title="Replay of a tariff over a million rides, both rules, all sums")
    table.add_column("what")
    table.add_column("value", justify="right")
    for name, value in answer.items():
        table.add_row(name, str(value))
    Console().print(table)
    return answer
