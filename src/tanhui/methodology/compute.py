"""The exact value of a formula: fractions throughout, over axes cell by cell.

Only exp, ln and powers that are not whole are not rational. They are taken to 50 significant
decimal digits, correctly rounded, which is the same number on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product

from tanhui.methodology.document import Axis, Deduction, Table
from tanhui.methodology.expression import (
    Binary,
    Call,
    Compare,
    ExpressionRefused,
    If,
    Is,
    Logic,
    Name,
    Negate,
    Node,
    Number,
)
from tanhui.methodology.given import Grid, Value
from tanhui.methodology.powers import exponential, logarithm, power, product_of, quotient, refuse
from tanhui.methodology.units import decimal_text

MOST_CELLS = 50_000
# A case that touches more cells than this would keep everybody waiting.
MOST_WORK = 400_000
# What a function of 50 digits costs, in plain operations.
DIGITS_COST = 10
YES, NO = Fraction(1), Fraction(0)


class Work:
    """How many cells one run of a document has touched, so that none runs on for ever."""

    __slots__ = ("done",)

    def __init__(self) -> None:
        self.done = 0

    def spend(self, cells: int, at: int) -> None:
        """Count `cells`. Refuses: `too_much_work`."""
        self.done += cells
        if self.done > MOST_WORK:
            zh, en = (
                "计算量过大，请缩短轴或简化公式",
                "too much to compute; shorten an axis or a formula",
            )
            raise refuse("too_much_work", at, zh, en)


@dataclass(frozen=True, slots=True)
class Scope:
    """What names stand for. `values` are in base units; `labels` are those of each axis here.

    `fixed` holds one label for each axis along which a condition is being followed cell by cell.
    """

    values: Mapping[str, Value]
    scenarios: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    deductions: Mapping[str, Deduction] = field(default_factory=dict)
    conversions: Mapping[str, Fraction] = field(default_factory=dict)
    axes: Mapping[str, Axis] = field(default_factory=dict)
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    work: Work = field(default_factory=Work, compare=False)

    def following(self, fixed: Mapping[str, str]) -> Scope:
        """The same names, along these labels."""
        return replace(self, fixed=fixed)


def restricted(value: Value, fixed: Mapping[str, str]) -> Value:
    """`value` at the fixed labels of its axes."""
    if isinstance(value, Fraction) or not any(axis in fixed for axis in value.axes):
        return value
    kept = [place for place, axis in enumerate(value.axes) if axis not in fixed]
    cells = {
        tuple(label[place] for place in kept): cell
        for label, cell in value.cells.items()
        if all(fixed.get(axis, part) == part for axis, part in zip(value.axes, label, strict=True))
    }
    return Grid(tuple(value.axes[place] for place in kept), cells) if kept else cells[()]


def spread(at: int, apply: Callable[..., Fraction], *values: Value) -> Value:
    """`apply` cell by cell over the union of the values' axes. Refuses: `too_many_cells`."""
    grids = [value for value in values if isinstance(value, Grid)]
    if not grids:
        return apply(*values)
    first = grids[0]
    if all(grid.axes == first.axes for grid in grids):
        # The common case, a formula along one axis, needs no search for the cells that meet.
        along = [value.cells if isinstance(value, Grid) else None for value in values]
        pairs = list(zip(values, along, strict=True))
        return Grid(
            first.axes,
            {
                label: apply(*(value if cells is None else cells[label] for value, cells in pairs))
                for label in first.cells
            },
        )
    labels: dict[str, tuple[str, ...]] = {}
    for grid in grids:
        for axis in grid.axes:
            labels.setdefault(axis, grid.labels(axis))
    axes, count = tuple(labels), 1
    for part in labels.values():
        count *= len(part)
    if count > MOST_CELLS:
        zh, en = f"超过 {MOST_CELLS} 格", f"more than {MOST_CELLS} cells"
        raise refuse("too_many_cells", at, zh, en)
    spreads = [widened(value, axes, labels) for value in values]
    return Grid(
        axes,
        {label: apply(*(cells[label] for cells in spreads)) for label in product(*labels.values())},
    )


_ARITHMETIC: dict[str, Callable[[int, Fraction, Fraction], Fraction]] = {
    "+": lambda _at, left, right: left + right,
    "-": lambda _at, left, right: left - right,
    "*": product_of,
    "/": quotient,
}


def arithmetic(operator: str, at: int, left: Value, right: Value) -> Value:
    """`left operator right`. Refuses: `division_by_zero`, `number_too_large`, `too_many_cells`."""
    apply = _ARITHMETIC[operator]
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return apply(at, left, right)
    return spread(at, lambda a, b: apply(at, a, b), left, right)


_RELATIONS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "<=": lambda a, b: a <= b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
    ">": lambda a, b: a > b,
    "==": lambda a, b: a == b,
}


