"""The worked examples of the city's project methodologies, as cells that an owner fills in."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from typing import Any

from tanhui.methodology.document import Example, Methodology
from tanhui.methodology.given import Choice, Given
from tanhui.methodology.library import Library
from tanhui.methodology.units import Quantity, decimal_text
from tanhui.projects.cells import Cells
from tests.house.tree import ROOT

FURNACE = "energy-substitution.chengdu"


@cache
def library() -> Library:
    """The content of this checkout."""
    return Library.load(ROOT / "content")


def furnace() -> Methodology:
    """Electricity or gas in place of a dirtier fuel."""
    return library().methodology(FURNACE)


def example_cells(methodology: Methodology, example: Example) -> Cells:
    """An example as cells; what only a test may replace (a factor) is left out."""
    own = {item.symbol for item in methodology.inputs}
    own |= {item.name for item in methodology.scenarios}
    told = {name: _told(given) for name, given in example.inputs.items() if name in own}
    return Cells.from_json(methodology.reference, told)


def worked() -> Iterator[tuple[Methodology, Example]]:
    """Every example of every project methodology that computes."""
    for methodology in library().methodologies():
        if methodology.kind == "project" and methodology.result is not None:
            for example in methodology.examples:
                if not example.refused:
                    yield methodology, example


def _told(given: Given) -> dict[str, Any]:
    if isinstance(given, Choice):
        return {"choice": given.option, "evidence": given.evidence}
    cells = given.value if isinstance(given, Quantity) else given.cells
    return {"value": _texts(cells), "unit": given.unit.text}


def _texts(cells: Any) -> Any:
    if isinstance(cells, dict):
        return {name: _texts(part) for name, part in cells.items()}
    if isinstance(cells, list | tuple):
        return [_texts(part) for part in cells]
    return decimal_text(cells) if isinstance(cells, Fraction) else cells
