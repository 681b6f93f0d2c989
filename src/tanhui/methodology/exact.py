"""The exact evaluator: fractions throughout, with a trace of every step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.canonical import digest
from tanhui.methodology.document import Input, Methodology
from tanhui.methodology.expression import (
    Binary,
    Call,
    ExpressionRefused,
    Name,
    Negate,
    Node,
    Number,
)
from tanhui.methodology.units import Quantity


@dataclass(frozen=True, slots=True)
class TraceRow:
    """One step: a symbol, what it was computed from, its quantity and where that came from."""

    symbol: str
    expression: str
    quantity: Quantity
    source: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All formulas and the rounded result, the trace, and digests that pin what was computed.

    `digest` covers the methodology's, the factor set's and the inputs' digests.
    """

    outputs: dict[str, Quantity]
    trace: tuple[TraceRow, ...]
    methodology_digest: str
    factors_digest: str
    inputs_digest: str
    digest: str

    @property
    def result(self) -> int:
        """The whole number of the document's result unit."""
        return int(list(self.outputs.values())[-1].value)


def compute(tree: Node, values: Mapping[str, Fraction]) -> Fraction:
    """The exact value of `tree` over `values` (base units). Refuses: `division_by_zero`."""
    match tree:
        case Number():
            return tree.value
        case Name():
            return values[tree.name]
        case Negate():
            return -compute(tree.operand, values)
        case Call():
            chosen = min if tree.function == "min" else max
            return chosen(compute(argument, values) for argument in tree.arguments)
        case Binary():
            left, right = compute(tree.left, values), compute(tree.right, values)
            if tree.operator == "+":
                return left + right
            if tree.operator == "-":
                return left - right
            if tree.operator == "*":
                return left * right
            if right == 0:
                raise ExpressionRefused(
                    "division_by_zero", tree.at, zh="除数为零", en="division by zero"
                )
            return left / right


def rounded(value: Fraction, rounding: str) -> int:
    """`value` as a whole number, towards minus infinity (`down`) or plus infinity (`up`)."""
    return value.__floor__() if rounding == "down" else value.__ceil__()


def _checked(methodology: Methodology, declared: Input, inputs: Mapping[str, Quantity]) -> Quantity:
    if declared.symbol not in inputs:
        raise Invalid(
            "missing_input",
            zh="缺少输入 {symbol}({label_zh})",
            en="the input {symbol} ({label_en}) is missing",
            symbol=declared.symbol,
            label_zh=declared.label.zh,
            label_en=declared.label.en,
        )
    given = inputs[declared.symbol]
    methodology.units.require_same(given.unit.signature, declared.unit.signature, declared.symbol)
    quantity = given.to(declared.unit)
    if not declared.low <= quantity.value <= declared.high:
        raise Invalid(
            "out_of_bounds",
            zh="{symbol} 超出 {low} 至 {high} {unit} 的范围",
            en="{symbol} is outside {low} to {high} {unit}",
            symbol=declared.symbol,
            low=declared.low,
            high=declared.high,
            unit=declared.unit.text,
        )
    return quantity


def _bound_inputs(methodology: Methodology, inputs: Mapping[str, Quantity]) -> dict[str, Quantity]:
    known = {declared.symbol for declared in methodology.inputs}
    for name in inputs:
        if name not in known:
            raise Invalid(
                "unknown_input",
                zh="没有输入 {name}，应为：{known}",
                en="no input {name}; there are: {known}",
                name=name,
                known=", ".join(sorted(known)),
            )
    return {
        declared.symbol: _checked(methodology, declared, inputs) for declared in methodology.inputs
    }


def evaluate(methodology: Methodology, inputs: Mapping[str, Quantity]) -> Evaluation:
    """One case, exactly. `inputs` by symbol, in any unit that fits.

    Refuses: `unknown_input`, `missing_input`, `unit_mismatch`, `kind_mismatch`, `out_of_bounds`,
    `division_by_zero`, `negative_result`.
    """
    bound = _bound_inputs(methodology, inputs)
    values: dict[str, Fraction] = {}
    trace: list[TraceRow] = []
    for declared in methodology.inputs:
        quantity = bound[declared.symbol]
        values[declared.symbol] = quantity.base
        trace.append(TraceRow(declared.symbol, "input", quantity, declared.source.en))
    for factor in methodology.factors:
        values[factor.symbol] = factor.quantity.base
        expression = "factor" if factor.conversion is None else f"{factor.conversion.name}(factor)"
        source = f"{factor.row.key} {factor.row.digest} ({factor.row.source})"
        trace.append(TraceRow(factor.symbol, expression, factor.quantity, source))
    outputs: dict[str, Quantity] = {}
    for formula in methodology.formulas:
        values[formula.symbol] = compute(formula.tree, values)
        quantity = Quantity(values[formula.symbol] / formula.unit.scale, formula.unit)
        outputs[formula.symbol] = quantity
        trace.append(TraceRow(formula.symbol, formula.source, quantity, methodology.reference))
    outputs[methodology.result.name] = _result(methodology, outputs)
    trace.append(_rounding_row(methodology, outputs))
    return _sealed(methodology, bound, outputs, trace)


def _result(methodology: Methodology, outputs: Mapping[str, Quantity]) -> Quantity:
    result = methodology.result
    whole = rounded(outputs[result.formula].to(result.unit).value, result.rounding)
    if whole < 0 and result.negative == "refuse":
        raise Invalid(
            "negative_result",
            zh="{name} 为负({whole} {unit})，方法学不接受",
            en="{name} is negative ({whole} {unit}), which the methodology does not accept",
            name=result.name,
            whole=whole,
            unit=result.unit.text,
        )
    return Quantity(Fraction(max(0, whole)), result.unit)


def _rounding_row(methodology: Methodology, outputs: Mapping[str, Quantity]) -> TraceRow:
    result = methodology.result
    mark = "floor" if result.rounding == "down" else "ceil"
    expression = f"{mark}({result.formula} / {result.unit.text})"
    if result.negative == "zero":
        expression = f"max(0, {expression})"
    return TraceRow(result.name, expression, outputs[result.name], methodology.reference)


def _sealed(
    methodology: Methodology,
    bound: Mapping[str, Quantity],
    outputs: dict[str, Quantity],
    trace: list[TraceRow],
) -> Evaluation:
    inputs_digest = digest(
        {symbol: [quantity.value, quantity.unit.text] for symbol, quantity in bound.items()}
    )
    factors_digest = methodology.factors_digest
    whole = digest(
        {
            "methodology": methodology.digest,
            "factors": factors_digest,
            "inputs": inputs_digest,
        }
    )
    return Evaluation(
        outputs, tuple(trace), methodology.digest, factors_digest, inputs_digest, whole
    )
