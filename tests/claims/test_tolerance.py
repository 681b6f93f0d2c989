"""The city's tolerance: what is published, and each fault of the file by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tanhui.claims.tolerance import check_content, city_tolerance, read_tolerance
from tanhui.methodology.problems import ContentRefused
from tests.claims.telling import TOLERANCE

CONTENT = Path(__file__).resolve().parents[2] / "content"
FILE = CONTENT / "chengdu" / "claims.toml"


def test_what_is_published_has_no_fault_and_says_what_the_tests_take() -> None:
    assert check_content(CONTENT) == []
    assert city_tolerance(CONTENT) == TOLERANCE


@pytest.mark.parametrize(
    ("old", "new", "key", "code"),
    [
        ("minutes = 20", "minutes = 121", "clocks_apart.minutes", "out_of_range"),
        (
            "percent_of_shorter = 50",
            "percent_of_shorter = 0",
            "same_time.percent_of_shorter",
            "out_of_range",
        ),
        ("metres = 200", "meters = 200", "distance.meters", "unknown_key"),
        ("seconds = 60", 'seconds = "60"', "one_clock.seconds", "wrong_type"),
        ('basis = "assumed"', 'basis = "sure"', "claims.basis", "unknown_value"),
        ("[duration]", "[durations]", "durations", "unknown_key"),
        ("why_zh", "because_zh", "same_time.because_zh", "unknown_key"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, old: str, new: str, key: str, code: str) -> None:
    path = tmp_path / "city" / "claims.toml"
    path.parent.mkdir()
    path.write_text(FILE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    problems = check_content(tmp_path)
    assert (key, code) in {(problem.key, problem.code) for problem in problems}
    with pytest.raises(ContentRefused):
        read_tolerance(path)


def test_a_city_without_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentRefused):
        city_tolerance(tmp_path)
