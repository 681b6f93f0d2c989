"""The explanation of a row can be followed by hand."""

from __future__ import annotations

import pytest

from tanhui.kernel.refusals import Refusal
from tanhui.methodology.document import Methodology
from tanhui.methodology.explain import explain


def test_a_ride_is_explained_step_by_step(shared_bike: Methodology) -> None:
    explanation = explain(shared_bike, {"distance_m": 2431})
    lines = [(step.role, step.symbol, step.value, step.unit.en) for step in explanation.steps]
    assert lines == [
        ("input", "d", "2,431", "m"),
        ("factor", "EF", "48.70", "g CO₂e/km"),
        ("conversion", "EF", "1", ""),
        ("formula", "ER", "118.3897", "g CO₂e"),
        ("rounding", "reduction_mg", "118,389", "mg CO₂e"),
    ]
    formula, rounding = explanation.steps[3], explanation.steps[4]
    assert formula.expression == "ER = d × EF"
    assert formula.substituted == "2.431 × 48.70 = 118.3897"
    assert "<mi>EF</mi>" in formula.mathml
    assert rounding.substituted == "118,389.7 → 118,389"
    assert rounding.label.zh == "向下取整到整毫克 CO₂e"
    assert explanation.result == 118_389
    assert explanation.basis == "reconstruction"


def test_the_factor_leads_to_its_row(shared_bike: Methodology) -> None:
    step = explain(shared_bike, {"distance_m": 1}).steps[1]
    assert step.factor is shared_bike.factors[0].row
    assert step.label.zh == "每公里减排"
    assert step.source.zh == (
        "因子表 shared-cycling 第 1.0.0 版，第 1 行；2020-01-01 起有效；"
        "美团/生态环境部环境发展中心, 2024-06"
    )
    assert step.source.en.startswith("Factor table shared-cycling, version 1.0.0, row 1; valid")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"distance_m": -1}, "out_of_bounds"),
        ({"distance_km": 1}, "unknown_input"),
        ({}, "missing_input"),
    ],
)
def test_what_earns_nothing_is_not_explained(
    shared_bike: Methodology, row: dict[str, int], code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        explain(shared_bike, row)
    assert refused.value.code == code
