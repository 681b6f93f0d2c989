"""`tanhui layout`: which format a file has, or what a new one would look like."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cli.shell import refused, runner
from tests.files.operators import TWINS
from tests.partners.reading import CONTENT, MODES

from tanhui.cli.layouts import register
from tanhui.partners.layouts import names, read_layout

CHINESE = "订单号,用户编号,车型,开锁时间,关锁时间,起点经度,起点纬度,终点经度,终点纬度\n" + "".join(
    f"D{n},U{n % 7},单车,2026/3/{n} 08:{n:02d},2026/3/{n} 09:{n:02d},104.06,30.65,104.07,30.66\n"
    for n in range(1, 29)
)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANHUI_LANGUAGE", "en")


def _run(*words: str) -> Any:
    return runner(register, modes=lambda: MODES)("layout", *words)


def _tried(path: Path, *more: str) -> dict[str, Any]:
    result = _run("try", str(path), "--json", *more)
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def _file(folder: Path, text: str | bytes, name: str = "trips.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_the_known_layouts_are_listed() -> None:
    listed = json.loads(_run("list", "--json").stdout)["layouts"]
    assert [one["name"] for one in listed] == names(CONTENT)
    assert {one["coordinates"] for one in listed} == {"WGS84", "GCJ-02"}
    assert "bikedata-london" in _run("list").stdout


@pytest.mark.parametrize("twin", TWINS)
def test_a_known_format_is_recognised(tmp_path: Path, twin: str) -> None:
    """Years that many operators share in one form fit them all; the clocks tell most apart."""
    told = TWINS[twin]
    if told.verdicts.count("malformed") > len(told.verdicts) / 10:
        # Files of which every second row is rubbish are recognised as nothing.
        return
    found = _tried(told.write(tmp_path))
    fitting = {one["name"] for one in found["layouts"] if one["fits"]}
    assert told.layout in fitting | {"divvy"}
    assert found["layout"] in fitting


def test_a_named_layout_is_used_whatever_fits(tmp_path: Path) -> None:
    twin = TWINS["perth"]
    found = _tried(twin.write(tmp_path), "--layout", twin.layout)
    assert found["layout"] == twin.layout
    assert found["read"]["refused"] == {
        "end_before_start": 1, "malformed": 3, "no_energy": 1,
    }  # fmt: skip
    assert found["read"]["measured"]["energy_wh"] == {
        "total": -1_389_929.0, "rows": 5, "zero": 1, "negative": 1, "empty": 1, "unreadable": 0,
        "largest": 2_780.0,
    }  # fmt: skip
    assert found["read"]["first_rows"][0]["amount"] == 2_780


def test_positions_tell_doubles_and_bounds(tmp_path: Path) -> None:
    found = _tried(TWINS["ofo"].write(tmp_path))["read"]
    assert (found["identical_points"], found["duplicate_references"]) == (1, 0)
    south, west, north, east = found["bounds_wgs84"]
    assert south == north
    assert west == east
    assert 41.914 < south < 41.9176


def test_a_chinese_file_becomes_a_layout_once_its_questions_are_answered(tmp_path: Path) -> None:
    for encoding in ("utf-8", "gb18030"):
        path = _file(tmp_path, CHINESE.encode(encoding))
        found = _tried(path)
        assert (found["layout"], found["encoding"]) == (None, encoding)
        assert found["fill_in"] == [
            "title_zh", "title_en", "source", "time_zone", "coordinates", "modes.单车",
        ]  # fmt: skip
        assert found["read"]["rows"] == 28
        text = found["proposed"]
        for key, answer in (
            ("title_zh", "甲"), ("title_en", "A"), ("source", "s"),
            ("time_zone", "Asia/Shanghai"), ("coordinates", "GCJ-02"), ('"单车"', "shared_bike"),
        ):  # fmt: skip
            text = text.replace(f'\n{key} = "?"', f'\n{key} = "{answer}"')
        mine = tmp_path / "my-format.toml"
        mine.write_text(text, encoding="utf-8")
        assert read_layout(mine).has_rider
        again = _tried(path, "--layout", str(mine))["read"]
        assert again["refused"] == {}
        assert again["first_rows"][0]["started_at"] == "2026-03-01T08:01:00+08:00"


def test_what_is_not_filled_in_is_refused(tmp_path: Path) -> None:
    mine = tmp_path / "my-format.toml"
    path = _file(tmp_path, CHINESE)
    mine.write_text(_tried(path)["proposed"], encoding="utf-8")
    result = _run("try", str(path), "--layout", str(mine))
    assert result.exit_code == 2
    assert "time_zone" in result.stderr
    assert "my-format.toml" in result.stderr


def _dated(days: range, form: str) -> str:
    rows = (f"t{d},{form.format(d=d, m=3)} 10:00,{form.format(d=d, m=3)} 10:30,{d}" for d in days)
    return "\n".join(["trip,begin,finish,length (km)", *rows])


def test_day_or_month_first_is_decided_by_a_value_above_twelve_or_asked(tmp_path: Path) -> None:
    first = _tried(_file(tmp_path, _dated(range(1, 29), "{d}/{m}/2026")))
    assert 'time_formats = ["%d/%m/%Y %H:%M"]' in first["proposed"]
    assert "time_formats" not in first["fill_in"]
    second = _tried(_file(tmp_path, _dated(range(1, 29), "{m}/{d}/2026")))
    assert 'time_formats = ["%m/%d/%Y %H:%M"]' in second["proposed"]
    neither = _tried(_file(tmp_path, _dated(range(1, 12), "{d}/{m}/2026")))
    assert "time_formats" in neither["fill_in"]
    assert 'time_formats = "?"' in neither["proposed"]
    assert '# time_formats = ["%m/%d/%Y %H:%M"]' in neither["proposed"]
    assert 'distance = "km"' in neither["proposed"]


def test_a_comma_that_may_be_either_mark_is_asked_about(tmp_path: Path) -> None:
    rows = "\n".join(f"2026-03-{d:02d} 10:00;2026-03-{d:02d} 10:30;1,{d}50" for d in range(1, 9))
    found = _tried(_file(tmp_path, f"start_time;end_time;distance_m\n{rows}"))
    assert "numbers.decimal" in found["fill_in"]
    assert found["delimiter"] == ";"
    rows = rows.replace("50", "5")
    found = _tried(_file(tmp_path, f"start_time;end_time;distance_m\n{rows}"))
    assert 'decimal = ","' in found["proposed"]
    assert "numbers.decimal" not in found["fill_in"]


def test_records_deep_in_a_document_are_found(tmp_path: Path) -> None:
    ride = {
        "start": {"time": "2026-03-01T08:00:00+08:00", "lat": 30.6, "lng": 104.0},
        "end": {"time": "2026-03-01T08:10:00+08:00", "lat": 30.61, "lng": 104.0},
    }
    path = _file(tmp_path, json.dumps({"data": {"rides": [ride, ride]}}))
    found = _tried(path)
    assert 'records = "data.rides[]"' in found["proposed"]
    assert (found["read"]["rows"], found["read"]["straight_line_rows"]) == (2, 2)
    assert found["read"]["identical_points"] == 1


def test_it_is_told_to_people_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = TWINS["boston 2012"].write(tmp_path)
    english = _run("try", str(path), "--layout", "bikedata-boston").stdout
    assert "2 rows, 1 sound; refused: no_end 1" in english
    assert "stations: 3 known, 1 unknown Z9" in english
    monkeypatch.setenv("TANHUI_LANGUAGE", "zh")
    chinese = _run("try", str(_file(tmp_path, CHINESE, "mine.csv"))).stdout
    assert "没有已知格式适用" in chinese
    assert "行数 28，可计入 28" in chinese


RUBBISH: dict[str, tuple[str, bytes]] = {
    "nothing": ("empty_file", b""),
    "one long line": ("line_too_long", b"a" * 1_000_001),
    "a picture": ("unsupported_format", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9),
    "a letter": ("no_times", b"Dear all,\nplease find below, as agreed,\nnothing.\n"),
    "one column": ("no_table", b"word\nanother\n"),
    "UTF-16": ("wrong_encoding", "a,b\n1,2\n".encode("utf-16")),
    "a table without times": ("no_times", b"a,b\n1,2\n3,4\n"),
    "a document of nothing": ("no_table", b'{"a": [1, 2]}'),
    "half a document": ("broken_document", b'[{"a": 1}'),
    "a photograph": ("unsupported_format", b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(99)),
    "a table of old": ("wrong_line_ends", b"started,ended\r1,2\r3,4\r"),
    "a workbook of old": ("unsupported_format", b"\xd0\xcf\x11\xe0" * 9),
}


@pytest.mark.parametrize("rubbish", RUBBISH)
def test_rubbish_is_refused_in_one_line(tmp_path: Path, rubbish: str) -> None:
    code, octets = RUBBISH[rubbish]
    refused(_run("try", str(_file(tmp_path, octets))), code)


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    refused(_run("try", str(tmp_path / "nothing.csv")), "no_such_file")
    path = _file(tmp_path, CHINESE)
    refused(_run("try", str(path), "--layout", "hovering"), "no_such_layout")
    refused(_run("try", str(path), "--layout", str(tmp_path / "no.toml")), "no_such_file")
    refused(_run("try", str(path), "--layout", "divvy"), "missing_column")
    beside = ("--stations", str(tmp_path / "none.csv"))
    refused(_run("try", str(path), "--layout", "bikedata-chicago", *beside), "no_such_file")


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from([CHINESE.encode(), TWINS["mot"].text.encode(), TWINS["perth"].text.encode()]),
    st.lists(st.tuples(st.integers(0, 10**6), st.binary(max_size=4)), max_size=5),
    st.integers(0, 300),
)
def test_no_damage_ends_in_a_defect(
    tmp_path: Path, octets: bytes, changes: list[tuple[int, bytes]], cut: int
) -> None:
    damaged = bytearray(octets)
    for place, piece in changes:
        at = place % len(damaged)
        damaged[at : at + len(piece) // 2] = piece
    result = _run("try", str(_file(tmp_path, bytes(damaged[: len(damaged) - cut]))), "--json")
    assert result.exit_code in (0, 2), result.exception
