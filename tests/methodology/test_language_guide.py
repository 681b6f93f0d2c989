"""What the language's guide shows and says is true."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from tanhui.methodology.check import check_path
from tanhui.methodology.kernel import compile_kernel
from tanhui.methodology.library import Library
from tanhui.methodology.reader import read_methodology
from tanhui.methodology.shelves import open_shelf

CHECKOUT = Path(__file__).resolve().parents[2]
CONTENT = CHECKOUT / "content"
GUIDE = (CHECKOUT / "docs" / "methodology-language.md").read_text(encoding="utf-8")
DOCUMENT = GUIDE.split("```toml\n")[1].split("```")[0]
CHANGES = re.findall(r"^\| `(.+?)` → `(.+?)` \| (.+?) \|$", GUIDE, re.MULTILINE)


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The guide's document as a file outside the content folder."""
    path = tmp_path / "example.toml"
    path.write_text(DOCUMENT, encoding="utf-8")
    return path


def test_the_document_is_faultless_and_computes(example: Path) -> None:
    assert check_path(CONTENT, example, ()) == []
    methodology = read_methodology(example, open_shelf(CONTENT))
    frame = pl.DataFrame({"distance_m": [2431, 100_001, None]})
    assert compile_kernel(methodology).quantify(frame).to_list() == [118_389, None, None]


def test_the_document_is_computed_once_it_lies_in_a_citys_folder(copy: Path) -> None:
    (copy / "chengdu/methodologies/citizen/example.toml").write_text(DOCUMENT, encoding="utf-8")
    assert check_path(copy, None, ()) == []
    assert Library.load(copy).referenced("bike.example@1.0.0").status == "draft"


@pytest.mark.parametrize(("old", "new", "said"), CHANGES)
def test_each_shown_change_is_answered_as_shown(
    example: Path, old: str, new: str, said: str
) -> None:
    assert old in DOCUMENT
    example.write_text(DOCUMENT.replace(old, new, 1), encoding="utf-8")
    assert said in [problem.en for problem in check_path(CONTENT, example, ())]


def test_the_guide_shows_changes() -> None:
    assert len(CHANGES) == GUIDE.count("` → `") >= 6


def test_the_guide_names_every_function_and_file(library: Library) -> None:
    for word in ("min", "max", "published.lock", "units.toml", "gwp.toml", "kernel_overflow"):
        assert word in GUIDE
    assert library.root == CONTENT
