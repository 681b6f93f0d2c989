"""The bench of injected fraud on a small city: no figure may fall below what it was.

`python -m benchmarks.fraud` measures the same on four larger cities; docs/detectors.md has those.
"""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from benchmarks.fraud import honest, injectors, reports
from benchmarks.fraud.measure import STYLES, Found, measure, wilson
from benchmarks.fraud.pipeline import Platform

BASELINE = Path(__file__).parent / "baseline.json"
SEED, PEOPLE, CASES = 7, 3_000, 60


@pytest.fixture(scope="module")
def found() -> Found:
    """The figures of one seed, with every detector on."""
    return measure(SEED, people=PEOPLE, cases=CASES)


def test_no_figure_has_fallen(found: Found) -> None:
    baseline = json.loads(BASELINE.read_text(encoding="utf-8"))
    for (kind, style), tally in found.tallies.items():
        was = baseline[f"{kind}_{style}"]
        assert tally.cases == was["cases"]
        assert tally.caught >= was["caught"], f"{kind} {style}"
    assert found.hurt <= baseline["honest_held"]
    assert found.person_days == baseline["honest_person_days"]


def test_naive_frauds_are_caught_and_honest_days_left_alone(found: Found) -> None:
    for kind in injectors.KINDS:
        tally = found.tallies[kind, "naive"]
        assert tally.caught * 100 >= tally.cases * 98, kind
    assert found.hurt * 10_000 <= found.person_days * 8


@pytest.mark.parametrize("kind", injectors.KINDS)
def test_a_detector_that_is_switched_off_is_missed(found: Found, kind: str) -> None:
    """As counted with it on, and as it is when the city's file is gone."""
    tallies = [found.tallies[kind, style] for style in STYLES]
    caught = sum(tally.caught for tally in tallies)
    without = sum(tally.caught_without for tally in tallies)
    assert without <= caught * 9 // 10
    off = measure(SEED, people=PEOPLE, cases=CASES, platform=Platform(without=[kind]))
    assert sum(off.tallies[kind, style].caught for style in STYLES) <= caught * 9 // 10


@pytest.mark.parametrize("module", [honest, injectors, reports])
def test_who_makes_the_city_and_its_frauds_is_blind_to_the_detectors(module: object) -> None:
    path = Path(str(getattr(module, "__file__", "")))
    text = path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names.append(str(node.module))
        assert not [name for name in names if name.startswith("tanhui")], path
    assert "toml" not in text


def test_an_interval_holds_its_share() -> None:
    low, high = wilson(300, 300)
    assert (round(low, 3), round(high, 9)) == (0.987, 1.0)
    low, high = wilson(0, 0)
    assert (low, high) == (0.0, 1.0)
