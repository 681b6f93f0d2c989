"""Fair drops: a million entries drawn, the draw checked by the strangers' file, points returned.

The draw is what the job does before it writes: the frozen list read from the database, its digest
compared with the one the log was told, every score, the winners. The check is the program's whole
run on the draw file. The comparator is the least that anyone could do for the same list: one hash
of the chance and each code, and a sort.

    make bench ARGS=draws
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import transaction
from tests.cast import NOW
from tests.rewards.drops import draws as making
from tests.rewards.drops.draws import LATER, Draws
from tests.rewards.mall import as_owner

from benchmarks.scratch import scratch_database
from tanhui.config.settings import checkout_root
from tanhui.identity.commands import platform_actor
from tanhui.publiclog import site
from tanhui.rewards.drops import files, queries, running
from tanhui.rewards.drops.records import Drop

ENTRIES = 1_000_000
UNITS = 100
REQUIRED_SECONDS = 5.0
_RETURNED = 4_000
_TURNS = 3

# Entries of people who need not be in the books, as the owner of the tables writes them.
_FILL = """
INSERT INTO rewards_entry (citizen_id, redemption_id, drop_id, number, salt, code, tickets, at)
SELECT
    citizen, gen_random_uuid(), %(drop_id)s, citizen, salt,
    substring(sha256(salt || convert_to(citizen::text, 'UTF8')) FROM 1 FOR 16),
    1 + (citizen %% 10 = 0)::integer + (citizen %% 40 = 0)::integer, %(at)s
FROM (
    SELECT citizen, substring(sha256(int8send(citizen)) FROM 1 FOR 16) AS salt
    FROM generate_series(1::bigint, %(count)s::bigint) AS citizen
) AS each
"""


def _bare(codes: Sequence[bytes]) -> float:
    """One hash for each code, and a sort."""
    begun = time.perf_counter()
    chance = bytes(32)
    assert len(sorted([sha256(chance + code).digest() for code in codes])[:UNITS]) == UNITS
    return time.perf_counter() - begun


def _draw(found: Drop) -> float:
    begun = time.perf_counter()
    assert len(running.compute(found).numbers) == UNITS
    return time.perf_counter() - begun


def _check(place: Path, found: Drop) -> tuple[float, float, int]:
    """The strangers' program from its start to its end, its work alone, and its file's bytes."""
    path = place / "draw.json"
    path.write_bytes(files.draw_file(found))
    (place / "policy").write_text(site.public_policy().text, encoding="utf-8")
    program = checkout_root() / "verify" / "tanhui_draw.py"
    words = [sys.executable, "-I", str(program), str(path), "--keys", str(place / "policy")]
    begun, worked = time.perf_counter(), _children()
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    seconds, worked = time.perf_counter() - begun, _children() - worked
    assert said.splitlines()[-1] == "valid"
    return seconds, worked, path.stat().st_size


def _children() -> float:
    """Seconds of a processor that programs started here have used: other work does not count."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _million(draws: Draws, place: Path) -> dict[str, Any]:
    drop = draws.open(units=UNITS)
    with as_owner() as cursor:
        cursor.execute(_FILL, {"drop_id": drop.id, "at": NOW, "count": ENTRIES})
        cursor.execute("ANALYZE rewards_entry")
    begun = time.perf_counter()
    assert draws.close() == 1
    closed = time.perf_counter() - begun
    draws.log.publish(LATER)
    found = queries.drop(drop.code)
    assert running._told(found, LATER, draws.send)
    drawn = min(_draw(found) for _ in range(_TURNS))
    bare = min(_bare(queries.frozen(drop.id).codes) for _ in range(_TURNS))
    # These winners are in no books, so who won is written and nothing given out.
    with transaction.atomic():
        assert running.write(platform_actor(), found, running.compute(found), LATER)
    draws.log.publish(LATER)
    found = queries.drop(drop.code)
    checked = [_check(place, found) for _ in range(_TURNS)]
    return {
        "close_seconds": closed,
        "draw_seconds": drawn,
        "bare_seconds": bare,
        "check_seconds": min(seconds for seconds, *_ in checked),
        "check_worst_seconds": max(seconds for seconds, *_ in checked),
        "check_processor_seconds": min(worked for _, worked, _ in checked),
        "file_bytes": checked[0][2],
    }


def _returned(draws: Draws) -> float:
    """Points returned to losers, in a second; they entered by the command."""
    drop = draws.open(units=1, code="R-9100")
    for citizen_id in draws.people(_RETURNED + 1):
        draws.enter(drop, citizen_id)
    draws.close()
    draws.log.publish(LATER)
    assert draws.draw() == 1
    begun = time.perf_counter()
    running.settle_due(actor=platform_actor(), at=LATER, limit=_RETURNED)
    return _RETURNED / (time.perf_counter() - begun)


def run() -> dict[str, object]:
    """Seconds of the draw and of its check, and the ratios to the bare loop."""
    with tempfile.TemporaryDirectory() as name, scratch_database():
        place = Path(name)
        for draws in making.made(place / "var"):
            # First, so that the others' million entries do not stand beside.
            rate = _returned(draws)
            found = _million(draws, place)
    for what in ("draw", "check"):
        found[f"{what}_ratio"] = found[f"{what}_seconds"] / found["bare_seconds"]
    print(f"{ENTRIES:,} entries frozen         {found['close_seconds']:6.2f} s")
    print(f"{ENTRIES:,} entries drawn          {found['draw_seconds']:6.2f} s"
          f" (wanted {REQUIRED_SECONDS:.0f} s), ratio {found['draw_ratio']:.2f}")  # fmt: skip
    print(f"  checked by tanhui_draw.py     {found['check_seconds']:6.2f} s, worst"
          f" {found['check_worst_seconds']:.2f} s (wanted {REQUIRED_SECONDS:.0f} s), ratio"
          f" {found['check_ratio']:.2f}; processor"
          f" {found['check_processor_seconds']:.2f} s")  # fmt: skip
    print(f"bare hashlib loop and sort      {found['bare_seconds']:6.2f} s")
    print(f"the draw file                   {found['file_bytes']:,} bytes")
    print(f"points returned to losers       {rate:,.0f} a second")
    return {
        **found,
        "entries": ENTRIES,
        "required_seconds": REQUIRED_SECONDS,
        "returned_per_second": rate,
    }
