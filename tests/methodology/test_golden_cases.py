"""The published and recomputed cases, run as a partner runs them, and what must never be run.

The cases themselves are read from the shared folder when it is there; that each is also a worked
example of its document is tested always.
"""

from __future__ import annotations

import json
import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tanhui.kernel.refusals import Refusal
from tanhui.methodology.check import check_path
from tanhui.methodology.exact import evaluate
from tanhui.methodology.given import Answer, Choice
from tanhui.methodology.inputs import parse_inputs
from tanhui.methodology.library import Library
from tanhui.methodology.units import Quantity

SHARED = Path(os.environ.get("TANHUI_SHARED", Path(__file__).resolve().parents[3] / "shared"))
CASES = SHARED / "reference" / "golden_cases.json"

# The cases that are a document, by id; the others test a table, an equivalence or a tariff.
EVALUABLE = {
    "msw-beijing-2025": "msw-incineration.cm-072",
    "walk-wuhan-7250": "walking.wuhan",
    "evidence-discount-wuhan": "bus+metro.wuhan",
    "meituan-2023-blend": "shared-cycling.blend",
    "parked-beijing-tiers": "non-use-of-car.beijing",
    "event-article-2021": "event.offset",
    "changlong": "afforestation.ar-cm-001",
    "chaoyang": "afforestation",
    "gas-ef": "fuel.ef",
    "glass-furnace-sichuan": "electricity-or-gas-substitution",
    "cunninghamia-ha": "afforestation.bef",
    "fertiliser-n2o": "soil-test-fertilisation",
    "fod-food-10000t": "kitchen-waste.tool04",
    "plastic-hdpe-1000t": "waste-plastic.ams-iii.aj",
    "iiiaj-r-example": "waste-plastic.r-example",
}
NOT_EVALUABLE = (
    "ledger.price",
    "factor-table.integrity",
    "equivalence.",
    "event.equivalence",
    "citizen.luzhou",
    "photovoltaic.income",
    "waste-plastic.helper",
)

needs_cases = pytest.mark.skipif(not CASES.is_file(), reason="21 golden cases did not run")


def _cases() -> dict[str, Any]:
    cases = json.loads(CASES.read_text(encoding="utf-8"), parse_float=Fraction)
    return {case["id"]: case for case in cases}


def _numbers(value: object) -> list[Fraction]:
    return [Fraction(item) for item in (value if isinstance(value, list) else [value])]  # type: ignore[arg-type]


def _values(library: Library, answer: Answer, unit: str) -> list[Fraction]:
    """The values of an answer in `unit`, which must measure the same."""
    wanted = library.units.parse(unit)
    assert answer.unit.signature == wanted.signature
    cells = [answer.value] if isinstance(answer, Quantity) else list(answer.grid.cells.values())
    return [cell * answer.unit.scale / wanted.scale for cell in cells]


def _allowed(tolerance: dict[str, Any], name: str, wanted: Fraction) -> Fraction:
    own = tolerance.get(name, tolerance)
    return max(Fraction(own.get("abs", 0)), Fraction(own.get("rel", 0)) * abs(wanted))


def _refused(library: Library, id: str, inputs: dict[str, object]) -> str:
    with pytest.raises(Refusal) as refused:
        evaluate(library.methodology(id), parse_inputs(json.dumps(inputs), library.units))
    return refused.value.code


@needs_cases
def test_every_case_is_either_evaluable_or_named_as_not() -> None:
    for id, case in _cases().items():
        assert EVALUABLE.get(id) == (
            None if case["methodology"].startswith(NOT_EVALUABLE) else case["methodology"]
        )


@needs_cases
@pytest.mark.parametrize("id", EVALUABLE)
def test_a_golden_case_comes_out_within_its_tolerance(library: Library, id: str) -> None:
    case = _cases()[id]
    text = json.dumps(case["inputs"], default=lambda number: float(number))
    outputs = evaluate(
        library.methodology(case["methodology"]), parse_inputs(text, library.units)
    ).outputs
    for name, expected in case["expected"].items():
        found = _values(library, outputs[name], expected["unit"])
        wanted = _numbers(expected["value"])
        assert len(found) == len(wanted)
        for have, want in zip(found, wanted, strict=True):
            assert abs(have - want) <= _allowed(case["tolerance"], name, want), name


@pytest.mark.parametrize("id", EVALUABLE)
def test_a_golden_case_is_a_worked_example_of_its_document(library: Library, id: str) -> None:
    document = library.methodology(EVALUABLE[id])
    (example,) = [item for item in document.examples if item.golden == id]
    outputs = evaluate(document, example.inputs).outputs
    assert example.expected
    for name, expected in example.expected.items():
        assert not isinstance(expected, Choice)
        unit = expected.unit.text
        wanted = [expected.value] if isinstance(expected, Quantity) else _flat(expected.cells)
        for have, want in zip(_values(library, outputs[name], unit), wanted, strict=True):
            tolerance = example.tolerance
            assert abs(have - want) <= max(tolerance.absolute, tolerance.relative * abs(want))


