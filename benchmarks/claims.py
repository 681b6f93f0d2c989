"""Claims at a million trips: telling reports apart, and taking time as bits against slots.

`python -m benchmarks.claims [ROWS]` measures on one scratch database in one run:

- `judge`: a million new trips of 400,000 citizens, of which none, or 2 in 100, are known already;
- `take`: their time as bits of four hours through `claims.commands`, against a row for each slot
  of five minutes as decision 0021 had it, both by binary COPY into a table with its key;
- `more`: a twentieth of them again two hours later, when rows are there to be looked at.

On two cores (2026-11-22, PostgreSQL 18): see docs/decisions/0031-claims-as-bits.md. Trips that
meet nobody are judged in 0.04 s, where 2 in 100 are known in 0.05 s, unsorted ones in 0.17 s.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psycopg

from benchmarks.setting import set_up

set_up()

from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from benchmarks.scratch import scratch_database  # noqa: E402
from tanhui.claims import commands  # noqa: E402
from tanhui.claims.matching import Tolerance, Trips, judge  # noqa: E402
from tanhui.claims.slots import SLOT_US, SLOTS, day_of, slots_of  # noqa: E402
from tanhui.claims.tolerance import city_tolerance  # noqa: E402
from tanhui.runtime import binary  # noqa: E402

ROWS = 1_000_000
CITIZENS = 400_000
SECOND_US = 1_000_000
MIDNIGHT = 1_767_542_400 * SECOND_US  # 2026-01-05 in the city
RUNS = 3


def trips(rows: int) -> Trips:
    """The trips of `claims_candidates`, in the order of settlement: citizen, then start."""
    number = np.arange(rows)
    citizen = number % CITIZENS
    started = MIDNIGHT + (number // CITIZENS * 7_200 + number * 7_919 % 3_600) * SECOND_US
    seconds = 300 + number * 104_729 % 1_200
    told = Trips(
        citizen=citizen,
        started=started,
        ended=started + seconds * SECOND_US,
        amount=seconds * 3,
        group=np.zeros(rows, dtype=np.int64),
        partner=np.ones(rows, dtype=np.int64),
        declared=np.zeros(rows, dtype=np.bool_),
    )
    return told.keep(np.lexsort((started, citizen)))


def _best(act: Callable[[], None], before: Callable[[], None] = lambda: None) -> float:
    """The shortest of some runs in seconds; `before` is not counted."""
    taken = []
    for _ in range(RUNS):
        before()
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    return round(min(taken), 3)


def judging(told: Trips, tolerance: Tolerance) -> dict[str, float]:
    """Seconds to judge the trips, by what is known already and by their order."""
    known = told.keep(np.arange(0, len(told), 50))
    later = known.started + 300 * SECOND_US
    other = replace(
        known,
        started=later,
        ended=later + (known.ended - known.started),
        partner=known.partner + 1,
    )
    mixed = told.keep(np.random.default_rng(1).permutation(len(told)))
    return {
        "judge_none_known": _best(lambda: _count(judge(told, Trips.none(), tolerance).same_as, 0)),
        "judge_some_known": _best(
            lambda: _count(judge(told, other, tolerance).same_as, len(known))
        ),
        "judge_unsorted": _best(lambda: _count(judge(mixed, Trips.none(), tolerance).same_as, 0)),
    }


def _count(same_as: np.ndarray[tuple[int], np.dtype[np.int64]], merged: int) -> None:
    assert int((same_as >= 0).sum()) == merged


def take_bits(told: Trips, *, fresh: bool) -> None:
    """Takes the trips' time through the room's own command."""
    with transaction.atomic():
        commands.take_time(
            citizen=told.citizen,
            started=told.started,
            ended=told.ended,
            fresh=np.full(len(told), fresh),
        )


def take_slots(told: Trips) -> None:
    """A row for each slot that a trip takes, as decision 0021 had it."""
    first, last = slots_of(told.started, told.ended)
    counts = last - first + 1
    trip = np.repeat(np.arange(len(told)), counts)
    slot = np.arange(len(trip)) - np.repeat(np.cumsum(counts) - counts, counts) + first[trip]
    columns: list[tuple[str, str, binary.Column | int]] = [
        ("citizen_id", ">i8", told.citizen[trip]),
        ("slot", ">i8", slot),
    ]
    statement = "COPY claims_slot (citizen_id, slot) FROM STDIN WITH BINARY"
    with (
        transaction.atomic(),
        binary.cursor(connection) as cursor,
        cursor.copy(statement) as copy,
    ):
        for piece in binary.copy_pieces(columns, len(trip)):
            copy.write(piece)


def _sql(name: str) -> bytes:
    return (Path(__file__).parent / "sql" / f"claims_{name}.sql").read_bytes()


def run(rows: int = ROWS) -> dict[str, object]:
    """Seconds, bytes and ratios."""
    told = trips(rows)
    tolerance = city_tolerance(settings.TANHUI.content_root)
    answer: dict[str, object] = {"rows": rows, **judging(told, tolerance)}
    again = told.keep(np.arange(0, rows, 20))
    two_hours = 7_200 * SECOND_US
    again = replace(again, started=again.started + two_hours, ended=again.ended + two_hours)
    with (
        scratch_database() as database,
        psycopg.connect(
            database.owner_url, autocommit=True, cursor_factory=psycopg.ClientCursor
        ) as owner,
    ):
        owner.execute(_sql("slot_table"))
        commands.open_days(days=np.unique(day_of(told.started // SLOT_US // SLOTS)))
        slots = _best(lambda: take_slots(told), lambda: _empty(owner, "claims_slot"))
        bits = _best(lambda: take_bits(told, fresh=True), lambda: _empty(owner, "claims_time"))
        size = {name: _bytes(owner, name) for name in ("claims_time", "claims_slot")}
        begun = time.perf_counter()
        take_bits(again, fresh=False)
        more = round(time.perf_counter() - begun, 3)
    return answer | {
        "take_bits": bits,
        "take_slots": slots,
        "bits_over_slots": round(bits / slots, 2),
        "bytes": size,
        "bytes_over_slots": round(size["claims_time"] / size["claims_slot"], 2),
        "more_rows": len(again),
        "more": more,
    }


def _empty(owner: psycopg.Connection[Any], table: str) -> None:
    owner.execute(f"TRUNCATE {table}".encode())
    owner.execute(b"CHECKPOINT")


def _bytes(owner: psycopg.Connection[Any], table: str) -> int:
    row = owner.execute(_sql("bytes"), {"name": table}).fetchone()
    return int(row[0]) if row else 0


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS), indent=2))
