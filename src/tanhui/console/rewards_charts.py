"""How the desk of rewards draws a fortnight: columns of what was taken, a line of what was left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tanhui.rewards.watching import Budget, Day

# Whole pixels of the picture's own grid.
WIDTH, HEIGHT = 560, 220
_LEFT, _SLOT, _BAR = 8, 39, 25
_TOP, _BASE = 24, 190
_BARS_TOP = 118
_THINNEST = 2
WHOLE = 1_000
_LEAST_PART = 6


@dataclass(frozen=True, slots=True)
class Column:
    """One day: its column, the point of the line above it, and which labels it shows."""

    told: Day
    x: int
    y: int
    height: int
    middle: int
    line_y: int
    shows_units: bool
    shows_left: bool
    shows_day: bool

    @property
    def units_y(self) -> int:
        """Where the number of units stands: above the column."""
        return self.y - 5

    @property
    def left_y(self) -> int:
        """Where the number that was left stands: above the point."""
        return self.line_y - 8


@dataclass(frozen=True, slots=True)
class Fortnight:
    """The picture of an offer's last days: columns below, the line of what was left above."""

    columns: tuple[Column, ...]
    line: str
    taken: int

    @property
    def width(self) -> int:
        """How wide the grid is."""
        return WIDTH

    @property
    def height(self) -> int:
        """How high the grid is."""
        return HEIGHT

    @property
    def bar(self) -> int:
        """How wide a column is."""
        return _BAR

    @property
    def base(self) -> int:
        """Where the columns stand."""
        return _BASE

    @property
    def names(self) -> int:
        """Where the days' names stand."""
        return _BASE + 20


def fortnight(days: Sequence[Day]) -> Fortnight:
    """The picture of these days, the earliest first."""
    most_units = max((day.units for day in days), default=0)
    most_left = max((day.left for day in days), default=0)
    busiest = next((place for place, day in enumerate(days) if day.units == most_units), -1)
    last = len(days) - 1
    columns = []
    for place, day in enumerate(days):
        height = max(_THINNEST, day.units * (_BASE - _BARS_TOP) // most_units) if day.units else 0
        x = _LEFT + place * _SLOT
        room = _BARS_TOP - 24 - _TOP
        columns.append(
            Column(
                day,
                x,
                _BASE - height,
                height,
                x + _BAR // 2,
                _TOP + room - (day.left * room // most_left if most_left else 0),
                day.units > 0 and place in (busiest, last),
                place in (0, last),
                place in (0, last) or (place == busiest and 1 < place < last - 1),
            )
        )
    line = " ".join(f"{each.middle},{each.line_y}" for each in columns)
    return Fortnight(tuple(columns), line, sum(day.units for day in days))


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bar in thousandths: its name, where it begins, how long it is, its amount."""

    name: str
    x: int
    width: int
    amount: int


def parts_of(amounts: Sequence[tuple[str, int]]) -> tuple[Part, ...]:
    """A bar of parts that add up; a part that exists can always be seen."""
    whole = sum(amount for _, amount in amounts)
    widths = [
        max(_LEAST_PART, amount * WHOLE // whole) if amount and whole else 0
        for _, amount in amounts
    ]
    # What the small parts were given to be seen is taken from the largest.
    if whole:
        widths[widths.index(max(widths))] += WHOLE - sum(widths)
    parts, x = [], 0
    for (name, amount), width in zip(amounts, widths, strict=True):
        parts.append(Part(name, x, width, amount))
        x += width
    return tuple(parts)


def budget_parts(budget: Budget) -> tuple[Part, ...]:
    """Where a window's money is: taken, on sale, free."""
    return parts_of(
        [
            ("taken", budget.taken_fen),
            ("sale", budget.on_sale_fen),
            ("free", budget.free_fen),
        ]
    )
