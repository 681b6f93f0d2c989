"""How the city takes projects in: its file, its calls, and what a wrong file is told."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from tanhui.projects import calls
from tests.house.tree import ROOT

CITY = Path("chengdu")


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of the city's own intake that a test may spoil."""
    root = tmp_path / "content"
    shutil.copytree(ROOT / "content" / CITY / "calls", root / CITY / "calls")
    shutil.copy(ROOT / "content" / CITY / "projects.toml", root / CITY / "projects.toml")
    return root


def spoiled(content: Path, name: str, old: str, new: str) -> list[str]:
    """The codes of what is found when a file says something else."""
    path = content / CITY / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    found = calls.check_content(content)
    assert all(problem.zh and problem.en for problem in found)
    path.write_text(text, encoding="utf-8")
    return [problem.code for problem in found]


def test_the_city_takes_projects_in_by_calls_with_more_papers_from_large_firms() -> None:
    intake = calls.city_intake(ROOT / "content")
    assert intake.mode == calls.CALLS
    assert intake.basis == "assumed"
    full = [paper.kind for paper in intake.required(simplified=False)]
    short = [paper.kind for paper in intake.required(simplified=True)]
    assert set(short) < set(full)
    assert "pledge" in short
    assert (intake.buffer_of("forest"), intake.buffer_of("energy")) == (20, 0)
    assert (intake.years_of("forest"), intake.years_of("energy")) == (20, 10)
    assert len(intake.terms.clauses) >= 3


def test_a_call_is_open_on_both_of_its_days(content: Path) -> None:
    known = {call.code: call for call in calls.city_calls(content)}
    assert known["2025"].closes == date(2025, 12, 12)
    assert [call.code for call in calls.city_calls(content)] == sorted(known)
    for day, code in (
        (date(2025, 12, 12), "2025"),
        (date(2025, 12, 13), None),
        (date(2026, 1, 1), None),
        (date(2026, 1, 2), "2026"),
    ):
        found = calls.open_call(day)
        assert (found.code if found else None) == code
    coming = calls.next_call(date(2025, 12, 13))
    assert coming is not None
    assert coming.code == "2026"


def test_what_is_wrong_in_the_files_is_told_by_name(content: Path) -> None:
    assert calls.check_content(content) == []
    intake = "projects.toml"
    assert spoiled(content, intake, 'mode = "calls"', 'mode = "sometimes"') == ["unknown_value"]
    assert spoiled(content, intake, "percent = 0", "percent = 60") == ["out_of_bounds"]
    assert spoiled(content, intake, "forest = 20", "forest = 80") == ["out_of_bounds"]
    assert spoiled(content, intake, "sites_most = 50", "") == ["missing_key"]
    assert spoiled(content, intake, "full = true", "ful = true") == ["unknown_key"]
    assert spoiled(content, "calls/2026.toml", "closes = 2026", "closes = 2025") == ["wrong_order"]
    assert spoiled(content, "calls/2026.toml", '"2026"', '"2025"') == ["name_taken"]
    assert spoiled(content, "calls/2026.toml", '"assumed"', '"guessed"') == ["unknown_value"]
