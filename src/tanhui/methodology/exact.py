"""The exact evaluator: one case, in fractions throughout, with a trace of every step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
)
from tanhui.methodology.compute import Scope, compute, over
from tanhui.methodology.document import (
    Factor,
    Formula,
    Guard,
    Input,
    Label,
    Methodology,
    Parameter,
    Use,
)
from tanhui.methodology.expression import mentioned
from tanhui.methodology.given import Answer, Given, Grid, Value
from tanhui.methodology.trace import Part, TraceRow
from tanhui.methodology.units import Quantity, Unit


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

    def note(self, symbol: str, part: Part, unit: Unit) -> None:
        value = self.case.values[symbol]
        self.trace.append(TraceRow(self.prefix + symbol, part, value, unit, self.case))

    def run(self) -> None:
        """Inputs, constants, early guards, formulas and modules in order, late guards."""
        self._note_given()
        plan = _plan(self.methodology)
        # A factor or parameter given by hand makes everything depend on the case.
        origins = self.case.origin.values()
        own = all(origin == "default" for origin in origins)
        constant = plan.constant if own else frozenset()
        for guard in plan.early:
            self._check(guard, guard.name in constant)
        for name in self.methodology.order:
            if name in plan.uses:
                self._module(plan.uses[name])
                continue
            formula = plan.formulas[name]
            value = plan.folded.get(name) if name in constant else None
            if value is None:
                found = compute(formula.tree, self.scope)
                value = at_least(found, formula.axes, self.case.labels)
                if name in constant:
                    plan.folded[name] = value
            self.case.values[name] = value
            self.note(name, formula, formula.unit)
        for guard in plan.late:
            self._check(guard, guard.name in constant)

    def _note_given(self) -> None:
        methodology = self.methodology
        parts: tuple[Input | Factor | Parameter, ...] = (
            *methodology.inputs,
            *methodology.factors,
            *methodology.parameters,
        )
        for part in parts:
            self.note(part.symbol, part, part.unit)
        for potential in methodology.potentials:
            self.note(potential.symbol, potential, potential.quantity.unit)

    def _check(self, guard: Guard, constant: bool) -> None:
        held = _plan(self.methodology).held
        if constant and guard.name in held:
            return
        truth = compute(guard.tree, self.scope)
        if all(truth.cells.values()) if isinstance(truth, Grid) else truth:
            if constant:
                held.add(guard.name)
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
        given = {passed.symbol: compute(passed.tree, self.scope) for passed in use.inputs}
        scenarios = {theirs: self.case.scenarios[ours] for theirs, ours in use.scenarios.items()}
        where = self.prefix + use.name
        if given or scenarios or not _constant(use.module):
            inner, trace = self._run_module(use, given, scenarios)
        else:
            # A constant module comes out the same every time, so it is run once.
            if where not in use.kept:
                use.kept[where] = self._run_module(use, given, scenarios)
            inner, trace = use.kept[where]
        self.trace.extend(trace)
        for reservation in inner.reservations:
            symbol = f"{use.name}.{reservation.symbol}"
            self.case.reserve(reservation.code, symbol, reservation.label)
        for formula in use.module.formulas:
            axes = (*use.over, *formula.axes)
            value = over(inner.values[formula.symbol], axes, inner.labels)
            self.case.values[f"{use.name}.{formula.symbol}"] = value

    def _run_module(
        self, use: Use, given: Mapping[str, Value], scenarios: Mapping[str, str]
    ) -> tuple[Case, list[TraceRow]]:
        module = use.module
        # Along axes that it does not know a module simply has more cells.
        labels = {axis: self.case.labels[axis] for axis in use.over}
        labels.update(_module_labels(module, given))
        single = frozenset(axis for axis in labels if axis in self.case.single)
        inner = Case(module, self.case.day, labels, single, self.case.axes)
        inner.scenarios.update(scenarios)
        for scenario in module.scenarios:
            inner.scenarios.setdefault(scenario.name, scenario.default)
        for declared in module.inputs:
            if declared.symbol in given:
                value = at_least(given[declared.symbol], declared.axes, inner.labels)
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
        return inner, child.trace

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


def at_least(value: Value, axes: tuple[str, ...], labels: Mapping[str, tuple[str, ...]]) -> Value:
    """`value` over `axes`, behind any more that it has of its own."""
    more = () if isinstance(value, Fraction) else tuple(a for a in value.axes if a not in axes)
    return over(value, (*more, *axes), labels)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What every run of a document needs to know of it, found once.

    `constant` names the formulas and guards that no case can change; `folded` gathers the values
    of the former, `held` the latter once they have been found to hold.
    """

    formulas: Mapping[str, Formula]
    uses: Mapping[str, Use]
    early: tuple[Guard, ...]
    late: tuple[Guard, ...]
    constant: frozenset[str]
    folded: dict[str, Value] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)


def _plan(methodology: Methodology) -> _Plan:
    found: _Plan | None = methodology.kept.get("plan")
    if found is not None:
        return found
    later = {*methodology.order}
    early = tuple(g for g in methodology.guards if not mentioned(g.tree) & later)
    plan = _Plan(
        {formula.symbol: formula for formula in methodology.formulas},
        {use.name: use for use in methodology.uses},
        early,
        tuple(guard for guard in methodology.guards if guard not in early),
        constant_parts(methodology),
    )
    methodology.kept["plan"] = plan
    return plan


def constant_parts(methodology: Methodology) -> frozenset[str]:
    """The formulas and guards that depend on nothing but single rows, parameters and modules that
    are constant themselves."""
    variable = {item.symbol for item in methodology.inputs}
    variable |= {item.name for item in methodology.scenarios}
    variable |= {axis.name for axis in methodology.axes.values() if axis.open}
    variable |= {table.name for table in methodology.tables.values() if table.by}
    variable |= {
        factor.symbol for factor in methodology.factors if len(factor.rows) > 1 and not factor.axes
    }
    variable |= {
        use.name
        for use in methodology.uses
        if use.inputs or use.scenarios or not _constant(use.module)
    }
    found = set()
    for formula in methodology.formulas:
        if mentioned(formula.tree) & variable:
            variable.add(formula.symbol)
        else:
            found.add(formula.symbol)
    found |= {guard.name for guard in methodology.guards if not mentioned(guard.tree) & variable}
    return frozenset(found)


def _constant(module: Methodology) -> bool:
    """Whether a module comes out the same whatever the case is."""
    return (
        all(declared.default is not None for declared in module.inputs)
        and not module.scenarios
        and all(factor.axes or len(factor.rows) == 1 for factor in module.factors)
        and all(_constant(use.module) for use in module.uses)
    )


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
    if result.negative == "carry":
        deficit = Quantity(Fraction(max(0, -whole)), result.unit)
        outputs[f"{result.name}_deficit"] = deficit
        if whole < 0:
            zh = f"本期为负，{-whole} {result.unit.text} 须抵扣下一期"
            en = f"the period is negative; {-whole} {result.unit.text} go against the next one"
            case.reserve("deficit_carried", result.name, Label(zh, en))
    if result.negative in ("zero", "carry"):
        whole = max(0, whole)
    outputs[result.name] = Quantity(Fraction(whole), result.unit)
    base = whole * result.unit.scale
    trace.append(TraceRow(result.name, result, base, result.unit, case))
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
