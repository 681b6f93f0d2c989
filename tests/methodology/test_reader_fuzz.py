"""Whatever a file holds, reading it ends in a methodology or in named faults, never in a crash."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tanhui.methodology.binding import Shelf
from tanhui.methodology.kernel import compile_kernel
from tanhui.methodology.library import check_content
from tanhui.methodology.problems import ContentRefused
from tanhui.methodology.reader import read_methodology
from tanhui.methodology.shelves import open_shelf
from tanhui.methodology.worked import example_problems

CONTENT = Path(__file__).resolve().parents[2] / "content"
BIKE = "chengdu/methodologies/citizen/travel/shared-bike.toml"
SHELF_FILES = (
    "common/units.toml",
    "common/kinds/core.toml",
    "common/gwp.toml",
    "common/factors/shared-cycling.toml",
    "published.lock",
)
VALUES = [
    '""', '"x"', "0", "-1", "true", "1.5", "nan", "[]", "[0]", "[[]]", "{}", "{ a = 1 }",
    "2020-01-01", "2020-01-01T00:00:00Z", "12:00:00", '["a"]', '"gCO2e/km"', '"d"', '"{d}"',
    '"sha256:0"', "99999999999999999999", '"' + "(" * 50 + '"', '"\\u0000"',
]  # fmt: skip


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    """The real units and factors."""
    return open_shelf(CONTENT)


@st.composite
def _mutations(draw: st.DrawFn, file: str) -> str:
    lines = (CONTENT / file).read_text(encoding="utf-8").split("\n")
    for _ in range(draw(st.integers(1, 4))):
        index = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["value", "drop", "double", "swap", "key", "noise"])):
            case "value" if "=" in lines[index]:
                lines[index] = lines[index].split("=")[0] + "= " + draw(st.sampled_from(VALUES))
            case "drop":
                del lines[index]
            case "double":
                lines.insert(index, lines[index])
            case "swap":
                other = draw(st.integers(0, len(lines) - 1))
                lines[index], lines[other] = lines[other], lines[index]
            case "key":
                lines.insert(index, f"{draw(st.sampled_from(['unit', 'x', '{y}']))} = 1")
            case "noise":
                lines.insert(index, draw(st.text(max_size=12)))
    return "\n".join(lines)


@settings(max_examples=400, deadline=None)
@given(text=st.one_of(_mutations(BIKE), st.text(max_size=200)))
def test_no_file_makes_the_reader_fall_over(shelf: Shelf, text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mutated.toml"
        path.write_text(text, encoding="utf-8")
        try:
            methodology = read_methodology(path, shelf)
        except ContentRefused as refusal:
            faults = refusal.problems
        else:
            faults = ()
            example_problems(methodology)
    if faults:
        assert all(fault.zh and fault.en and fault.line >= 0 for fault in faults)
        return
    # What is accepted can be used.
    assert compile_kernel(methodology).columns


@settings(max_examples=200, deadline=None)
@given(case=st.sampled_from(SHELF_FILES).flatmap(lambda f: st.tuples(st.just(f), _mutations(f))))
def test_no_shelf_file_makes_the_check_fall_over(case: tuple[str, str]) -> None:
    file, text = case
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in (*SHELF_FILES, BIKE):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes((CONTENT / name).read_bytes())
        (root / file).write_text(text, encoding="utf-8")
        assert all(fault.zh and fault.en for fault in check_content(root))
