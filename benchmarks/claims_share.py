"""What claims and detectors cost: the same millions settled with them and without, in one run.

Without them every deed is recorded as it comes: nothing is compared, flagged or claimed. What a
day has been paid is read in both, because the limits need it. Each way has a database of its own;
that without comes before and after the other, so that a drift of the machine does not count.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks import settlement
from benchmarks.scratch import scratch_database
from tanhui.behaviours import evidence, judging, recording
from tanhui.behaviours.commands import CHUNK_ROWS
from tanhui.behaviours.known import RECORDED
from tanhui.claims.matching import Trips

MILLIONS = 3


def _unjudged(measured: object, *_: object, **__: object) -> judging.Judged:
    """Every deed recorded, whatever it is like."""
    count = len(measured.deeds)  # type: ignore[attr-defined]
    return judging.Judged(
        state=np.full(count, RECORDED, dtype=np.int64),
        same_as=np.full(count, -1, dtype=np.int64),
        reason=np.zeros(count, dtype=np.int64),
        displaced=np.empty(0, dtype=np.int64),
        foreign=Trips.none(),
    )


@contextmanager
def _without() -> Iterator[None]:
    judge, claim = recording.judge_deeds, evidence.claim
    recording.judge_deeds = _unjudged  # type: ignore[assignment]
    evidence.claim = lambda *_, **__: None  # type: ignore[assignment]
    try:
        yield
    finally:
        recording.judge_deeds, evidence.claim = judge, claim


def _way(with_claims: bool, millions: int) -> list[float]:
    """Seconds for each million, in a database of its own."""
    seconds = []
    with scratch_database(), tempfile.TemporaryDirectory() as folder:
        settlement.prepare()
        settlement.warm_up(Path(folder))
        for number in range(1, millions + 1):
            if with_claims:
                seconds.append(settlement.settle_million(Path(folder), number, CHUNK_ROWS).seconds)
            else:
                with _without():
                    result = settlement.settle_million(Path(folder), number, CHUNK_ROWS)
                    seconds.append(result.seconds)
    return seconds


def run(millions: int = MILLIONS) -> dict[str, object]:
    """For each million the share of settlement that claims and detectors take."""
    off_before, on, off_after = _way(False, millions), _way(True, millions), _way(False, millions)
    off = [(one + other) / 2 for one, other in zip(off_before, off_after, strict=True)]
    shares = [round(1 - plain / whole, 3) for plain, whole in zip(off, on, strict=True)]
    table = Table("million", "with, s", "without, s (mean of before and after)", "share")
    for number, (whole, plain, share) in enumerate(zip(on, off, shares, strict=True), 1):
        table.add_row(str(number), f"{whole:.1f}", f"{plain:.1f}", f"{share:.1%}")
    Console().print(table)
    return {"with_s": on, "without_s": off, "shares": shares}
