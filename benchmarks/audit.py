"""Checking the audit: 100,000 rows with their codes, links and seals, beside two other ways.

`floor` only fetches the same rows over the same connection and looks at nothing: no check can be
faster. `by objects` does the same work as one would write it first: each row as an object of the
mapper, its bytes made anew as canonical JSON, code and link by the standard library.

    python -m benchmarks.audit
"""

from __future__ import annotations

import hashlib
import hmac
import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

from benchmarks.setting import set_up

set_up()

from django.db import connection, transaction  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from benchmarks.scratch import scratch_database  # noqa: E402
from tanhui.governance import queries  # noqa: E402
from tanhui.governance.commands import chain_rows, write_audit  # noqa: E402
from tanhui.governance.models import AuditRow, ChainLink  # noqa: E402
from tanhui.kernel.actors import Actor, Assurance  # noqa: E402
from tanhui.runtime.sql import load  # noqa: E402

ROWS = 100_000
ROUNDS = 5
REQUIRED_SECONDS = 2.0
AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
PLATFORM = Actor("platform", frozenset({"platform"}), assurance=Assurance.MACHINE)
_KEY = b"k" * 32
_PIECE = 5_000


def _fill() -> dict[str, float]:
    begun = time.perf_counter()
    for first in range(0, ROWS, 1_000):
        with transaction.atomic():
            for number in range(first, first + 1_000):
                write_audit(
                    actor=PLATFORM,
                    action="behaviours.record_chunk",
                    subject=f"chunk:{number}",
                    facts={"rows": number, "recorded": number - 3, "held": 2, "digest": "ab" * 16},
                    at=AT,
                )
    written = time.perf_counter() - begun
    begun = time.perf_counter()
    while chain_rows(actor=PLATFORM, at=AT):
        pass
    return {"write_us": written / ROWS * 1e6, "chain_s": time.perf_counter() - begun}


def _check() -> None:
    found = queries.check_chain()
    if not found.ok or found.rows != ROWS or found.links != ROWS:
        raise RuntimeError("the check itself is wrong")


def _floor() -> None:
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(load("tanhui.governance", "chain_and_rows"))
        while cursor.fetchmany(_PIECE):
            pass


def _by_objects() -> None:
    links = {link.audit_id: link for link in ChainLink.objects.iterator(_PIECE)}
    head = b"\0" * 32
    for row in AuditRow.objects.order_by("id").iterator(_PIECE):
        told = {
            "id": row.id,
            "at": row.at.isoformat(),
            "actor": row.actor,
            "action": row.action,
            "subject": row.subject,
            "facts": row.facts,
        }
        content = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
        hmac.compare_digest(hmac.new(_KEY, content, "sha256").digest(), bytes(row.mac)[4:])
        head = hashlib.sha256(head + content).digest()
        hmac.compare_digest(head, bytes(links[row.id].hash))


def _seconds(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def run() -> dict[str, float]:
    """Medians in seconds of the check and of both others, rounds interleaved."""
    with scratch_database():
        told = _fill()
        ways = {"check": _check, "floor": _floor, "by objects": _by_objects}
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name, work in ways.items():
                taken[name].append(_seconds(work))
    return {**told, **{name: statistics.median(found) for name, found in taken.items()}}


def main() -> None:
    """Prints the table; exit code 1 above the required two seconds."""
    measured = run()
    table = Table(title=f"{ROWS:,} audit rows, median of {ROUNDS}")
    table.add_column("way")
    table.add_column("seconds", justify="right")
    for name in ("check", "floor", "by objects"):
        table.add_row(name, f"{measured[name]:.2f}")
    console = Console()
    console.print(table)
    console.print(
        f"writing a row: {measured['write_us']:.0f} µs; chaining all: {measured['chain_s']:.2f} s"
    )
    if measured["check"] > REQUIRED_SECONDS:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
