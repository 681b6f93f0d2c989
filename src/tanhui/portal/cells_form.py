"""The cells of a methodology as a web form: the same cells that its workbook reads into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from tanhui.methodology.document import Example, Label, Methodology
from tanhui.methodology.given import Cells as GivenCells
from tanhui.methodology.given import Choice, Given
from tanhui.methodology.pages.fields import (
    InputFields,
    ScenarioField,
    example_texts,
    input_fields,
    scenario_field,
)
from tanhui.methodology.pages.typed import Trouble, read_form
from tanhui.methodology.units import Quantity, decimal_text
from tanhui.projects.cells import Cell, Cells, Value, is_carried

# A symbol may be called like a field of the page itself.
_CELL, _PROOF = "c.", "e."


@dataclass(frozen=True, slots=True)
class ShownInput:
    """One input's fields, and what is said to prove it."""

    fields: InputFields
    proof: str


@dataclass(frozen=True, slots=True)
class CellsForm:
    """The form as it is filled in, and what is wrong with it by the names of its fields."""

    scenarios: tuple[ScenarioField, ...]
    inputs: tuple[ShownInput, ...]
    troubles: Mapping[str, Trouble]

    @property
    def filled(self) -> bool:
        """Whether anything has been filled in."""
        return any(field.text for one in self.inputs for field in one.fields.fields)


def form_of(
    methodology: Methodology,
    texts: Mapping[str, str],
    proofs: Mapping[str, str],
    troubles: tuple[Trouble, ...] = (),
) -> CellsForm:
    """The form with these texts by field and these proofs by symbol."""
    return CellsForm(
        tuple(scenario_field(item, texts) for item in methodology.scenarios),
        tuple(
            ShownInput(input_fields(methodology, item, texts), proofs.get(item.symbol, ""))
            for item in methodology.inputs
            if not is_carried(methodology, item.symbol)
        ),
        {trouble.field: trouble for trouble in reversed(troubles)},
    )


def form_of_cells(methodology: Methodology, cells: Cells | None) -> CellsForm:
    """The form filled in with cells that were kept; empty without."""
    if cells is None:
        return form_of(methodology, {}, {})
    given = cells.given(methodology)
    held = Example(Label("", ""), given, {}, "")
    texts = example_texts(methodology, held, only_fields=True) or {}
    proofs = {symbol: cell.evidence for symbol, cell in cells.by_symbol.items()}
    return form_of(methodology, texts, proofs)


@dataclass(frozen=True, slots=True)
class TypedCells:
    """What was typed: the cells, or what is wrong; and the form to show it again."""

    cells: Cells | None
    form: CellsForm


def typed_cells(methodology: Methodology, sent: Mapping[str, str]) -> TypedCells:
    """Reads a sent form into cells."""
    texts = _without(_CELL, sent)
    carried = [one.symbol for one in methodology.inputs if is_carried(methodology, one.symbol)]
    # What the platform carries over is not asked for, and is put in by the command.
    texts.update(dict.fromkeys(carried, "0"))
    proofs = {name: text.strip() for name, text in _without(_PROOF, sent).items()}
    typed = read_form(methodology, texts)
    form = form_of(methodology, texts, proofs, typed.troubles)
    if typed.troubles:
        return TypedCells(None, form)
    read = {one.symbol for one in methodology.inputs if one.readings}
    told = {
        symbol: _cell(given, proofs.get(symbol, ""), one_is_whole=symbol in read)
        for symbol, given in typed.given.items()
        if symbol not in carried
    }
    return TypedCells(Cells(methodology.reference, told), form)


def _without(mark: str, sent: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix(mark): text for name, text in sent.items() if name.startswith(mark)}


def _cell(given: Given, proof: str, *, one_is_whole: bool) -> Cell:
    if isinstance(given, Choice):
        return Cell(choice=given.option, evidence=given.evidence)
    if isinstance(given, Quantity):
        return Cell(_text(given.value), given.unit.text, evidence=proof)
    cells = given.cells
    if one_is_whole and isinstance(cells, list) and len(cells) == 1:
        # One number for all readings is kept as the workbook keeps it.
        cells = cells[0]
    return Cell(_text(cells), given.unit.text, evidence=proof)


def _text(value: GivenCells) -> Value:
    if value is None:
        return None
    if isinstance(value, Fraction):
        return decimal_text(value)
    if isinstance(value, Mapping):
        return {name: _text(inner) for name, inner in value.items()}
    return [_text(inner) for inner in value]
