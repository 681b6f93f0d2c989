"""The city's scenes: what is in force on a day, and every fault of a document by its name."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from tanhui.kernel.refusals import NotFound
from tanhui.scenes.library import SceneLibrary
from tanhui.scenes.reading import check_content

CONTENT = Path(__file__).resolve().parents[2] / "content"
TARIFF = Path("chengdu/tariffs/shared-bike.toml")
GRADED = Path("chengdu/tariffs/shared-bike-2.toml")
SCENE = Path("chengdu/scenes/shared-bike.toml")
SHARED = Path("chengdu/scenes/carpool.toml")
LIMIT = Path("chengdu/limits/city-day.toml")


@pytest.fixture(scope="module")
def library() -> SceneLibrary:
    """The city's scenes, as published."""
    return SceneLibrary.load(CONTENT)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the content, to be broken."""
    return Path(shutil.copytree(CONTENT, tmp_path / "content"))


def _change(root: Path, file: Path, old: str, new: str) -> None:
    text = (root / file).read_text(encoding="utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new), encoding="utf-8")


def test_what_is_published_has_no_fault() -> None:
    assert check_content(CONTENT) == []


def test_a_bike_scene_is_found_by_code_mode_and_number(library: SceneLibrary) -> None:
    scene = library.scene("shared-bike")
    assert scene is library.of_mode("shared_bike")
    assert scene is library.numbered(1)
    assert (scene.title_zh, scene.measure) == ("共享单车骑行", "distance_m")
    assert library.modes()["shared_bike"].max_per_hour == 30_000


def test_an_unknown_scene_is_refused(library: SceneLibrary) -> None:
    with pytest.raises(NotFound) as refused:
        library.scene("hovering")
    assert refused.value.code == "no_such_scene"


def test_the_rule_of_a_day_names_its_documents(library: SceneLibrary) -> None:
    rule = library.rule_on(library.scene("shared-bike"), date(2026, 3, 20))
    assert rule.methodology.reference == "shared-bike.chengdu@1.0.0"
    assert rule.tariff.reference == "points.shared-bike@1.0.0"


def test_before_the_first_rule_there_is_none(library: SceneLibrary) -> None:
    with pytest.raises(NotFound) as refused:
        library.rule_on(library.scene("shared-bike"), date(2019, 12, 31))
    assert refused.value.code == "no_rule_in_force"
    with pytest.raises(NotFound) as refused:
        library.tariff("points.shared-bike", date(2019, 12, 31))
    assert refused.value.code == "no_tariff_in_force"


def test_the_newer_tariff_replaces_the_older_on_its_day(root: Path) -> None:
    text = (root / TARIFF).read_text(encoding="utf-8")
    newer = text.replace('"1.0.0"', '"1.1.0"').replace("2020-01-01", "2026-05-01")
    newer = newer.replace("points_per_day_max = 30", "points_per_day_max = 20")
    (root / TARIFF).with_name("newer.toml").write_text(
        newer.replace("points = 30", "points = 20"), encoding="utf-8"
    )
    library = SceneLibrary.load(root)
    versions = [
        library.tariff("points.shared-bike", day).version
        for day in (date(2026, 4, 30), date(2026, 5, 1), date(2026, 7, 1))
    ]
    assert versions == ["1.0.0", "1.1.0", "2.0.0"]


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "key"),
    [
        (TARIFF, 'per = "10 g"', 'per = "0 g"', "malformed_value", "per"),
        (TARIFF, 'per = "10 g"', 'per = "10 kg"', "malformed_value", "per"),
        (TARIFF, 'per = "10 g"', "per = 10", "wrong_type", "per"),
        (TARIFF, "points_per_day_max = 30\n", "", "missing_key", "points_per_day_max"),
        (TARIFF, "points = 11", "points = 12", "example_fails", "points"),
        (TARIFF, 'basis = "placeholder"', 'basis = "guess"', "unknown_value", "basis"),
        (TARIFF, "[points]", "colour = 1\n\n[points]", "unknown_key", "colour"),
        (GRADED, "B = 80", "B = 20", "wrong_percents", "A"),
        (GRADED, "D = 20\n", "", "missing_key", "D"),
        (GRADED, 'grade = "D"', 'grade = "E"', "unknown_value", "grade"),
        (LIMIT, "spendable_after_days = 2", "spendable_after_days = 32", "out_of_bounds", "points"),
        (SCENE, 'column = "distance_m"', 'column = "smiles"', "unknown_value", "column"),
        (SCENE, 'group = "cycling"', 'group = "steps"', "unknown_value", "group"),
        (SHARED, "default = 2", "default = 8", "out_of_bounds", "default"),
        (SCENE, "number = 1", 'number = "1"', "wrong_type", "number"),
        (SCENE, 'icon = "bike"\n', "", "missing_key", "icon"),
        (SCENE, "points.shared-bike", "points.hovering", "no_such_tariff", "tariff"),
    ],
)
def test_each_fault_is_named_with_its_file_and_key(
    root: Path, file: Path, old: str, new: str, code: str, key: str
) -> None:
    _change(root, file, old, new)
    found = check_content(root)
    named = [(problem.path, problem.code) for problem in found]
    assert (root / file, code) in named
    told = next(problem for problem in found if problem.code == code)
    assert told.key.endswith(key)
    assert told.zh
    assert told.en


def test_two_scenes_cannot_share_a_number(root: Path) -> None:
    shutil.copy(root / SCENE, (root / SCENE).with_name("twin.toml"))
    assert "number_taken" in [problem.code for problem in check_content(root)]


def test_a_published_limit_cannot_be_changed_quietly(root: Path) -> None:
    _change(root, LIMIT, "per_day_max_in_all = 100", "per_day_max_in_all = 1000")
    assert [(problem.path.name, problem.code) for problem in check_content(root)] == [
        ("published.lock", "published_changed")
    ]


def test_a_published_tariff_cannot_be_changed_quietly(root: Path) -> None:
    _change(root, TARIFF, "Points for shared-bike rides", "Points for rides on shared bikes")
    assert [(problem.path.name, problem.code) for problem in check_content(root)] == [
        ("published.lock", "published_changed")
    ]
