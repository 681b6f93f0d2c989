"""What citizens do: every methodology for it runs over rows, is worked through and reads well."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tanhui.kernel.refusals import Refusal
from tanhui.methodology.document import Methodology
from tanhui.methodology.exact import evaluate
from tanhui.methodology.given import Choice, Given
from tanhui.methodology.kernel.rows import compile_kernel
from tanhui.methodology.library import Library
from tanhui.methodology.units import Quantity

CONTENT = Path(__file__).resolve().parents[2] / "content"
FOLDER = CONTENT / "chengdu" / "methodologies" / "citizen"
# Frozen since the first version of the language, with its half-width parentheses.
OLDEST = "shared-bike.toml"
NAMES = [
    "bulky-waste",
    "bus",
    "car-nonuse",
    "carpool",
    "clean-plate",
    "clothes-recycling",
    "e-receipt",
    "green-hotel",
    "low-carbon-purchase",
    "metro",
    "nev-driving-km",
    "nev-driving-kwh",
    "no-disposable-cutlery",
    "own-bicycle",
    "parcel-box",
    "plastic-bag",
    "recycled-paper",
    "remote-meeting",
    "reusable-cup",
    "saving-electricity",
    "saving-gas",
    "saving-water",
    "second-hand",
    "shared-bike",
    "shared-ebike",
    "walking",
    "waste-sorting",
]
ROWS = 200
CHINESE = "\u4e00-\u9fff"
# A half-width mark beside a Chinese character; between digits and Latin letters it may stand.
HALF_WIDTH = re.compile(rf"[{CHINESE}][,;:?!()]|[,;:?!()][{CHINESE}]")

Row = Mapping[str, int | str]


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


# Drafts may still be rough.
PATHS = [
    path
    for path in sorted(FOLDER.rglob("*.toml"))
    if _read(path)["methodology"]["status"] == "published"
]


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def citizen(request: pytest.FixtureRequest, library: Library) -> Methodology:
    """One methodology for citizens after another."""
    head = _read(request.param)["methodology"]
    return library.referenced(f"{head['id']}@{head['version']}")


def _rows(citizen: Methodology, count: int) -> list[Row]:
    """Rows within the bounds: both ends, and numbers of every order of magnitude between."""
    draw = random.Random(citizen.id)
    rows: list[Row] = []
    for place in range(count):
        row: dict[str, int | str] = {}
        for declared in citizen.inputs:
            low, high = int(declared.low), int(declared.high)
            reach = min(high - low, 10 ** draw.randrange(1, len(str(high - low)) + 1))
            row[declared.column] = (low, high)[place] if place < 2 else low + draw.randint(0, reach)
        for scenario in citizen.scenarios:
            row[scenario.column] = draw.choice(sorted(scenario.options))
        rows.append(row)
    return rows


def _exact(citizen: Methodology, row: Row) -> tuple[int | None, str | None]:
    """The exact evaluator's answer for one row: the milligrams, or why there are none."""
    inputs: dict[str, Given] = {}
    for declared in citizen.inputs:
        inputs[declared.symbol] = Quantity(Fraction(row[declared.column]), declared.unit)
    for scenario in citizen.scenarios:
        inputs[scenario.name] = Choice(str(row[scenario.column]), "proof")
    try:
        return evaluate(citizen, inputs).result, None
    except Refusal as refusal:
        return None, refusal.code


def _chinese(value: object) -> Iterator[str]:
    """Every text under `value` that has Chinese in it."""
    if isinstance(value, str):
        if re.search(rf"[{CHINESE}]", value):
            yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _chinese(part)
    elif isinstance(value, list):
        for part in value:
            yield from _chinese(part)


def test_the_deeds_of_citizens_are_all_there() -> None:
    """Each lies in the folder of its field, and says that it is no official text."""
    heads = [(path, _read(path)["methodology"]) for path in PATHS]
    assert len(NAMES) >= 22
    assert {f"{name}.chengdu" for name in NAMES} <= {head["id"] for _, head in heads}
    for path, head in heads:
        assert path.parent.parent == FOLDER, path
        assert (head["kind"], head["basis"]) == ("citizen", "reconstruction"), path


def test_every_one_runs_over_rows(citizen: Methodology) -> None:
    """It compiles, its result is milligrams, and a distance or a duration has its usual column."""
    kernel = compile_kernel(citizen)
    assert kernel.result == "reduction_mg"
    assert citizen.result is not None
    assert citizen.result.rounding == "down"
    usual = {"length": ("distance_m", "m"), "time": ("duration_s", "s")}
    for declared in citizen.inputs:
        assert declared.low >= 0
        assert declared.low.denominator == declared.high.denominator == 1
        names = [name for name, power in declared.unit.signature if power == 1]
        if len(declared.unit.signature) == 1 and names[0] in usual:
            assert (declared.column, declared.unit.text) == usual[names[0]]


def test_every_one_is_worked_through(citizen: Methodology) -> None:
    """At least five cases, with one that is refused, a mistake of kind, and zero or a boundary."""
    refused = [example.refused for example in citizen.examples if example.refused]
    assert len(citizen.examples) >= 5
    assert "kind_mismatch" in refused
    assert {"out_of_bounds", "guard_failed"} & set(refused)
    results = [
        example.expected["reduction_mg"]
        for example in citizen.examples
        if "reduction_mg" in example.expected
    ]
    zeros = [given for given in results if isinstance(given, Quantity) and given.value == 0]
    assert zeros or any(example.shows == "boundary" for example in citizen.examples)
    assert len(zeros) < len(results)


def test_both_evaluators_give_the_same_integers(citizen: Methodology) -> None:
    """On rows within the bounds, the refused ones by the same code."""
    rows, kernel = _rows(citizen, ROWS), compile_kernel(citizen)
    frame = pl.DataFrame(
        [dict(row) for row in rows],
        schema={
            **dict.fromkeys([name for name, _ in kernel.bounds], pl.Int64),
            **dict.fromkeys([name for name, _ in kernel.options], pl.String),
        },
    )
    answers = list(zip(kernel.quantify(frame), kernel.refused(frame), strict=True))
    assert answers == [_exact(citizen, row) for row in rows]
    assert {code for _, code in answers} <= {None, "guard_failed"}
    assert any(milligrams for milligrams, _ in answers)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_its_chinese_has_full_width_punctuation(path: Path) -> None:
    """And what is a sentence ends as one, in both languages."""
    document = _read(path)
    narrow = [text for text in _chinese(document) if HALF_WIDTH.search(text)]
    assert narrow == [] or path.name == OLDEST
    head = document["methodology"]
    for key in ("summary", "basis"):
        assert head[f"{key}_zh"].endswith("。")
        assert head[f"{key}_en"].endswith(".")
    for source in document["source"]:
        assert source["note_zh"].endswith("。")
        assert source["note_en"].endswith(".")


def test_every_own_number_says_what_it_rests_on(citizen: Methodology) -> None:
    """No parameter passes for official, and its source is there in both languages."""
    for parameter in citizen.parameters:
        assert parameter.status in ("assumed", "default", "illustrative"), parameter.symbol
        assert re.search(rf"[{CHINESE}]", parameter.source), parameter.symbol
        assert re.search(r"[a-z]{3}", parameter.source), parameter.symbol