def step_value(table: Table, value: Fraction, at: int) -> Fraction:
    """The table's value at `value` (base units). Refuses: `beyond_table`."""
    for end, answer in table.steps:
        if end is None or value <= end:
            return answer
    raise ExpressionRefused(
        "beyond_table",
        at,
        zh="超出表 {table} 的范围",
        en="beyond the table {table}",
        table=table.name,
    )


def deducted_share(deduction: Deduction, uncertainty: Fraction, at: int) -> Fraction:
    """The share to deduct. Refuses: `uncertainty_too_high`."""
    for end, share in deduction.steps:
        if abs(uncertainty) <= end:
            return share
    raise ExpressionRefused(
        "uncertainty_too_high",
        at,
        zh="不确定度超过 {most}，须增加样本",
        en="the uncertainty is above {most}; take more samples",
        most=decimal_text(deduction.steps[-1][0]),
    )


def compute(tree: Node, scope: Scope) -> Value:
    """The exact value of `tree` in base units; a condition's is 1 or 0.

    Refuses: `division_by_zero`, `function_out_of_range`, `number_too_large`, `too_many_cells`,
    `too_much_work`, `beyond_table`, `uncertainty_too_high`.
    """
    value = _computed(tree, scope)
    cells = len(value.cells) if isinstance(value, Grid) else 1
    costly = isinstance(tree, Call) and tree.function in ("exp", "ln", "pow")
    scope.work.spend(cells * (DIGITS_COST if costly else 1), tree.at)
    return value


def _computed(tree: Node, scope: Scope) -> Value:
    match tree:
        case Number():
            return tree.value
        case Name():
            value = scope.values[tree.name]
            if not scope.fixed or isinstance(value, Fraction):
                return value
            scope.work.spend(len(value.cells), tree.at)
            return restricted(value, scope.fixed)
        case Binary():
            left, right = compute(tree.left, scope), compute(tree.right, scope)
            return arithmetic(tree.operator, tree.at, left, right)
        case Negate():
            return spread(tree.at, lambda a: -a, compute(tree.operand, scope))
        case If():
            return _branch(tree, scope)
        case Compare():
            test = _RELATIONS[tree.operator]
            left, right = compute(tree.left, scope), compute(tree.right, scope)
            return spread(tree.at, lambda a, b: YES if test(a, b) else NO, left, right)
        case Is():
            return YES if scope.scenarios[tree.scenario] == tree.option else NO
        case Logic():
            return _logic(tree, scope)
        case Call():
            return _call(tree, scope)


def _logic(tree: Logic, scope: Scope) -> Value:
    found = [compute(part, scope) for part in tree.parts]
    if tree.operator == "not":
        return spread(tree.at, lambda a: NO if a else YES, found[0])
    pick: Callable[..., Fraction] = min if tree.operator == "and" else max
    return spread(tree.at, lambda *truths: pick(truths), *found)


def _branch(tree: If, scope: Scope) -> Value:
    """The branch that the condition chooses; the other one is never computed."""
    condition = compute(tree.condition, scope)
    if isinstance(condition, Fraction):
        return compute(tree.yes if condition else tree.no, scope)
    answers: dict[tuple[str, ...], Value] = {}
    for label, truth in condition.cells.items():
        fixed = {**scope.fixed, **dict(zip(condition.axes, label, strict=True))}
        answers[label] = compute(tree.yes if truth else tree.no, scope.following(fixed))
    grids = [answer for answer in answers.values() if isinstance(answer, Grid)]
    inner = tuple(dict.fromkeys(axis for grid in grids for axis in grid.axes))
    whole: dict[tuple[str, ...], Fraction] = {}
    for label, answer in answers.items():
        for part, cell in widened(answer, inner, scope.labels).items():
            whole[label + part] = cell
    return Grid(condition.axes + inner, whole)


def widened(
    value: Value, axes: tuple[str, ...], labels: Mapping[str, tuple[str, ...]]
) -> dict[tuple[str, ...], Fraction]:
    """The cells of `value` over `axes`, which hold at least its own; repeated along the others."""
    if isinstance(value, Fraction):
        return dict.fromkeys(product(*(labels[axis] for axis in axes)), value)
    places = [axes.index(axis) for axis in value.axes]
    return {
        label: value.cells[tuple(label[place] for place in places)]
        for label in product(*(labels[axis] for axis in axes))
    }


def over(value: Value, axes: tuple[str, ...], labels: Mapping[str, tuple[str, ...]]) -> Value:
    """`value` as a grid over exactly `axes`; a plain value when there are none."""
    if not axes or (isinstance(value, Grid) and value.axes == axes):
        return value
    return Grid(axes, widened(value, axes, labels))


