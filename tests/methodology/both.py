"""Asks both evaluators of a methodology the same, row by row; and reads random documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path

import polars as pl
from tests.methodology.random_documents import MODULE, TOOL_DIGEST, Drawn

from tanhui.kernel.refusals import Refusal
from tanhui.methodology.binding import Shelf
from tanhui.methodology.document import Methodology
from tanhui.methodology.exact import evaluate
from tanhui.methodology.given import Choice, Given
from tanhui.methodology.kernel.rows import compile_kernel
from tanhui.methodology.reader import read_methodology
from tanhui.methodology.units import Quantity

Row = Mapping[str, int | str | None]

# What the kernel says of a row whose values are not accepted; the exact evaluator says it more
# precisely, and in the order of its own reading.
GIVEN = {
    "missing_input", "wrong_input", "out_of_bounds", "implausible_value", "unknown_option",
}  # fmt: skip


def exact(methodology: Methodology, row: Row, on: date | None = None) -> tuple[int | None, str]:
    """The exact evaluator's answer for one row; None with the code where the row earns nothing."""
    inputs: dict[str, Given] = {}
    for declared in methodology.inputs:
        value = row[declared.column]
        if value is not None:
            inputs[declared.symbol] = Quantity(Fraction(value), declared.unit)
    for scenario in methodology.scenarios:
        option = row[scenario.column]
        if option is not None:
            inputs[scenario.name] = Choice(str(option), "proof")
    try:
        return evaluate(methodology, inputs, on=on).result, ""
    except Refusal as refusal:
        return None, "given" if refusal.code in GIVEN else refusal.code


def same(methodology: Methodology, rows: list[Row]) -> None:
    """Both evaluators give the same integers and, where a row earns nothing, the same reason."""
    kernel = compile_kernel(methodology)
    frame = pl.DataFrame(
        [dict(row) for row in rows],
        schema={
            **dict.fromkeys([name for name, _ in kernel.bounds], pl.Int64),
            **dict.fromkeys([name for name, _ in kernel.options], pl.String),
        },
    )
    codes = ["given" if code in GIVEN else code or "" for code in kernel.refused(frame)]
    answers = list(zip(kernel.quantify(frame).to_list(), codes, strict=True))
    assert answers == [exact(methodology, row) for row in rows]


Read = Callable[[Drawn], Methodology]


def reader(shelf: Shelf, folder: Path) -> Read:
    """Reads drawn documents, with their module on the shelf."""
    path = folder / "module.toml"
    path.write_text(MODULE, encoding="utf-8")
    tool = read_methodology(path, shelf)
    own = Shelf(shelf.units, shelf.factors, shelf.warming, lambda _reference: tool)

    def read(drawn: Drawn) -> Methodology:
        path = folder / "drawn.toml"
        path.write_text(drawn.text.replace(TOOL_DIGEST, tool.digest), encoding="utf-8")
        return read_methodology(path, own)

    return read
