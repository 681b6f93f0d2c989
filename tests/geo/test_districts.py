"""The district of a point: known places, every datum, borders, and what lies outside."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanhui.geo.coordinates import gcj02_of_wgs84, wgs84_of_gcj02
from tanhui.geo.districts import NOWHERE, Districts
from tests.methodology.conftest import CONTENT

CITY = Districts.load(CONTENT)
MILLION = 1_000_000
# 天府广场, 双流机场 T2, 青城山门, 龙泉驿大面: from Chinese maps.
PLACES = {
    (104.065887, 30.657142): "青羊区",
    (103.960907, 30.573500): "双流区",
    (103.568100, 30.899500): "都江堰市",
    (104.547200, 30.411300): "简阳市",
}


def test_all_twenty_are_there_by_number_and_name() -> None:
    assert [district.number for district in CITY.all] == list(range(1, 21))
    assert len({district.adcode for district in CITY.all}) == 20
    assert CITY.numbered(12) is not None
    assert CITY.numbered(12).name_zh == "新津区"  # type: ignore[union-attr]
    assert CITY.numbered(NOWHERE) is None
    assert CITY.numbered(21) is None
    assert sum(district.residents for district in CITY.all) == 20_937_757


@pytest.mark.parametrize(("place", "name"), PLACES.items())
def test_known_places_lie_where_everybody_knows_them(place: tuple[float, float], name: str) -> None:
    lng, lat = (np.array([degrees]) for degrees in place)
    (number,) = CITY.of(lng, lat, "GCJ-02").tolist()
    assert CITY.all[number - 1].name_zh == name
    shifted_lat, shifted_lng = wgs84_of_gcj02(lat, lng)
    assert CITY.of(shifted_lng, shifted_lat).tolist() == [number]


def test_a_point_by_the_border_depends_on_its_datum() -> None:
    """The two datums are 360 m apart: somewhere that is another district."""
    lng, lat = np.meshgrid(np.linspace(104.0, 104.15, 200), np.linspace(30.6, 30.75, 200))
    one = CITY.of(lng.ravel(), lat.ravel(), "GCJ-02")
    other = CITY.of(lng.ravel(), lat.ravel(), "WGS84")
    apart = (one != other).mean()
    assert 0 < apart < 0.1


def test_far_away_and_nowhere_are_no_district() -> None:
    lng = np.array([-87.63, 116.39, np.nan, 104.06, 0.0, 104.9])
    lat = np.array([41.88, 39.9, 30.66, np.nan, 0.0, 31.4])
    assert CITY.of(lng, lat).tolist() == [NOWHERE] * 6
    assert len(CITY.of(np.array([]), np.array([]))) == 0


@given(st.lists(st.tuples(st.floats(102.9, 105.0), st.floats(30.0, 31.5)), min_size=1, max_size=60))
def test_whole_squares_say_what_the_borders_say(points: list[tuple[float, float]]) -> None:
    lng, lat = np.array(points).T
    told = CITY.of(lng, lat, "GCJ-02")
    assert told.tolist() == CITY._exact(lng, lat).tolist()


def test_a_million_points_take_less_than_two_seconds() -> None:
    draw = np.random.default_rng(1)
    lng, lat = draw.normal(104.06, 0.1, MILLION), draw.normal(30.66, 0.08, MILLION)
    CITY.of(lng, lat)
    begun = time.perf_counter()
    found = CITY.of(lng, lat)
    assert time.perf_counter() - begun < 2
    assert (found != NOWHERE).mean() > 0.9


def test_the_shifted_borders_are_those_of_the_map() -> None:
    """A corner of a border, moved to WGS84 and asked there, is near both of its neighbours."""
    lng, lat = np.array(CITY.all[0].rings[0]).T
    back_lat, back_lng = wgs84_of_gcj02(lat, lng)
    again_lat, again_lng = gcj02_of_wgs84(back_lat, back_lng)
    assert np.abs(again_lat - lat).max() < 1e-8
    assert np.abs(again_lng - lng).max() < 1e-8


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name_zh = "锦江区"', 'name_zh = "锦水区"', "not drawn"),
        ("number = 3\n", "number = 4\n", "out of order"),
        ("residents = 902933", "residents = 902934", "not those of the city"),
    ],
)
def test_a_table_that_does_not_fit_its_borders_is_refused(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    folder = tmp_path / "chengdu"
    folder.mkdir()
    for name in ("districts.toml", "districts.geojson"):
        shutil.copy(CONTENT / "chengdu" / name, folder)
    table = folder / "districts.toml"
    table.write_text(table.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        Districts.load(tmp_path)


def test_a_border_without_a_district_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "chengdu"
    folder.mkdir()
    shutil.copy(CONTENT / "chengdu" / "districts.toml", folder)
    drawn = json.loads((CONTENT / "chengdu" / "districts.geojson").read_text(encoding="utf-8"))
    drawn["features"].append({**drawn["features"][0], "properties": {"name": "高新区"}})
    (folder / "districts.geojson").write_text(json.dumps(drawn), encoding="utf-8")
    with pytest.raises(ValueError, match="高新区"):
        Districts.load(tmp_path)
