"""The city's transport scenes: what each measures, claims and pays, as published."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tanhui.methodology.kernel.rows import compile_kernel
from tanhui.scenes.library import SceneLibrary
from tanhui.scenes.scene import DAY_GROUPS, Scene
from tanhui.scenes.tariff import GRADES, points_of

CONTENT = Path(__file__).resolve().parents[2] / "content"
ICONS = CONTENT.parent / "src/tanhui/web/templates/web/icons"
DAY = date(2026, 11, 21)
CODES = (
    "shared-bike",
    "shared-ebike",
    "bus",
    "metro",
    "carpool",
    "nev-km",
    "nev-kwh",
    "walking",
)


@pytest.fixture(scope="module")
def library() -> SceneLibrary:
    """The city's scenes, as published."""
    return SceneLibrary.load(CONTENT)


def test_the_eight_scenes_keep_their_numbers(library: SceneLibrary) -> None:
    assert tuple(scene.code for scene in library.scenes) == CODES
    assert [scene.number for scene in library.scenes] == list(range(1, 9))
    assert [scene.mode for scene in library.scenes] == [code.replace("-", "_") for code in CODES]


@pytest.mark.parametrize("code", CODES)
def test_a_scene_begins_with_its_methodology_and_tariff(library: SceneLibrary, code: str) -> None:
    scene = library.scene(code)
    assert library.rule_on(scene, scene.valid_from).methodology.id == scene.methodology_id
    rule = library.rule_on(scene, DAY)
    assert rule.limit is not None
    assert rule.limit.reference == "city-day@1.0.0"


@pytest.mark.parametrize("code", CODES)
def test_every_scene_can_be_shown(library: SceneLibrary, code: str) -> None:
    scene = library.scene(code)
    assert (ICONS / f"{scene.icon}.svg").is_file()
    assert scene.about_zh.endswith("。")
    assert scene.about_en.endswith(".")


def _reduction_mg(library: SceneLibrary, scene: Scene, amount: int, detail: int) -> int:
    frame = pl.DataFrame([scene.inputs(amount, detail)])
    measured = compile_kernel(library.rule_on(scene, DAY).methodology).quantify(frame)
    return int(measured[0])


@pytest.mark.parametrize(
    ("code", "amount", "detail", "reduction_mg", "points"),
    [
        ("shared-bike", 2_431, 0, 118_389, 11),
        ("shared-ebike", 3_200, 0, 69_312, 6),
        ("bus", 6_000, 0, 129_360, 16),
        ("metro", 12_000, 0, 370_080, 37),
        ("carpool", 10_000, 3, 258_210, 12),
        ("nev-km", 24_000, 1, 3_003_168, 16),
        ("nev-kwh", 32_500, 1, 25_956_936, 20),
        ("walking", 10_000, 0, 144_800, 17),
    ],
)
def test_a_deed_of_each_scene_is_measured_and_paid(
    library: SceneLibrary, code: str, amount: int, detail: int, reduction_mg: int, points: int
) -> None:
    scene = library.scene(code)
    assert _reduction_mg(library, scene, amount, detail) == reduction_mg
    tariff = library.tariff(scene.tariff_id, DAY)
    assert points_of(tariff, reduction_mg, used_before=0).points == points


@pytest.mark.parametrize("code", ["carpool", "nev-km", "nev-kwh"])
def test_a_silent_row_gets_the_smallest_reduction_of_its_kind(
    library: SceneLibrary, code: str
) -> None:
    scene = library.scene(code)
    measured = scene.measured
    details = range(len(measured.choices)) or range(2, measured.most + 1)
    got = {detail: _reduction_mg(library, scene, 20_000, detail) for detail in details}
    assert got[measured.default] == min(got.values()) > 0


def test_evidence_pays_by_its_grade_and_a_declaration_a_fifth(library: SceneLibrary) -> None:
    for scene in library.scenes:
        tariff = library.tariff(scene.tariff_id, DAY)
        assert [tariff.percent(grade) for grade in GRADES] == [100, 80, 50, 20], scene.code
        assert "湖北" in tariff.source_zh
        assert "Hubei" in tariff.source_en
    before = library.tariff("points.shared-bike", date(2026, 6, 30))
    assert [before.percent(grade) for grade in GRADES] == [100] * 4


def test_every_tariff_is_marked_as_a_placeholder_and_shows_its_cap(library: SceneLibrary) -> None:
    for path in sorted((CONTENT / "chengdu/tariffs").glob("*.toml")):
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        assert document["tariff"]["basis"] == "placeholder"
        most = document["points"]["points_per_day_max"]
        assert most in [example["points"] for example in document["example"]], path.name
    assert library.limits[0].basis == "placeholder"


def test_electric_driving_is_paid_as_wuhan_pays_it(library: SceneLibrary) -> None:
    # 24 km are 168 g there, and 16 points at ten grams a point.
    for code in ("nev-km", "nev-kwh"):
        tariff = library.tariff(f"points.{code}", DAY)
        assert (tariff.mg_per_point, tariff.points_per_day_max) == (180_000, 20)


def test_what_is_counted_by_the_day_is_claimed_by_the_day(library: SceneLibrary) -> None:
    by_day = {scene.code: scene.claim.group for scene in library.scenes if _by_day(scene)}
    assert by_day == {"nev-km": "nev", "nev-kwh": "nev", "walking": "steps"}


def _by_day(scene: Scene) -> bool:
    return scene.claim.rule == "day" and scene.claim.group in DAY_GROUPS


def test_the_limit_in_all_is_below_what_the_scenes_add_up_to(library: SceneLibrary) -> None:
    limit = library.limit(DAY)
    assert limit is not None
    added = sum(library.tariff(scene.tariff_id, DAY).points_per_day_max for scene in library.scenes)
    assert limit.per_day_max_in_all == 100 < added
    assert library.limit(date(2026, 6, 30)) is None
