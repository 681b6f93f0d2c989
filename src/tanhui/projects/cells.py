"""What an owner fills in for a methodology: each input with its unit and evidence, each scenario.

Numbers are kept as they were written, as decimal text, so that they can be compared and computed
exactly. A workbook and a web form read into the same cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.document import Label, Methodology
from tanhui.methodology.given import Cells as GivenCells
from tanhui.methodology.given import Choice, Given, Listed
from tanhui.methodology.units import Quantity, decimal_text, exact_number

# A decimal text, None for a missing reading, a list (readings, numbered axes) or a table by item.
Value = Any
DEEPEST = 4
EVIDENCE_MOST = 200
# What the platform itself carries over from the period before, where a document asks for it.
_CARRIED, _CARRIED_UNIT = "deficit", "kgCO2e"


@dataclass(frozen=True, slots=True)
class Cell:
    """One input or scenario. A scenario has `choice` alone, an input `value` and `unit`.

    `evidence` names what proves it: a paper of the project, or a file by its hash.
    """

    value: Value = None
    unit: str = ""
    choice: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """One number or word of the cells as people point at it: `EC`, `EC/3`, `N_s/fir`, `grid`.

    `anchor` names it for findings and comparisons; `label` says what it is in both languages.
    """

    anchor: str
    label: Label
    text: str
    unit: str


@dataclass(frozen=True, slots=True)
class Cells:
    """All cells of one case of `methodology` (`id@version`), by symbol."""

    methodology: str
    by_symbol: Mapping[str, Cell] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """As they are stored: an object by symbol, numbers as text."""
        told: dict[str, object] = {}
        for symbol, cell in self.by_symbol.items():
            facts: dict[str, object] = (
                {"choice": cell.choice} if cell.choice else {"value": cell.value, "unit": cell.unit}
            )
            if cell.evidence:
                facts["evidence"] = cell.evidence
            told[symbol] = facts
        return told

    @classmethod
    def from_json(cls, methodology: str, told: object) -> Cells:
        """Cells as they were stored or sent. Refuses `malformed_cells`."""
        if not isinstance(told, Mapping):
            raise malformed("")
        found = {}
        for symbol, facts in told.items():
            if not isinstance(symbol, str) or not isinstance(facts, Mapping):
                raise malformed(str(symbol))
            if not set(facts) <= {"value", "unit", "choice", "evidence"}:
                raise malformed(symbol)
            words = {name: facts.get(name, "") for name in ("unit", "choice", "evidence")}
            if not all(isinstance(word, str) for word in words.values()):
                raise malformed(symbol)
            if len(words["evidence"]) > EVIDENCE_MOST:
                raise malformed(symbol)
            found[symbol] = Cell(_checked(symbol, facts.get("value"), 0), **words)
        return cls(methodology, found)

    def given(self, methodology: Methodology) -> dict[str, Given]:
        """What the engine is given. Refuses `malformed_number`, `unknown_unit`, `unknown_input`.

        Only inputs and scenarios count: whoever reports does not choose factors or parameters.
        """
        inputs = {item.symbol for item in methodology.inputs}
        scenarios = {item.name for item in methodology.scenarios}
        found: dict[str, Given] = {}
        for symbol, cell in self.by_symbol.items():
            if symbol not in inputs | scenarios:
                raise Invalid(
                    "unknown_input",
                    zh="没有输入 {name}，应为：{known}",
                    en="no input {name}; there are: {known}",
                    name=symbol,
                    known=", ".join(sorted(inputs | scenarios)),
                )
            if cell.choice:
                found[symbol] = Choice(cell.choice, cell.evidence)
            elif cell.value is not None:
                unit = methodology.units.parse(cell.unit)
                numbers = _numbers(cell.value)
                plain = not isinstance(numbers, list | dict)
                found[symbol] = Quantity(numbers, unit) if plain else Listed(numbers, unit)
        return found

    def with_deficit(self, methodology: Methodology, deficit_kg: int, proof: str = "") -> Cells:
        """The cells with what the platform carries over; whatever else was written there goes."""
        rest = {name: cell for name, cell in self.by_symbol.items()
                if not is_carried(methodology, name)}  # fmt: skip
        if any(is_carried(methodology, declared.symbol) for declared in methodology.inputs):
            rest[_CARRIED] = Cell(str(deficit_kg), _CARRIED_UNIT, evidence=proof)
        return Cells(self.methodology, rest)

    def in_declared_units(self, methodology: Methodology) -> Cells:
        """The cells in the document's own units, as a workbook has them.

        A number that no decimal can write in the other unit is left out: nothing is rounded.
        """
        told = dict(self.by_symbol)
        for declared in methodology.inputs:
            cell = told.get(declared.symbol)
            if cell is None or cell.unit == declared.unit.text:
                continue
            unit = methodology.units.parse(cell.unit)
            methodology.units.require_same(unit.signature, declared.unit.signature, declared.symbol)
            try:
                value = _scaled(cell.value, unit.scale / declared.unit.scale)
            except ValueError:
                value = None
            told[declared.symbol] = Cell(value, declared.unit.text, evidence=cell.evidence)
        return Cells(self.methodology, told)

    def places(self, methodology: Methodology) -> list[Place]:
        """Every number and word in the document's order, each with its anchor and label."""
        return [place for part in self._places(methodology) for place in part]

    def _places(self, methodology: Methodology) -> Iterator[list[Place]]:
        for scenario in methodology.scenarios:
            cell = self.by_symbol.get(scenario.name)
            if cell is not None:
                chosen = scenario.options.get(cell.choice, Label(cell.choice, cell.choice))
                yield [Place(scenario.name, scenario.label, f"{chosen.zh} ({cell.choice})", "")]
                yield _proof(scenario.name, scenario.label, cell)
        for declared in methodology.inputs:
            cell = self.by_symbol.get(declared.symbol)
            if cell is None:
                continue
            names: dict[str, Label] = {}
            for axis in declared.axes:
                names.update(methodology.axes[axis].items)
            leaves = _leaves(declared.symbol, declared.label, cell.value, names)
            yield [Place(anchor, label, text, cell.unit) for anchor, label, text in leaves]
            yield _proof(declared.symbol, declared.label, cell)


