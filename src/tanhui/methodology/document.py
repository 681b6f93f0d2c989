"""What a methodology document says, once it has been read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from tanhui.methodology.expression import Node
from tanhui.methodology.factors import Conversion, FactorRow, Validity
from tanhui.methodology.given import Given, Value
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
class Axis:
    """What values may be spread over: species, fuels, years.

    Named axes have `items`; numbered ones count from `first` in `unit` (None: plain ordinals) up
    to `length`, or, when that is 0, as far as the inputs reach, at most `most`.
    """

    name: str
    label: Label
    items: Mapping[str, Label]
    unit: Unit | None
    first: int
    length: int
    most: int

    @property
    def open(self) -> bool:
        """Whether the inputs say how long it is."""
        return not self.items and not self.length

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of a closed axis, in order; empty for an open one."""
        return tuple(self.items) or self.numbered(self.length)

    def numbered(self, length: int) -> tuple[str, ...]:
        """The labels of `length` numbered places."""
        return tuple(str(self.first + place) for place in range(length))


@dataclass(frozen=True, slots=True)
class Monitoring:
    """How an input is measured (监测参数), and what replaces a missing reading (`gap`)."""

    source: str
    when: str
    frequency: str
    quality: Label
    gap: str
    gaps_most: int


@dataclass(frozen=True, slots=True)
class Input:
    """Activity data in `unit`, within `low`..`high` (inclusive).

    `column` is its int64 column in a frame of rows (citizen documents). `default` makes it
    optional. `readings` says how a list of meter readings becomes one value: `sum` or `mean`.
    """

    symbol: str
    column: str
    kind: str
    unit: Unit
    low: Fraction
    high: Fraction
    label: Label
    source: Label
    shown_in: Unit
    default: Fraction | None
    axes: tuple[str, ...]
    readings: str
    monitoring: Monitoring | None


@dataclass(frozen=True, slots=True)
class Scenario:
    """A choice that has to be proved: the baseline, the land, the class of car."""

    name: str
    label: Label
    evidence: Label
    default: str
    column: str
    options: Mapping[str, Label]


@dataclass(frozen=True, slots=True)
class BoundRow:
    """A factor row as a document takes it: `quantity` is after the conversion."""

    row: FactorRow
    quantity: Quantity


@dataclass(frozen=True, slots=True)
class Factor:
    """An emission or reduction factor, pinned to rows.

    Without axes `rows` holds one row, or the rows of one series of which the day of the act
    chooses; with an axis it holds one row for each of the `items`, in the axis's order.
    """

    symbol: str
    rows: tuple[BoundRow, ...]
    items: tuple[str, ...]
    axes: tuple[str, ...]
    kind: str
    unit: Unit
    conversion: Conversion | None
    potential: Fraction
    label: Label
    decimals: int

    @property
    def row(self) -> FactorRow:
        """The only row, or the latest."""
        return self.rows[-1].row

    @property
    def quantity(self) -> Quantity:
        """The quantity of the only row, or of the latest."""
        return self.rows[-1].quantity

    def on(self, day: date | None) -> BoundRow | None:
        """The row in force on `day`; the latest without one; None when none is in force."""
        if day is None or len(self.rows) == 1:
            return self.rows[-1]
        held = [bound for bound in self.rows if bound.row.valid.holds(day)]
        return held[-1] if held else None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number of the document's own, with its source; `value` is in base units."""

    symbol: str
    kind: str
    unit: Unit
    value: Value
    axes: tuple[str, ...]
    label: Label
    source: str
    status: str
    decimals: int


@dataclass(frozen=True, slots=True)
class Potential:
    """The warming potential of a gas in the document's own set."""

    symbol: str
    gas: str
    kind: str
    quantity: Quantity
    label: Label


@dataclass(frozen=True, slots=True)
class Table:
    """Values by steps of a quantity (inclusive upper ends, base units), or by a scenario's option.

    A last step whose end is None has no end.
    """

    name: str
    label: Label
    source: str
    kind: str
    unit: Unit
    of_kind: str
    of_unit: Unit | None
    steps: tuple[tuple[Fraction | None, Fraction], ...]
    by: str
    values: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Deduction:
    """The share to deduct for a relative uncertainty: (inclusive upper end, share) in order."""

    name: str
    label: Label
    source: str
    steps: tuple[tuple[Fraction, Fraction], ...]


