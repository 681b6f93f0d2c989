"""The files of kinds: what is refused in them, each with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tanhui.cases.reading import Kinds, check_content, list_content
from tests.house.tree import ROOT

WHOLE = Path(__file__).with_name("whole.toml").read_text(encoding="utf-8")


def faults(root: Path, text: str) -> set[str]:
    folder = root / "city" / "cases"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "whole.toml").write_text(text, encoding="utf-8")
    found = check_content(root)
    assert all(problem.line > 0 for problem in found)
    return {problem.code for problem in found}


def test_the_kinds_of_the_city_are_good_and_listed() -> None:
    assert check_content(ROOT / "content") == []
    entries = list_content(ROOT / "content")
    assert "hold-appeal@1.0.0" in {entry.reference for entry in entries}
    kind = Kinds.load(ROOT / "content").newest("hold-appeal")
    assert kind.counts_persons("intend")
    assert not kind.counts_persons("release")


def test_the_kind_of_these_tests_is_good(tmp_path: Path) -> None:
    assert faults(tmp_path, WHOLE) == set()


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("no_such_state", 'start = "filed"', 'start = "field"'),
        ("no_such_state", 'start = "filed"', 'start = "final"'),
        ("no_such_state", 'to = "public"', 'to = "publick"'),
        ("step_from_end", 'from = ["appealed"]', 'from = ["appealed", "final"]'),
        ("no_such_step", 'not_by = ["contest"]', 'not_by = ["contests"]'),
        ("unknown_value", 'by = ["operator"]', 'by = ["opperator"]'),
        ("unknown_value", 'chip = "no"', 'chip = "pink"'),
        ("wrong_clock", "{ days = 30, then", "{ days = 0, then"),
        ("wrong_clock", "{ days = 30, then", "{ days = 30, hours = 1, then"),
        ("wrong_clock", "{ days = 30, then", "{ days = 9999, then"),
        ("wrong_clock", "{ days = 30, then", "{ then"),
        ("wrong_clock", '{ days = 30, then = "rest" }', '{ days = 30, then = "appeal" }'),
        ("wrong_clock", "end = true\n", 'end = true\nclock = { days = 1, then = "rest" }\n'),
        ("name_taken", 'name = "accept"', 'name = "open"'),
        ("name_taken", 'name = "accept"', 'name = "return"'),
        ("unreachable_state", 'to = "appealed"', 'to = "final"'),
        ("dead_state", 'from = ["contested"]', 'from = ["public"]'),
        ("unknown_key", "times = 2", "time = 2"),
        ("missing_key", 'title_zh = "受理"\n', ""),
    ],
)
def test_a_fault_of_a_kind_is_named(tmp_path: Path, code: str, old: str, new: str) -> None:
    assert old in WHOLE
    assert code in faults(tmp_path, WHOLE.replace(old, new, 1))


def test_a_version_has_one_file(tmp_path: Path) -> None:
    assert faults(tmp_path, WHOLE) == set()
    (tmp_path / "city" / "cases" / "again.toml").write_text(WHOLE, encoding="utf-8")
    assert [problem.code for problem in check_content(tmp_path)] == ["version_taken"]