def _flat(cells: Any) -> list[Fraction]:
    if isinstance(cells, dict):
        cells = list(cells.values())
    if isinstance(cells, list | tuple):
        return [value for cell in cells for value in _flat(cell)]
    return [cells]


NCV = {"value": 389.31, "unit": "GJ/1e4Nm3"}
CC = {"value": 15.3, "unit": "tC/TJ"}
OX = {"value": 0.99, "unit": "1"}


@pytest.mark.parametrize(
    ("id", "inputs", "code"),
    [
        ("event.offset", {"total": 1.2}, "bare_number"),
        ("event.offset", {"total": {"value": 1.2}}, "missing_unit"),
        ("event.offset", {"totale": {"value": 1.2, "unit": "tCO2"}}, "unknown_input"),
        ("event.offset", {"total": {"value": 1.2, "unit": "km"}}, "unit_mismatch"),
        ("event.offset", {"total": {"value": 1.2, "unit": "tCO2e"}}, "kind_mismatch"),
        ("event.offset", {"total": {"value": 1.2, "unit": "tC"}}, "kind_mismatch"),
        ("walking.wuhan", {"steps": {"value": 1, "unit": "trip"}}, "kind_mismatch"),
        (
            "fuel.ef",
            {"ncv": {"value": 389.31, "unit": "TJ/1e4Nm3"}, "cc": CC, "ox": OX},
            "out_of_bounds",
        ),
        (
            "fuel.ef",
            {"ncv": NCV, "cc": {"value": 94.0, "unit": "tCO2/TJ"}, "ox": OX},
            "kind_mismatch",
        ),
        (
            "fuel.ef",
            {"ncv": NCV, "cc": {"value": 94.0, "unit": "tC/TJ"}, "ox": OX},
            "out_of_bounds",
        ),
        (
            "electricity-or-gas-substitution",
            {
                "FC_gas": {"value": 2100000, "unit": "Nm3/yr"},
                "EC": {"value": 9100, "unit": "MWh/yr"},
                "EF_grid": {"value": 0.1031, "unit": "tCO2e/MWh"},
            },
            "kind_mismatch",
        ),
        (
            "soil-test-fertilisation",
            {
                "dN": {"value": 30, "unit": "kg/ha"},
                "A": {"value": 1000, "unit": "ha"},
            },
            "kind_mismatch",
        ),
    ],
)
def test_what_cannot_be_trusted_is_refused(
    library: Library, id: str, inputs: dict[str, object], code: str
) -> None:
    assert _refused(library, id, inputs) == code


OTHER_REPORT = """
[methodology]
id = "methane"
version = "1.0.0"
status = "draft"
kind = "tool"
zh = "甲烷"
en = "Methane"
summary_zh = "甲烷折算。"
summary_en = "Methane as CO2e."
basis = "reconstruction"
basis_zh = "测试。"
basis_en = "A test."
gwp = "AR5"
valid = { from = 2026-01-01 }

[[source]]
title = "IPCC"
note_zh = "测试。"
note_en = "A test."

[input.m]
kind = "emission.ch4"
unit = "tCH4"
bounds = [0, 1000]
zh = "甲烷"
en = "Methane"
source_zh = "测试"
source_en = "A test"

[factor.P]
key = "gwp.ch4.ar5"
row = "sha256:ROW"
kind = "gwp.ch4"
unit = "kgCO2e/kgCH4"
zh = "潜势"
en = "Potential"

[formula.E]
expression = "m * P"
kind = "emission"
unit = "tCO2e"
zh = "排放"
en = "Emission"

[[example]]
zh = "一吨"
en = "A tonne"
inputs = { m = { value = "1", unit = "tCH4" } }
expected = { E = { value = "28", unit = "tCO2e" } }
"""


def test_a_factor_counted_by_another_assessment_report_is_refused(
    library: Library, content_root: Path, tmp_path: Path
) -> None:
    row = library.factors.row("gwp.ch4.ar5").digest.removeprefix("sha256:")
    same, other = tmp_path / "same.toml", tmp_path / "other.toml"
    same.write_text(OTHER_REPORT.replace("ROW", row), encoding="utf-8")
    other.write_text(
        OTHER_REPORT.replace("ROW", row).replace('gwp = "AR5"', 'gwp = "AR4"'), encoding="utf-8"
    )
    assert check_path(content_root, same, ()) == []
    assert [item.code for item in check_path(content_root, other, ())] == ["wrong_potentials"]


def test_the_other_reports_potential_is_refused_where_the_gas_differs(library: Library) -> None:
    inputs: dict[str, object] = {
        "dN": {"value": 30, "unit": "kgN/ha"},
        "A": {"value": 1000, "unit": "ha"},
        "GWP": {"value": 28, "unit": "kgCO2e/kgCH4"},
    }
    assert _refused(library, "soil-test-fertilisation", inputs) == "kind_mismatch"
    inputs["GWP"] = {"value": 28, "unit": "kgCO2e/kgN2O"}
    assert _refused(library, "soil-test-fertilisation", inputs) == "implausible_value"
