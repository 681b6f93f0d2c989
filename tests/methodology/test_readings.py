"""Meter readings with gaps, scenarios with and without evidence, and what a result holds back."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from tests.methodology.random_documents import EXAMPLE, HEAD

from tanhui.kernel.refusals import Refusal
from tanhui.methodology.document import Methodology
from tanhui.methodology.exact import evaluate
from tanhui.methodology.given import Choice, Given, Listed
from tanhui.methodology.reader import read_methodology
from tanhui.methodology.shelves import Shelves
from tanhui.methodology.units import Quantity

SHELVES = Shelves(Path(__file__).resolve().parents[2] / "content")
UNITS = SHELVES.shelf.units
LABEL = 'zh = "量"\nen = "a quantity"\n'

INPUT = """
[input.EC]
kind = "energy.electric"
unit = "MWh"
bounds = [0, 1000]
readings = "{readings}"
source_zh = "电表"
source_en = "meter"
{label}
[input.EC.monitoring]
source = "meter"
when = "ex-post"
frequency = "monthly"
quality_zh = "每年检定"
quality_en = "calibrated every year"
gap = "{gap}"
{most}

[formula.E]
expression = "EC"
kind = "energy.electric"
unit = "MWh"
{label}
"""


def _metered(
    tmp_path: Path, gap: str, readings: str = "sum", most: str = "gaps_most = 2"
) -> Methodology:
    text = HEAD.format(id="metered", kind="tool")
    text += INPUT.format(readings=readings, gap=gap, most=most, label=LABEL) + EXAMPLE
    path = tmp_path / "metered.toml"
    path.write_text(text, encoding="utf-8")
    return read_methodology(path, SHELVES.shelf)


def _months(*values: int | None, unit: str = "MWh") -> dict[str, Given]:
    cells = [None if value is None else Fraction(value) for value in values]
    return {"EC": Listed(cells, UNITS.parse(unit))}


def _total(methodology: Methodology, months: dict[str, Given]) -> Fraction:
    answer = evaluate(methodology, months).outputs["E"]
    assert isinstance(answer, Quantity)
    return answer.value


@pytest.mark.parametrize(
    ("gap", "total"),
    [("highest", 10 + 40 + 20 + 40), ("lowest", 80), ("mean", Fraction(280, 3)), ("previous", 80)],
)
def test_a_missing_reading_is_filled_by_the_documents_rule(
    tmp_path: Path, gap: str, total: Fraction
) -> None:
    metered = _metered(tmp_path, gap)
    months = (10, None, 40, 20) if gap == "previous" else (10, 40, None, 20)
    assert _total(metered, _months(*months)) == total
    (held,) = evaluate(metered, _months(*months)).reservations
    assert (held.code, held.symbol) == ("gap_filled", "EC")
    assert "1" in held.label.zh


def test_readings_without_a_gap_are_taken_as_they_are_and_hold_nothing_back(tmp_path: Path) -> None:
    metered = _metered(tmp_path, "highest")
    evaluation = evaluate(metered, _months(10, 20))
    assert evaluation.reservations == ()
    assert _total(metered, _months(10_000, 20_000, unit="kWh")) == 30
    assert _total(metered, {"EC": Quantity(Fraction(30), UNITS.parse("MWh"))}) == 30
    assert _total(_metered(tmp_path, "mean", "mean"), _months(10, None, 20)) == 15


@pytest.mark.parametrize(
    ("gap", "most", "months", "code"),
    [
        ("highest", "gaps_most = 2", (1, None, None, None), "gap_not_allowed"),
        ("refuse", "", (1, None), "gap_not_allowed"),
        ("highest", "gaps_most = 2", (None, None), "gap_not_allowed"),
        ("previous", "gaps_most = 2", (None, 1), "wrong_input"),
        ("highest", "gaps_most = 2", (1001, -5), "out_of_bounds"),
        ("highest", "gaps_most = 2", (900, 900), "out_of_bounds"),
        ("highest", "gaps_most = 2", (), "wrong_input"),
    ],
)
def test_readings_that_no_rule_can_save_are_refused(
    tmp_path: Path, gap: str, most: str, months: tuple[int | None, ...], code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        evaluate(_metered(tmp_path, gap, most=most), _months(*months))
    assert refused.value.code == code


def test_a_scenario_without_evidence_computes_but_says_so() -> None:
    tool = SHELVES.module("energy-substitution.chengdu@1.0.0")
    example = next(item for item in tool.examples if item.case)
    proved = {
        name: Choice(given.option, "sha256:0") if isinstance(given, Choice) else given
        for name, given in example.inputs.items()
    }
    bare = {
        name: Choice(given.option) if isinstance(given, Choice) else given
        for name, given in example.inputs.items()
    }
    held = {item.code for item in evaluate(tool, bare).reservations}
    assert "assumed_scenario" in held
    assert "assumed_scenario" not in {item.code for item in evaluate(tool, proved).reservations}
    assert evaluate(tool, bare).result == evaluate(tool, proved).result
    assert evaluate(tool, bare).inputs_digest != evaluate(tool, proved).inputs_digest


def test_a_factor_given_by_hand_is_taken_but_named() -> None:
    tool = SHELVES.module("electricity-or-gas-substitution@1.0.0")
    given: dict[str, Given] = {
        "FC_gas": Quantity(Fraction(2_100_000), UNITS.parse("Nm3/yr")),
        "EC": Quantity(Fraction(9100), UNITS.parse("MWh/yr")),
    }
    own = evaluate(tool, given)
    factor = Quantity(Fraction("0.1031"), UNITS.parse("tCO2/MWh"))
    other = evaluate(tool, {**given, "EF_grid": factor})
    assert ("replaced_value", "EF_grid") in {(i.code, i.symbol) for i in other.reservations}
    assert ("replaced_value", "EF_grid") not in {(i.code, i.symbol) for i in own.reservations}
    assert own.factors_digest == other.factors_digest
    assert own.digest != other.digest


def test_the_day_of_the_act_chooses_the_row() -> None:
    project = SHELVES.module("energy-substitution.chengdu@1.0.0")
    inputs = next(item.inputs for item in project.examples if item.case)
    rows = {}
    for day in (date(2022, 6, 1), date(2026, 6, 1)):
        trace = evaluate(project, inputs, on=day).trace
        rows[day.year] = next(row.source for row in trace if row.symbol == "EF_sichuan").split()[0]
    assert rows == {2022: "grid.avg.sichuan.2022", 2026: "grid.avg.51.2023"}
    unspecified = evaluate(project, inputs)
    assert "day_not_given" in {item.code for item in unspecified.reservations}