@dataclass(frozen=True, slots=True)
class Passed:
    """A module's symbol and the expression whose value it is given."""

    symbol: str
    source: str
    tree: Node


@dataclass(frozen=True, slots=True)
class Use:
    """An imported module, pinned by version and digest, and what it is given.

    `over` names the axes along which it is run once for each item, because it is given values over
    axes that it does not know itself.
    """

    name: str
    module: Methodology
    label: Label
    inputs: tuple[Passed, ...]
    scenarios: Mapping[str, str]
    over: tuple[str, ...] = ()
    # The evaluator keeps here what a module gives that no case can change.
    kept: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Formula:
    """One named step of the calculation, in `unit`, over `axes` (sorted; empty for one value).

    An `output` is there to be read although no other formula uses it.
    """

    symbol: str
    source: str
    tree: Node
    kind: str
    unit: Unit
    label: Label
    axes: tuple[str, ...] = ()
    note: Label | None = None
    output: bool = False


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition that a case must meet; `label` is what is said when it does not."""

    name: str
    source: str
    tree: Node
    label: Label


@dataclass(frozen=True, slots=True)
class Category:
    """A part of a footprint: the formula that gives it."""

    name: str
    formula: str
    label: Label


@dataclass(frozen=True, slots=True)
class Result:
    """The whole number a case earns: `formula` in `unit`, rounded `down` or `up`.

    `negative` says what happens below zero: `refuse`, `zero`, `carry` (nothing now, the deficit
    into the next period) or `keep`. `per` is the symbol to divide by for a figure per person.
    """

    name: str
    formula: str
    unit: Unit
    rounding: str
    negative: str
    label: Label
    per: str = ""


@dataclass(frozen=True, slots=True)
class Grade:
    """What one evidence grade means. What a grade pays belongs to the tariff."""

    name: str
    meaning: Label


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far an answer may lie from the expected one: absolute (in its unit) and relative."""

    absolute: Fraction = Fraction()
    relative: Fraction = Fraction()


@dataclass(frozen=True, slots=True)
class Example:
    """A worked case: either all `expected` quantities come out, or it is `refused` by that code.

    `shows` says what it is for, `golden` and `case` name
    the published case and the independent computation it agrees with.
    """

    title: Label
    inputs: dict[str, Given]
    expected: dict[str, Given]
    refused: str
    tolerance: Tolerance = Tolerance()
    shows: str = ""
    golden: str = ""
    case: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Methodology:
    """One checked methodology document: what is measured, by which formula, from which factors.

    `order` names formulas and modules so that each comes after what it uses; `formulas` are in
    that order too. `conversions` gives each typed conversion's factor between base units.
    `factors_digest` is that of all pinned factor rows, by symbol, with those of its modules.
    """

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
    supersedes: str
    changes: Label
    sources: tuple[Source, ...]
    axes: Mapping[str, Axis]
    inputs: tuple[Input, ...]
    scenarios: tuple[Scenario, ...]
    factors: tuple[Factor, ...]
    parameters: tuple[Parameter, ...]
    potentials: tuple[Potential, ...]
    tables: Mapping[str, Table]
    deductions: Mapping[str, Deduction]
    uses: tuple[Use, ...]
    formulas: tuple[Formula, ...]
    order: tuple[str, ...]
    guards: tuple[Guard, ...]
    categories: tuple[Category, ...]
    result: Result | None
    evidence: tuple[Grade, ...]
    examples: tuple[Example, ...]
    digest: str
    factors_digest: str
    path: Path
    units: UnitTable = field(repr=False, compare=False, hash=False)
    conversions: Mapping[str, Fraction] = field(repr=False, compare=False, hash=False)
    # The evaluator keeps here what no case can change.
    kept: dict[str, Any] = field(default_factory=dict, repr=False, compare=False, hash=False)

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
    def topic(self) -> str:
        """The field it lies in (travel, forest, …): the name of its folder."""
        return self.path.parent.name
