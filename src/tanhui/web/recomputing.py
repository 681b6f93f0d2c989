"""What the engine made of two versions, line beside line, for those who review them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from tanhui.kernel.quantities import decimal_text
from tanhui.methodology.document import Label
from tanhui.projects.calculation import Calculation, FactorRow, Line, Reserved

# What is shown at first are amounts of emissions and reductions, not the ratios on the way there.
_AMOUNT = re.compile(r"(?:g|kg|t|kt)CO2e?")
# How the engine marks a value that no decimal writes out.
_NEARLY = "≈"
_PLACES = 3
_SCALE = 10**_PLACES
_SHOWN_ROLES = ("formula", "factor", "parameter", "gwp", "conversion", "rounding")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of both versions; `change` is empty where nothing changed or cannot be told.

    `role` is the line's; `source` says what its value was computed from. `spread` holds the values
    over an axis, by label, in the newer version.
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
    spread: tuple[tuple[str, str], ...] = ()


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
            line.cells,
        )


def _value(of: Calculation | None, line: Line | None) -> str:
    """The value as it is shown: three decimals, cut off; `≈` before one that is not exact."""
    if of is None or line is None or line.cells:
        return ""
    exact = _exact(of, line)
    if exact is None:
        return line.value
    text = decimal_text(int(exact * _SCALE), _SCALE, _PLACES)
    short = text.rstrip("0").rstrip(".") if exact.denominator == 1 else text
    return f"{_NEARLY}{short}" if _text(of, line).startswith(_NEARLY) else short


def _text(of: Calculation, line: Line) -> str:
    if line.role in ("formula", "rounding") and line.symbol in of.outputs:
        return of.outputs[line.symbol][0]
    return line.value


def _exact(of: Calculation | None, line: Line | None) -> Fraction | None:
    """The value of a line, or its nearest decimal; None where there is one for each place."""
    if of is None or line is None or line.cells:
        return None
    text = _text(of, line).removeprefix(_NEARLY)
    try:
        return Fraction(text.replace(",", "").replace("−", "-"))
    except ValueError:
        return None


def _change(before: Fraction | None, after: Fraction | None) -> str:
    if before is None or after is None or before == after:
        return ""
    text = decimal_text(int((after - before) * _SCALE), _SCALE, _PLACES)
    return f"+{text}" if after > before else text


def _source(line: Line) -> Label:
    """The numbers put in, the formula where there are none, or where the value was taken from."""
    if line.role == "formula":
        told = line.substituted or line.expression.partition(" = ")[2]
        return Label(told, told)
    return Label(line.source_zh, line.source_en)
