"""Layouts are a closed form: what is in one is understood, or named as a fault."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tanhui.kernel.refusals import NotFound
from tanhui.methodology.problems import ContentRefused
from tanhui.partners.layouts import check_content, load_layout
from tests.partners.reading import CONTENT

FOLDER = Path("common/layouts")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the published layouts, to be broken."""
    target = tmp_path / "content"
    shutil.copytree(CONTENT / FOLDER, target / FOLDER)
    return target


def test_what_is_published_has_no_fault() -> None:
    assert check_content(CONTENT) == []


def test_the_layouts_that_partners_rely_on_are_there() -> None:
    divvy, ours = load_layout(CONTENT, "divvy"), load_layout(CONTENT, "tanhui-ndjson")
    assert divvy.zone is not None
    assert divvy.zone.key == "America/Chicago"
    assert not divvy.has_rider
    assert ours.zone is None
    assert ours.has_rider
    assert {"distance_m", "start_lat", "end_lng"} <= ours.optional


@pytest.mark.parametrize("name", ["hovering", "", "../layouts/divvy", "Divvy", "divvy.toml"])
def test_an_unknown_layout_is_refused_and_the_known_are_named(name: str) -> None:
    with pytest.raises(NotFound) as refused:
        load_layout(CONTENT, name)
    assert refused.value.code == "no_such_layout"
    assert refused.value.en.endswith("perth-kinross-charging, tanhui-ndjson.")
    assert "divvy" in refused.value.zh


@pytest.mark.parametrize(
    ("old", "new", "code", "key"),
    [
        ('name = "divvy"', 'name = "divvi"', "name_differs", "name"),
        ('name = "divvy"', 'name = "Divvy"', "malformed_value", "name"),
        ('title_zh = "', 'colour = "red"\ntitle_zh = "', "unknown_key", "colour"),
        ("America/Chicago", "America/Springfield", "unknown_zone", "time_zone"),
        ("America/Chicago", "../etc/passwd", "unknown_zone", "time_zone"),
        ('coordinates = "WGS84"', 'coordinates = "GCJ-03"', "unknown_value", "coordinates"),
        ('time_formats = ["', 'time_formats = "', "not_toml", ""),
        ('started_at = "started_at"\n', "", "missing_key", "columns"),
        ('ended_at = "ended_at"\n', "", "missing_key", "columns"),
        ('mode = "rideable_type"', 'colour = "rideable_type"', "unknown_key", "columns.colour"),
        ('mode = "rideable_type"', "mode = 7", "wrong_type", "mode"),
        ("[modes]", '[optional]\ncolumns = ["distance_m"]\n[modes]', "unknown_value", "optional"),
        ("[modes]", '[optional]\ncolumns = ["ended_at"]\n[modes]', "unknown_value", "optional"),
        ("[modes]", "[wheels]", "unknown_key", "wheels"),
        ("[layout]", "[layout", "not_toml", ""),
        ('"%Y-%m-%d %H:%M:%S%.f"', '"yyyy-MM-dd"', "malformed_value", "time_formats"),
        ('"%Y-%m-%d %H:%M:%S%.f"', '"%Q-%m-%d"', "malformed_value", "time_formats"),
        ('["%Y-', '["%d/%m/%Y", "%m/%d/%Y", "%Y-', "ambiguous_formats", "time_formats"),
        ("America/Chicago", "stated", "zone_not_stated", "time_formats"),
        ('coordinates = "WGS84"', 'coordinates = "WGS84"\nperiod = "week"', "unknown_value", ""),
        ('coordinates = "WGS84"', 'coordinates = "WGS84"\nperiod = "day"', "unknown_value", ""),
        ('coordinates = "WGS84"', 'coordinates = "WGS84"\nperiod = "moment"', "unknown_value", ""),
        ('coordinates = "WGS84"', 'coordinates = "WGS84"\nheader = "none"', "wrong_type", ""),
        ('coordinates = "WGS84"', 'coordinates = "WGS84"\nheader = "any"', "unknown_value", ""),
        ('coordinates = "WGS84"', 'coordinates = "WGS84"\ndelimiter = ":"', "unknown_value", ""),
        ('coordinates = "WGS84"', 'coordinates = "WGS84"\ngrade = "E"', "unknown_value", "grade"),
        ('coordinates = "WGS84"', 'coordinates = "WGS84"\nencoding = "koi8"', "unknown_value", ""),
        ('coordinates = "WGS84"', 'coordinates = "WGS84"\nrecords = "a..b"', "malformed_value", ""),
        ('started_at = "started_at"', "started_at = []", "wrong_type", "columns.started_at"),
        ('started_at = "started_at"', 'started_at = ["a", 3]', "wrong_type", "columns.started_at"),
        ('started_at = "started_at"', 'started_at = { date = "a" }', "missing_key", "started_at"),
        ('mode = "rideable_type"', 'mode = { date = "a", time = "b" }', "wrong_type", "mode"),
        ('mode = "rideable_type"\n', "", "missing_key", "columns"),
        ("[modes]", '[units]\ndistance = "li"\n[modes]', "unknown_value", "units.distance"),
        ("[modes]", '[numbers]\ndecimal = "-"\n[modes]', "unknown_value", "numbers.decimal"),
        ("[modes]", '[numbers]\nthousands = "."\n[modes]', "unknown_value", "numbers.thousands"),
        ("[modes]", '[numbers]\nfields = ["steps"]\n[modes]', "unknown_value", "numbers.fields"),
        ("[modes]", '[words]\ncolour = { a = "b" }\n[modes]', "unknown_key", "words.colour"),
        ("[modes]", 'start_station_id = "s"\n[modes]', "missing_key", "start_station_id"),
        ("[modes]", '[stations]\nfiles = ["a"]\n[modes]', "missing_key", "stations.lat"),
        (
            "[modes]",
            '[stations]\nfiles = ["a"]\nlat = ["a"]\nlng = ["b"]\nid = ["c"]\n[modes]',
            "missing_key",
            "stations.id",
        ),
    ],
)
def test_each_fault_is_named_with_its_file_and_key(
    root: Path, old: str, new: str, code: str, key: str
) -> None:
    path = root / FOLDER / "divvy.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    problems = check_content(root)
    told = [problem for problem in problems if problem.code == code and key in problem.key]
    assert told, [(problem.code, problem.key) for problem in problems]
    assert {problem.path for problem in problems} == {path}
    assert told[0].zh
    assert told[0].en
    with pytest.raises(ContentRefused):
        load_layout(root, "divvy")


def test_faults_of_several_files_come_together(root: Path) -> None:
    for name in ("divvy", "tanhui-ndjson"):
        path = root / FOLDER / f"{name}.toml"
        path.write_text(path.read_text(encoding="utf-8").replace("WGS84", "?"), encoding="utf-8")
    assert {problem.path.stem for problem in check_content(root)} == {"divvy", "tanhui-ndjson"}
