"""The refusals of trips, their order, and the borders of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tanhui.partners.layouts import Layout, load_layout
from tanhui.partners.trips import REFUSAL_CODES
from tests.cast import NOW, ride, write_rides
from tests.partners.reading import DIVVY, DIVVY_HEADER, OURS, read

BEGUN = datetime(2026, 3, 20, 0, tzinfo=UTC)
END = BEGUN + timedelta(minutes=10)
FAR = {"start_lat": 30.65, "start_lng": 104.05, "end_lat": 30.65, "end_lng": 104.06}
# 0.01 degrees of longitude at that latitude, on the sphere: 956.6 m.
FAR_M = 956


def _at(instant: datetime) -> str:
    return instant.isoformat()


OTHER_MEASURES = {"no_steps", "no_energy", "too_many_steps", "too_powerful"}
BY_DISTANCE = tuple(code for code in REFUSAL_CODES if code not in OTHER_MEASURES)
# What makes a row wrong in one way, and leaves the other ways open.
WRONG: dict[str, dict[str, Any]] = {
    "malformed": {"reference": None},
    "unknown_mode": {"mode": "hovering"},
    "in_future": {"started_at": _at(NOW + timedelta(seconds=1))},
    "no_end": {"ended_at": None},
    "end_before_start": {"ended_at": _at(BEGUN - timedelta(seconds=1))},
    "zero_duration": {"ended_at": _at(BEGUN)},
    "too_long": {"ended_at": _at(BEGUN)},
    "no_distance": {"distance_m": 0},
    "too_fast": {"distance_m": 10**7},
}
# A trip that is too long begins earlier, so that it still ends before now.
WRONG["too_long"] = {"started_at": _at(BEGUN - timedelta(hours=24)), "ended_at": _at(END)}


def test_there_is_a_way_to_be_wrong_for_every_code() -> None:
    assert tuple(WRONG) == BY_DISTANCE


@pytest.mark.parametrize("code", BY_DISTANCE)
def test_a_row_that_is_wrong_in_one_way_gets_its_code(tmp_path: Path, code: str) -> None:
    row = {**ride("JC1", started_at=BEGUN, minutes=10), **WRONG[code]}
    path = write_rides(tmp_path / "rides.ndjson", [row, ride("JC2")])
    trips = read(path, OURS)
    assert trips["refused"].to_list() == [code, None]
    assert trips["amount"].to_list() == [0, 2_431]


# These two contradict each other: only one of them can be true of a row.
IMPOSSIBLE = {
    ("in_future", "too_long"),
    ("no_end", "end_before_start"),
    ("no_end", "zero_duration"),
    ("no_end", "too_long"),
    ("end_before_start", "zero_duration"),
    ("end_before_start", "too_long"),
    ("zero_duration", "too_long"),
    ("no_distance", "too_fast"),
}
PAIRS = [pair for pair in combinations(BY_DISTANCE, 2) if pair not in IMPOSSIBLE]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_a_row_that_is_wrong_in_two_ways_gets_the_first(
    tmp_path: Path, first: str, second: str
) -> None:
    row = {**ride("JC1", started_at=BEGUN, minutes=10), **WRONG[second], **WRONG[first]}
    trips = read(write_rides(tmp_path / "rides.ndjson", [row]), OURS)
    assert trips["refused"].to_list() == [first]


@pytest.mark.parametrize(
    ("changed", "verdict", "metres"),
    [
        # Exactly the limit is fine, and the least bit more is not.
        ({"minutes": 10, "distance_m": 5_000}, None, 5_000),
        ({"minutes": 10, "distance_m": 5_000.001}, "too_fast", 0),
        ({"minutes": 10, "distance_m": "5000"}, None, 5_000),
        ({"minutes": 0.005, "distance_m": 2.5}, None, 2),
        ({"minutes": 0.005, "distance_m": 2.6}, "too_fast", 0),
        ({"minutes": 9.99999, "distance_m": 5_000}, "too_fast", 0),
        # Less than a metre is a distance; what is left of it is 0 m.
        ({"distance_m": 0.4}, None, 0),
        ({"distance_m": "2431.999"}, None, 2_431),
        ({"distance_m": 0}, "no_distance", 0),
        ({"distance_m": "0.0"}, "no_distance", 0),
        ({"distance_m": -0.5}, "malformed", 0),
        ({"distance_m": "12 km"}, "malformed", 0),
        ({"distance_m": True}, "malformed", 0),
        ({"distance_m": [1_000]}, "malformed", 0),
        ({"distance_m": float("nan")}, "malformed", 0),
        ({"distance_m": 1e308}, "too_fast", 0),
        # The odometer is believed; without one the great circle counts.
        ({"distance_m": 1_500, **FAR}, None, 1_500),
        ({"distance_m": 100, **FAR}, None, 100),
        ({"distance_m": None, **FAR}, None, FAR_M),
        ({"distance_m": "", **FAR}, None, FAR_M),
        ({"distance_m": 0, **FAR}, "no_distance", 0),
        ({"distance_m": None}, "no_distance", 0),
        ({"distance_m": None, **FAR, "end_lng": 104.05}, "no_distance", 0),
        ({"distance_m": None, **FAR, "end_lat": None}, "no_end", 0),
        ({"distance_m": None, **FAR, "end_lat": None, "end_lng": None}, "no_end", 0),
        ({"distance_m": 900, **FAR, "end_lat": None, "end_lng": None}, "no_end", 0),
        ({"distance_m": None, **FAR, "start_lat": None}, "no_distance", 0),
        ({"distance_m": 900, **FAR, "start_lat": None}, None, 900),
        ({"distance_m": None, **FAR, "end_lat": 90.001}, "malformed", 0),
        ({"distance_m": None, **FAR, "end_lng": "104.06E"}, "malformed", 0),
        ({"distance_m": None, **FAR, "end_lng": -180}, "too_fast", 0),
        # Numbers may come as text, and text as numbers.
        ({"reference": 17, "rider": 4.5}, None, 2_431),
        ({"distance_m": None, **{k: str(v) for k, v in FAR.items()}}, None, FAR_M),
        # A cell that must be there.
        ({"reference": ""}, "malformed", 0),
        ({"reference": "  "}, "malformed", 0),
        ({"reference": "x" * 128}, None, 2_431),
        ({"reference": "骑" * 43}, "malformed", 0),
        ({"reference": "a\nb"}, "malformed", 0),
        ({"rider": None}, "malformed", 0),
        ({"rider": "jc\0lin"}, "malformed", 0),
        ({"rider": {"name": "lin"}}, "malformed", 0),
        ({"mode": None}, "malformed", 0),
        ({"mode": True}, "malformed", 0),
        ({"mode": "SHARED_BIKE"}, "unknown_mode", 0),
        ({"started_at": None}, "malformed", 0),
        ({"ended_at": "soon"}, "malformed", 0),
    ],
)
def test_borders(tmp_path: Path, changed: dict[str, Any], verdict: str | None, metres: int) -> None:
    told = dict(changed)
    row = {**ride("JC1", started_at=BEGUN, minutes=told.pop("minutes", 10)), **told}
    trips = read(write_rides(tmp_path / "rides.ndjson", [row]), OURS)
    assert trips.select("refused", "amount").row(0) == (verdict, metres)


@pytest.mark.parametrize(
    ("started", "ended", "verdict"),
    [
        ("2026-03-19T08:00:00+08:00", "2026-03-20T08:00:00+08:00", None),
        ("2026-03-19T08:00:00+08:00", "2026-03-20T08:00:00.000001+08:00", "too_long"),
        ("2026-03-20T08:00:00.25+08:00", "2026-03-20T08:09:00.5+08:00", None),
        ("2026-03-20T08:00:00.25+08:00", "2026-03-20T08:00:00.25+08:00", "zero_duration"),
        ("2026-03-20T08:00:00.25+08:00", "2026-03-20T08:00:00.249999+08:00", "end_before_start"),
        # One instant, told from two places.
        ("2026-03-20T08:00:00+08:00", "2026-03-20T00:00:00Z", "zero_duration"),
        ("2026-03-20T08:00:00+08:00", "2026-03-19T19:10:00-05:00", None),
        ("2026-03-20 08:00:00+0800", "2026-03-20T08:10:00+08", None),
        # To the very moment, and beyond it.
        ("2026-03-20T11:50:00+08:00", "2026-03-20T12:00:00+08:00", None),
        ("2026-03-20T11:50:00+08:00", "2026-03-20T12:00:00.000001+08:00", "in_future"),
        # A time that does not say where is not guessed.
        ("2026-03-20T08:00:00", "2026-03-20T08:10:00+08:00", "malformed"),
        ("2026-03-20T08:00:00+08:00", "2026-03-20T08:10:00", "malformed"),
        ("1773964800", "2026-03-20T08:10:00+08:00", "malformed"),
        ("2026-02-29T08:00:00+08:00", "2026-03-01T08:10:00+08:00", "malformed"),
        ("2026-03-20T08:00:00+99:00", "2026-03-20T08:10:00+08:00", "malformed"),
        # Years that no clock of ours shows.
        ("-0005-03-20T08:00:00+08:00", "-0005-03-20T08:10:00+08:00", "malformed"),
        ("0001-01-01T00:00:00+08:00", "0001-01-01T00:10:00+08:00", "malformed"),
        ("+12026-03-20T08:00:00+08:00", "+12026-03-20T08:10:00+08:00", "malformed"),
    ],
)
def test_times(tmp_path: Path, started: str, ended: str, verdict: str | None) -> None:
    row = {**ride("JC1"), "started_at": started, "ended_at": ended}
    trips = read(write_rides(tmp_path / "rides.ndjson", [row]), OURS)
    assert trips["refused"].to_list() == [verdict]


@pytest.mark.parametrize(
    ("started", "ended", "verdict", "minutes"),
    [
        ("2021-02-10 10:00:00", "2021-02-10 10:10:00", None, 10),
        ("2021-02-10 10:00:00.500", "2021-02-10 10:10:00.5", None, 10),
        # At two in the morning of 14 March 2021 the clocks showed three.
        ("2021-03-14 01:55:00", "2021-03-14 03:05:00", None, 10),
        ("2021-03-14 02:00:00", "2021-03-14 03:05:00", "malformed", None),
        ("2021-03-14 01:55:00", "2021-03-14 02:59:59", "malformed", None),
        # At two in the morning of 7 November 2021 they showed one again.
        ("2021-11-07 00:55:00", "2021-11-07 01:05:00", None, 10),
        ("2021-11-07 01:55:00", "2021-11-07 01:05:00", None, 10),
        ("2021-11-07 01:05:00", "2021-11-07 01:15:00", None, 10),
        ("2021-11-07 01:55:00", "2021-11-07 02:05:00", None, 70),
        ("2021-11-07 02:05:00", "2021-11-07 01:55:00", "end_before_start", None),
        # Other ways of writing a time are not this operator's.
        ("10/02/2021 10:00", "10/02/2021 10:10", "malformed", None),
        ("2021-02-10T10:00:00Z", "2021-02-10T10:10:00Z", "malformed", None),
    ],
)
def test_clocks_of_chicago(
    tmp_path: Path, started: str, ended: str, verdict: str | None, minutes: int | None
) -> None:
    row = f"R1,classic_bike,{started},{ended},41.900,-87.63,41.901,-87.63"
    path = tmp_path / "trips.csv"
    path.write_text(f"{DIVVY_HEADER}\n{row}\n", encoding="utf-8")
    trips = read(path)
    assert trips["refused"].to_list() == [verdict]
    if minutes is not None:
        assert trips["ended_at"][0] - trips["started_at"][0] == timedelta(minutes=minutes)


@pytest.fixture
def nameless(tmp_path: Path) -> Layout:
    """A layout of files whose trips have no number of their own."""
    folder = tmp_path / "content" / "common" / "layouts"
    folder.mkdir(parents=True)
    (folder / "nameless.toml").write_text(
        """
        [layout]
        name = "nameless"
        title_zh = "无编号"
        title_en = "Without numbers"
        source = "tests"
        time_zone = "Asia/Shanghai"
        time_formats = ["%d/%m/%Y %H:%M"]
        coordinates = "WGS84"
        mode = "shared_bike"

        [columns]
        started_at = "from"
        ended_at = "to"
        distance_m = "metres"
        """,
        encoding="utf-8",
    )
    return load_layout(tmp_path / "content", "nameless")


def test_trips_without_numbers_are_named_by_their_row_and_its_turn(
    tmp_path: Path, nameless: Layout
) -> None:
    same = "01/03/2026 10:00,01/03/2026 10:10,1000,sunny"
    other = "01/03/2026 10:00,01/03/2026 10:10,1000,rainy"
    lines = ["from,to,metres,weather", same, other, same, "torn", same]
    path = tmp_path / "trips.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    trips = read(path, nameless)
    assert trips["refused"].to_list() == [None, None, None, "malformed", None]
    assert set(trips["mode"]) == {"shared_bike"}
    numbers = trips["reference"].to_list()
    digests, turns = zip(*(numbers[n].split("-") for n in (0, 1, 2, 4)), strict=True)
    assert digests[0] == digests[2] == digests[3] != digests[1]
    assert turns == ("1", "1", "2", "3")
    assert all(len(digest) == 32 for digest in digests)
    # However the file is cut into chunks, the names stay, for sending it again must find them.
    assert read(path, nameless, chunk_rows=1)["reference"].to_list() == numbers


def test_a_layout_with_days_first_reads_the_fourth_of_march(
    tmp_path: Path, nameless: Layout
) -> None:
    path = tmp_path / "trips.csv"
    path.write_text("from,to,metres\n04/03/2026 00:05,04/03/2026 00:15,1000\n", encoding="utf-8")
    assert read(path, nameless)["started_at"].to_list() == [datetime(2026, 3, 3, 16, 5, tzinfo=UTC)]


def test_what_is_no_way_of_moving_here_is_unknown(tmp_path: Path) -> None:
    """A word that a layout knows counts only when the city has a scene for it."""
    assert set(DIVVY.modes.values()) == {"shared_bike"}
    path = tmp_path / "trips.csv"
    row = "R1,electric_scooter,2021-02-10 10:00:00,2021-02-10 10:10:00,41.900,-87.63,41.901,-87.63"
    path.write_text(f"{DIVVY_HEADER}\n{row}\n", encoding="utf-8")
    assert read(path)["refused"].to_list() == ["unknown_mode"]


def test_a_file_of_one_kind_that_the_city_does_not_have_is_unknown_throughout(
    tmp_path: Path, nameless: Layout
) -> None:
    path = tmp_path / "trips.csv"
    path.write_text("from,to,metres\n04/03/2026 00:05,04/03/2026 00:15,1000\n", encoding="utf-8")
    assert read(path, replace(nameless, mode="metro"))["refused"].to_list() == ["unknown_mode"]
