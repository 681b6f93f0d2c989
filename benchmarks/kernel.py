"""The row kernel against hand-written polars: ten million trips, side by side in one run.

The comparators do the kernel's work, null outside the bounds, once on polars' ordinary engine and
once on its streaming engine; the required ratio is that to the faster of the two, and counts only
when that one reaches its floor. `no bounds` multiplies and divides only: it answers another
question and is shown to tell what the bounds cost. Rounds are interleaved; their median is taken.

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
# One call takes some 20 ms, so that a busy machine disturbs single rounds: many of them are cheap.
ROUNDS = 25
REQUIRED = 0.70
# Hand-written polars has been measured at 77 M rows/s; a comparator below 0.7 of it is not honest.
COMPARATOR_FLOOR = 0.7 * 77_000_000
METHODOLOGY = "shared-bike.chengdu"
CONTENT = Path(__file__).resolve().parents[1] / "content"

Quantify = Callable[[pl.DataFrame], pl.Series]


def _trips() -> pl.DataFrame:
    """Ten million rides of 0 to 30 km, in no order."""
    return pl.DataFrame({"distance_m": pl.int_range(ROWS, eager=True) * 7_919 % 30_000})


def _by_hand() -> pl.Expr:
    metres = pl.col("distance_m")
    milligrams = pl.when(metres.is_between(0, 720_000)).then(metres * 487 // 10)
    return milligrams.alias("reduction_mg")


def _ordinary(frame: pl.DataFrame) -> pl.Series:
    return frame.select(_by_hand()).to_series()


def _streamed(frame: pl.DataFrame) -> pl.Series:
    return frame.lazy().select(_by_hand()).collect(engine="streaming").to_series()


def _no_bounds(frame: pl.DataFrame) -> pl.Series:
    return frame.select((pl.col("distance_m") * 487 // 10).alias("reduction_mg")).to_series()


def _seconds(quantify: Quantify, frame: pl.DataFrame) -> float:
    started = time.perf_counter()
    quantify(frame)
    return time.perf_counter() - started


def run() -> dict[str, object]:
    """Rows per second of the kernel and of each comparator, and the kernel's ratio to them.

    Raises AssertionError when they do not all give the same integers.
    """
    started = time.perf_counter()
    kernel = compile_kernel(Library.load(CONTENT).methodology(METHODOLOGY))
    loaded = time.perf_counter() - started
    ways: dict[str, Quantify] = {
        "kernel": kernel.quantify,
        "by hand": _ordinary,
        "by hand, streamed": _streamed,
        "no bounds": _no_bounds,
    }
    frame = _trips()
    answers = [quantify(frame) for quantify in ways.values()]
    assert all(answer.equals(answers[0]) for answer in answers), "the answers differ"
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, quantify in ways.items():
            seconds[name].append(_seconds(quantify, frame))
    speed = {name: round(ROWS / statistics.median(taken)) for name, taken in seconds.items()}
    best = max(speed["by hand"], speed["by hand, streamed"])
    ratio = speed["kernel"] / best
    _print(speed)
    return {
        "rows": ROWS,
        "rounds": ROUNDS,
        "load_and_compile_seconds": round(loaded, 3),
        "rows_per_second": speed,
        "ratio": round(ratio, 3),
        "ratio_to_no_bounds": round(speed["kernel"] / speed["no bounds"], 3),
        "required": REQUIRED,
        "comparator_counts": best >= COMPARATOR_FLOOR,
        "met": ratio >= REQUIRED and best >= COMPARATOR_FLOOR,
    }


def _print(speed: dict[str, int]) -> None:
    print(f"{'kernel, 10 M trips':<20} {'rows/s':>15} {'kernel ÷ it':>12}", file=sys.stderr)
    for name, rows in speed.items():
        print(f"{name:<20} {rows:>15,} {speed['kernel'] / rows:>12.2f}", file=sys.stderr)


if __name__ == "__main__":
    print(json.dumps(run(), ensure_ascii=False))
