"""Whatever a file holds, reading it ends in a methodology or in named faults, never in a crash.

`make fuzz` runs the same mutations for minutes.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methodology.conftest import CONTENT, SAMPLES
from tests.methodology.fuzzing import both_agree, check_spoiled, evaluate_spoiled, read_spoiled
from tests.methodology.mutations import (
    MUTATIONS,
    SHELF_FILES,
    documents,
    inputs_mutated,
    lines_mutated,
    structure_mutated,
)

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.binding import Shelf
from tanhui.methodology.inputs import parse_inputs
from tanhui.methodology.library import Library
from tanhui.methodology.reader import read_methodology

SOURCES = documents()
TEXTS = {path: path.read_text(encoding="utf-8") for path in SOURCES}

each_sort = pytest.mark.parametrize("sort", sorted(MUTATIONS))


@each_sort
def test_no_spoiled_document_makes_the_reader_fall_over(sort: str, shelf: Shelf) -> None:
    @settings(max_examples=100, deadline=None)
    @given(path=st.sampled_from(SOURCES), seed=st.integers(0, 2**32))
    def spoiled(path: Path, seed: int) -> None:
        text = MUTATIONS[sort](random.Random(seed), TEXTS[path])
        with tempfile.TemporaryDirectory() as folder:
            assert read_spoiled(text, shelf, Path(folder) / "spoiled.toml")

    spoiled()


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=200))
def test_no_text_makes_the_reader_fall_over(shelf: Shelf, text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert read_spoiled(text, shelf, Path(folder) / "noise.toml") == "refused"


@settings(max_examples=200, deadline=None)
@given(path=st.sampled_from(SOURCES), seed=st.integers(0, 2**32))
def test_no_spoiled_inputs_make_the_evaluator_fall_over(
    shelf: Shelf, library: Library, path: Path, seed: int
) -> None:
    known = {item.path: item for item in library.methodologies()}
    if path in known:
        text = inputs_mutated(random.Random(seed), TEXTS[path])
        assert evaluate_spoiled(text, known[path], shelf)


@settings(max_examples=100, deadline=None)
@given(file=st.sampled_from(SHELF_FILES), seed=st.integers(0, 2**32))
def test_no_shelf_file_makes_the_check_fall_over(file: str, seed: int) -> None:
    source = (CONTENT / file).read_text(encoding="utf-8")
    mutate = lines_mutated if seed % 2 else structure_mutated
    with tempfile.TemporaryDirectory() as folder:
        assert check_spoiled(file, mutate(random.Random(seed), source), Path(folder))


def test_half_a_character_in_a_case_is_refused(shelf: Shelf) -> None:
    """Such a text can be written in JSON, but neither shown nor digested."""
    case = '{"basis": {"choice": "average", "evidence": "\\ud800"}}'
    with pytest.raises(Invalid) as refused:
        parse_inputs(case, shelf.units)
    assert refused.value.code == "malformed_inputs"


@pytest.mark.parametrize("mark", ["\ufeff", "\r\n"])
def test_what_editors_add_of_their_own_is_no_fault(shelf: Shelf, tmp_path: Path, mark: str) -> None:
    text = (SAMPLES / "stairs.toml").read_text(encoding="utf-8")
    text = mark + text if mark == "\ufeff" else text.replace("\n", mark)
    path = tmp_path / "stairs.toml"
    path.write_bytes(text.encode())
    assert read_methodology(path, shelf).id == "stairs.guide"


def test_both_evaluators_agree_on_every_example_of_a_deed(library: Library) -> None:
    deeds = [item for item in library.methodologies() if item.kind == "citizen"]
    assert len(deeds) >= 20
    for methodology in deeds:
        both_agree(methodology)


def test_one_seed_spoils_a_document_the_same_way_each_time() -> None:
    path = SOURCES[0]
    once, again = (
        [mutate(random.Random(7), TEXTS[path]) for mutate in (*MUTATIONS.values(), inputs_mutated)]
        for _ in range(2)
    )
    assert once == again
    assert all(text != TEXTS[path] for text in once)
