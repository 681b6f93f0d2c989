"""The exact evaluator: one case, in fractions throughout, with a trace of every step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.canonical import digest
from tanhui.methodology.case import (
    Case,
    Reservation,
    bind,
    check_bounds,
    check_plausible,
    constants,
    factor_keys,
)
from tanhui.methodology.compute import Scope, compute, over
from tanhui.methodology.document import Guard, Label, Methodology, Use
from tanhui.methodology.expression import mentioned
from tanhui.methodology.given import Answer, Given, Grid, Value
from tanhui.methodology.units import Quantity, Unit


@dataclass(frozen=True, slots=True)
class TraceRow:
    """One step: a symbol, what it was computed from, its answer and where that came from."""

    symbol: str
    expression: str
    quantity: Answer
    source: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All formulas and the rounded result, the trace, and digests that pin what was computed.

    `digest` covers the methodology's, the factor set's and the inputs' digests. `categories` are
    the parts of a footprint, exactly. `reservations` say what is less than fully proved.
    """

    outputs: dict[str, Answer]
    trace: tuple[TraceRow, ...]
    reservations: tuple[Reservation, ...]
    categories: dict[str, Quantity]
    result: int
    methodology_digest: str
    factors_digest: str
    inputs_digest: str
    digest: str


class _Run:
    """One run of a document, or of a module inside it (`prefix` is then its name and a dot)."""

    def __init__(self, case: Case, prefix: str = "") -> None:
        methodology = case.methodology
        self.case, self.methodology, self.prefix = case, methodology, prefix
        self.trace: list[TraceRow] = []
        self.scope = Scope(
            case.values,
            case.scenarios,
            methodology.tables,
            methodology.deductions,
            methodology.conversions,
            methodology.axes,
            case.labels,
        )

    def note(self, symbol: str, expression: str, value: Value, unit: Unit, source: str) -> None:
        answer = self.case.answer(value, unit)
        self.trace.append(TraceRow(self.prefix + symbol, expression, answer, source))

    def run(self) -> None:
        """Inputs, constants, early guards, formulas and modules in order, late guards."""
        self._note_given()
        ready = set(self.case.values) | set(self.case.scenarios) | set(self.case.labels)
        ready |= set(self.methodology.tables) | set(self.methodology.deductions)
        late = []
        for guard in self.methodology.guards:
            if mentioned(guard.tree) <= ready:
                self._check(guard)
            else:
                late.append(guard)
        formulas = {formula.symbol: formula for formula in self.methodology.formulas}
        uses = {use.name: use for use in self.methodology.uses}
        for name in self.methodology.order:
            if name in uses:
                self._module(uses[name])
                continue
            formula = formulas[name]
            value = over(compute(formula.tree, self.scope), formula.axes, self.case.labels)
            self.case.values[name] = value
            self.note(name, formula.source, value, formula.unit, self.methodology.reference)
        for guard in late:
            self._check(guard)

    def _note_given(self) -> None:
        case, methodology = self.case, self.methodology
        for declared in methodology.inputs:
            value = case.values[declared.symbol]
            expression = case.origin.get(declared.symbol, "input")
            source = declared.source.en if expression == "input" else expression
            self.note(declared.symbol, expression, value, declared.unit, source)
        for factor in methodology.factors:
            expression = "factor"
            if factor.conversion is not None:
                expression = f"{factor.conversion.name}(factor)"
            source = case.origin.get(factor.symbol, "")
            if not source:
                keys = set(factor_keys(case, factor))
                source = "; ".join(
                    f"{bound.row.key} {bound.row.digest} ({bound.row.source})"
                    for bound in factor.rows
                    if bound.row.key in keys
                )
            value = case.values[factor.symbol]
            self.note(factor.symbol, expression, value, factor.unit, source)
        for parameter in methodology.parameters:
            symbol = parameter.symbol
            source = case.origin.get(symbol, parameter.source)
            self.note(symbol, "parameter", case.values[symbol], parameter.unit, source)
        for potential in methodology.potentials:
            symbol = potential.symbol
            source = case.origin.get(symbol, f"{methodology.gwp} {potential.gas}")
            self.note(symbol, "gwp", case.values[symbol], potential.quantity.unit, source)

    def _check(self, guard: Guard) -> None:
        truth = compute(guard.tree, self.scope)
        if all(truth.cells.values()) if isinstance(truth, Grid) else truth:
            return
        raise Invalid(
            "guard_failed",
            zh="{text_zh}(条件 {guard}：{condition})",
            en="{text_en} (guard {guard}: {condition})",
            guard=guard.name,
            condition=guard.source,
            text_zh=guard.label.zh,
            text_en=guard.label.en,
        )

    def _module(self, use: Use) -> None:
        """Run a module on the values that its `use` passes, and take its formulas as NAME.SYM."""
        module = use.module
        given = {passed.symbol: compute(passed.tree, self.scope) for passed in use.inputs}
        labels = _module_labels(module, given)
        single = frozenset(axis for axis in labels if axis in self.case.single)
        inner = Case(module, self.case.day, labels, single)
        inner.scenarios.update(
            {theirs: self.case.scenarios[ours] for theirs, ours in use.scenarios.items()}
        )
        for scenario in module.scenarios:
            if scenario.name not in inner.scenarios:
                inner.scenarios[scenario.name] = scenario.default
        for declared in module.inputs:
            if declared.symbol in given:
                value = over(given[declared.symbol], declared.axes, inner.labels)
            else:
                inner.origin[declared.symbol] = "default"
                default = (declared.default or Fraction()) * declared.unit.scale
                value = over(default, declared.axes, inner.labels)
            check_bounds(declared, value)
            check_plausible(inner, declared.symbol, value, declared.kind, declared.unit)
            inner.values[declared.symbol] = value
        constants(inner, {})
        self._replace_constants(use, inner, given)
        child = _Run(inner, f"{self.prefix}{use.name}.")
        child.run()
        self.trace.extend(child.trace)
        for reservation in inner.reservations:
            symbol = f"{use.name}.{reservation.symbol}"
            self.case.reserve(reservation.code, symbol, reservation.label)
        for formula in module.formulas:
            self.case.values[f"{use.name}.{formula.symbol}"] = inner.values[formula.symbol]

    def _replace_constants(self, use: Use, inner: Case, given: Mapping[str, Value]) -> None:
        """A module's factors, parameters and potentials that this document gives itself."""
        inputs = {declared.symbol for declared in use.module.inputs}
        for passed in use.inputs:
            if passed.symbol in inputs:
                continue
            inner.values[passed.symbol] = given[passed.symbol]
            inner.origin[passed.symbol] = f"{self.methodology.reference}: {passed.source}"
            inner.reservations[:] = [
                item for item in inner.reservations if item.symbol != passed.symbol
            ]


