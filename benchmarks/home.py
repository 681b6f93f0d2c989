"""The citizen's home page: server time and queries, with 2,000 citizens and a million deeds."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rich.console import Console
from rich.table import Table

from benchmarks.scratch import scratch_database
from tanhui.behaviours.commands import record_file
from tanhui.cli.demo_trips import write_trips
from tanhui.identity.commands import open_login_link, platform_actor, register_simulated
from tanhui.kernel.actors import Actor, Assurance
from tanhui.kernel.periods import city_day
from tanhui.partners.commands import bind_riders, register_partner

OPERATOR = Actor("operator:benchmark", frozenset({"operator"}), assurance=Assurance.MACHINE)
CITIZENS = 2_000
DEEDS = 1_000_000
REQUESTS = 400


def _fill(at: datetime) -> int:
    """Records days of demo trips, backwards from today, until there are a million deeds."""
    register_partner(
        actor=OPERATOR,
        code="BIKE",
        name_zh="单车",
        name_en="Bikes",
        scene="shared-bike",
        simulated=True,
        at=at,
    )
    citizens = register_simulated(actor=OPERATOR, count=CITIZENS, at=at)
    riders = [f"jc-{citizen:07d}" for citizen in citizens]
    bind_riders(actor=OPERATOR, partner_code="BIKE", riders=riders, citizen_ids=citizens, at=at)
    recorded, last = 0, city_day(at)
    with tempfile.TemporaryDirectory() as folder:
        while recorded < DEEDS:
            days = [last - timedelta(days=back) for back in range(60)]
            last = days[-1] - timedelta(days=1)
            path = Path(folder) / "trips.ndjson"
            write_trips(path, riders=riders, days=days, until=at)
            recorded += record_file(
                actor=OPERATOR, partner_code="BIKE", path=path, layout_name="tanhui-ndjson", at=at
            ).recorded
    return recorded


def _percentile(values: list[float], share: float) -> float:
    return sorted(values)[int(len(values) * share)]


def run() -> dict[str, object]:
    """Renders the home of one citizen again and again; times are of the whole server side."""
    at = datetime.now(UTC)
    with scratch_database():
        deeds = _fill(at)
        settings.ALLOWED_HOSTS = ["testserver"]
        client = Client()
        token = open_login_link(actor=platform_actor(), persona="lin-xiao", at=at)
        client.get(f"/login/{token}")
        with CaptureQueriesContext(connection) as queries:
            answer = client.get("/m/")
            asked = len(queries)
        assert answer.status_code == 200, answer
        assert "林晓" in answer.content.decode()
        times = []
        for _ in range(REQUESTS):
            begun = time.perf_counter()
            client.get("/m/")
            times.append((time.perf_counter() - begun) * 1_000)
    result: dict[str, object] = {
        "deeds": deeds,
        "citizens": CITIZENS,
        "queries": asked,
        "p50_ms": round(_percentile(times, 0.5), 1),
        "p95_ms": round(_percentile(times, 0.95), 1),
    }
    table = Table(title="The citizen's home page")
    table.add_column("what")
    table.add_column("value", justify="right")
    for name, value in result.items():
        table.add_row(name, str(value))
    Console().print(table)
    return result