def is_carried(methodology: Methodology, symbol: str) -> bool:
    """Whether the platform itself gives this input: the deficit of the period before."""
    carries = methodology.result is not None and methodology.result.negative == "carry"
    return carries and symbol == _CARRIED


def _proof(symbol: str, label: Label, cell: Cell) -> list[Place]:
    if not cell.evidence:
        return []
    named = Label(f"{label.zh}：证据", f"{label.en}: evidence")
    return [Place(f"{symbol}#evidence", named, cell.evidence, "")]


def _leaves(
    anchor: str, label: Label, value: Value, names: Mapping[str, Label]
) -> Iterator[tuple[str, Label, str]]:
    if isinstance(value, Mapping):
        parts = [(str(item), names.get(str(item), Label(str(item), str(item))), inner)
                 for item, inner in value.items()]  # fmt: skip
    elif isinstance(value, list | tuple):
        parts = [
            (str(place), Label(f"第 {place} 项", f"no. {place}"), inner)
            for place, inner in enumerate(value, start=1)
        ]
    else:
        yield anchor, label, "" if value is None else str(value)
        return
    for name, own, inner in parts:
        below = Label(f"{label.zh}，{own.zh}", f"{label.en}, {own.en}")
        yield from _leaves(f"{anchor}/{name}", below, inner, names)


def _checked(symbol: str, value: object, depth: int) -> Value:
    """The value if it is text, None, or lists and tables of these."""
    if value is None or isinstance(value, str):
        return value
    if depth < DEEPEST and isinstance(value, list | tuple):
        return [_checked(symbol, inner, depth + 1) for inner in value]
    if depth < DEEPEST and isinstance(value, Mapping):
        return {str(name): _checked(symbol, inner, depth + 1) for name, inner in value.items()}
    raise malformed(symbol)


def _numbers(value: Value) -> GivenCells:
    if value is None:
        return None
    if isinstance(value, str):
        return exact_number(value)
    if isinstance(value, Mapping):
        return {name: _numbers(inner) for name, inner in value.items()}
    return [_numbers(inner) for inner in value]


def _scaled(value: Value, by: Fraction) -> Value:
    """Every number times `by`; raises ValueError for one without a finite decimal."""
    if isinstance(value, str):
        text = decimal_text(exact_number(value) * by)
        if text.startswith("≈"):
            raise ValueError("no finite decimal")
        return text
    if isinstance(value, Mapping):
        return {name: _scaled(inner, by) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_scaled(inner, by) for inner in value]
    return value


def malformed(symbol: str) -> Invalid:
    """The refusal of cells that are of no form known here."""
    return Invalid(
        "malformed_cells",
        zh="填报的数据格式不对（{symbol}）：数值须写成文本，逐项给出单位。",
        en="The cells are malformed ({symbol}): numbers are written as text, each with its unit.",
        symbol=symbol or "-",
    )
