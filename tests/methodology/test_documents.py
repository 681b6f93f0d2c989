"""Documents broken in one place each are refused by name, in both languages, at the right line."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from tanhui.methodology.library import check_content
from tanhui.methodology.problems import Problem

BIKE = "chengdu/methodologies/citizen/travel/shared-bike.toml"
TABLE = Path(__file__).with_name("broken_documents.toml")


@dataclass(frozen=True)
class Broken:
    """One change to one file, and what must be said of it."""

    name: str
    file: str
    old: str
    new: str
    code: str
    key: str
    zh: str
    en: str


CASES = [Broken(**case) for case in tomllib.loads(TABLE.read_text(encoding="utf-8"))["case"]]


def _break(root: Path, case: Broken) -> tuple[Path, int]:
    """Apply the change; the file and the line where it starts."""
    path = root / case.file
    text = path.read_text(encoding="utf-8")
    assert case.old in text, "the case no longer fits the file"
    path.write_text(text.replace(case.old, case.new, 1), encoding="utf-8")
    return path, text[: text.index(case.old)].count("\n") + 1


def _named(problems: list[Problem], case: Broken) -> Problem:
    found = [item for item in problems if (item.code, item.key) == (case.code, case.key)]
    assert found, [item.text("en") for item in problems]
    return found[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_broken_file_is_refused_by_name_in_both_languages(copy: Path, case: Broken) -> None:
    _break(copy, case)
    problem = _named(check_content(copy), case)
    assert case.zh in problem.zh
    assert case.en in problem.en
    assert re.search("[\u4e00-\u9fff]", problem.zh)
    assert not re.search("[\u4e00-\u9fff]", problem.en)


@pytest.mark.parametrize(
    "name", ["misspelt key", "unknown symbol", "factor value as a number", "dead formula"]
)
def test_the_fault_is_named_at_its_own_line(copy: Path, name: str) -> None:
    case = next(case for case in CASES if case.name == name)
    path, line = _break(copy, case)
    problem = _named(check_content(copy), case)
    assert (problem.path, problem.line) == (path, line)
    assert problem.text("en").startswith(f"{path}:{line}: {case.key}: {case.code}: ")


def test_one_reading_names_every_fault(copy: Path) -> None:
    for name in ("misspelt key", "empty label", "unknown rounding"):
        _break(copy, next(case for case in CASES if case.name == name))
    codes = {problem.code for problem in check_content(copy)}
    assert {"unknown_key", "missing_key", "empty_text", "unknown_value"} <= codes


def test_the_untouched_copy_has_no_fault(copy: Path) -> None:
    assert check_content(copy) == []


def test_a_file_that_is_not_utf8_is_refused(copy: Path) -> None:
    path = copy / BIKE
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    assert [item.code for item in check_content(copy)][:1] == ["not_utf8"]


def test_the_same_document_twice_is_refused(copy: Path) -> None:
    path = copy / BIKE
    (path.parent / "again.toml").write_bytes(path.read_bytes())
    assert [item.code for item in check_content(copy)] == ["duplicate_document"]


def test_comments_and_layout_do_not_change_a_digest(copy: Path) -> None:
    path = copy / BIKE
    text = path.read_text(encoding="utf-8").replace("bounds = [0, 720000]", "bounds=[0,720_000]")
    path.write_text("# A remark.\n" + text, encoding="utf-8")
    assert check_content(copy) == []
