"""The city's board and a partner's reconciliation, with a year that comes to ten million deeds.

The deeds themselves are not made: what settlement leaves behind of them is, as sums of every
partner, day, scene and district and as postings of fifty deeds each, and the roll that adds them up
is the product's own. Pages read nothing else.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from django.conf import settings
from django.test import Client
from rich.console import Console
from rich.table import Table

from benchmarks.scratch import scratch_database
from tanhui.behaviours import city, reconciliation
from tanhui.behaviours.totals import queries as totals
from tanhui.behaviours.totals.rolling import roll, state_days
from tanhui.board import open_data
from tanhui.identity.commands import platform_actor, register_simulated
from tanhui.kernel.actors import Actor, Assurance
from tanhui.kernel.periods import city_day
from tanhui.ledger.chart import REDUCTION_MEASURED

OPERATOR = Actor("operator:benchmark", frozenset({"operator"}), assurance=Assurance.MACHINE)
DEEDS = 10_000_000
PARTNERS, DAYS, CITIZENS = 10, 365, 20_000
REQUESTS = 60
_SQL = Path(__file__).parent / "sql" / "board_fill.sql"


def _fill(url: str, at: datetime) -> None:
    facts = {
        "at": at,
        "first": city_day(at) - timedelta(days=DAYS - 1),
        "last": city_day(at),
        "partners": PARTNERS,
        "deeds_in_cell": DEEDS // (PARTNERS * DAYS * 21),
        "postings": DEEDS // 50,
        "pool": REDUCTION_MEASURED.number,
    }
    with psycopg.connect(url) as owner:
        for statement in _SQL.read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                owner.execute(statement, facts)
        owner.commit()
        owner.autocommit = True
        owner.execute("VACUUM ANALYZE")


def _milliseconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1_000


def _middle(act: Callable[[], object], times: int = REQUESTS) -> tuple[float, float]:
    """The median and the 95th percentile in milliseconds."""
    taken = sorted(_milliseconds(act) for _ in range(times))
    return round(taken[len(taken) // 2], 1), round(taken[int(len(taken) * 0.95)], 1)


def run() -> dict[str, object]:
    """Server times of the board, cold after a roll and warm, and of what else reads the totals."""
    at = datetime.now(UTC)
    with scratch_database() as database, tempfile.TemporaryDirectory() as folder:
        settings.TANHUI = replace(settings.TANHUI, var=Path(folder))
        settings.ALLOWED_HOSTS = ["testserver"]
        register_simulated(actor=OPERATOR, count=CITIZENS, at=at)
        _fill(database.owner_url, at)
        rolled = _milliseconds(lambda: roll(actor=platform_actor(), at=at))
        stated = _milliseconds(lambda: state_days(actor=platform_actor(), at=at))
        client = Client()
        answer = client.get("/")
        assert answer.status_code == 200, answer

        def cold() -> None:
            city._figures.cache_clear()
            client.get("/")

        cold_ms, cold_p95 = _middle(cold)
        warm_ms, warm_p95 = _middle(lambda: client.get("/"))
        last = city_day(at)
        days_ms, _ = _middle(
            lambda: reconciliation.by_day(partner_id=1, first=last - timedelta(days=366), last=last)
        )
        written = _milliseconds(lambda: open_data._file(open_data.edition(at), "csv"))
        result: dict[str, object] = {
            "deeds": totals.in_all().deeds,
            "rows_of_totals": PARTNERS * DAYS * 21,
            "board_cold_p50_ms": cold_ms,
            "board_cold_p95_ms": cold_p95,
            "board_warm_p50_ms": warm_ms,
            "board_warm_p95_ms": warm_p95,
            "reconciliation_of_a_year_ms": days_ms,
            "first_roll_ms": round(rolled),
            "stating_a_year_ms": round(stated),
            "open_data_written_ms": round(written),
        }
    table = Table(title="The city's board with a year of ten million deeds")
    table.add_column("what")
    table.add_column("value", justify="right")
    for name, value in result.items():
        table.add_row(name, str(value))
    Console().print(table)
    return result
