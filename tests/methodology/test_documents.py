"""Documents broken in one place each are refused by name, in both languages, at the right line."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.methodology.conftest import BIKE, CONTENT, PLACES, SAMPLES

from tanhui.methodology.binding import Shelf
from tanhui.methodology.conventions import convention_problems
from tanhui.methodology.library import check_content
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.reader import read_methodology
from tanhui.methodology.worked import example_problems

TABLES = ("broken_documents.toml", "broken_projects.toml", "broken_formulas.toml")
CHINESE = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Broken:
    """One change to one file, and what must be said of it.

    `file` is a path in the content folder, or the name of one of the guide's samples. `zh` and
    `en` are parts of the sentences; with `only` no other fault is named.
    """

    name: str
    file: str
    old: str
    new: str
    code: str
    key: str
    zh: str
    en: str
    only: bool = False


def _cases(table: str) -> list[Broken]:
    text = Path(__file__).with_name(table).read_text(encoding="utf-8")
    return [Broken(**case) for case in tomllib.loads(text)["case"]]


CASES = [case for table in TABLES for case in _cases(table)]


def _broken(text: str, case: Broken) -> tuple[str, int]:
    """The text with the change, and the line where it starts."""
    assert case.old in text, "the case no longer fits the file"
    return text.replace(case.old, case.new, 1), text[: text.index(case.old)].count("\n") + 1


def _problems(case: Broken, shelf: Shelf, world: Path) -> tuple[list[Problem], Path, int]:
    """All faults, the file and the line of the change.

    A document by itself is read by itself, which is quick; everything else checks a small world.
    """
    source = SAMPLES / f"{case.file}.toml" if case.file in PLACES else CONTENT / case.file
    text, line = _broken(source.read_text(encoding="utf-8"), case)
    path = world / PLACES.get(case.file, case.file)
    path.write_text(text, encoding="utf-8")
    alone = "/methodologies/" in str(path) and case.code not in WORLDLY
    return (_of_one(path, shelf) if alone else check_content(world)), path, line


WORLDLY = {
    "published_changed", "published_gone", "not_in_lock", "wrong_folder", "supersedes_other",
    "circular_module", "broken_module", "duplicate_document",
}  # fmt: skip


def _of_one(path: Path, shelf: Shelf) -> list[Problem]:
    try:
        methodology = read_methodology(path, shelf)
    except ContentRefused as refusal:
        return list(refusal.problems)
    return [*example_problems(methodology), *convention_problems(methodology)]


def _named(problems: list[Problem], case: Broken) -> Problem:
    found = [item for item in problems if (item.code, item.key) == (case.code, case.key)]
    assert found, [item.text("en") for item in problems]
    return found[0]


def _stands_there(problem: Problem) -> bool:
    """Whether the line that a fault names is one where its key, or the table around it, stands."""
    if not problem.line or not problem.key:
        return True
    line = problem.path.read_text(encoding="utf-8").split("\n")[problem.line - 1]
    parts = [part for part in problem.key.split(".") if not part.isdigit()]
    return any(part in line for part in reversed(parts))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_broken_file_is_refused_by_name_in_both_languages(
    case: Broken, shelf: Shelf, world: Path
) -> None:
    problems, path, _ = _problems(case, shelf, world)
    problem = _named(problems, case)
    assert case.zh in problem.zh
    assert case.en in problem.en
    assert CHINESE.search(problem.zh)
    assert _stands_there(problem), problem.text("en")
    if not case.name.startswith("chinese "):
        assert not CHINESE.search(problem.en)
    if case.only:
        assert problems == [problem]
        assert problem.path == path


def test_there_is_a_case_for_whatever_may_be_said() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 130
    assert len({case.code for case in CASES}) >= 45


@pytest.mark.parametrize(
    "name", ["misspelt key", "unknown symbol", "factor value as a number", "dead formula"]
)
def test_the_fault_is_named_at_its_own_line(name: str, shelf: Shelf, world: Path) -> None:
    case = next(case for case in CASES if case.name == name)
    problems, path, line = _problems(case, shelf, world)
    problem = _named(problems, case)
    assert (problem.path, problem.line) == (path, line)
    assert problem.text("en").startswith(f"{path}:{line}: {case.key}: {case.code}: ")


def test_one_reading_names_every_fault(world: Path) -> None:
    text = (world / BIKE).read_text(encoding="utf-8")
    for name in ("misspelt key", "empty label", "unknown rounding"):
        text, _ = _broken(text, next(case for case in CASES if case.name == name))
    (world / BIKE).write_text(text, encoding="utf-8")
    codes = {problem.code for problem in check_content(world)}
    assert {"unknown_key", "missing_key", "empty_text", "unknown_value"} <= codes


def test_the_untouched_world_has_no_fault(world: Path) -> None:
    assert check_content(world) == []


def test_a_file_that_is_not_utf8_is_refused(world: Path) -> None:
    path = world / BIKE
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    assert [item.code for item in check_content(world)][:1] == ["not_utf8"]


def test_a_file_of_a_million_characters_is_refused(world: Path) -> None:
    (world / BIKE).write_text("#" * 1_000_001, encoding="utf-8")
    assert "file_too_large" in [item.code for item in check_content(world)]


def test_the_same_document_twice_is_refused(world: Path) -> None:
    path = world / BIKE
    (path.parent / "again.toml").write_bytes(path.read_bytes())
    assert [item.code for item in check_content(world)] == ["duplicate_document"]


def test_a_document_in_the_wrong_folder_is_told_where_it_belongs(world: Path) -> None:
    path = world / PLACES["stairs"]
    for place in ("chengdu/methodologies/project/living", "chengdu/methodologies/citizen/climbing"):
        other = world / place / "stairs.toml"
        other.parent.mkdir(parents=True)
        path = path.rename(other)
        (problem,) = check_content(world)
        assert (problem.code, problem.path) == ("wrong_folder", other)
        assert "its place is methodologies/citizen/<field>/" in problem.en
        assert "应放在 methodologies/citizen/<领域>/ 下" in problem.zh


def test_modules_that_use_one_another_are_refused(world: Path) -> None:
    """A circle of documents is named once, and whatever leans on it has a fault of its own."""
    path = world / PLACES["roof"]
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("grid.combined-margin@1.0.0", "roof.guide@1.0.0"), "utf-8")
    assert "circular_module" in [item.code for item in check_content(world)]


def test_a_module_with_faults_is_named_where_it_is_used(world: Path) -> None:
    tool = next((world / "common").rglob("grid.combined-margin.toml"))
    tool.write_text(tool.read_text(encoding="utf-8").replace("kind =", "kidn =", 1), "utf-8")
    codes = {(item.path.name, item.code) for item in check_content(world)}
    assert ("roof.toml", "broken_module") in codes
    assert ("grid.combined-margin.toml", "unknown_key") in codes


def test_comments_and_layout_do_not_change_a_digest(world: Path) -> None:
    path = world / BIKE
    text = path.read_text(encoding="utf-8").replace("bounds = [0, 720000]", "bounds=[0,720_000]")
    path.write_text("# A remark.\n" + text, encoding="utf-8")
    assert check_content(world) == []
