"""What a layout may declare: units, numbers, headers, days, documents, places, details."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tanhui.kernel.refusals import Refusal
from tanhui.partners.files import look_through
from tanhui.partners.layouts import Layout, read_layout
from tests.cast import ride, write_rides
from tests.partners.reading import CONTENT, MODES, OURS, read

HEAD = """
[layout]
name = "mine"
title_zh = "我的格式"
title_en = "Mine"
source = "tests"
"""


def _trip(head: str = "", tables: str = "") -> str:
    """A layout of trips by their length, with more lines in its head and more tables."""
    return f"""{HEAD}
    time_zone = "Asia/Shanghai"
    time_formats = ["%Y-%m-%d %H:%M"]
    coordinates = "WGS84"
    mode = "shared_bike"
    {head}

    [columns]
    started_at = "from"
    ended_at = "to"
    distance_m = "length"
    {tables}
    """


def _layout(folder: Path, text: str) -> Layout:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return read_layout(path)


def _read(folder: Path, layout: Layout, text: str | bytes) -> pl.DataFrame:
    path = folder / "trips.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(path, layout, modes=MODES)


def _lengths(folder: Path, head: str, tables: str, *cells: str) -> list[tuple[str | None, int]]:
    layout = _layout(folder, _trip(head, tables))
    mark = layout.delimiter
    rows = [mark.join(("2026-03-01 10:00", "2026-03-01 14:00", cell)) for cell in cells]
    trips = _read(folder, layout, "\n".join([mark.join(("from", "to", "length")), *rows]))
    return trips.select("refused", "amount").rows()


@pytest.mark.parametrize(
    ("unit", "told", "metres"),
    [
        ("m", "1609.9", 1_609),
        ("km", "1.001", 1_001),
        ("km", "0.0009", 0),
        ("mile", "1", 1_609),
        ("mile", "10", 16_093),
        ("foot", "5280", 1_609),
    ],
)
def test_distances_come_in_their_unit(tmp_path: Path, unit: str, told: str, metres: int) -> None:
    tables = f'[units]\ndistance = "{unit}"'
    assert _lengths(tmp_path, "", tables, told) == [(None, metres)]


@pytest.mark.parametrize(
    ("decimal", "thousands", "told", "verdict"),
    [
        (",", ".", "1.234,5", (None, 1_234)),
        (",", ".", "234,9", (None, 234)),
        (",", ".", "12.345", (None, 12_345)),
        # A group of other than three digits says that the mark means something else.
        (",", ".", "12.34", ("malformed", 0)),
        (",", ".", "1.2345", ("malformed", 0)),
        (",", "", "1.234", ("malformed", 0)),
        (".", ",", "1,234.5", (None, 1_234)),
        (".", ",", "1,23", ("malformed", 0)),
        (".", " ", "1 234", (None, 1_234)),
        (".", "'", "12'345", (None, 12_345)),
        (",", ".", "-1,5", ("malformed", 0)),
    ],
)
def test_numbers_are_read_as_they_are_declared(
    tmp_path: Path, decimal: str, thousands: str, told: str, verdict: tuple[str | None, int]
) -> None:
    tables = f'[numbers]\ndecimal = "{decimal}"\n'
    tables += f'thousands = "{thousands}"' if thousands else ""
    assert _lengths(tmp_path, 'delimiter = ";"', tables, told) == [verdict]


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_cells_may_be_parted_otherwise(tmp_path: Path, mark: str) -> None:
    head = f"delimiter = {json.dumps(mark)}"
    assert _lengths(tmp_path, head, "", "900", "1,5") == [(None, 900), ("malformed", 0)]


@pytest.mark.parametrize(
    ("form", "told", "verdict"),
    [
        ("unix-seconds", ("1772330400", "1772331000"), None),
        ("unix-milliseconds", ("1772330400000", "1772331000000"), None),
        ("unix-seconds", ("1772330400", "1772330400"), "zero_duration"),
        ("unix-seconds", ("1772330400.5", "1772331000"), "malformed"),
        ("unix-seconds", ("9" * 18, "1772331000"), "malformed"),
        ("%d/%m/%Y %H:%M %z", ("01/03/2026 10:00 +0800", "01/03/2026 10:10 +0800"), None),
        ("%d/%m/%Y %H:%M %z", ("01/03/2026 10:00", "01/03/2026 10:10 +0800"), "malformed"),
    ],
)
def test_times_may_state_their_instant_in_other_ways(
    tmp_path: Path, form: str, told: tuple[str, str], verdict: str | None
) -> None:
    text = _trip().replace('"%Y-%m-%d %H:%M"', f'"{form}"').replace("Asia/Shanghai", "stated")
    rows = "from,to,length\n" + ",".join((*told, "900"))
    trips = _read(tmp_path, _layout(tmp_path, text), rows)
    assert trips["refused"].to_list() == [verdict]
    if verdict is None:
        assert trips["started_at"][0] == datetime(2026, 3, 1, 2, tzinfo=UTC)


def test_two_columns_of_one_name_are_not_chosen_between(tmp_path: Path) -> None:
    row = "2026-03-01 10:00,2026-03-01 10:10,900,800\n"
    with pytest.raises(Refusal) as refused:
        _read(tmp_path, _layout(tmp_path, _trip()), f"from,to,length,length\n{row}")
    assert refused.value.code == "double_column"
    layout = _layout(tmp_path, _trip('header = "loose"'))
    with pytest.raises(Refusal, match="Length"):
        _read(tmp_path, layout, f"from,to,Length,#length\n{row}")


def test_words_for_nothing_are_nothing(tmp_path: Path) -> None:
    found = _lengths(tmp_path, 'empty = ["NULL", "\\\\N"]', "", "NULL", "\\N", "null", "")
    assert [code for code, _ in found] == ["no_distance", "no_distance", "malformed", "no_distance"]


def test_a_header_may_be_matched_loosely_and_by_the_first_of_several_names(tmp_path: Path) -> None:
    text = _trip('header = "loose"', "").replace('"length"', '["metres", "Trip Length"]')
    layout = _layout(tmp_path, text)
    for header in ("From,TO,trip.length", "#from,to,Trip_Length", "from,to,Metres"):
        trips = _read(tmp_path, layout, f"{header}\n2026-03-01 10:00,2026-03-01 10:10,900\n")
        assert trips["amount"].to_list() == [900]
    both = "from,to,trip length,metres\n2026-03-01 10:00,2026-03-01 10:10,1,900\n"
    assert _read(tmp_path, layout, both)["amount"].to_list() == [900]
    with pytest.raises(Refusal, match=r"metres \| Trip Length"):
        _read(tmp_path, layout, "from,to,miles\n2026-03-01 10:00,2026-03-01 10:10,1\n")


def test_a_file_without_a_header_is_read_by_places(tmp_path: Path) -> None:
    text = _trip('header = "none"', "")
    text = text.replace('"from"', "1").replace('"to"', "2").replace('"length"', "4")
    layout = _layout(tmp_path, text)
    rows = "2026-03-01 10:00,2026-03-01 10:10,x,900\n2026-03-01 10:00,2026-03-01 10:10,x\n"
    trips = _read(tmp_path, layout, rows)
    assert trips.select("line", "refused", "amount").rows() == [(1, None, 900), (2, "malformed", 0)]
    assert look_through(tmp_path / "trips.csv", layout).rows == 2
    with pytest.raises(Refusal, match="lacks the column 4"):
        _read(tmp_path, layout, "2026-03-01 10:00,2026-03-01 10:10,900\n")


@pytest.mark.parametrize("encoding", ["gb18030", "windows-1252"])
def test_other_encodings_are_declared(tmp_path: Path, encoding: str) -> None:
    word = "单车" if encoding == "gb18030" else "vélo"
    text = _trip(f'encoding = "{encoding}"', f'mode = "kind"\n[modes]\n"{word}" = "shared_bike"')
    layout = _layout(tmp_path, text)
    rows = f"from,to,length,kind\n2026-03-01 10:00,2026-03-01 10:10,900,{word}\n"
    assert _read(tmp_path, layout, rows.encode(encoding))["refused"].to_list() == [None]


def test_a_trip_may_tell_how_long_it_took(tmp_path: Path) -> None:
    text = _trip("", '[units]\nduration = "min"')
    layout = _layout(tmp_path, text.replace('ended_at = "to"', 'duration = "took"'))
    rows = [f"2026-03-01 10:00,{took},900" for took in ("10", "0.5", "0", "-3", "", "long")]
    trips = _read(tmp_path, layout, "\n".join(["from,took,length", *rows]))
    assert trips["refused"].to_list() == [
        None, "too_fast", "zero_duration", "end_before_start", "no_end", "malformed",
    ]  # fmt: skip
    assert trips["ended_at"][0] == datetime(2026, 3, 1, 2, 10, tzinfo=UTC)


def test_a_day_lasts_from_midnight_to_midnight_of_the_city(tmp_path: Path) -> None:
    text = f"""{HEAD}
    time_zone = "America/New_York"
    time_formats = ["%d.%m.%Y", "iso8601"]
    coordinates = "WGS84"
    mode = "walking"
    period = "day"

    [columns]
    rider = "who"
    started_at = "day"
    steps = "steps"
    """
    cells = ["01.03.2026,8000", "01.03.2026,0", "01.03.2026,", "31.02.2026,5", "20.03.2026,5"]
    cells += ["01.03.2026,-4", "01.03.2026,300000", "2026-03-01T23:30:00Z,7"]
    rows = "\n".join(["who,day,steps", *(f"lin,{cell}" for cell in cells)])
    trips = _read(tmp_path, _layout(tmp_path, text), rows)
    assert trips["refused"].to_list() == [
        # Today is not over at noon.
        None, "no_steps", "malformed", "malformed", "in_future", "malformed", "too_many_steps",
        None,
    ]  # fmt: skip
    first, last = trips.row(0, named=True), trips.row(7, named=True)
    assert first["started_at"] == datetime(2026, 2, 28, 16, tzinfo=UTC)
    assert first["ended_at"] == datetime(2026, 3, 1, 16, tzinfo=UTC)
    assert last["started_at"] == datetime(2026, 3, 1, 16, tzinfo=UTC)


def test_chinese_places_are_measured_as_they_lie(tmp_path: Path) -> None:
    """The straight line between two points is the same in the systems to a thousandth."""
    found = {}
    for system in ("WGS84", "GCJ-02", "BD-09"):
        text = _trip().replace('"WGS84"', f'"{system}"')
        text = text.replace('distance_m = "length"', "") + "".join(
            f'{field} = "{field}"\n' for field in ("start_lat", "start_lng", "end_lat", "end_lng")
        )
        rows = "from,to,start_lat,start_lng,end_lat,end_lng\n"
        rows += "2026-03-01 10:00,2026-03-01 10:10,30.66,104.06,30.67,104.07\n"
        rows += "2026-03-01 10:00,2026-03-01 10:10,91,104.06,30.67,104.07\n"
        trips = _read(tmp_path, _layout(tmp_path, text), rows)
        assert trips["refused"].to_list() == [None, "malformed"]
        found[system] = trips["amount"][0]
    assert found["WGS84"] != found["BD-09"]
    assert max(found.values()) - min(found.values()) < 15


DOCUMENT = f"""{HEAD}
time_zone = "stated"
time_formats = ["iso8601"]
coordinates = "WGS84"
mode = "shared_bike"
records = "[].rides[]"

