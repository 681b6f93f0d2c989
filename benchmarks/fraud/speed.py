"""How long the detectors take for a million new deeds of 400,000 citizens, within one settlement.

Known deeds come beside them as they do when a partner's file meets days that others have told of.
"""

from __future__ import annotations

import time

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.fraud.pipeline import FIRST, Platform
from tanhui.behaviours.detectors.seen import Columns, History, Ints, Seen, run

MILLION = 1_000_000
CITIZENS = 400_000
RUNS = 3
_US = 1_000_000
# New deeds over so many days, beside so many known ones.
CASES = ((30, 0), (1, 0), (30, 300_000), (30, MILLION))


def _deeds(count: int, days: int, seed: int, partner: int, scene: int) -> Columns:
    draw = np.random.default_rng(seed)
    citizen = draw.integers(0, CITIZENS, count)
    started = (draw.integers(0, days * 86_400, count) + int(FIRST.timestamp())) * _US
    order = np.lexsort((started, citizen))
    citizen, started = citizen[order], started[order]
    seconds = draw.integers(180, 2_400, count)
    metres = (seconds * draw.uniform(2.0, 4.5, count)).astype(np.int64)
    return Columns(
        citizen=citizen,
        started=started,
        ended=started + seconds * _US,
        day=(started // _US + 8 * 3_600) // 86_400,
        amount=metres,
        scene=np.full(count, scene, dtype=np.int64),
        partner=np.full(count, partner, dtype=np.int64),
        reduction_mg=metres * 49,
    )


def _usual(citizen: Ints, day: Ints, scenes: Ints) -> History:
    """A usual day for everybody; asking the books is no part of this."""
    del day, scenes
    return History(*(np.full(len(citizen), value) for value in (10, 240_000, 20_000, 400_000)))


def run_speed() -> dict[str, object]:
    """The fastest of some runs for each case, in processor seconds, with the deeds flagged."""
    platform = Platform()
    scene = platform.library.of_mode("shared_bike").number
    answer: dict[str, object] = {}
    table = Table(title="Detectors over a million new deeds")
    for column in ("days", "known deeds", "seconds", "flagged"):
        table.add_column(column, justify="right")
    for days, known_count in CASES:
        new = _deeds(MILLION, days, 1, 1, scene)
        known = _deeds(known_count, days, 2, 2, scene)
        merged = np.zeros(MILLION, dtype=np.bool_)
        best, flagged = float("inf"), 0
        for _ in range(RUNS):
            seen = Seen(new, known, merged, merged.astype(np.int64), _usual)
            begun = time.process_time()
            flagged = len(run(seen, platform.detectors).facts)
            best = min(best, time.process_time() - begun)
        answer[f"days_{days}_known_{known_count}"] = round(best, 3)
        table.add_row(str(days), f"{known_count:,}", f"{best:.3f}", f"{flagged:,}")
    Console().print(table)
    return answer
