"""How alike two projects are: signs, weights, and what is only chance."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanhui.geo.ground import ground, overlap_percent
from tanhui.methodology.problems import ContentRefused
from tanhui.projects.likeness.scoring import (
    Traits,
    alike_percent,
    compare,
    normal_meter,
    normal_name,
)
from tanhui.projects.likeness.weights import city_weights, read_weights

CONTENT = Path(__file__).resolve().parents[2] / "content"
WEIGHTS = city_weights(CONTENT)


def square(west: float, south: float, size: float) -> dict[str, object]:
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


FURNACE = Traits(
    "CDCER-0001",
    "",
    "平原尼普洛玻璃窑炉气改电（模拟）",
    "Glass furnace from gas to electricity (simulated)",
    owners=("平原尼普洛药包玻璃厂（模拟）", "Plain Nipro glassworks (simulated)"),
    credit_code="91510100MA00DEMO01",
    meters=frozenset({"GL2021001"}),
    documents=frozenset({"aa"}),
    shape=ground([square(104.0, 30.5, 0.004)]),
    methodology="energy-substitution.chengdu",
)
PARK = Traits(
    "CDCER-0002",
    "",
    "龙泉山城市森林公园碳汇（模拟）",
    "Longquan Mountain urban forest park, sink (simulated)",
    owners=("龙泉山城市森林公园经营公司（模拟）",),
    credit_code="91510100MA00DEMO02",
    shape=ground([square(104.2, 30.4, 0.05)]),
    methodology="afforestation-tending.chengdu",
)


def test_projects_that_share_nothing_score_nothing() -> None:
    assert compare(FURNACE, PARK, WEIGHTS).score < WEIGHTS.shown


def test_the_same_project_filed_again_scores_all() -> None:
    found = compare(FURNACE, replace(FURNACE, ref="CDCER-0003"), WEIGHTS)
    assert found.score == 100
    assert {reason.kind for reason in found.reasons} >= {"geometry", "meter", "document", "name"}
    assert found.reasons[0].weight >= found.reasons[-1].weight


def test_two_projects_of_one_owner_are_listed_at_most() -> None:
    second = replace(
        FURNACE,
        ref="CDCER-0004",
        name_zh="平原尼普洛余热回收（模拟）",
        name_en="Waste heat of the glassworks (simulated)",
        meters=frozenset({"GL2021002"}),
        documents=frozenset({"bb"}),
        shape=ground([square(104.1, 30.6, 0.004)]),
    )
    assert compare(FURNACE, second, WEIGHTS).score < WEIGHTS.refused


def test_one_meter_and_the_same_land_bar_under_any_name() -> None:
    disguised = Traits(
        "VCS-9001",
        "VCS",
        "",
        "Industrial thermal efficiency programme",
        meters=frozenset({"GL2021001"}),
        shape=ground([square(104.001, 30.501, 0.004)]),
    )
    found = compare(FURNACE, disguised, WEIGHTS)
    assert found.score >= WEIGHTS.refused
    assert [reason.kind for reason in found.reasons] == ["meter", "geometry"]


def test_overlap_is_of_the_smaller_and_a_point_takes_some_ground() -> None:
    large, small = ground([square(104.0, 30.5, 0.1)]), ground([square(104.01, 30.51, 0.01)])
    point = ground([{"type": "Point", "coordinates": [104.05, 30.55]}])
    assert large is not None
    assert small is not None
    assert point is not None
    assert overlap_percent(large, small) == 100
    assert overlap_percent(small, large) == 100
    assert overlap_percent(large, point) == 100
    assert overlap_percent(small, point) == 0


@pytest.mark.parametrize(
    "told",
    [
        {"type": "Polygon", "coordinates": []},
        {"type": "Nothing"},
        {"coordinates": [1, 2]},
        {"type": "Polygon", "coordinates": [[["a", "b"]]]},
    ],
)
def test_what_cannot_be_drawn_is_passed_over(told: dict[str, object]) -> None:
    assert ground([told]) is None


def test_numbers_of_meters_are_compared_without_their_dress() -> None:
    assert normal_meter(" 00gl-2021／001 ") == normal_meter("GL 2021 001")
    assert normal_meter("ＧＬ２０２１００１") == "GL2021001"


def test_names_are_compared_across_widths_cases_and_common_words() -> None:
    words = WEIGHTS.names_passed_over
    assert normal_name("锦城绿道一期碳汇项目（模拟）", words) == "锦城绿道一期碳汇"
    assert normal_name("ＪＩＮＣＨＥＮＧ Greenway", words) == "jinchenggreenway"
    assert alike_percent("锦城绿道一期碳汇", "锦城绿道一期碳汇") == 100
    assert alike_percent("锦城绿道一期", "龙泉山森林公园") == 0
    assert alike_percent("", "") == 0


@given(st.text(max_size=30), st.text(max_size=30))
def test_likeness_of_names_is_mutual_and_within_bounds(one: str, other: str) -> None:
    assert alike_percent(one, other) == alike_percent(other, one)
    assert 0 <= alike_percent(one, other) <= 100


def test_weights_out_of_range_are_refused_with_their_line(tmp_path: Path) -> None:
    text = (CONTENT / "chengdu" / "likeness.toml").read_text(encoding="utf-8")
    path = tmp_path / "likeness.toml"
    path.write_text(text.replace("weight = 60", "weight = 600"), encoding="utf-8")
    with pytest.raises(ContentRefused) as caught:
        read_weights(path)
    assert [problem.code for problem in caught.value.problems] == ["out_of_range"]
