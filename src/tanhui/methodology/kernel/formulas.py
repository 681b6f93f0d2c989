"""Compiles formulas to values of a row kernel, cell by cell over their axes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.document import Deduction, Methodology, Table
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
)
from tanhui.methodology.given import Grid
from tanhui.methodology.kernel.cells import (
    Cell,
    Cells,
    Needs,
    all_needs,
    cellwise,
    constant,
    decided,
    picked,
    plain,
    summed,
    truth,
)
from tanhui.methodology.kernel.columns import Condition, Pool
from tanhui.methodology.kernel.forms import ZERO, Form
from tanhui.methodology.kernel.rounding import Rounding
from tanhui.methodology.kernel.values import Arithmetic
from tanhui.methodology.powers import power

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


class Formulas:
    """Compiles formulas and conditions of the document `reference`.

    Refuses: `kernel_overflow`, `kernel_division`, `kernel_function`. Raises TooManyCells.
    """

    def __init__(self, reference: str) -> None:
        self.reference = reference
        self.pool = Pool()
        self.arithmetic = Arithmetic(self.pool, reference)
        self.rounding = Rounding(self.arithmetic)

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
            raise Invalid(
                "kernel_division",
                zh="{reference}：逐行核只能除以非零常数",
                en="{reference}: a row kernel divides by constants other than zero only",
                reference=self.reference,
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
            raise Invalid(
                "kernel_function",
                zh="{reference}：逐行核没有函数 {name}",
                en="{reference}: a row kernel has no function {name}",
                reference=self.reference,
                name=name,
            )
        if name == "index":
            return self._index(tree.word, scope)
        if name == "count":
            return constant(Fraction(len(scope.labels[tree.word])))
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
            raise Invalid(
                "kernel_function",
                zh="{reference}：逐行核只能对常数取整数次幂",
                en="{reference}: a row kernel takes whole powers of constants only",
                reference=self.reference,
            )
        if exponent.constant < 0:
            self._divisor(base)
        return Cell(Form(power(0, base.constant, exponent.constant)), all_needs(a, b))

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