[columns]
reference = "id"
rider = "^person"
started_at = "span.from"
ended_at = "span.to"
distance_m = "metres"
"""


def _ride_of(number: int) -> dict[str, Any]:
    span = {"from": "2026-03-01T10:00:00+08:00", "to": "2026-03-01T10:10:00+08:00"}
    return {"id": f"R{number}", "span": span, "metres": 900 + number}


def test_records_lie_within_a_document(tmp_path: Path) -> None:
    layout = _layout(tmp_path, DOCUMENT)
    people = [
        {"person": "lin", "rides": [_ride_of(1), _ride_of(2)]},
        {"person": "zhou", "rides": []},
        {"person": "wang", "rides": [_ride_of(3), "torn", {"id": "R5", "span": "x"}]},
        {"person": "li"},
    ]
    path = tmp_path / "trips.csv"
    for document in (people, people[2]):
        path.write_text(json.dumps(document, indent=1), encoding="utf-8")
        trips = read(path, layout, modes=MODES, chunk_rows=2)
        assert look_through(path, layout).rows == trips.height
    path.write_text(json.dumps(people), encoding="utf-8")
    trips = read(path, layout, modes=MODES)
    assert trips["rider"].to_list() == ["lin", "lin", "wang", None, "wang"]
    assert trips["line"].to_list() == [1, 2, 3, 4, 5]
    assert trips["refused"].to_list() == [None, None, None, "malformed", "malformed"]
    assert trips["amount"].to_list() == [901, 902, 903, 0, 0]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[{"person": "lin", "rides": [', "broken_document"),
        ("[" * 100_000, "broken_document"),
        ("[]", "empty_file"),
        ('{"person": "lin"}', "empty_file"),
        ('[{"rides": {"id": 1}}]', "empty_file"),
    ],
)
def test_a_document_that_holds_no_records_is_refused_whole(
    tmp_path: Path, text: str, code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        _read(tmp_path, _layout(tmp_path, DOCUMENT), text)
    assert refused.value.code == code
    assert refused.value.zh.count("\n") == refused.value.en.count("\n") == 0


def test_a_list_of_our_own_records_is_a_document_too(tmp_path: Path) -> None:
    path = tmp_path / "rides.json"
    path.write_text(json.dumps([ride("JC1"), ride("JC2")], indent=2), encoding="utf-8")
    assert read(path, OURS)["reference"].to_list() == ["JC1", "JC2"]


@pytest.mark.parametrize(
    ("changed", "verdict", "amount", "detail", "grade"),
    [
        ({"mode": "walking", "steps": 900}, None, 900, 0, 0),
        ({"mode": "walking", "steps": "900.9"}, None, 900, 0, 0),
        ({"mode": "walking", "steps": 0}, "no_steps", 0, 0, 0),
        ({"mode": "walking"}, "malformed", 0, 0, 0),
        ({"mode": "walking", "steps": -1}, "malformed", 0, 0, 0),
        ({"mode": "walking", "steps": 2_400}, None, 2_400, 0, 0),
        ({"mode": "walking", "steps": 2_401}, "too_many_steps", 0, 0, 0),
        ({"mode": "nev_kwh", "energy_wh": 12_500}, None, 12_500, 0, 0),
        ({"mode": "nev_kwh", "energy_wh": 1, "car_class": "large"}, None, 1, 2, 0),
        ({"mode": "nev_kwh", "energy_wh": 1, "car_class": "huge"}, "malformed", 0, 0, 0),
        ({"mode": "nev_kwh", "energy_wh": 0}, "no_energy", 0, 0, 0),
        ({"mode": "nev_kwh", "energy_wh": ""}, "malformed", 0, 0, 0),
        ({"mode": "nev_kwh", "energy_wh": 80_001}, "too_powerful", 0, 0, 0),
        ({"mode": "nev_km", "car_class": "medium"}, None, 2_431, 1, 0),
        ({"mode": "carpool", "persons": 4}, None, 2_431, 4, 0),
        ({"mode": "carpool"}, None, 2_431, 2, 0),
        ({"mode": "carpool", "persons": 1}, "malformed", 0, 0, 0),
        ({"mode": "carpool", "persons": 8}, "malformed", 0, 0, 0),
        ({"mode": "carpool", "persons": "two"}, "malformed", 0, 0, 0),
        # What a mode does not ask for is not looked at, unless it is a number that is none.
        ({"persons": "two", "car_class": "huge"}, None, 2_431, 0, 0),
        ({"steps": "many"}, "malformed", 0, 0, 0),
        ({"mode": "metro", "distance_m": 9_000}, None, 9_000, 0, 0),
        ({"mode": "hovering"}, "unknown_mode", 0, 0, 0),
        (
            {"distance_m": None, "start_lat": 30.65, "start_lng": 104.05, "end_lat": 30.66,
             "end_lng": 104.05},
            None, 1_111, 0, 1,
        ),
    ],
)  # fmt: skip
def test_each_mode_is_measured_in_its_own_unit(
    tmp_path: Path, changed: dict[str, Any], verdict: str | None, amount: int, detail: int,
    grade: int,
) -> None:  # fmt: skip
    path = write_rides(tmp_path / "rides.ndjson", [ride("JC1", **{"minutes": 12, **changed})])
    trips = read(path, OURS, modes=MODES)
    assert trips.select("refused", "amount", "detail", "grade").row(0) == (
        verdict, amount, detail, grade,
    )  # fmt: skip


def test_words_of_a_detail_are_the_operators(tmp_path: Path) -> None:
    text = _trip("", 'car_class = "size"\n[words.car_class]\nA00 = "small"\nB = "medium"')
    layout = _layout(tmp_path, text.replace('"shared_bike"', '"nev_km"'))
    rows = [f"2026-03-01 10:00,2026-03-01 10:10,900,{size}" for size in ("A00", "B", "small", "")]
    trips = _read(tmp_path, layout, "\n".join(["from,to,length,size", *rows]))
    assert trips.select("refused", "detail").rows() == [
        (None, 0), (None, 1), ("malformed", 0), (None, 0),
    ]  # fmt: skip


def test_a_station_table_that_says_no_places_is_refused(tmp_path: Path) -> None:
    layout = read_layout(CONTENT / "common/layouts/bikedata-minneapolis.toml")
    (tmp_path / "mn_st.csv").write_text("Terminal,Station\n1,Oak\n", encoding="utf-8")
    header = "Start date,Start station,Start terminal,End date,End station,End terminal"
    with pytest.raises(Refusal) as refused:
        _read(tmp_path, layout, f"{header}\n4/2/2012 13:07,Oak,1,4/2/2012 13:17,Elm,2\n")
    assert refused.value.code == "station_columns"
    assert "mn_st.csv" in refused.value.en
