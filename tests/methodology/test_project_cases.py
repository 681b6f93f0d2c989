"""Every project methodology against numbers that a plain script beside it computes apart.

The scripts know neither the documents nor the engine: they run isolated, with the standard library
alone, and say what each case must give. The engine's own answers are compared by checking content.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tanhui.methodology.expression import FUNCTIONS, RESERVED

CITY = Path(__file__).resolve().parents[2] / "content" / "chengdu" / "methodologies" / "project"
RELATIVE = Decimal("1e-9")
LEAST_CASES = 3

# Prints what the script offers as CASES; a script without it prints its cases itself.
RUNNER = (
    "import json, runpy, sys; "
    "cases = runpy.run_path(sys.argv[1]).get('CASES'); "
    "print(json.dumps(cases)) if cases is not None "
    "else runpy.run_path(sys.argv[1], run_name='__main__')"
)


def _documents() -> list[Path]:
    return sorted(
        path
        for path in CITY.rglob("*.toml")
        if tomllib.loads(path.read_text(encoding="utf-8"))["methodology"]["kind"] == "project"
    )


DOCUMENTS = _documents()
each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=[item.stem for item in DOCUMENTS])


@cache
def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)


@cache
def _computed(path: Path) -> dict[str, Any]:
    script = path.with_name(f"{path.stem}.cases.py")
    assert script.is_file(), f"{script.name} is missing"
    run = subprocess.run(
        [sys.executable, "-I", "-c", RUNNER, str(script)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    cases = json.loads(run.stdout, parse_float=Decimal, parse_int=Decimal)
    assert isinstance(cases, dict)
    return cases


def _examples(path: Path) -> list[dict[str, Any]]:
    return list(_read(path)["example"])


def _flat(cells: object, place: str = "") -> Iterator[tuple[str, Decimal]]:
    """Every number of a value, a list or a table, with its place."""
    if isinstance(cells, dict):
        for key in ("value", "values", "items"):
            if key in cells:
                yield from _flat(cells[key], place)
                return
        for name, cell in cells.items():
            yield from _flat(cell, f"{place}/{name}")
    elif isinstance(cells, list):
        for number, cell in enumerate(cells):
            yield from _flat(cell, f"{place}/{number}")
    else:
        yield place, Decimal(str(cells))


def _close(left: Decimal, right: Decimal) -> bool:
    return abs(left - right) <= RELATIVE * max(abs(left), abs(right))


def test_the_city_has_project_methodologies() -> None:
    assert len(DOCUMENTS) >= 14
    assert len({_read(path)["methodology"]["id"] for path in DOCUMENTS}) == len(DOCUMENTS)


@each_document
def test_its_examples_are_the_numbers_that_the_script_computes(path: Path) -> None:
    result = _read(path)["result"]
    computed, used = _computed(path), set()
    for example in _examples(path):
        if "case" not in example or "refused" in example:
            continue
        case = example["case"]
        assert case in computed, f"{case} is not in the script"
        used.add(case)
        outputs = computed[case]["outputs"]
        shared = example["expected"].keys() & outputs.keys()
        assert {result["formula"], result["name"]} & shared, f"{case} says nothing of the result"
        for symbol in sorted(shared):
            expected = dict(_flat(example["expected"][symbol]))
            own = dict(_flat(outputs[symbol]))
            assert expected.keys() == own.keys(), f"{case}: {symbol}"
            for place, number in own.items():
                assert _close(number, expected[place]), f"{case}: {symbol}{place}: {number}"
    assert len(used) >= LEAST_CASES


@each_document
def test_what_is_refused_as_negative_is_negative_in_the_script(path: Path) -> None:
    formula = _read(path)["result"]["formula"]
    for example in _examples(path):
        if "case" in example and example.get("refused") == "negative_result":
            assert Decimal(str(_computed(path)[example["case"]]["outputs"][formula])) < 0


@each_document
@pytest.mark.parametrize("purpose", ["refused", "negative", "gap"])
def test_it_shows_a_refusal_a_negative_period_and_a_gap(path: Path, purpose: str) -> None:
    shown = [example for example in _examples(path) if example.get("shows") == purpose]
    assert shown
    if purpose == "refused":
        assert all("refused" in example for example in shown)


@each_document
def test_every_input_says_how_it_is_monitored(path: Path) -> None:
    inputs = _read(path)["input"]
    assert inputs
    assert [symbol for symbol, item in inputs.items() if "monitoring" not in item] == []


@each_document
def test_the_script_imports_nothing_but_the_standard_library(path: Path) -> None:
    source = path.with_name(f"{path.stem}.cases.py").read_text(encoding="utf-8")
    imported = re.findall(r"^\s*(?:from|import)\s+([A-Za-z0-9_]+)", source, re.MULTILINE)
    assert set(imported) <= set(sys.stdlib_module_names)


def _shape(expression: str) -> str:
    """An expression with its own names and numbers erased: x for a symbol, 0 for a number."""

    def word(match: re.Match[str]) -> str:
        known = match[0] in FUNCTIONS or match[0] in RESERVED
        return match[0] if known or expression[match.end() : match.end() + 1] == "(" else "x"

    erased = re.sub(r"[A-Za-z][A-Za-z0-9_.]*", word, expression)
    return re.sub(r"[0-9]+(?:\.[0-9]+)?", "0", erased).replace(" ", "")


def test_no_two_of_them_are_built_alike() -> None:
    shapes = {
        path.stem: frozenset(
            _shape(formula["expression"]) for formula in _read(path)["formula"].values()
        )
        for path in DOCUMENTS
    }
    alike = [pair for pair in combinations(shapes, 2) if shapes[pair[0]] == shapes[pair[1]]]
    assert alike == []
