"""A small picture of one factor over the years: bars from zero, few lines, direct labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tanhui.methodology.document import Label
from tanhui.methodology.factors import FactorRow
from tanhui.methodology.render import number_text

WIDTH, HEIGHT = 360, 150
_BASE, _TOP = 124, 24
_MOST_LINES = 4


@dataclass(frozen=True, slots=True)
class ChartBar:
    """One year in the picture's own units; `label` is empty where no number is written."""

    year: int
    value: str
    x: int
    y: int
    width: int
    height: int
    middle: int
    label: str
    last: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the grid, with its value."""

    y: int
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The course of one series in one region; the table below it holds the same numbers."""

    title: Label
    region: Label
    unit: Label
    series: str
    bars: tuple[ChartBar, ...]
    lines: tuple[Line, ...]
    sentence: Label


def _step(most: Fraction) -> Fraction:
    """A round distance between lines (1, 2 or 5 times a power of ten): at most four fit."""
    power = Fraction(1)
    while power * _MOST_LINES > most:
        power /= 10
    while power * 10 * _MOST_LINES <= most:
        power *= 10
    return next(power * part for part in (1, 2, 5, 10) if power * part * _MOST_LINES > most)


def chart_of(rows: Sequence[FactorRow], unit: Label, region: Label) -> Chart:
    """Rows of one series and region, by year."""
    values = {row.year: row.quantity.value for row in rows}
    years = list(values)
    most, least = max(values.values()), min(values.values())
    scale = Fraction(_BASE - _TOP) / most if most > 0 else Fraction()
    slot = WIDTH // len(years)
    width = min(40, slot * 3 // 5)
    named = {
        next(y for y in years if values[y] == most),
        next(y for y in years if values[y] == least),
        years[-1],
    }
    bars = []
    for place, year in enumerate(years):
        height = max(1, int(max(Fraction(), values[year]) * scale))
        x = place * slot + (slot - width) // 2
        text = number_text(values[year])
        bars.append(
            ChartBar(
                year, text, x, _BASE - height, width, height, x + width // 2,
                text if year in named else "", year == years[-1],
            )
        )  # fmt: skip
    lines, step = [], _step(most)
    value = step
    while most > 0 and value <= most:
        lines.append(Line(_BASE - int(value * scale), number_text(value)))
        value += step
    first, last = years[0], years[-1]
    told_first, told_last = number_text(values[first]), number_text(values[last])
    name = rows[-1]
    return Chart(
        Label(name.zh, name.en),
        region,
        unit,
        name.series,
        tuple(bars),
        tuple(lines),
        Label(
            f"{region.zh}，{first} 年 {told_first}，{last} 年 {told_last}，单位 {unit.zh}。",
            f"{region.en}: {told_first} in {first}, {told_last} in {last}, in {unit.en}.",
        ),
    )