def _call(tree: Call, scope: Scope) -> Value:
    name, at = tree.function, tree.at
    if name == "count":
        return Fraction(len(scope.labels[tree.word]))
    if name in ("sum", "at", "convolve", "index"):
        return _over_axis(tree, scope)
    if name == "lookup":
        table = scope.tables[tree.word]
        if table.by:
            return table.values[scope.scenarios[table.by]]
        argument = compute(tree.arguments[0], scope)
        return spread(at, lambda a: step_value(table, a, at), argument)
    values = [compute(argument, scope) for argument in tree.arguments]
    match name:
        case "min":
            return spread(at, min, *values)
        case "max":
            return spread(at, max, *values)
        case "exp":
            return spread(at, lambda a: exponential(at, a), *values)
        case "ln":
            return spread(at, lambda a: logarithm(at, a), *values)
        case "pow":
            return spread(at, lambda a, b: power(at, a, b), *values)
        case "floor" | "ceil":
            return _stepped(tree, values)
        case "deduct":
            deduction = scope.deductions[tree.word]

            def less(value: Fraction, uncertainty: Fraction) -> Fraction:
                share = deducted_share(deduction, uncertainty, at)
                return value * (1 - share) if value >= 0 else value * (1 + share)

            return spread(at, less, *values)
        case _:
            factor = scope.conversions[name]
            return spread(at, lambda a: a * factor, values[0])


def _stepped(tree: Call, values: list[Value]) -> Value:
    down = tree.function == "floor"

    def step(value: Fraction, quantum: Fraction = YES) -> Fraction:
        ratio = quotient(tree.at, value, quantum)
        return quantum * (ratio.__floor__() if down else ratio.__ceil__())

    return spread(tree.at, step, *values)


def _over_axis(tree: Call, scope: Scope) -> Value:
    """The functions that see an axis as a whole, also where a condition follows it by cells."""
    if tree.function == "index":
        axis = scope.axes[tree.word]
        scope.work.spend(len(scope.labels[axis.name]), tree.at)
        scale = axis.unit.scale if axis.unit else Fraction(1)
        cells: dict[tuple[str, ...], Fraction] = {
            (label,): int(label) * scale for label in scope.labels[axis.name]
        }
        return restricted(Grid((axis.name,), cells), scope.fixed)
    whole = scope.following({}) if scope.fixed else scope
    found = compute(tree.arguments[0], whole)
    if tree.function == "at":
        axes = () if isinstance(found, Fraction) else found.axes
        chosen = {axis: tree.word for axis in axes if tree.word in scope.labels[axis]}
        return restricted(restricted(found, chosen), scope.fixed)
    if tree.function == "convolve":
        return restricted(_released(tree, found, whole), scope.fixed)
    return restricted(_summed(found, tree.word, scope), scope.fixed)


def _summed(found: Value, axis: str, scope: Scope) -> Value:
    if isinstance(found, Fraction) or axis not in found.axes:
        # A value that is the same all along the axis is counted once for each of its places.
        count = len(scope.labels[axis])
        return spread(0, lambda a: a * count, found)
    place = found.axes.index(axis)
    totals: dict[tuple[str, ...], Fraction] = {}
    for label, cell in found.cells.items():
        rest = label[:place] + label[place + 1 :]
        totals[rest] = totals.get(rest, NO) + cell
    axes = found.axes[:place] + found.axes[place + 1 :]
    return Grid(axes, totals) if axes else totals[()]


def _released(tree: Call, amounts: Value, scope: Scope) -> Value:
    """The convolution along time; values that lie along more axes are taken one by one."""
    time, age = tree.word.split()
    response = compute(tree.arguments[1], scope)
    own = {time, age}
    more = dict.fromkeys(
        axis
        for value in (amounts, response)
        if isinstance(value, Grid)
        for axis in value.axes
        if axis not in own
    )
    cells: dict[tuple[str, ...], Fraction] = {}
    for label in product(*(scope.labels[axis] for axis in more)):
        scope.work.spend(len(scope.labels[time]) * len(scope.labels[age]), tree.at)
        fixed = dict(zip(more, label, strict=True))
        given = over(restricted(amounts, fixed), (time,), scope.labels)
        released = over(restricted(response, fixed), (age,), scope.labels)
        for part, cell in _convolved(given, released).items():
            cells[(*label, *part)] = cell
    return Grid((*more, time), cells)


def _convolved(amounts: Value, response: Value) -> dict[tuple[str, ...], Fraction]:
    """Each later place of `amounts`' axis gathers what earlier ones release at their age."""
    assert isinstance(amounts, Grid)
    assert isinstance(response, Grid)
    released = list(response.cells.values())
    given = list(amounts.cells.values())
    cells = {}
    for late, label in enumerate(amounts.cells):
        cells[label] = sum(
            (
                given[early] * released[late - early]
                for early in range(late + 1)
                if late - early < len(released)
            ),
            NO,
        )
    return cells
