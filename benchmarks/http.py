"""The signed interface over HTTP: batches of 1,000, and single deeds against a bare endpoint.

Server, database and client share the machine's cores. The requests are signed before the clock
starts; the client is `http_client`, one process, the same for both servers.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import psycopg
from rich.console import Console
from rich.table import Table

from benchmarks.http_client import write_requests
from benchmarks.scratch import scratch_database
from tanhui.cli.serving import BLOCKING_THREADS, SERVER_WORKERS
from tanhui.config.database import Database
from tanhui.identity.commands import register_simulated
from tanhui.kernel.actors import Actor, Assurance
from tanhui.partners import quota
from tanhui.partners.commands import bind_riders, register_partner
from tanhui.partners.contract import approve_production
from tanhui.partners.keys import NewKey, issue_key
from tanhui.partners.signing import sign

OPERATOR = Actor("operator:benchmark", frozenset({"operator"}), assurance=Assurance.MACHINE)
CITIZENS = 100_000
BATCH_ITEMS = 1_000
BATCHES, BATCHES_WARM = 200, 20
SINGLES, SINGLES_WARM, ROUNDS = 5_000, 2_000, 3
BATCH_CONNECTIONS = 4
CONNECTIONS = (8, 64)
# With more the bare endpoint is slower: its threads only take turns.
BARE_THREADS = 4
_MOST = 2_000_000_000
_ROOT = Path(__file__).resolve().parents[1]


def _city(at: datetime) -> NewKey:
    """A partner with its riders and a key; what a city has before the first request."""
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
    riders = [f"r{number:07d}" for number in range(CITIZENS)]
    bind_riders(actor=OPERATOR, partner_code="BIKE", riders=riders, citizen_ids=citizens, at=at)
    approve_production(actor=OPERATOR, partner_code="BIKE", waive="benchmark", at=at)
    quota.set_quota(
        actor=OPERATOR,
        partner_code="BIKE",
        items_per_day=_MOST,
        requests_per_minute=_MOST,
        at=at,
    )
    return issue_key(
        actor=OPERATOR, partner_code="BIKE", environment="production", algorithm="hmac", at=at
    )


def _item(draw: Random, reference: str, at: datetime) -> dict[str, Any]:
    begun = at - timedelta(seconds=draw.randrange(3_600, 86_400))
    seconds = draw.randrange(180, 2_400)
    return {
        "reference": reference,
        "rider": f"r{draw.randrange(CITIZENS):07d}",
        "mode": "shared_bike",
        "started_at": begun.replace(microsecond=0).isoformat(),
        "ended_at": (begun.replace(microsecond=0) + timedelta(seconds=seconds)).isoformat(),
        "distance_m": int(seconds * draw.uniform(2.0, 4.5)),
    }


def _request(address: str, body: bytes, headers: dict[str, str]) -> bytes:
    lines = [f"POST {address} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"{name}: {text}" for name, text in headers.items()]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def _signed(key: NewKey, number: str, items: list[dict[str, Any]]) -> bytes:
    body, now = msgspec.json.encode(items), int(time.time())
    headers = {
        "tanhui-partner": "BIKE",
        "webhook-id": number,
        "webhook-timestamp": str(now),
        "webhook-signature": sign(secret=key.secret, message_id=number, timestamp=now, body=body),
    }
    return _request("/api/v1/behaviours:batch", body, headers)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(application: str, environ: dict[str, str], *, threads: int) -> Iterator[int]:
    """A server of two workers, as the product starts it; answers its port."""
    port = _free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", str(SERVER_WORKERS)]
    command += ["--blocking-threads", str(threads), "--log-level", "warning", application]
    server = subprocess.Popen(command, env={**os.environ, **environ}, cwd=_ROOT)
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        time.sleep(1)
        yield port
    finally:
        server.terminate()
        server.wait()


def load(folder: Path, port: int, requests: list[bytes], connections: int) -> dict[str, Any]:
    """Sends requests over so many connections and answers what the client measured."""
    path = folder / "requests"
    write_requests(path, requests)
    command = [sys.executable, "-m", "benchmarks.http_client", str(path), "127.0.0.1"]
    out = subprocess.run(
        [*command, str(port), str(connections)],
        check=True,
        capture_output=True,
        text=True,
        cwd=_ROOT,
    )
    told: dict[str, Any] = json.loads(out.stdout)
    assert set(told["statuses"]) == {"200"}, told
    print(f"  {connections} connections: {told}", file=sys.stderr, flush=True)
    return told


def _batches(folder: Path, port: int, key: NewKey, at: datetime) -> dict[str, Any]:
    draw = Random(1)
    bodies = [
        [_item(draw, f"b{batch}-{number}", at) for number in range(BATCH_ITEMS)]
        for batch in range(BATCHES_WARM + BATCHES)
    ]
    requests = [_signed(key, f"batch-{number}", items) for number, items in enumerate(bodies)]
    load(folder, port, requests[:BATCHES_WARM], BATCH_CONNECTIONS)
    return load(folder, port, requests[BATCHES_WARM:], BATCH_CONNECTIONS)


def _single_requests(key: NewKey, at: datetime, name: str, count: int) -> list[bytes]:
    draw = Random(name)
    return [
        _signed(key, f"{name}-{number}", [_item(draw, f"{name}-{number}", at)])
        for number in range(count)
    ]


def _bare_requests(at: datetime, name: str, count: int) -> list[bytes]:
    draw = Random(name)
    return [
        _request("/item", msgspec.json.encode(_item(draw, f"{name}-{number}", at)), {})
        for number in range(count)
    ]


def _side_by_side(
    folder: Path, ours: int, bare: int, key: NewKey, at: datetime, connections: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both servers in turn, round by round, so that both meet the same machine."""
    told: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
    for turn in range(ROUNDS + 1):
        count = SINGLES if turn else SINGLES_WARM
        name = f"s{connections}-{turn}"
        rounds = (
            load(folder, ours, _single_requests(key, at, name, count), connections),
            load(folder, bare, _bare_requests(at, name, count), connections),
        )
        for seen, one in zip(told, rounds, strict=True):
            # The first round only warms both up.
            seen.extend([one] if turn else [])
    return _together(told[0]), _together(told[1])


