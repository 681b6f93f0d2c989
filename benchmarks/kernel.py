"""The row kernel against hand-written polars: ten million trips, side by side in one run.

Two comparators: `same work` gives null outside the bounds as the kernel does; `bare` multiplies
and divides only, the least that could be written. The required ratio is that against `bare`, the
harder one, and counts only when `bare` itself reaches its floor. Measurements are interleaved, and
the median of the rounds is taken.

    python benchmarks/kernel.py
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

from tanhui.methodology.kernel import compile_kernel
from tanhui.methodology.library import Library

ROWS = 10_000_000
ROUNDS = 5
REQUIRED = 0.70
# Hand-written polars has been measured at 77 M rows/s; a comparator below 0.7 of it is not honest.
COMPARATOR_FLOOR = 0.7 * 77_000_000
METHODOLOGY = "shared-bike.chengdu"
CONTENT = Path(__file__).resolve().parents[1] / "content"

Quantify = Callable[[pl.DataFrame], pl.Series]


def _trips() -> pl.DataFrame:
    """Ten million rides of 0 to 30 km, in no order."""
    return pl.DataFrame({"distance_m": pl.int_range(ROWS, eager=True) * 7_919 % 30_000})


def _same_work(frame: pl.DataFrame) -> pl.Series:
    metres = pl.col("distance_m")
    milligrams = pl.when(metres.is_between(0, 720_000)).then(metres * 487 // 10)
    return frame.select(milligrams.alias("reduction_mg")).to_series()


def _bare(frame: pl.DataFrame) -> pl.Series:
    return frame.select((pl.col("distance_m") * 487 // 10).alias("reduction_mg")).to_series()


def _seconds(quantify: Quantify, frame: pl.DataFrame) -> float:
    started = time.perf_counter()
    quantify(frame)
    return time.perf_counter() - started


def run() -> dict[str, object]:
    """Rows per second of the kernel and both comparators, and the kernel's ratio to each.

    Raises AssertionError when the three do not give the same integers.
    """
    started = time.perf_counter()
    kernel = compile_kernel(Library.load(CONTENT).methodology(METHODOLOGY))
    loaded = time.perf_counter() - started
    ways: dict[str, Quantify] = {
        "kernel": kernel.quantify,
        "same work": _same_work,
        "bare": _bare,
    }
    frame = _trips()
    answers = [quantify(frame) for quantify in ways.values()]
    assert all(answer.equals(answers[0]) for answer in answers), "the answers differ"
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, quantify in ways.items():
            seconds[name].append(_seconds(quantify, frame))
    speed = {name: round(ROWS / statistics.median(taken)) for name, taken in seconds.items()}
    ratio = speed["kernel"] / speed["bare"]
    _print(speed)
    return {
        "rows": ROWS,
        "rounds": ROUNDS,
        "load_and_compile_seconds": round(loaded, 3),
        "rows_per_second": speed,
        "ratio_to_same_work": round(speed["kernel"] / speed["same work"], 3),
        "ratio": round(ratio, 3),
        "required": REQUIRED,
        "comparator_counts": speed["bare"] >= COMPARATOR_FLOOR,
        "met": ratio >= REQUIRED and speed["bare"] >= COMPARATOR_FLOOR,
    }


def _print(speed: dict[str, int]) -> None:
    print(f"{'kernel, 10 M trips':<20} {'rows/s':>15} {'kernel ÷ it':>12}", file=sys.stderr)
    for name, rows in speed.items():
        print(f"{name:<20} {rows:>15,} {speed['kernel'] / rows:>12.2f}", file=sys.stderr)


if __name__ == "__main__":
    print(json.dumps(run(), ensure_ascii=False))