def _module_labels(module: Methodology, given: Mapping[str, Value]) -> dict[str, tuple[str, ...]]:
    labels = {axis.name: axis.labels or axis.numbered(1) for axis in module.axes.values()}
    for value in given.values():
        if isinstance(value, Grid):
            labels.update({axis: value.labels(axis) for axis in value.axes})
    return labels


def rounded(value: Fraction, rounding: str) -> int:
    """`value` as a whole number, towards minus infinity (`down`) or plus infinity (`up`)."""
    return value.__floor__() if rounding == "down" else value.__ceil__()


def _finished(case: Case, outputs: dict[str, Answer], trace: list[TraceRow]) -> int:
    """The rounded result, put into outputs and trace. Refuses: `negative_result`."""
    result = case.methodology.result
    if result is None:
        return 0
    value = case.values[result.formula]
    assert isinstance(value, Fraction)
    whole = rounded(value / result.unit.scale, result.rounding)
    if whole < 0 and result.negative == "refuse":
        raise Invalid(
            "negative_result",
            zh="{name} 为负({whole} {unit})，方法学不接受",
            en="{name} is negative ({whole} {unit}), which the methodology does not accept",
            name=result.name,
            whole=whole,
            unit=result.unit.text,
        )
    mark = "floor" if result.rounding == "down" else "ceil"
    expression = f"{mark}({result.formula} / {result.unit.text})"
    if result.negative == "carry":
        deficit = Quantity(Fraction(max(0, -whole)), result.unit)
        outputs[f"{result.name}_deficit"] = deficit
        if whole < 0:
            zh = f"本期为负，{-whole} {result.unit.text} 须抵扣下一期"
            en = f"the period is negative; {-whole} {result.unit.text} go against the next one"
            case.reserve("deficit_carried", result.name, Label(zh, en))
    if result.negative in ("zero", "carry"):
        whole = max(0, whole)
        expression = f"max(0, {expression})"
    outputs[result.name] = Quantity(Fraction(whole), result.unit)
    reference = case.methodology.reference
    trace.append(TraceRow(result.name, expression, outputs[result.name], reference))
    return whole


def evaluate(
    methodology: Methodology, inputs: Mapping[str, Given], *, on: date | None = None
) -> Evaluation:
    """One case, exactly. `inputs` by symbol, in any unit that fits; `on` is the day of the act.

    Factors, parameters and potentials may be given too; the evaluation then says so.
    Refuses what `bind` and `compute` refuse, `guard_failed` and `negative_result`.
    """
    case = bind(methodology, inputs, on)
    run = _Run(case)
    run.run()
    outputs = {
        formula.symbol: case.answer(case.values[formula.symbol], formula.unit)
        for formula in methodology.formulas
    }
    result = _finished(case, outputs, run.trace)
    categories: dict[str, Quantity] = {}
    for category in methodology.categories:
        part = outputs[category.formula]
        assert isinstance(part, Quantity)
        categories[category.name] = part
    inputs_digest = digest(case.pinned)
    factors_digest = methodology.factors_digest
    whole = digest(
        {
            "methodology": methodology.digest,
            "factors": factors_digest,
            "inputs": inputs_digest,
        }
    )
    return Evaluation(
        outputs,
        tuple(run.trace),
        tuple(case.reservations),
        categories,
        result,
        methodology.digest,
        factors_digest,
        inputs_digest,
        whole,
    )
