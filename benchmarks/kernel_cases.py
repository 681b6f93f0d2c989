"""What the kernel is measured on: citizen methodologies, rows for them, and the same by hand.

The comparators are what one would write for one rule alone: constants worked out beforehand, one
division, null outside the bounds and for an unknown class. They give the same integers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class KernelCase:
    """A methodology, rows for it, its hand-written comparator, and the same without bounds."""

    methodology: str
    rows: Callable[[int], pl.DataFrame]
    by_hand: pl.Expr
    no_bounds: pl.Expr


def _spread(count: int, step: int, most: int) -> pl.Series:
    """Whole numbers from 0 to `most`, in no order."""
    return pl.int_range(count, eager=True) * step % (most + 1)


def _words(count: int, step: int, words: list[str]) -> pl.Series:
    """Texts of a few sorts, in no order."""
    return pl.Series(words, dtype=pl.String).gather(_spread(count, step, len(words) - 1))


def _metres(most: int) -> Callable[[int], pl.DataFrame]:
    return lambda count: pl.DataFrame({"distance_m": _spread(count, 7_919, most)})


def _drives(count: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "distance_m": _spread(count, 7_919, 90_000),
            "car_class": _words(count, 104_729, ["small", "medium", "large"]),
        }
    )


def _rests(count: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "duration_s": _spread(count, 15_485_863, 2_678_400),
            "restricted_days": _spread(count, 7_919, 9),
            "car_class": _words(count, 104_729, ["le1_6", "le2_5", "gt2_5", "bev"]),
        }
    )


def _cases() -> tuple[KernelCase, ...]:
    metres, car = pl.col("distance_m"), pl.col("car_class")
    bike, bus = metres * 487 // 10, metres * 539 // 25
    own = metres * pl.when(metres <= 3_000).then(1_676).otherwise(2_706) // 100
    drive = (
        pl.when(car == "small")
        .then(metres * 1_047_236)
        .when(car == "medium")
        .then(metres * 1_251_320)
        .when(car == "large")
        .then(metres * 1_608_840)
        // 10_000
    )
    seconds, restricted = pl.col("duration_s"), pl.col("restricted_days")
    days = (seconds // 86_400 - restricted).clip(lower_bound=0)
    rest = (
        days
        * pl.when(car == "le1_6")
        .then(13_601_224)
        .when(car == "le2_5")
        .then(20_327_104)
        .when(car == "gt2_5")
        .then(27_949_768)
        .when(car == "bev")
        .then(2_723_616)
        // 5
    )
    rested = seconds.is_between(0, 2_678_400) & restricted.is_between(0, 31)
    return (
        KernelCase(
            "shared-bike.chengdu",
            _metres(30_000),
            pl.when(metres.is_between(0, 720_000)).then(bike),
            bike,
        ),
        KernelCase(
            "own-bicycle.chengdu",
            _metres(12_000),
            pl.when(metres.is_between(0, 300_000)).then(own),
            own,
        ),
        KernelCase(
            "bus.chengdu",
            _metres(40_000),
            pl.when(metres.is_between(0, 120_000)).then(bus),
            bus,
        ),
        KernelCase(
            "nev-driving-km.chengdu",
            _drives,
            pl.when(metres.is_between(0, 1_500_000)).then(drive),
            drive,
        ),
        KernelCase("car-nonuse.chengdu", _rests, pl.when(rested).then(rest), rest),
    )


CASES = _cases()
