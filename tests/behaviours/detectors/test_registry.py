"""Detectors are found by their files; a fault of a city's settings is named where it stands."""

from __future__ import annotations

import shutil
import sys
from datetime import date
from pathlib import Path

import pytest

from tanhui.behaviours import detectors as folder
from tanhui.behaviours.detectors.registry import DetectorLibrary, check_content, modules
from tanhui.methodology.problems import ContentRefused, Problem
from tests.behaviours.detectors.days import CONTENT, MODES

CODES = ("car_as_bike", "impossible_day", "two_partners_one_trip", "own_history_burst")
ON = date(2026, 6, 1)
CAR = Path("chengdu/detectors/car_as_bike.toml")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the content, to be broken."""
    return Path(shutil.copytree(CONTENT, tmp_path / "content"))


def _change(root: Path, old: str, new: str, file: Path = CAR) -> None:
    text = (root / file).read_text(encoding="utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def _faults(root: Path) -> list[Problem]:
    """The faults but those of the lock, which every changed file has."""
    locked = {"not_in_lock", "published_changed", "published_gone"}
    return [problem for problem in check_content(root) if problem.code not in locked]


def test_a_published_detector_is_frozen(root: Path) -> None:
    _change(root, "kmh = 25", "kmh = 26")
    (problem,) = check_content(root)
    assert (problem.code, problem.key) == ("published_changed", "detector.car_as_bike@1.0.0")


def test_the_city_has_four_detectors_without_a_fault() -> None:
    assert check_content(CONTENT) == []
    found = DetectorLibrary.load(CONTENT, MODES).on(ON)
    assert tuple(one.code for one in found) == CODES
    assert all(1 <= one.deadline_days <= 7 for one in found)
    assert set(modules()) == set(CODES)


def test_a_city_switches_a_detector_off_by_taking_its_file_away(root: Path) -> None:
    (root / CAR).unlink()
    found = DetectorLibrary.load(root, MODES).on(ON)
    assert tuple(one.code for one in found) == CODES[1:]


FAULTS = {
    "unknown_key": ("kmh = 25", "kmh = 25\nmph = 16"),
    "out_of_bounds": ("deadline_days = 3", "deadline_days = 8"),
    "unknown_value": ('code = "car_as_bike"', 'code = "car_as_plane"'),
    "missing_key": ("why_en", "because_en"),
    "no_such_mode": ('mode = "shared_bike"', 'mode = "shared_plane"'),
    "number_taken": ("number = 1", "number = 2"),
    "not_toml": ("[told]", "[told"),
}


@pytest.mark.parametrize("code", FAULTS)
def test_faults_are_named(root: Path, code: str) -> None:
    _change(root, *FAULTS[code])
    assert code in {problem.code for problem in check_content(root)}


def test_a_threshold_must_be_above_zero(root: Path) -> None:
    _change(root, "from_m = 3000", "from_m = 0")
    (problem,) = _faults(root)
    assert (problem.code, problem.key) == ("out_of_bounds", "thresholds.limit.0.from_m")
    with pytest.raises(ContentRefused):
        DetectorLibrary.load(root, MODES)


def test_the_file_bears_the_name_of_its_detector(root: Path) -> None:
    (root / CAR).rename(root / "chengdu/detectors/car.toml")
    assert "wrong_file_name" in {problem.code for problem in check_content(root)}


def test_a_day_has_one_kind_of_limit_in_each_table(root: Path) -> None:
    _change(
        root, "hours = 12", "hours = 12\nkm = 130", Path("chengdu/detectors/impossible_day.toml")
    )
    assert [problem.code for problem in _faults(root)] == ["wrong_limit"]


def test_a_scene_that_is_withdrawn_stops_nothing() -> None:
    library = DetectorLibrary.load(CONTENT, {"shared_bike": 1})
    assert tuple(one.code for one in library.on(ON)) == CODES


def test_a_later_version_takes_over_on_its_day(root: Path) -> None:
    later = root / "chengdu/detectors/car_as_bike.2.toml"
    shutil.copy(root / CAR, later)
    place = later.relative_to(root)
    _change(root, 'version = "1.0.0"', 'version = "1.1.0"', place)
    assert [problem.code for problem in _faults(root)] == ["versions_overlap"]
    _change(root, "valid_from = 2023-01-01", "valid_from = 2026-06-01", place)
    assert _faults(root) == []
    library = DetectorLibrary.load(root, MODES)
    assert library.on(date(2026, 5, 31))[0].version == "1.0.0"
    assert library.on(ON)[0].version == "1.1.0"
    found = library.detector("car_as_bike", "1.0.0")
    assert found is not None
    assert found.version == "1.0.0"
    assert library.detector("car_as_bike", "9.9.9") is None


def test_a_new_detector_is_one_file_and_its_settings(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plugged").mkdir()
    (tmp_path / "plugged" / "never.py").write_text(
        "from tanhui.behaviours.detectors.seen import Suspicion\n"
        "CODE = 'never'\n"
        "REASONS = ()\n"
        "class Never:\n"
        "    def flag(self, seen):\n"
        "        return Suspicion.none(seen)\n"
        "def read(section, modes):\n"
        "    return Never()\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(folder, "__path__", [*folder.__path__, str(tmp_path / "plugged")])
    modules.cache_clear()
    (root / "chengdu/detectors/never.toml").write_text(
        '[detector]\ncode = "never"\nnumber = 9\nversion = "1.0.0"\nvalid_from = 2026-01-01\n'
        'basis = "assumed"\ndeadline_days = 1\ntitle_zh = "从不"\ntitle_en = "Never"\n'
        '[told]\nuntil_zh = "到"\nuntil_en = "Until"\ncan_zh = "无"\ncan_en = "None"\n'
        "[thresholds]\n",
        encoding="utf-8",
    )
    try:
        assert _faults(root) == []
        assert DetectorLibrary.load(root, MODES).on(ON)[-1].code == "never"
    finally:
        modules.cache_clear()
        sys.modules.pop(f"{folder.__name__}.never", None)
