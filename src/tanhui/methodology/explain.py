"""Why a case earns what it earns: the document's steps with its numbers put in, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tanhui.kernel.refusals import Invalid, Refusal
from tanhui.methodology.case import Reservation, rows_taken
from tanhui.methodology.compute import Scope, compute
from tanhui.methodology.document import Factor, Formula, Label, Methodology
from tanhui.methodology.exact import Evaluation, evaluate
from tanhui.methodology.expression import mentioned
from tanhui.methodology.factors import FactorRow
from tanhui.methodology.given import Answer, Choice, Given, Spread
from tanhui.methodology.mathml import formula_mathml
from tanhui.methodology.render import formula_text, number_text
from tanhui.methodology.trace import TraceRow
from tanhui.methodology.units import Quantity, Unit


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the explanation.

    `role` is `input`, `scenario`, `factor`, `conversion`, `parameter`, `gwp`, `formula` or
    `rounding`; `value` and `unit` are what the line shows, `cells` the values over an axis by
    label instead; `expression` is the formula in symbols (`ER = d × EF`), `substituted` the same
    with numbers (`2.431 × 48.70 = 118.3897`), both empty where there is none; `factor` is the row
    a factor was taken from; `module` names the module a step belongs to.
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
    cells: tuple[tuple[str, str], ...] = ()
    module: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole answer for one case; `result` is the whole number of `result_unit` it earns.

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
    reservations: tuple[Reservation, ...] = ()


def unit_label(methodology: Methodology, unit: Unit) -> Label:
    """The unit as people read it, in both languages."""
    return Label(methodology.units.label(unit, "zh"), methodology.units.label(unit, "en"))


def _value_text(answer: Answer, decimals: int = 0) -> str:
    if isinstance(answer, Quantity):
        return number_text(answer.value, decimals)
    return ""


def cell_texts(answer: Answer, decimals: int = 0) -> tuple[tuple[str, str], ...]:
    """Label and value of every cell of an answer over axes; nothing for a single one."""
    if isinstance(answer, Quantity):
        return ()
    return tuple(
        (" · ".join(label), number_text(cell, decimals))
        for label, cell in answer.grid.cells.items()
    )


def _document_label(methodology: Methodology) -> Label:
    return Label(f"方法学 {methodology.reference}", f"Methodology {methodology.reference}")


class _Explaining:
    """The steps of one document of the trace: the case's own, or a module's."""

    def __init__(
        self, methodology: Methodology, module: str, answers: Mapping[str, Answer]
    ) -> None:
        self.methodology, self.module, self.answers = methodology, module, answers
        self.inputs = {item.symbol: item for item in methodology.inputs}
        self.factors = {item.symbol: item for item in methodology.factors}
        self.parameters = {item.symbol: item for item in methodology.parameters}
        self.potentials = {item.symbol: item for item in methodology.potentials}
        self.formulas = {item.symbol: item for item in methodology.formulas}

    def steps(self, row: TraceRow, symbol: str) -> list[Step]:
        if symbol in self.formulas:
            return [self._formula(self.formulas[symbol], row.quantity)]
        if symbol in self.factors:
            return self._factor(self.factors[symbol], row)
        if symbol in self.inputs:
            declared = self.inputs[symbol]
            source = declared.source
            if row.expression == "default":
                source = Label("未给出，取默认值", "not given; the default is taken")
            elif self.module:
                source = Label("由使用者代入", "given by the document that uses the module")
            return [self._step("input", declared.label, row, source)]
        if symbol in self.parameters:
            declared_value = self.parameters[symbol]
            source = Label(row.source, row.source)
            return [
                self._step("parameter", declared_value.label, row, source, declared_value.decimals)
            ]
        potential = self.potentials[symbol]
        return [self._step("gwp", potential.label, row, Label(row.source, row.source))]

    def _step(
        self, role: str, label: Label, row: TraceRow, source: Label, decimals: int = 0
    ) -> Step:
        return Step(
            role,
            label,
            row.symbol,
            _value_text(row.quantity, decimals),
            unit_label(self.methodology, row.quantity.unit),
            source,
            cells=cell_texts(row.quantity, decimals),
            module=self.module,
        )

    def _factor(self, factor: Factor, row: TraceRow) -> list[Step]:
        if row.source == "given" or factor.axes:
            zh, en = ("由计算者代入", "given by whoever computes") if row.source == "given" else (
                "逐项取自因子表", "taken item by item from the factor tables")  # fmt: skip
            return [self._step("factor", factor.label, row, Label(zh, en), factor.decimals)]
        taken = rows_taken(row.case, factor)[0].row
        unverified_zh = "(未核实)" if taken.status == "unverified" else ""
        unverified_en = " (unverified)" if taken.status == "unverified" else ""
        source = Label(
            f"因子表 {taken.table} 第 {taken.table_version} 版，第 {taken.number} 行；"
            f"{taken.valid.start.isoformat()} 起有效；{taken.source}{unverified_zh}",
            f"Factor table {taken.table}, version {taken.table_version}, row {taken.number}; "
            f"valid from {taken.valid.start.isoformat()}; {taken.source}{unverified_en}",
        )
        steps = [
            Step(
                "factor",
                factor.label,
                row.symbol,
                _value_text(row.quantity, factor.decimals),
                unit_label(self.methodology, row.quantity.unit),
                source,
                factor=taken,
                module=self.module,
            )
        ]
        if factor.conversion is not None:
            gwp = self.methodology.gwp
            steps.append(
                Step(
                    "conversion",
                    Label(factor.conversion.zh, factor.conversion.en),
                    row.symbol,
                    number_text(factor.potential),
                    Label("", ""),
                    Label(f"全球增温潜势取 {gwp}", f"global warming potentials of {gwp}"),
                    module=self.module,
                )
            )
        return steps

    def _formula(self, formula: Formula, answer: Answer) -> Step:
        return Step(
            "formula",
            formula.label,
            f"{self.module}.{formula.symbol}" if self.module else formula.symbol,
            _value_text(answer),
            unit_label(self.methodology, formula.unit),
            _document_label(self.methodology),
            expression=f"{formula.symbol} = {formula_text(formula.tree)}",
            substituted=self._substituted(formula, answer),
            mathml=formula_mathml(formula.symbol, formula.tree),
            cells=cell_texts(answer),
            module=self.module,
        )

    def _shown(self, symbol: str) -> tuple[Quantity, int] | None:
        """The number to write for a symbol; None for one over axes."""
        answer = self.answers.get(f"{self.module}.{symbol}" if self.module else symbol)
        if not isinstance(answer, Quantity):
            return None
        if symbol in self.inputs:
            return answer.to(self.inputs[symbol].shown_in), 0
        for table in (self.factors, self.parameters):
            if symbol in table:
                return answer, table[symbol].decimals
        return answer, 0

    def _substituted(self, formula: Formula, answer: Answer) -> str:
        """`2.431 × 48.70 = 118.3897`; with units when the bare numbers would not add up.

        Nothing for a formula over axes, or one that needs more than numbers to be read.
        """
        symbols = {name for name in mentioned(formula.tree) if name in self.methodology.order}
        symbols |= mentioned(formula.tree) & (
            set(self.inputs) | set(self.factors) | set(self.parameters) | set(self.potentials)
        )
        shown = {symbol: self._shown(symbol) for symbol in symbols if symbol not in self._modules()}
        if isinstance(answer, Spread) or None in shown.values() or symbols & self._modules():
            return ""
        numbers = {symbol: item for symbol, item in shown.items() if item is not None}

        def bare(symbol: str) -> str:
            quantity, decimals = numbers[symbol]
            return number_text(quantity.value, decimals)

        def with_unit(symbol: str) -> str:
            unit = self.methodology.units.label(numbers[symbol][0].unit, "en")
            return f"{bare(symbol)} {unit}"

        value = number_text(answer.value)
        values = {symbol: item[0].value for symbol, item in numbers.items()}
        try:
            if compute(formula.tree, Scope(values)) == answer.value:
                return f"{formula_text(formula.tree, bare)} = {value}"
        except (Refusal, KeyError):
            # Tables, scenarios and conversions have no meaning for bare numbers.
            pass
        unit = self.methodology.units.label(answer.unit, "en")
        return f"{formula_text(formula.tree, with_unit)} = {value} {unit}"

    def _modules(self) -> set[str]:
        return {use.name for use in self.methodology.uses}


def _rounding_step(methodology: Methodology, evaluation: Evaluation) -> Step:
    result = methodology.result
    assert result is not None
    unit = unit_label(methodology, result.unit)
    answer = evaluation.outputs[result.formula]
    assert isinstance(answer, Quantity)
    before = answer.to(result.unit).value
    direction = (
        Label("向下取整到整", "rounded down to whole ")
        if result.rounding == "down"
        else (Label("向上取整到整", "rounded up to whole "))
    )
    never = Label("舍入总是不利于获得者", "rounding never favours the one who gains")
    return Step(
        "rounding",
        Label(direction.zh + unit.zh, direction.en + unit.en),
        result.name,
        number_text(Fraction(evaluation.result)),
        unit,
        never,
        substituted=f"{number_text(before)} → {number_text(Fraction(evaluation.result))}",
    )


def _documents(methodology: Methodology, prefix: str = "") -> dict[str, Methodology]:
    """Every document of a trace by the module name that its symbols carry (empty: its own)."""
    found = {prefix: methodology}
    for use in methodology.uses:
        found.update(_documents(use.module, f"{prefix}.{use.name}" if prefix else use.name))
    return found


def _steps(methodology: Methodology, evaluation: Evaluation) -> list[Step]:
    answers = {row.symbol: row.quantity for row in evaluation.trace}
    parts = {
        name: _Explaining(document, name, answers)
        for name, document in _documents(methodology).items()
    }
    steps: list[Step] = []
    for row in evaluation.trace:
        module, _, symbol = row.symbol.rpartition(".")
        if methodology.result is not None and row.symbol == methodology.result.name:
            continue
        steps += parts[module].steps(row, symbol)
    if methodology.result is not None:
        steps.append(_rounding_step(methodology, evaluation))
    return steps


def _scenario_steps(methodology: Methodology, inputs: Mapping[str, Given]) -> list[Step]:
    steps = []
    for scenario in methodology.scenarios:
        given = inputs.get(scenario.name)
        option = given.option if isinstance(given, Choice) else scenario.default
        label = scenario.options[option]
        evidence = given.evidence if isinstance(given, Choice) else ""
        missing = Label("未附证据，按假设计算", "no evidence given: assumed")
        source = Label(f"证据：{evidence}", f"evidence: {evidence}") if evidence else missing
        steps.append(Step("scenario", scenario.label, scenario.name, label.zh, label, source))
    return steps


def explain_case(
    methodology: Methodology, inputs: Mapping[str, Given], *, on: date | None = None
) -> Explanation:
    """The explanation of one case. Refuses whatever `evaluate` refuses."""
    evaluation = evaluate(methodology, inputs, on=on)
    result = methodology.result
    return Explanation(
        reference=methodology.reference,
        title=methodology.title,
        basis=methodology.basis,
        basis_note=methodology.basis_note,
        valid=methodology.valid.text(),
        steps=(*_scenario_steps(methodology, inputs), *_steps(methodology, evaluation)),
        result_name=result.name if result else "",
        result=evaluation.result,
        result_unit=result.unit.text if result else "",
        methodology_digest=evaluation.methodology_digest,
        factors_digest=evaluation.factors_digest,
        digest=evaluation.digest,
        reservations=evaluation.reservations,
    )


def explain(methodology: Methodology, row: Mapping[str, int | str]) -> Explanation:
    """The explanation of one row by column name: whole numbers of the declared units for inputs,
    words for scenarios.

    Refuses: `unknown_input` for a column the document does not have, and whatever `evaluate`
    refuses.
    """
    by_column = {declared.column: declared for declared in methodology.inputs}
    scenarios = {scenario.column: scenario.name for scenario in methodology.scenarios}
    inputs: dict[str, Given] = {}
    for column, value in row.items():
        if column in scenarios:
            inputs[scenarios[column]] = Choice(str(value))
        elif column in by_column:
            declared = by_column[column]
            inputs[declared.symbol] = Quantity(Fraction(value), declared.unit)
        else:
            raise Invalid(
                "unknown_input",
                zh="没有输入列 {column}，应为：{known}",
                en="no input column {column}; there are: {known}",
                column=column,
                known=", ".join(sorted({*by_column, *scenarios} - {""})),
            )
    return explain_case(methodology, inputs)
