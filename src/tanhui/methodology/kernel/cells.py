"""Values of a row kernel over axes: one cell for each combination of labels, worked out one by one.

The kernel has no arrays; a sum over five species is five terms. A cell also knows what must hold
for it to exist at all, such as an argument that its table reaches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any, Generic, TypeVar

from tanhui.methodology.given import Grid, Value
from tanhui.methodology.kernel.columns import Condition
from tanhui.methodology.kernel.forms import Form

MOST_CELLS = 4_096

T = TypeVar("T", Form, Condition, Form | Condition)
Label = tuple[str, ...]

# Refusal codes with the condition that must hold lest they apply.
Needs = tuple[tuple[str, Condition], ...]


@dataclass(frozen=True, slots=True)
class Cell(Generic[T]):
    """A value or a condition, and what it needs to exist."""

    value: T
    needs: Needs = ()


@dataclass(frozen=True, slots=True)
class Cells(Generic[T]):
    """A cell for each combination of the axes' labels; one cell `()` without axes."""

    axes: tuple[str, ...]
    cells: Mapping[Label, Cell[T]]

    def labels(self, axis: str) -> tuple[str, ...]:
        """The labels of one axis, in order."""
        place = self.axes.index(axis)
        return tuple(dict.fromkeys(label[place] for label in self.cells))

    @property
    def needs(self) -> Needs:
        """What all cells together need."""
        return all_needs(*self.cells.values())

    def only(self) -> Cell[T]:
        """The one cell of a value without axes."""
        return self.cells[()]


def decided(condition: Condition, needs: Needs = ()) -> Cell[Condition]:
    """The cell of a condition."""
    return Cell(condition, needs)


class TooManyCells(Exception):
    """The axes of a formula have more combinations than a kernel takes."""


def all_needs(*cells: Cell[Any]) -> Needs:
    """What all of these cells need, each once."""
    return tuple(
        dict.fromkeys(need for cell in cells for need in cell.needs if need[1] is not True)
    )


def plain(value: Form, needs: Needs = ()) -> Cells[Form]:
    """A value without axes."""
    return Cells((), {(): Cell(value, needs)})


def truth(condition: Condition) -> Cells[Condition]:
    """A condition without axes."""
    return Cells((), {(): decided(condition)})


def constant(value: Value) -> Cells[Form]:
    """A constant, or one for each label."""
    if isinstance(value, Grid):
        return Cells(value.axes, {label: Cell(Form(cell)) for label, cell in value.cells.items()})
    return plain(Form(value))


def cellwise(apply: Callable[..., Cell[T]], *values: Cells[Form] | Cells[Condition]) -> Cells[T]:
    """`apply` cell by cell over the union of the values' axes. Raises TooManyCells."""
    labels: dict[str, tuple[str, ...]] = {}
    count = 1
    for value in values:
        for axis in value.axes:
            if axis not in labels:
                labels[axis] = value.labels(axis)
                count *= len(labels[axis])
    if count > MOST_CELLS:
        raise TooManyCells
    axes = tuple(labels)
    places = [[axes.index(axis) for axis in value.axes] for value in values]
    cells: dict[Label, Cell[T]] = {}
    for label in product(*labels.values()):
        parts = (
            value.cells[tuple(label[i] for i in place)]
            for value, place in zip(values, places, strict=True)
        )
        cells[label] = apply(*parts)
    return Cells(axes, cells)


def picked(value: Cells[Form], axis: str, item: str) -> Cells[Form]:
    """The cells of one item; they need what the whole value needs."""
    needs, place = value.needs, value.axes.index(axis)
    cells = {
        label[:place] + label[place + 1 :]: Cell(cell.value, needs)
        for label, cell in value.cells.items()
        if label[place] == item
    }
    return Cells(value.axes[:place] + value.axes[place + 1 :], cells)


def summed(
    value: Cells[Form], axis: str, count: int, plus: Callable[[Form, Form], Form]
) -> Cells[Form]:
    """The sum along an axis; a value that is the same all along it counts for `count` places."""
    if axis not in value.axes:
        return cellwise(lambda a: Cell(a.value.times(Fraction(count)), a.needs), value)
    place = value.axes.index(axis)
    totals: dict[Label, Form] = {}
    for label, cell in value.cells.items():
        rest = label[:place] + label[place + 1 :]
        totals[rest] = plus(totals[rest], cell.value) if rest in totals else cell.value
    needs = value.needs
    cells = {label: Cell(form, needs) for label, form in totals.items()}
    return Cells(value.axes[:place] + value.axes[place + 1 :], cells)
