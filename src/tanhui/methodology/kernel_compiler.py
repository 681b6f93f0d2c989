"""Compiles the formulas of a document, and of the modules it uses, to values of a row kernel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.document import Deduction, Factor, Guard, Methodology, Table, Use
from tanhui.methodology.expression import (
    Binary,
    Call,
    Compare,
    If,
    Is,
    Logic,
    Name,
    Negate,
    Node,
    Number,
    mentioned,
)
from tanhui.methodology.given import Grid, Value
from tanhui.methodology.kernel_cells import (
    Cell,
    Cells,
    Needs,
    TooManyCells,
    all_needs,
    cellwise,
    constant,
    decided,
    picked,
    plain,
    summed,
    truth,
)
from tanhui.methodology.kernel_columns import Condition, Pool
from tanhui.methodology.kernel_forms import ZERO, Form
from tanhui.methodology.kernel_rounding import Rounding
from tanhui.methodology.kernel_values import Arithmetic

# An axis is written out place by place; a longer one is for the exact evaluator.
MOST_PLACES = 64
# A power of a constant is folded up to this exponent.
LARGEST_EXPONENT = 64

ONE = Form(Fraction(1))


@dataclass(slots=True)
class Scope:
    """A document, or a module inside one: what its names stand for.

    `scenarios` gives for each option whether it is chosen.
    """

    methodology: Methodology
    labels: Mapping[str, tuple[str, ...]]
    values: dict[str, Cells[Form]] = field(default_factory=dict)
    scenarios: dict[str, Mapping[str, Condition]] = field(default_factory=dict)


class Compiler:
    """Compiles the documents of one kernel; `needs` gathers what a row needs, in order.

    Refuses: `kernel_overflow`, `kernel_division`, `kernel_function`, `kernel_axis`,
    `no_factor_in_force`.
    """

    def __init__(self, methodology: Methodology, on: date | None) -> None:
        self.reference, self.on = methodology.reference, on
        self.pool = Pool()
        self.arithmetic = Arithmetic(self.pool, self.reference)
        self.rounding = Rounding(self.arithmetic)
        self.needs: list[tuple[str, Condition]] = []

    def refuse(self, code: str, zh: str, en: str, **facts: object) -> Invalid:
        """A compile refusal of the document."""
        facts["reference"] = self.reference
        return Invalid(code, zh="{reference}：" + zh, en="{reference}: " + en, **facts)  # type: ignore[arg-type]

    def require(self, needs: Needs) -> None:
        """Note what every row needs."""
        self.needs += [need for need in needs if need[1] is not True]

    # Documents and modules

    def constants(self, scope: Scope) -> None:
        """Put factors, parameters and warming potentials into the scope."""
        methodology = scope.methodology
        for factor in methodology.factors:
            scope.values[factor.symbol] = constant(self._factor(factor))
        for parameter in methodology.parameters:
            scope.values[parameter.symbol] = constant(parameter.value)
        for potential in methodology.potentials:
            scope.values[potential.symbol] = constant(potential.quantity.base)

    def _factor(self, factor: Factor) -> Value:
        if factor.axes:
            pairs = zip(factor.items, factor.rows, strict=True)
            return Grid(factor.axes, {(item,): bound.quantity.base for item, bound in pairs})
        bound = factor.on(self.on)
        if bound is None:
            raise self.refuse(
                "no_factor_in_force",
                "因子 {symbol} 在 {day} 没有适用的行",
                "no row of the factor {symbol} is in force on {day}",
                symbol=factor.symbol,
                day=self.on,
            )
        return bound.quantity.base

    def run(self, scope: Scope) -> None:
        """Compile the guards of what is given, formulas and modules in order, the other guards."""
        methodology = scope.methodology
        for axis, labels in scope.labels.items():
            if len(labels) > MOST_PLACES:
                raise self.refuse(
                    "kernel_axis",
                    "轴 {axis} 有 {count} 项，逐行核最多 {most} 项",
                    "the axis {axis} has {count} places; a row kernel takes {most}",
                    axis=axis,
                    count=len(labels),
                    most=MOST_PLACES,
                )
        ready = {*scope.values, *scope.scenarios, *scope.labels}
        ready |= {*methodology.tables, *methodology.deductions}
        early = [guard for guard in methodology.guards if mentioned(guard.tree) <= ready]
        self._guards(early, scope)
        formulas = {formula.symbol: formula for formula in methodology.formulas}
        uses = {use.name: use for use in methodology.uses}
        for name in methodology.order:
            if name in uses:
                self._module(uses[name], scope)
                continue
            try:
                value = self.value(formulas[name].tree, scope)
            except TooManyCells:
                raise self.refuse(
                    "kernel_axis",
                    "公式 {formula} 的各轴组合过多",
                    "the axes of the formula {formula} have too many combinations",
                    formula=name,
                ) from None
            # Every formula is computed for every row, so its needs are the row's from here on.
            self.require(value.needs)
            scope.values[name] = cellwise(lambda cell: Cell(cell.value), value)
        self._guards([guard for guard in methodology.guards if guard not in early], scope)

    def _guards(self, guards: list[Guard], scope: Scope) -> None:
        for guard in guards:
            condition = self.condition(guard.tree, scope)
            self.require(condition.needs)
            self.require(tuple(("guard_failed", cell.value) for cell in condition.cells.values()))

    def _module(self, use: Use, scope: Scope) -> None:
        module = use.module
        given = {passed.symbol: self.value(passed.tree, scope) for passed in use.inputs}
        for value in given.values():
            self.require(value.needs)
        labels = {axis.name: axis.labels or axis.numbered(1) for axis in module.axes.values()}
        for value in given.values():
            labels.update({axis: value.labels(axis) for axis in value.axes})
        inner = Scope(module, labels)
        for scenario in module.scenarios:
            if scenario.name in use.scenarios:
                ours = scope.scenarios[use.scenarios[scenario.name]]
                # A module may know options that the document does not offer.
                inner.scenarios[scenario.name] = {
                    option: ours.get(option, False) for option in scenario.options
                }
            else:
                inner.scenarios[scenario.name] = {
                    option: option == scenario.default for option in scenario.options
                }
        self.constants(inner)
        for declared in module.inputs:
            default = (declared.default or Fraction()) * declared.unit.scale
            value = given.get(declared.symbol, plain(Form(default)))
            scale = declared.unit.scale
            self._within("out_of_bounds", value, declared.low * scale, declared.high * scale)
            kind = module.units.kinds[declared.kind]
            self._within("implausible_value", value, kind.low, kind.high)
            inner.values[declared.symbol] = value
        for symbol, value in given.items():
            inner.values[symbol] = value
        self.run(inner)
        for formula in module.formulas:
            scope.values[f"{use.name}.{formula.symbol}"] = inner.values[formula.symbol]

    def _within(
        self, code: str, value: Cells[Form], low: Fraction | None, high: Fraction | None
    ) -> None:
        """Require the value to be within `low`..`high` (base units)."""
        for cell in value.cells.values():
            for operator, end in ((">=", low), ("<=", high)):
                if end is not None:
                    condition = self.arithmetic.compared(operator, cell.value, Form(end))
                    self.require(((code, condition),))

    # Formulas

    def value(self, tree: Node, scope: Scope) -> Cells[Form]:
        """The value of a formula, in base units."""
        match tree:
            case Number():
                return plain(Form(tree.value))
            case Name():
                return scope.values[tree.name]
            case Negate():
                operand = self.value(tree.operand, scope)
                return cellwise(lambda a: Cell(a.value.times(Fraction(-1)), a.needs), operand)
            case Binary():
                return self._binary(tree, scope)
            case If():
                return cellwise(
                    self._branch,
                    self.condition(tree.condition, scope),
                    self.value(tree.yes, scope),
                    self.value(tree.no, scope),
                )
            case Call():
                return self._call(tree, scope)
        raise AssertionError(tree)

    def _binary(self, tree: Binary, scope: Scope) -> Cells[Form]:
        def apply(a: Cell[Form], b: Cell[Form]) -> Cell[Form]:
            match tree.operator:
                case "+":
                    form = self.arithmetic.plus(a.value, b.value)
                case "-":
                    form = self.arithmetic.plus(a.value, b.value.times(Fraction(-1)))
                case "*":
                    form = self.arithmetic.product(a.value, b.value)
                case _:
                    form = a.value.times(1 / self._divisor(b.value))
            return Cell(form, all_needs(a, b))

        return cellwise(apply, self.value(tree.left, scope), self.value(tree.right, scope))

    def _divisor(self, form: Form) -> Fraction:
        if not form.known or not form.constant:
            raise self.refuse(
                "kernel_division",
                "逐行核只能除以非零常数",
                "a row kernel divides by constants other than zero only",
            )
        return form.constant

    def _branch(self, a: Cell[Condition], b: Cell[Form], c: Cell[Form]) -> Cell[Form]:
        """One of two cells; the other is never computed, so what it needs does not matter."""
        pool, opposite = self.pool, self.pool.opposite(a.value)
        needs = dict.fromkeys(a.needs)
        needs |= {(code, pool.any_of((opposite, need))): None for code, need in b.needs}
        needs |= {(code, pool.any_of((a.value, need))): None for code, need in c.needs}
        return Cell(self.arithmetic.cases((a.value,), (b.value, c.value)), tuple(needs))

    def condition(self, tree: Node, scope: Scope) -> Cells[Condition]:
        """Whether a condition holds."""
        match tree:
            case Compare():
                return cellwise(
                    lambda a, b: decided(
                        self.arithmetic.compared(tree.operator, a.value, b.value), all_needs(a, b)
                    ),
                    self.value(tree.left, scope),
                    self.value(tree.right, scope),
                )
            case Is():
                return truth(scope.scenarios[tree.scenario][tree.option])
            case Logic():
                return cellwise(
                    lambda *cells: decided(
                        self._logic(tree.operator, [cell.value for cell in cells]),
                        all_needs(*cells),
                    ),
                    *(self.condition(part, scope) for part in tree.parts),
                )
        raise AssertionError(tree)

    def _logic(self, operator: str, parts: list[Condition]) -> Condition:
        if operator == "not":
            return self.pool.opposite(parts[0])
        return self.pool.all_of(parts) if operator == "and" else self.pool.any_of(parts)

    # Functions

    def _call(self, tree: Call, scope: Scope) -> Cells[Form]:
        name = tree.function
        if name in ("exp", "ln", "convolve"):
            raise self.refuse(
                "kernel_function",
                "逐行核没有函数 {name}",
                "a row kernel has no function {name}",
                name=name,
            )
        if name == "index":
            return self._index(tree.word, scope)
        if name == "lookup":
            return self._lookup(scope.methodology.tables[tree.word], tree, scope)
        values = [self.value(argument, scope) for argument in tree.arguments]
        match name:
            case "sum":
                count = len(scope.labels[tree.word])
                return summed(values[0], tree.word, count, self.arithmetic.plus)
            case "at":
                for axis in values[0].axes:
                    if tree.word in scope.labels[axis]:
                        return picked(values[0], axis, tree.word)
                return values[0]
            case "min" | "max":
                return cellwise(
                    lambda *cells: Cell(
                        self.arithmetic.least(name, [cell.value for cell in cells]),
                        all_needs(*cells),
                    ),
                    *values,
                )
            case "floor" | "ceil":
                return cellwise(lambda *cells: self._stepped(name, *cells), *values)
            case "pow":
                return cellwise(self._power, *values)
            case "deduct":
                deduction = scope.methodology.deductions[tree.word]
                return cellwise(lambda a, b: self._deducted(deduction, a, b), *values)
            case _:
                ratio = scope.methodology.conversions[name]
                return cellwise(lambda a: Cell(a.value.times(ratio), a.needs), *values)

    def _index(self, name: str, scope: Scope) -> Cells[Form]:
        axis = scope.methodology.axes[name]
        scale = axis.unit.scale if axis.unit else Fraction(1)
        return constant(
            Grid((name,), {(label,): int(label) * scale for label in scope.labels[name]})
        )

    def _stepped(self, name: str, a: Cell[Form], by: Cell[Form] | None = None) -> Cell[Form]:
        quantum = Fraction(1) if by is None else self._divisor(by.value)
        ratio = a.value.times(1 / quantum)
        whole = self.rounding.rounded(ratio, "down" if name == "floor" else "up")
        return Cell(whole.times(quantum), a.needs if by is None else all_needs(a, by))

    def _power(self, a: Cell[Form], b: Cell[Form]) -> Cell[Form]:
        base, exponent = a.value, b.value
        whole = exponent.known and exponent.constant.denominator == 1
        if not base.known or not whole or abs(exponent.constant) > LARGEST_EXPONENT:
            raise self.refuse(
                "kernel_function",
                "逐行核只能对常数取整数次幂",
                "a row kernel takes whole powers of constants only",
            )
        if exponent.constant < 0:
            self._divisor(base)
        return Cell(Form(Fraction(base.constant ** int(exponent.constant))), all_needs(a, b))

    def _lookup(self, table: Table, tree: Call, scope: Scope) -> Cells[Form]:
        if table.by:
            chosen = scope.scenarios[table.by]
            options = [option for option in table.values if chosen[option] is not False]
            forms = [Form(table.values[option]) for option in options]
            return plain(self.arithmetic.cases([chosen[option] for option in options[:-1]], forms))
        return cellwise(
            lambda a: self._step(table.steps, "beyond_table", a.value, a.needs),
            self.value(tree.arguments[0], scope),
        )

    def _step(
        self,
        steps: tuple[tuple[Fraction | None, Fraction], ...],
        code: str,
        form: Form,
        needs: Needs,
    ) -> Cell[Form]:
        """The value of the first step whose end `form` does not pass; past the last: `code`."""
        conditions: list[Condition] = [
            True if end is None else self.arithmetic.compared("<=", form, Form(end))
            for end, _ in steps
        ]
        values = [Form(value) for _, value in steps]
        chosen = self.arithmetic.cases(conditions[:-1], values)
        return Cell(chosen, tuple(dict.fromkeys((*needs, (code, conditions[-1])))))

    def _deducted(self, deduction: Deduction, a: Cell[Form], b: Cell[Form]) -> Cell[Form]:
        """Less its share; a negative value becomes more negative by it."""
        arithmetic = self.arithmetic
        uncertainty = arithmetic.least("max", (b.value, b.value.times(Fraction(-1))))
        share = self._step(deduction.steps, "uncertainty_too_high", uncertainty, all_needs(a, b))
        positive = arithmetic.compared(">=", a.value, ZERO)
        less = arithmetic.product(a.value, ONE.minus(share.value))
        more = arithmetic.product(a.value, ONE.plus(share.value))
        return Cell(arithmetic.cases((positive,), (less, more)), share.needs)
