"""The steps of a calculation as it was done. What a reader sees of them is made when asked for."""

from __future__ import annotations

from dataclasses import dataclass

from tanhui.methodology.case import Case, rows_taken
from tanhui.methodology.document import Factor, Formula, Input, Parameter, Potential, Result
from tanhui.methodology.given import Answer, Value
from tanhui.methodology.units import Unit


def rounding_text(result: Result) -> str:
    """How the result is rounded, as text: `floor(ER / mgCO2e)`."""
    mark = "floor" if result.rounding == "down" else "ceil"
    expression = f"{mark}({result.formula} / {result.unit.text})"
    return f"max(0, {expression})" if result.negative in ("zero", "carry") else expression


Part = Input | Factor | Parameter | Potential | Formula | Result


@dataclass(frozen=True, slots=True)
class TraceRow:
    """One step: a symbol, the part of the document it stands for, and its value.

    What a reader sees of it is made only when it is asked for.
    """

    symbol: str
    part: Part
    value: Value
    unit: Unit
    case: Case

    @property
    def quantity(self) -> Answer:
        """The value in the part's unit."""
        return self.case.answer(self.value, self.unit)

    @property
    def expression(self) -> str:
        """What it was computed from: a formula, or `input`, `default`, `factor`, …"""
        match self.part:
            case Formula():
                return self.part.source
            case Input():
                return self.case.origin.get(self.part.symbol, "input")
            case Factor() if self.part.conversion is not None:
                return f"{self.part.conversion.name}(factor)"
            case Factor():
                return "factor"
            case Parameter():
                return "parameter"
            case Potential():
                return "gwp"
            case Result():
                return rounding_text(self.part)

    @property
    def source(self) -> str:
        """Where it comes from: the document, a factor row with its digest, or `given`."""
        methodology = self.case.methodology
        match self.part:
            case Formula() | Result():
                return methodology.reference
            case Input():
                origin = self.case.origin.get(self.part.symbol, "")
                return origin or self.part.source.en
        origin = self.case.origin.get(self.part.symbol, "")
        if origin:
            return origin
        match self.part:
            case Factor():
                return "; ".join(
                    f"{bound.row.key} {bound.row.digest} ({bound.row.source})"
                    for bound in rows_taken(self.case, self.part)
                )
            case Parameter():
                return self.part.source
            case Potential():
                return f"{methodology.gwp} {self.part.gas}"
        raise AssertionError("every part of a document has its source")
