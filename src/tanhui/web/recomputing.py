"""What the engine made of two versions, line beside line, for those who review them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from tanhui.methodology.document import Label
from tanhui.projects.calculation import Calculation, FactorRow, Line, Reserved
from tanhui.web.reviewing import decimal_text_of

# What is shown at first are amounts of emissions and reductions, not the ratios on the way there.
_AMOUNT = re.compile(r"(?:g|kg|t|kt)CO2e?")
_SHOWN_ROLES = ("formula", "factor", "parameter", "gwp", "conversion", "rounding")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of both versions; `change` is empty where nothing changed or cannot be told.

    `role` is the line's; `source` says what its value was computed from.
    """

    symbol: str
    label: Label
    unit: Label
    role: str
    module: str
    old: str
    new: str
    change: str
    source: Label


@dataclass(frozen=True, slots=True)
class Recomputed:
    """Both results: `amounts` in short, `lines` in full, and what the result rests on.

    `change_kg` is None where there is one version alone.
    """

    methodology: str
    digest: str
    calculation: str
    old_kg: int | None
    new_kg: int
    deficit_kg: int
    amounts: tuple[Figure, ...]
    lines: tuple[Figure, ...]
    rows: tuple[FactorRow, ...]
    gaps: tuple[Reserved, ...]
    reservations: tuple[Reserved, ...]

    @property
    def change_kg(self) -> int | None:
        """By how much the newer version earns more."""
        return None if self.old_kg is None else self.new_kg - self.old_kg


def recomputed(old: Calculation | None, new: Calculation) -> Recomputed:
    """Both calculations side by side; `old` is None for a first version."""
    figures = list(_figures(old, new))
    amounts = [one for one in figures if _is_amount(one, new)]
    return Recomputed(
        new.methodology,
        new.digest,
        new.calculation,
        old.reduction_kg if old is not None else None,
        new.reduction_kg,
        new.deficit_kg,
        tuple(amounts),
        tuple(figures),
        new.rows,
        new.gaps,
        tuple(one for one in new.reservations if one not in new.gaps),
    )


def _is_amount(figure: Figure, of: Calculation) -> bool:
    own = figure.role == "formula" and not figure.module
    return own and bool(_AMOUNT.fullmatch(of.outputs.get(figure.symbol, ("", ""))[1]))


def _figures(old: Calculation | None, new: Calculation) -> Iterator[Figure]:
    before = {line.symbol: line for line in old.lines} if old is not None else {}
    for line in new.lines:
        if line.role not in _SHOWN_ROLES:
            continue
        earlier = before.get(line.symbol)
        yield Figure(
            line.symbol,
            Label(line.zh, line.en),
            Label(line.unit_zh, line.unit_en),
            line.role,
            line.module,
            _value(old, earlier),
            _value(new, line),
            _change(_exact(old, earlier), _exact(new, line)),
            _source(line),
        )


def _value(of: Calculation | None, line: Line | None) -> str:
    if of is None or line is None:
        return ""
    if line.cells:
        return "; ".join(f"{name}: {text}" for name, text in line.cells)
    exact = _exact(of, line)
    return line.value if exact is None else decimal_text_of(exact)


def _exact(of: Calculation | None, line: Line | None) -> Fraction | None:
    """The exact value of a line; None where it has none, or one for each place of an axis."""
    if of is None or line is None or line.cells:
        return None
    text = line.value
    if line.role in ("formula", "rounding") and line.symbol in of.outputs:
        text = of.outputs[line.symbol][0]
    try:
        return Fraction(text.replace(",", "").replace("−", "-"))
    except ValueError:
        return None


def _change(before: Fraction | None, after: Fraction | None) -> str:
    if before is None or after is None or before == after:
        return ""
    text = decimal_text_of(after - before)
    return f"+{text}" if after > before else text


def _source(line: Line) -> Label:
    """The numbers put in, the formula where there are none, or where the value was taken from."""
    if line.role == "formula":
        told = line.substituted or line.expression.partition(" = ")[2]
        return Label(told, told)
    return Label(line.source_zh, line.source_en)
