"""Where the fixed part of a formula comes from: its items side by side, with their shares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from tanhui.kernel.refusals import Refusal
from tanhui.methodology.compute import Scope, compute
from tanhui.methodology.document import (
    Axis,
    Factor,
    Formula,
    Label,
    Methodology,
    Parameter,
)
from tanhui.methodology.exact import Evaluation
from tanhui.methodology.expression import Binary, Call, If, Negate, Node, mentioned
from tanhui.methodology.given import Answer, Grid, Value
from tanhui.methodology.pages.symbols import inline_mathml, shown_unit
from tanhui.methodology.render import number_text
from tanhui.methodology.units import Quantity

BAR_WIDTH = 120
_PLACES = 10_000


@dataclass(frozen=True, slots=True)
class Column:
    """One value over the axis: a factor, a parameter, or a formula of these alone."""

    mathml: str
    label: Label
    unit: Label
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item: its numbers, the length of its bar out of BAR_WIDTH, what it contributes."""

    label: Label
    cells: tuple[str, ...]
    bar: int
    contribution: str


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One axis laid out. `total` is the sum over it, empty where no formula sums it up.

    `outcome` is what the formula makes of that sum, empty where the sum is all of it.
    """

    label: Label
    columns: tuple[Column, ...]
    rows: tuple[ItemRow, ...]
    total: str
    total_unit: Label
    outcome: str
    outcome_label: Label


def base_value(answer: Answer) -> Value:
    """An answer in base units again."""
    if isinstance(answer, Quantity):
        return answer.base
    return answer.grid.scaled(answer.unit.scale)


def fixed_symbols(methodology: Methodology) -> set[str]:
    """Symbols that no case changes: factors of one period, parameters, and what is made of them."""
    fixed = {item.symbol for item in methodology.parameters}
    fixed |= {item.symbol for item in methodology.potentials}
    fixed |= {item.symbol for item in methodology.factors if item.axes or len(item.rows) == 1}
    fixed |= set(methodology.deductions)
    fixed |= {axis.name for axis in methodology.axes.values() if not axis.open}
    fixed |= {item for axis in methodology.axes.values() for item in axis.items}
    formulas = {formula.symbol: formula for formula in methodology.formulas}
    uses = {use.name: use for use in methodology.uses}
    for name in methodology.order:
        if name in uses:
            use = uses[name]
            passed = all(mentioned(item.tree) <= fixed for item in use.inputs)
            if passed and not use.module.scenarios:
                fixed.add(name)
        elif mentioned(formulas[name].tree) <= fixed:
            fixed.add(name)
    return fixed


def _sums(node: Node) -> Iterator[Call]:
    """The sums of a formula that have the formula's own dimension."""
    match node:
        case Call(function="sum"):
            yield node
        case Call(function="floor" | "ceil" | "min" | "max"):
            for part in node.arguments:
                yield from _sums(part)
        case Negate():
            yield from _sums(node.operand)
        case If():
            yield from _sums(node.yes)
            yield from _sums(node.no)
        case Binary(operator="+" | "-"):
            yield from _sums(node.left)
            yield from _sums(node.right)
        case _:
            return


def _contributions(
    methodology: Methodology, axis: Axis, fixed: set[str], scope: Scope
) -> tuple[Grid, Formula] | None:
    """What each item adds to the first formula that sums fixed values over the axis."""
    for formula in methodology.formulas:
        for call in _sums(formula.tree):
            if call.word.split() != [axis.name] or not mentioned(call.arguments[0]) <= fixed:
                continue
            try:
                value = compute(call.arguments[0], scope)
            except (Refusal, KeyError):
                continue
            if isinstance(value, Grid) and value.axes == (axis.name,):
                return value, formula
    return None


def _columns(
    methodology: Methodology, axis: Axis, fixed: set[str], values: Mapping[str, Value]
) -> Iterator[tuple[Column, Grid]]:
    items: tuple[Parameter | Factor | Formula, ...] = (
        *methodology.parameters,
        *methodology.factors,
        *methodology.formulas,
    )
    for item in items:
        value = values.get(item.symbol)
        if item.symbol not in fixed or not isinstance(value, Grid) or value.axes != (axis.name,):
            continue
        decimals = 0 if isinstance(item, Formula) else item.decimals
        scale = item.unit.scale
        texts = tuple(_short(value.cells[(part,)] / scale, decimals) for part in axis.labels)
        unit = shown_unit(methodology, item.unit)
        yield Column(inline_mathml(item.symbol), item.label, unit, texts), value


def _short(value: Fraction, decimals: int) -> str:
    """Long fractions are cut after four places, and marked."""
    text = number_text(value, decimals)
    if not text.startswith("≈") and len(text.partition(".")[2]) <= 4:
        return text
    cut = Fraction(int(value * _PLACES), _PLACES)
    return ("" if cut == value else "≈") + number_text(cut)


def _bars(grid: Grid) -> list[int]:
    most = max((abs(cell) for cell in grid.cells.values()), default=Fraction())
    return [int(BAR_WIDTH * abs(cell) / most) if most else 0 for cell in grid.cells.values()]


def breakdowns(methodology: Methodology, evaluation: Evaluation) -> tuple[Breakdown, ...]:
    """One table for each named axis that has at least one fixed value over it.

    `evaluation` is any case's: fixed values are the same in all.
    """
    fixed = fixed_symbols(methodology)
    values = {row.symbol: base_value(row.quantity) for row in evaluation.trace}
    scope = Scope(
        values,
        {},
        methodology.tables,
        methodology.deductions,
        methodology.conversions,
        methodology.axes,
        {axis.name: axis.labels for axis in methodology.axes.values()},
    )
    found = []
    for axis in methodology.axes.values():
        pairs = list(_columns(methodology, axis, fixed, values)) if axis.items else []
        if not pairs:
            continue
        added = _contributions(methodology, axis, fixed, scope)
        found.append(_breakdown(methodology, axis, pairs, added, values))
    return tuple(found)


def _breakdown(
    methodology: Methodology,
    axis: Axis,
    pairs: list[tuple[Column, Grid]],
    added: tuple[Grid, Formula] | None,
    values: Mapping[str, Value],
) -> Breakdown:
    columns = tuple(column for column, _ in pairs)
    bars = _bars(added[0] if added else pairs[0][1])
    parts = [""] * len(axis.labels)
    total, outcome, label, unit = "", "", Label("", ""), Label("", "")
    if added:
        grid, formula = added
        scale = formula.unit.scale
        parts = [_short(grid.cells[(item,)] / scale, 0) for item in axis.labels]
        total = _short(sum(grid.cells.values(), Fraction()) / scale, 0)
        label, unit = formula.label, shown_unit(methodology, formula.unit)
        value = values.get(formula.symbol)
        if isinstance(value, Fraction) and value != sum(grid.cells.values(), Fraction()):
            outcome = _short(value / scale, 0)
    rows = tuple(
        ItemRow(
            axis.items[item], tuple(column.cells[place] for column in columns), bars[place],
            parts[place],
        )
        for place, item in enumerate(axis.labels)
    )  # fmt: skip
    return Breakdown(axis.label, columns, rows, total, unit, outcome, label)
