"""The exact value of a formula: fractions throughout, over axes cell by cell.

Only exp, ln and powers that are not whole are not rational. They are taken to 50 significant
decimal digits, correctly rounded, which is the same number on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
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

MOST_CELLS = 50_000
MOST_BITS = 20_000
LARGEST_EXPONENT = 64
DIGITS = Context(prec=50)
YES, NO = Fraction(1), Fraction(0)

# Beyond these the result has no meaning as a physical quantity and costs much to compute.
LARGEST_ARGUMENT = 500


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

    def following(self, fixed: Mapping[str, str]) -> Scope:
        """The same names, along these labels."""
        return Scope(
            self.values,
            self.scenarios,
            self.tables,
            self.deductions,
            self.conversions,
            self.axes,
            self.labels,
            fixed,
        )


def _refuse(code: str, at: int, zh: str, en: str) -> ExpressionRefused:
    return ExpressionRefused(code, at, zh=zh, en=en)


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
        raise _refuse("too_many_cells", at, zh, en)
    spreads = [widened(value, axes, labels) for value in values]
    return Grid(
        axes,
        {label: apply(*(cells[label] for cells in spreads)) for label in product(*labels.values())},
    )


def _decimal(value: Fraction) -> Decimal:
    return DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))


def _bounded(value: Fraction, at: int) -> Fraction:
    """`value`, unless a chain of products has made it absurdly long."""
    if value.numerator.bit_length() + value.denominator.bit_length() > MOST_BITS:
        raise _refuse("number_too_large", at, "数值过长", "the number grows beyond use")
    return value


@lru_cache(maxsize=4096)
def _exp(at: int, value: Fraction) -> Fraction:
    if abs(value) > LARGEST_ARGUMENT:
        raise _refuse("function_out_of_range", at, "exp 的自变量过大", "exp of a number too large")
    return Fraction(DIGITS.exp(_decimal(value)))


def _ln(at: int, value: Fraction) -> Fraction:
    if value <= 0:
        raise _refuse(
            "function_out_of_range", at, "ln 的自变量须为正", "ln of a number not positive"
        )
    return Fraction(DIGITS.ln(_decimal(value)))


def _pow(at: int, base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator == 1 and abs(exponent) <= LARGEST_EXPONENT:
        if base == 0 and exponent < 0:
            raise _refuse("division_by_zero", at, "除数为零", "division by zero")
        return _bounded(Fraction(base ** int(exponent)), at)
    if base <= 0:
        raise _refuse(
            "function_out_of_range", at, "pow 的底数须为正", "pow needs a positive base here"
        )
    return _exp(at, exponent * _ln(at, base))


def _quotient(at: int, left: Fraction, right: Fraction) -> Fraction:
    if right == 0:
        raise _refuse("division_by_zero", at, "除数为零", "division by zero")
    return _bounded(left / right, at)


def _product(at: int, left: Fraction, right: Fraction) -> Fraction:
    return _bounded(left * right, at)


_ARITHMETIC: dict[str, Callable[[int, Fraction, Fraction], Fraction]] = {
    "+": lambda _at, left, right: left + right,
    "-": lambda _at, left, right: left - right,
    "*": _product,
    "/": _quotient,
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
        most=deduction.steps[-1][0],
    )


def compute(tree: Node, scope: Scope) -> Value:
    """The exact value of `tree` in base units; a condition's is 1 or 0.

    Refuses: `division_by_zero`, `function_out_of_range`, `number_too_large`, `too_many_cells`,
    `beyond_table`, `uncertainty_too_high`.
    """
    match tree:
        case Number():
            return tree.value
        case Name():
            value = scope.values[tree.name]
            return restricted(value, scope.fixed) if scope.fixed else value
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
            return spread(at, lambda a: _exp(at, a), *values)
        case "ln":
            return spread(at, lambda a: _ln(at, a), *values)
        case "pow":
            return spread(at, lambda a, b: _pow(at, a, b), *values)
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
        ratio = _quotient(tree.at, value, quantum)
        return quantum * (ratio.__floor__() if down else ratio.__ceil__())

    return spread(tree.at, step, *values)


def _over_axis(tree: Call, scope: Scope) -> Value:
    """The functions that see an axis as a whole, also where a condition follows it by cells."""
    if tree.function == "index":
        axis = scope.axes[tree.word]
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
        time, age = tree.word.split()
        amounts = over(found, (time,), scope.labels)
        response = over(compute(tree.arguments[1], whole), (age,), scope.labels)
        return restricted(_convolved(amounts, response), scope.fixed)
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


def _convolved(amounts: Value, response: Value) -> Value:
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
    return Grid(amounts.axes, cells)
