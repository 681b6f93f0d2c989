"""The row kernel against hand-written polars: ten million rows, side by side in one run.

Each of the methodologies in `kernel_cases` is measured alone. The comparators do the kernel's work,
null outside the bounds, once on polars' ordinary engine and once on its streaming engine; the
required ratio is that to the faster of the two. For the shared bike it counts only when that one
reaches its floor. `no bounds` leaves the bounds out: it answers another question and is shown to
tell what they cost. Rounds are interleaved; their median is taken.

    python -m benchmarks.kernel [ROWS]
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

from benchmarks.kernel_cases import CASES, KernelCase
from tanhui.methodology.kernel.rows import RowKernel, compile_kernel
from tanhui.methodology.library import Library

ROWS = 10_000_000
# One call takes some 20 ms, so that a busy machine disturbs single rounds: many of them are cheap.
ROUNDS = 25
REQUIRED = 0.70
# Hand-written polars has been measured at 77 M rows/s; a comparator below 0.7 of it is not honest.
COMPARATOR_FLOOR = 0.7 * 77_000_000
FLOORED = "shared-bike.chengdu"
RESULT = "reduction_mg"
CONTENT = Path(__file__).resolve().parents[1] / "content"

Quantify = Callable[[pl.DataFrame], pl.Series]


def _ordinary(expression: pl.Expr) -> Quantify:
    return lambda frame: frame.select(expression.alias(RESULT)).to_series()


def _streamed(expression: pl.Expr) -> Quantify:
    return lambda frame: (
        frame.lazy().select(expression.alias(RESULT)).collect(engine="streaming").to_series()
    )


def _seconds(quantify: Quantify, frame: pl.DataFrame) -> float:
    started = time.perf_counter()
    quantify(frame)
    return time.perf_counter() - started


def _measure(case: KernelCase, kernel: RowKernel, rows: int) -> dict[str, object]:
    """One methodology. Raises AssertionError when the ways do not give the same integers."""
    ways: dict[str, Quantify] = {
        "kernel": kernel.quantify,
        "by hand": _ordinary(case.by_hand),
        "by hand, streamed": _streamed(case.by_hand),
        "no bounds": _ordinary(case.no_bounds),
    }
    frame = case.rows(rows)
    answers = [quantify(frame) for quantify in ways.values()]
    assert answers[0].null_count() == 0, f"{case.methodology}: rows are refused"
    assert all(answer.equals(answers[0]) for answer in answers), f"{case.methodology}: differ"
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, quantify in ways.items():
            seconds[name].append(_seconds(quantify, frame))
    speed = {name: round(rows / statistics.median(taken)) for name, taken in seconds.items()}
    best = max(speed["by hand"], speed["by hand, streamed"])
    ratio = speed["kernel"] / best
    counts = case.methodology != FLOORED or best >= COMPARATOR_FLOOR
    _print(case.methodology, speed)
    return {
        "rows_per_second": speed,
        "ratio": round(ratio, 3),
        "ratio_to_no_bounds": round(speed["kernel"] / speed["no bounds"], 3),
        "comparator_counts": counts,
        "met": ratio >= REQUIRED and counts,
    }


def run(rows: int = ROWS) -> dict[str, object]:
    """Rows per second of the kernel and of each comparator, by methodology, and the ratios.

    Raises AssertionError when kernel and comparators do not all give the same integers.
    """
    started = time.perf_counter()
    library = Library.load(CONTENT)
    loaded = time.perf_counter() - started
    measured = {}
    compiling = 0.0
    for case in CASES:
        started = time.perf_counter()
        kernel = compile_kernel(library.methodology(case.methodology))
        compiling += time.perf_counter() - started
        measured[case.methodology] = _measure(case, kernel, rows)
    return {
        "rows": rows,
        "rounds": ROUNDS,
        "load_seconds": round(loaded, 3),
        "compile_seconds": round(compiling, 3),
        "required": REQUIRED,
        "methodologies": measured,
        "met": all(answer["met"] for answer in measured.values()),
    }


def _print(methodology: str, speed: dict[str, int]) -> None:
    print(f"{methodology:<24} {'rows/s':>15} {'kernel ÷ it':>12}", file=sys.stderr)
    for name, rows in speed.items():
        print(f"  {name:<22} {rows:>15,} {speed['kernel'] / rows:>12.2f}", file=sys.stderr)


if __name__ == "__main__":
    print(json.dumps(run(*map(int, sys.argv[1:2])), ensure_ascii=False))
