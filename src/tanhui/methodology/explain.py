"""Why a row earns what it earns: the document's steps with the row's numbers put in, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.document import Factor, Formula, Input, Label, Methodology
from tanhui.methodology.exact import Evaluation, compute, evaluate
from tanhui.methodology.factors import FactorRow
from tanhui.methodology.render import formula_mathml, formula_text, number_text
from tanhui.methodology.units import Quantity, Unit


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the explanation.

    `role` is `input`, `factor`, `conversion`, `formula` or `rounding`; `value` and `unit` are what
    the line shows; `expression` is the formula in symbols (`ER = d × EF`), `substituted` the same
    with numbers (`2.431 × 48.70 = 118.3897`), both empty where there is none; `factor` is the row
    a factor was taken from.
    """

    role: str
    label: Label
    symbol: str
    value: str
    unit: Label
    source: Label
    expression: str = ""
    substituted: str = ""
    mathml: str = ""
    factor: FactorRow | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole answer for one row; `result` is the whole number of `result_unit` it earns.

    `digest` is the evaluation's: whoever recomputes the same case gets the same.
    """

    reference: str
    title: Label
    basis: str
    basis_note: Label
    valid: str
    steps: tuple[Step, ...]
    result_name: str
    result: int
    result_unit: str
    methodology_digest: str
    factors_digest: str
    digest: str


def _unit_label(methodology: Methodology, unit: Unit) -> Label:
    return Label(methodology.units.label(unit, "zh"), methodology.units.label(unit, "en"))


def _input_step(methodology: Methodology, declared: Input, quantity: Quantity) -> Step:
    return Step(
        "input",
        declared.label,
        declared.symbol,
        number_text(quantity.value),
        _unit_label(methodology, declared.unit),
        declared.source,
    )


def _factor_steps(methodology: Methodology, factor: Factor) -> list[Step]:
    row = factor.row
    unverified_zh = "(未核实)" if row.status == "unverified" else ""
    unverified_en = " (unverified)" if row.status == "unverified" else ""
    source = Label(
        f"因子表 {row.table} 第 {row.table_version} 版，第 {row.number} 行；"
        f"{row.valid.start.isoformat()} 起有效；{row.source}{unverified_zh}",
        f"Factor table {row.table}, version {row.table_version}, row {row.number}; "
        f"valid from {row.valid.start.isoformat()}; {row.source}{unverified_en}",
    )
    steps = [
        Step(
            "factor",
            factor.label,
            factor.symbol,
            number_text(factor.quantity.value, factor.decimals),
            _unit_label(methodology, factor.quantity.unit),
            source,
            factor=row,
        )
    ]
    if factor.conversion is not None:
        potentials = Label(
            f"全球增温潜势取 {methodology.gwp}", f"global warming potentials of {methodology.gwp}"
        )
        steps.append(
            Step(
                "conversion",
                Label(factor.conversion.zh, factor.conversion.en),
                factor.symbol,
                number_text(factor.potential),
                Label("", ""),
                potentials,
            )
        )
    return steps


class _Substitution:
    """The numbers to write into formulas: in shown units where these fit together by themselves."""

    def __init__(self, methodology: Methodology, evaluation: Evaluation) -> None:
        self.methodology = methodology
        self.shown: dict[str, tuple[Quantity, int]] = {}
        for declared, row in zip(methodology.inputs, evaluation.trace, strict=False):
            self.shown[declared.symbol] = (row.quantity.to(declared.shown_in), 0)
        for factor in methodology.factors:
            self.shown[factor.symbol] = (factor.quantity, factor.decimals)
        for formula in methodology.formulas:
            self.shown[formula.symbol] = (evaluation.outputs[formula.symbol], 0)

    def bare(self, symbol: str) -> str:
        quantity, decimals = self.shown[symbol]
        return number_text(quantity.value, decimals)

    def with_unit(self, symbol: str) -> str:
        unit = self.methodology.units.label(self.shown[symbol][0].unit, "en")
        return f"{self.bare(symbol)} {unit}"

    def write(self, formula: Formula, quantity: Quantity) -> str:
        """`2.431 × 48.70 = 118.3897`; with units when the bare numbers would not add up."""
        numbers: dict[str, Fraction] = {
            symbol: item.value for symbol, (item, _) in self.shown.items()
        }
        answer = number_text(quantity.value)
        if compute(formula.tree, numbers) == quantity.value:
            return f"{formula_text(formula.tree, self.bare)} = {answer}"
        unit = self.methodology.units.label(quantity.unit, "en")
        return f"{formula_text(formula.tree, self.with_unit)} = {answer} {unit}"


def _formula_step(
    methodology: Methodology, formula: Formula, quantity: Quantity, numbers: _Substitution
) -> Step:
    return Step(
        "formula",
        formula.label,
        formula.symbol,
        number_text(quantity.value),
        _unit_label(methodology, formula.unit),
        Label(f"方法学 {methodology.reference}", f"Methodology {methodology.reference}"),
        expression=f"{formula.symbol} = {formula_text(formula.tree)}",
        substituted=numbers.write(formula, quantity),
        mathml=formula_mathml(formula.symbol, formula.tree),
    )


def _rounding_step(methodology: Methodology, evaluation: Evaluation) -> Step:
    result = methodology.result
    unit = _unit_label(methodology, result.unit)
    before = evaluation.outputs[result.formula].to(result.unit).value
    down = result.rounding == "down"
    direction = (
        Label("向下取整到整", "rounded down to whole ")
        if down
        else (Label("向上取整到整", "rounded up to whole "))
    )
    never = Label("舍入总是不利于获得者", "rounding never favours the one who gains")
    return Step(
        "rounding",
        Label(direction.zh + unit.zh, direction.en + unit.en),
        result.name,
        number_text(evaluation.outputs[result.name].value),
        unit,
        never,
        substituted=f"{number_text(before)} → {number_text(Fraction(evaluation.result))}",
    )


def explain(methodology: Methodology, row: Mapping[str, int]) -> Explanation:
    """The explanation of one row, its inputs by column name as whole numbers of the declared units.

    Refuses: `unknown_input` for a column the document does not have, and whatever `evaluate`
    refuses.
    """
    by_column = {declared.column: declared for declared in methodology.inputs}
    for column in row:
        if column not in by_column:
            raise Invalid(
                "unknown_input",
                zh="没有输入列 {column}，应为：{known}",
                en="no input column {column}; there are: {known}",
                column=column,
                known=", ".join(sorted(by_column)),
            )
    inputs = {
        by_column[column].symbol: Quantity(Fraction(value), by_column[column].unit)
        for column, value in row.items()
    }
    evaluation = evaluate(methodology, inputs)
    numbers = _Substitution(methodology, evaluation)
    steps = [
        _input_step(methodology, declared, inputs[declared.symbol])
        for declared in methodology.inputs
    ]
    for factor in methodology.factors:
        steps.extend(_factor_steps(methodology, factor))
    for formula in methodology.formulas:
        quantity = evaluation.outputs[formula.symbol]
        steps.append(_formula_step(methodology, formula, quantity, numbers))
    steps.append(_rounding_step(methodology, evaluation))
    return Explanation(
        reference=methodology.reference,
        title=methodology.title,
        basis=methodology.basis,
        basis_note=methodology.basis_note,
        valid=methodology.valid.text(),
        steps=tuple(steps),
        result_name=methodology.result.name,
        result=evaluation.result,
        result_unit=methodology.result.unit.text,
        methodology_digest=evaluation.methodology_digest,
        factors_digest=evaluation.factors_digest,
        digest=evaluation.digest,
    )
