"""What a methodology document says, once it has been read and checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from tanhui.methodology.canonical import digest
from tanhui.methodology.expression import Node
from tanhui.methodology.factors import Conversion, FactorRow, Validity
from tanhui.methodology.units import Quantity, Unit, UnitTable


@dataclass(frozen=True, slots=True)
class Label:
    """A name or a sentence in both languages."""

    zh: str
    en: str

    def text(self, language: str) -> str:
        """The label in `language` (`zh…` gives Chinese, anything else English)."""
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class Source:
    """A text the document rests on."""

    title: str
    address: str
    note: Label


@dataclass(frozen=True, slots=True)
class Input:
    """Activity data: one integer column of a row, in `unit`, within `low`..`high` (inclusive)."""

    symbol: str
    column: str
    kind: str
    unit: Unit
    low: int
    high: int
    label: Label
    source: Label
    shown_in: Unit


@dataclass(frozen=True, slots=True)
class Factor:
    """An emission or reduction factor, pinned to one row; `quantity` is after `conversion`."""

    symbol: str
    row: FactorRow
    kind: str
    quantity: Quantity
    conversion: Conversion | None
    potential: Fraction
    label: Label
    decimals: int


@dataclass(frozen=True, slots=True)
class Formula:
    """One named step of the calculation, in `unit`."""

    symbol: str
    source: str
    tree: Node
    kind: str
    unit: Unit
    label: Label


@dataclass(frozen=True, slots=True)
class Result:
    """The whole number a row earns: `formula` in `unit`, rounded `down` or `up`.

    `negative` says what happens below zero: `refuse` or `zero`.
    """

    name: str
    formula: str
    unit: Unit
    rounding: str
    negative: str
    label: Label


@dataclass(frozen=True, slots=True)
class Grade:
    """What one evidence grade means. What a grade pays belongs to the tariff."""

    name: str
    meaning: Label


@dataclass(frozen=True, slots=True)
class Example:
    """A worked case: either all `expected` quantities come out, or it is `refused` by that code.

    `line` is where it stands in its file.
    """

    title: Label
    inputs: dict[str, Quantity]
    expected: dict[str, Quantity]
    refused: str
    line: int


@dataclass(frozen=True, slots=True)
class Methodology:
    """One checked methodology document: what is measured, by which formula, from which factors."""

    id: str
    version: str
    status: str
    kind: str
    title: Label
    summary: Label
    basis: str
    basis_note: Label
    gwp: str
    valid: Validity
    sources: tuple[Source, ...]
    inputs: tuple[Input, ...]
    factors: tuple[Factor, ...]
    formulas: tuple[Formula, ...]
    result: Result
    evidence: tuple[Grade, ...]
    examples: tuple[Example, ...]
    digest: str
    path: Path
    units: UnitTable = field(repr=False, compare=False, hash=False)

    @property
    def reference(self) -> str:
        """`id@version`."""
        return f"{self.id}@{self.version}"

    @property
    def title_zh(self) -> str:
        """The Chinese title."""
        return self.title.zh

    @property
    def title_en(self) -> str:
        """The English title."""
        return self.title.en

    @property
    def factors_digest(self) -> str:
        """The digest of all pinned factor rows, by symbol."""
        return digest({factor.symbol: factor.row.digest for factor in self.factors})
