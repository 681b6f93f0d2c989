"""How a funding window is drawn: where its money is as one bar, what was taken each day as columns.

Lengths are whole units of a picture's own grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tanhui.rewards.windows import Burnt, Window

WHOLE = 1_000
# What stands for something is never too thin to be seen.
_THINNEST = 6
DAYS = 14
_SLOT, _COLUMN, _LEFT = 44, 30, 8
_BASE, _HIGHEST = 128, 100
WIDTH, HEIGHT = _LEFT * 2 + DAYS * _SLOT, 156


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bar: `paid`, `owed`, `aside`, `sale` or `free`, from `x` on, so wide."""

    name: str
    fen: int
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Column:
    """What was taken on one day; `labelled` where its amount is written above it."""

    day: date
    fen: int
    units: int
    x: int
    y: int
    height: int
    labelled: bool
    today: bool

    @property
    def middle(self) -> int:
        """Where labels stand."""
        return self.x + _COLUMN // 2

    @property
    def label_y(self) -> int:
        """Where the amount is written."""
        return self.y - 6


@dataclass(frozen=True, slots=True)
class Columns:
    """The last days, the present one last and unfinished."""

    columns: tuple[Column, ...]

    width = WIDTH
    height = HEIGHT
    base = _BASE
    column = _COLUMN
    name_y = _BASE + 20

    @property
    def fen(self) -> int:
        """All of it."""
        return sum(each.fen for each in self.columns)

    @property
    def units(self) -> int:
        """All units."""
        return sum(each.units for each in self.columns)

    @property
    def highest(self) -> Column:
        """The day on which most was taken."""
        return max(self.columns, key=lambda each: each.fen)


def bar(*windows: Window) -> tuple[Part, ...]:
    """Where the money of windows is, as parts of one bar; what is nothing is left out."""
    amounts = {
        "paid": sum(each.paid_fen for each in windows),
        "owed": sum(each.owed_fen for each in windows),
        "aside": sum(each.set_aside_fen for each in windows),
        "sale": sum(each.on_sale_fen for each in windows),
        "free": sum(each.free_fen for each in windows),
    }
    shown = {name: fen for name, fen in amounts.items() if fen > 0}
    total = sum(shown.values())
    widths = {name: max(_THINNEST, fen * WHOLE // total) for name, fen in shown.items()}
    if widths:
        # The widest takes what rounding left over or what the thinnest took too much.
        widest = max(widths, key=lambda name: widths[name])
        widths[widest] += WHOLE - sum(widths.values())
    parts, x = [], 0
    for name, width in widths.items():
        parts.append(Part(name, shown[name], x, width))
        x += width
    return tuple(parts)


def columns(taken: Sequence[Burnt], *, today: date) -> Columns:
    """What was taken in the last two weeks, of one or more windows together."""
    days = [today - timedelta(days=DAYS - 1 - place) for place in range(DAYS)]
    fen = {day: sum(each.fen for each in taken if each.day == day) for day in days}
    units = {day: sum(each.units for each in taken if each.day == day) for day in days}
    most = max(fen.values())
    made = []
    for place, day in enumerate(days):
        height = max(2, fen[day] * _HIGHEST // most) if fen[day] else 0
        labelled = bool(fen[day]) and (fen[day] == most or day == today)
        made.append(
            Column(
                day,
                fen[day],
                units[day],
                _LEFT + place * _SLOT,
                _BASE - height,
                height,
                labelled,
                day == today,
            )
        )
    return Columns(tuple(made))
