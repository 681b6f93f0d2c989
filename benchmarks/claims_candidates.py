"""Overlapping trips of one person: an exclusion of ranges against unique five-minute slots.

`python -m benchmarks.claims_candidates [ROWS]` measures both on the same rows in one run, on a
scratch database, and prints ratios. The decision is docs/decisions/0021-claims-by-slot.md.
"""

from __future__ import annotations

import json
import os
import sys
import time
from importlib import resources

import django
import psycopg

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tanhui.config.settings")
django.setup()

from benchmarks.scratch import scratch_database  # noqa: E402

ROWS = 1_000_000
CITIZENS = 400_000
CANDIDATES = ("claims_range", "claims_slot")


def _sql(name: str) -> str:
    return (resources.files("benchmarks") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def _seconds(connection: psycopg.Connection, name: str, *, second: bool) -> tuple[float, int]:
    begun = time.monotonic()
    with connection.transaction():
        rows = connection.execute(_sql(name).encode(), {"second": second}).rowcount
    return time.monotonic() - begun, rows


def run(rows: int = ROWS) -> dict[str, object]:
    """For each candidate: seconds for new trips and for overlapping ones, rows kept, bytes."""
    answer: dict[str, object] = {"rows": rows}
    figures: dict[str, list[float]] = {}
    with (
        scratch_database() as database,
        psycopg.connect(
            database.owner_url, autocommit=True, cursor_factory=psycopg.ClientCursor
        ) as connection,
    ):
        answer["postgresql"] = connection.info.server_version
        connection.execute(_sql("claims_tables").encode(), {"citizens": CITIZENS, "rows": rows})
        for name in CANDIDATES:
            fresh, kept = _seconds(connection, name, second=False)
            again, kept_again = _seconds(connection, name, second=True)
            size = connection.execute(
                "SELECT pg_total_relation_size(%s::regclass)", [name]
            ).fetchone()
            figures[name] = [fresh, again, float(size[0] if size else 0)]
            answer[name] = {
                "new_seconds": round(fresh, 2),
                "new_rows": kept,
                "overlapping_seconds": round(again, 2),
                "overlapping_rows": kept_again,
                "bytes": size[0] if size else 0,
            }
    ranges, slots = (figures[name] for name in CANDIDATES)
    answer["slot_over_range"] = {
        what: round(slot / whole, 2)
        for what, slot, whole in zip(("new", "overlapping", "bytes"), slots, ranges, strict=True)
    }
    return answer


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS), indent=2))
