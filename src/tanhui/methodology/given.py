"""What a case is given, and what it answers: single quantities, lists over axes, choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tanhui.methodology.units import Quantity, Unit

# A number, a missing reading (None), or a list or table of such, as deep as there are axes.
Cells = Any


@dataclass(frozen=True, slots=True)
class Listed:
    """Values of one unit over one or more axes, or the readings of a meter.

    `cells` is a list (open and numbered axes, readings; None marks a missing reading) or a table
    by item (named axes), nested for two axes; a single number is one that states its `kind`.
    """

    cells: Cells
    unit: Unit
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """The option chosen in a scenario, and the evidence that is said to prove it."""

    option: str
    evidence: str = ""


Given = Quantity | Listed | Choice


@dataclass(frozen=True, slots=True)
class Grid:
    """Exact values over axes: `cells` has one for each combination of the axes' labels."""

    axes: tuple[str, ...]
    cells: Mapping[tuple[str, ...], Fraction]

    def scaled(self, by: Fraction) -> Grid:
        """Every cell times `by`."""
        return Grid(self.axes, {label: cell * by for label, cell in self.cells.items()})

    def labels(self, axis: str) -> tuple[str, ...]:
        """The labels of one axis, in order."""
        place = self.axes.index(axis)
        return tuple(dict.fromkeys(label[place] for label in self.cells))

    def nested(self, named: Sequence[bool]) -> Cells:
        """The cells as nested lists, or tables where `named` says so for that axis."""

        def build(prefix: tuple[str, ...]) -> Cells:
            place = len(prefix)
            if place == len(self.axes):
                return self.cells[prefix]
            labels = self.labels(self.axes[place])
            if named[place]:
                return {label: build((*prefix, label)) for label in labels}
            return [build((*prefix, label)) for label in labels]

        return build(())


Value = Fraction | Grid


@dataclass(frozen=True, slots=True)
class Spread:
    """An answer over axes, in `unit`; `named` says for each axis whether its items have names."""

    grid: Grid
    unit: Unit
    named: tuple[bool, ...]

    @property
    def cells(self) -> Cells:
        """Nested lists or tables of values in `unit`."""
        return self.grid.nested(self.named)


Answer = Quantity | Spread


def base_values(answer: Answer) -> list[Fraction]:
    """Every value of an answer in base units, in order."""
    if isinstance(answer, Quantity):
        return [answer.base]
    return [cell * answer.unit.scale for cell in answer.grid.cells.values()]


def listed_values(cells: Cells) -> list[Fraction | None]:
    """Every value of nested lists or tables, in order."""
    if isinstance(cells, dict):
        return [value for cell in cells.values() for value in listed_values(cell)]
    if isinstance(cells, list | tuple):
        return [value for cell in cells for value in listed_values(cell)]
    return [cells]
