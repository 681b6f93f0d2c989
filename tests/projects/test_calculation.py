"""Calculations: pinned to rows, honest about gaps, the same when they are read again."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tanhui.kernel.refusals import Refusal
from tanhui.methodology.library import Library
from tanhui.projects.calculation import Calculation, calculate
from tanhui.projects.cells import Cells
from tests.house.tree import ROOT
from tests.projects.cases_of import FURNACE, example_cells, furnace, worked

DAY = date(2026, 12, 31)
LATER_ROW = """
[table]
id = "grid-later"
version = "1.0.0"
zh = "更晚公布的电网因子"
en = "Grid factors published later"
note_zh = "试"
note_en = "test"

[[factor]]
key = "grid.avg.51.2025"
series = "grid.average.mee-annual"
zh = "四川省级电网平均排放因子，2025 年度"
en = "Sichuan, average grid emission factor, 2025"
value = "0.2000"
unit = "kgCO2/kWh"
kind = "grid.average"
region = "CN-51"
year = 2025
valid_for = { from = 2026-01-01 }
status = "unverified"
source = "test"
"""


MALFORMED: tuple[Any, ...] = (
    [],
    {"EC": 9100},
    {"EC": {"value": 9100, "unit": "MWh"}},
    {"EC": {"value": "1", "unit": 5}},
    {"EC": {"value": "1", "unit": "MWh", "factor": "1"}},
    {"EC": {"value": [[[[["1"]]]]], "unit": "MWh"}},
    {"EC": {"value": "1", "unit": "MWh", "evidence": "x" * 201}},
    {7: {"value": "1", "unit": "MWh"}},
)


def gapped() -> Cells:
    """The furnace with a reading missing."""
    example = next(item for item in furnace().examples if "补" in item.title.zh)
    return example_cells(furnace(), example)


def test_what_was_stored_is_read_again_as_it_was() -> None:
    for methodology, example in worked():
        cells = example_cells(methodology, example)
        found = calculate(methodology, cells, on=DAY)
        stored = json.loads(json.dumps(found.as_json(), ensure_ascii=False))
        assert Calculation.from_json(stored) == found
        assert Cells.from_json(methodology.reference, json.loads(json.dumps(cells.as_json())))
        assert found.reduction_kg >= 0
        assert found.deficit_kg >= 0
        assert (found.reduction_kg == 0) or (found.deficit_kg == 0)


def test_a_row_that_is_published_later_changes_nothing(tmp_path: Path) -> None:
    root = tmp_path / "content"
    shutil.copytree(ROOT / "content", root)
    before = calculate(furnace(), gapped(), on=DAY)
    (root / "common" / "factors" / "grid-later.toml").write_text(LATER_ROW, encoding="utf-8")
    later = Library.around(root, FURNACE).methodology(FURNACE)
    after = calculate(later, gapped(), on=DAY)
    assert after == before
    assert {row.symbol for row in after.rows} >= {"cc", "ox", "EF_sichuan"}
    assert all(row.digest.startswith("sha256:") for row in after.rows)


def test_the_last_day_of_a_period_chooses_the_row() -> None:
    cells = example_cells(furnace(), furnace().examples[0])
    by_day = {day.year: calculate(furnace(), cells, on=day) for day in
              (date(2021, 12, 31), date(2026, 12, 31))}  # fmt: skip
    assert by_day[2021].reduction_kg != by_day[2026].reduction_kg
    assert by_day[2026].reduction_kg == 3_117_356
    rows = {year: next(row for row in found.rows if row.symbol == "EF_sichuan")
            for year, found in by_day.items()}  # fmt: skip
    assert (rows[2021].year, rows[2026].year) == (2021, 2023)


def test_a_gap_is_filled_by_rule_and_said() -> None:
    found = calculate(furnace(), gapped(), on=DAY)
    (gap,) = found.gaps
    assert (gap.code, gap.symbol) == ("gap_filled", "EC")
    assert "最高" in gap.zh
    assert "highest" in gap.en
    assert found.line("ER") is not None
    assert found.outputs["ER"][1] == "tCO2e"


def test_a_deficit_is_the_platforms_to_say_and_owed_first() -> None:
    cells = example_cells(furnace(), furnace().examples[0])
    told = Cells.from_json(
        furnace().reference,
        {**cells.as_json(), "deficit": {"value": "-5000000", "unit": "kgCO2e"}},
    )
    clean = calculate(furnace(), cells, on=DAY)
    assert calculate(furnace(), told, on=DAY) == clean
    owing = calculate(furnace(), told, on=DAY, deficit_kg=1_000_000)
    assert owing.reduction_kg == clean.reduction_kg - 1_000_000
    deep = calculate(furnace(), told, on=DAY, deficit_kg=4_000_000)
    assert (deep.reduction_kg, deep.deficit_kg) == (0, 882_644)
    # A document that carries nothing over is not given a deficit.
    with_it = cells.with_deficit(furnace(), 7, "proof").by_symbol["deficit"]
    assert (with_it.value, with_it.unit, with_it.evidence) == ("7", "kgCO2e", "proof")


def test_whoever_reports_gives_inputs_alone() -> None:
    cells = example_cells(furnace(), furnace().examples[0]).as_json()

    def refused(more: Any) -> str:
        with pytest.raises(Refusal) as caught:
            calculate(furnace(), Cells.from_json(furnace().reference, more), on=DAY)
        assert caught.value.zh
        return caught.value.code

    factor = {"value": "0", "unit": "tCO2/MWh"}
    assert refused({**cells, "EF_sichuan": factor}) == "unknown_input"
    assert refused({**cells, "EF_up": factor}) == "unknown_input"
    assert refused({**cells, "EC": {"value": "9100", "unit": "GJ/t"}}) == "unit_mismatch"
    assert refused({**cells, "EC": {"value": "1e999", "unit": "MWh"}}) == "malformed_number"
    assert refused({**cells, "CAP": {"value": None, "unit": "t/yr"}}) == "missing_input"
    assert refused({**cells, "mandate": {"choice": "required"}}) == "guard_failed"
    for malformed in MALFORMED:
        assert refused(malformed) == "malformed_cells"
    with pytest.raises(Refusal) as caught:
        calculate(furnace(), Cells("photovoltaic.chengdu@1.0.0"), on=DAY)
    assert caught.value.code == "cells_of_another_methodology"
