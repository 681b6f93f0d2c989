"""What the engine makes of a report: the result, how it came about, and what it holds back.

Everything is kept as it was computed: the digest of the document, the rows of the factors it took,
every step with its numbers. A row that is published later changes nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.case import rows_taken
from tanhui.methodology.document import Factor, Methodology
from tanhui.methodology.exact import Evaluation, evaluate
from tanhui.methodology.explain import Step, explain_case
from tanhui.methodology.given import Given
from tanhui.methodology.trace import TraceRow
from tanhui.methodology.units import Quantity, decimal_text
from tanhui.projects.cells import Cells

GAP = "gap_filled"


@dataclass(frozen=True, slots=True)
class Line:
    """One step as people read it: a symbol, its value in `unit_zh`/`unit_en`, where it is from.

    `role` is `input`, `scenario`, `factor`, `conversion`, `parameter`, `gwp`, `formula` or
    `rounding`; `cells` are values over an axis by label instead of one `value`.
    """

    symbol: str
    role: str
    zh: str
    en: str
    value: str
    unit_zh: str
    unit_en: str
    expression: str
    substituted: str
    source_zh: str
    source_en: str
    factor: str
    module: str
    cells: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FactorRow:
    """A row of a factor table as it was taken; `digest` is that of the whole row."""

    symbol: str
    key: str
    digest: str
    value: str
    unit: str
    year: int
    source: str
    status: str


@dataclass(frozen=True, slots=True)
class Reserved:
    """Something that a reader must know before believing the result; `gap_filled` is a gap rule."""

    code: str
    symbol: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Calculation:
    """One case as the engine computed it, on the rows in force on `day`.

    `reduction_kg` is whole kilograms rounded down, never below 0; a negative case is carried as
    `deficit_kg`, rounded up. `digest` is the methodology's, `calculation` that of document, rows
    and inputs together: whoever recomputes the same case gets the same. `outputs` are exact
    decimals (cut where there is none) in the units of the document, by symbol.
    """

    methodology: str
    digest: str
    factors_digest: str
    inputs_digest: str
    calculation: str
    day: date
    reduction_kg: int
    deficit_kg: int
    outputs: Mapping[str, tuple[str, str]]
    lines: tuple[Line, ...]
    rows: tuple[FactorRow, ...]
    reservations: tuple[Reserved, ...]

    @property
    def gaps(self) -> tuple[Reserved, ...]:
        """The gap rules that were applied to readings."""
        return tuple(item for item in self.reservations if item.code == GAP)

    def line(self, symbol: str) -> Line | None:
        """The step of a symbol of the document itself."""
        return next((line for line in self.lines if line.symbol == symbol), None)

    def as_json(self) -> dict[str, Any]:
        """As it is stored; `from_json` reads the same back."""
        told = asdict(self)
        told["day"] = self.day.isoformat()
        told["outputs"] = {symbol: list(pair) for symbol, pair in self.outputs.items()}
        for line in told["lines"]:
            line["cells"] = [list(pair) for pair in line["cells"]]
        return {name: list(part) if isinstance(part, tuple) else part
                for name, part in told.items()}  # fmt: skip

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Calculation:
        """A calculation as it was stored."""
        lines = (
            Line(**{**line, "cells": tuple((name, text) for name, text in line["cells"])})
            for line in told["lines"]
        )
        return cls(
            **{
                **told,
                "day": date.fromisoformat(told["day"]),
                "outputs": {symbol: (v, u) for symbol, (v, u) in told["outputs"].items()},
                "lines": tuple(lines),
                "rows": tuple(FactorRow(**row) for row in told["rows"]),
                "reservations": tuple(Reserved(**item) for item in told["reservations"]),
            }
        )


def calculate(
    methodology: Methodology, cells: Cells, *, on: date, deficit_kg: int = 0
) -> Calculation:
    """Computes a case; `on` chooses the rows of factors that change with time.

    `deficit_kg` is what the period before owed, where the methodology carries it over.

    Refuses `cells_of_another_methodology` and whatever the engine refuses of a case
    (`missing_input`, `out_of_bounds`, `gap_not_allowed`, `guard_failed`, `negative_result`, …).
    """
    if cells.methodology != methodology.reference:
        raise Invalid(
            "cells_of_another_methodology",
            zh="这份数据是按 {given} 填的，不是 {wanted}。",
            en="These cells are for {given}, not for {wanted}.",
            given=cells.methodology,
            wanted=methodology.reference,
        )
    given = cells.with_deficit(methodology, deficit_kg).given(methodology)
    evaluation = evaluate(methodology, given, on=on)
    return _told(methodology, given, evaluation, on)


def _told(
    methodology: Methodology, given: Mapping[str, Given], evaluation: Evaluation, on: date
) -> Calculation:
    explanation = explain_case(methodology, given, on=on)
    result = methodology.result
    assert result is not None
    owed = evaluation.outputs.get(f"{result.name}_deficit")
    return Calculation(
        methodology=methodology.reference,
        digest=evaluation.methodology_digest,
        factors_digest=evaluation.factors_digest,
        inputs_digest=evaluation.inputs_digest,
        calculation=evaluation.digest,
        day=on,
        reduction_kg=max(0, evaluation.result),
        deficit_kg=int(owed.value) if isinstance(owed, Quantity) else 0,
        outputs={
            symbol: (decimal_text(answer.value), answer.unit.text)
            for symbol, answer in evaluation.outputs.items()
            if isinstance(answer, Quantity)
        },
        lines=tuple(_line(step) for step in explanation.steps),
        rows=tuple(_rows(evaluation.trace)),
        reservations=tuple(
            Reserved(item.code, item.symbol, item.label.zh, item.label.en)
            for item in evaluation.reservations
        ),
    )


def _line(step: Step) -> Line:
    return Line(
        symbol=step.symbol,
        role=step.role,
        zh=step.label.zh,
        en=step.label.en,
        value=step.value,
        unit_zh=step.unit.zh,
        unit_en=step.unit.en,
        expression=step.expression,
        substituted=step.substituted,
        source_zh=step.source.zh,
        source_en=step.source.en,
        factor=step.factor.digest if step.factor else "",
        module=step.module,
        cells=step.cells,
    )


def _rows(trace: Sequence[TraceRow]) -> list[FactorRow]:
    found = []
    for row in trace:
        if not isinstance(row.part, Factor) or row.case.origin.get(row.part.symbol):
            continue
        for bound in rows_taken(row.case, row.part):
            found.append(
                FactorRow(
                    row.symbol,
                    bound.row.key,
                    bound.row.digest,
                    decimal_text(bound.row.quantity.value),
                    bound.row.quantity.unit.text,
                    bound.row.year,
                    bound.row.source,
                    bound.row.status,
                )
            )
    return found