def _together(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    requests = sum(one["requests"] for one in rounds)
    middle = sorted(one["p99_ms"] for one in rounds)[len(rounds) // 2]
    return {
        "per_s": requests / sum(one["seconds"] for one in rounds),
        "p99_ms": middle,
        "client_cpu": max(one["client_cpu"] for one in rounds),
    }


def _make_bare_table(database: Database) -> None:
    with psycopg.connect(database.owner_url) as connection:
        connection.execute((_ROOT / "benchmarks/sql/http_bare.sql").read_text(encoding="utf-8"))


def run() -> dict[str, object]:
    """Batches, then single deeds against the bare endpoint, at few and at many connections."""
    at = datetime.now(UTC)
    answer: dict[str, object] = {}
    with scratch_database() as database, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        key = _city(at)
        _make_bare_table(database)
        environ = {
            "DATABASE_URL": database.owner_url,
            "BARE_DATABASE_URL": database.owner_url,
            "TANHUI_MODE": "demo",
        }
        product, comparator = "tanhui.config.wsgi:application", "benchmarks.http_bare:application"
        with serving(product, environ, threads=BLOCKING_THREADS) as port:
            batches = _batches(folder, port, key, at)
            answer["batch_events_per_s"] = round(batches["per_s"] * BATCH_ITEMS)
            answer["batch_p99_ms"] = round(batches["p99_ms"])
            with serving(comparator, environ, threads=BARE_THREADS) as bare_port:
                for number in CONNECTIONS:
                    ours, bare = _side_by_side(folder, port, bare_port, key, at, number)
                    answer |= _told(number, ours, bare)
    _show(answer)
    return answer


def _told(number: int, ours: dict[str, Any], bare: dict[str, Any]) -> dict[str, object]:
    return {
        f"single_per_s_at_{number}": round(ours["per_s"]),
        f"bare_per_s_at_{number}": round(bare["per_s"]),
        f"single_to_bare_at_{number}": round(ours["per_s"] / bare["per_s"], 3),
        f"single_p99_ms_at_{number}": round(ours["p99_ms"]),
        f"bare_p99_ms_at_{number}": round(bare["p99_ms"]),
        f"client_share_of_a_core_at_{number}": round(bare["client_cpu"], 2),
    }


def _show(answer: dict[str, object]) -> None:
    table = Table(title="Signed deeds over HTTP (2 workers; database and client on the same cores)")
    table.add_column("what")
    table.add_column("value", justify="right")
    for name, value in answer.items():
        table.add_row(name, str(value))
    Console().print(table)
