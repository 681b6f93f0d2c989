"""Compiles a document, and the modules it uses, to values of a row kernel."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.document import Factor, Guard, Methodology, Use
from tanhui.methodology.expression import (
    mentioned,
)
from tanhui.methodology.given import Grid, Value
from tanhui.methodology.kernel.cells import (
    Cell,
    Cells,
    Needs,
    cellwise,
    constant,
    plain,
)
from tanhui.methodology.kernel.columns import Condition
from tanhui.methodology.kernel.forms import Form
from tanhui.methodology.kernel.formulas import Formulas, Scope

# An axis is written out place by place; a longer one is for the exact evaluator.
MOST_PLACES = 64


class Compiler(Formulas):
    """Compiles the documents of one kernel; `needs` gathers what a row needs, in order.

    Refuses: `kernel_overflow`, `kernel_division`, `kernel_function`, `kernel_axis`,
    `no_factor_in_force`. Raises TooManyCells.
    """

    def __init__(self, methodology: Methodology, on: date | None) -> None:
        super().__init__(methodology.reference)
        self.on = on
        self.needs: list[tuple[str, Condition]] = []

    def require(self, needs: Needs) -> None:
        """Note what every row needs."""
        self.needs += [need for need in needs if need[1] is not True]

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
            raise Invalid(
                "no_factor_in_force",
                zh="{reference}：因子 {symbol} 在 {day} 没有适用的行",
                en="{reference}: no row of the factor {symbol} is in force on {day}",
                reference=self.reference,
                symbol=factor.symbol,
                day=self.on,
            )
        return bound.quantity.base

    def run(self, scope: Scope) -> None:
        """Compile the guards of what is given, formulas and modules in order, the other guards."""
        methodology = scope.methodology
        for axis, labels in scope.labels.items():
            if len(labels) > MOST_PLACES:
                raise Invalid(
                    "kernel_axis",
                    zh="{reference}：轴 {axis} 有 {count} 项，逐行核最多 {most} 项",
                    en="{reference}: the axis {axis} has {count} places; a row kernel takes {most}",
                    reference=self.reference,
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
            value = self.value(formulas[name].tree, scope)
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
