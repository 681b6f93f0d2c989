"""An item goes one of two ways; both say the same of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from tanhui.behaviours.items import NO_TIME, read_items
from tanhui.geo.districts import Districts
from tanhui.partners.layouts import load_layout
from tanhui.partners.raw import lines_frame
from tanhui.partners.trips import check_trips
from tanhui.scenes.library import city_library

CONTENT = Path(__file__).resolve().parents[2] / "content"
LAYOUT = load_layout(CONTENT, "tanhui-ndjson")
MODES = city_library(CONTENT).modes()
DISTRICTS = Districts.load(CONTENT)
NOW = datetime(2026, 3, 20, 4, 0, tzinfo=UTC)
_TIMES = st.sampled_from(
    [
        "2026-03-20T08:00:00+08:00",
        "2026-03-20T08:12:00+08:00",
        "2026-03-20T00:12:30Z",
        "2026-03-20T08:12:00.5+08:00",
        "2026-03-20T08:12:00.1234567+08:00",
        "2026-03-20 08:12:00+08:00",
        "2026-03-20T08:12:00",
        "2026-03-20T08:12+08:00",
        "2026-W12-5T08:12:00+08:00",
        "2026-03-20T08:12:60+08:00",
        "2026-03-20T24:00:00+08:00",
        "2026-02-30T08:12:00+08:00",
        "2026-03-20T12:00:01+08:00",
        "2026-03-20T08:12:00-23:59",
        "2026-03-20T08:12:00+24:00",
        "1969-12-31T23:59:59Z",
        "0001-01-01T00:00:00Z",
        "",
        " 2026-03-20T08:12:00+08:00 ",
        1_700_000_000,
        None,
    ]
)
_NAMES = st.sampled_from(
    ["a", " a ", "", "é", "a\tb", "x" * 128, "x" * 129, "😀", "a\u0000", 7, 1.5, True, None, ["a"]]
)
_AMOUNTS = st.one_of(
    st.sampled_from(
        [2431, 0, -1, 0.4, 6000, 6000.0001, 5999.999, 1e18, 10**40, "2431", " 7 ", "x", True, None]
    ),
    st.integers(0, 10_000),
    st.floats(0, 10_000),
)
_LATITUDES = st.sampled_from([30.6, 30.66, 30.66, 30.66, 41, 91, -90, None, "30.6", True, [1]])
_LONGITUDES = st.sampled_from([104.1, 104.06, 104.06, 104, -180, 180.5, 10**400, None, "104"])
_ITEMS = st.fixed_dictionaries(
    {"reference": _NAMES, "rider": _NAMES, "started_at": _TIMES, "ended_at": _TIMES},
    optional={
        "mode": st.sampled_from([*MODES, "teleport", "", None, 7]),
        "distance_m": _AMOUNTS,
        "steps": _AMOUNTS,
        "energy_wh": _AMOUNTS,
        "persons": st.sampled_from([2, "2", 99, None]),
        "car_class": st.sampled_from(["small", "huge", None]),
        "start_lat": _LATITUDES,
        "start_lng": _LONGITUDES,
        "end_lat": _LATITUDES,
        "end_lng": _LONGITUDES,
        "points": st.just(10**6),
    },
)
_GOOD = {
    "reference": "a",
    "rider": "b",
    "mode": "shared_bike",
    "started_at": "2026-03-20T08:00:00+08:00",
    "ended_at": "2026-03-20T08:12:00+08:00",
    "distance_m": 2431,
}


PLACES = {"start_lat": 30.66, "start_lng": 104.06, "end_lat": 30.67, "end_lng": 104.07}


def test_an_item_tells_its_district_and_nothing_finer() -> None:
    item = json.dumps({**_GOOD, **PLACES}).encode()
    rows = read_items([item], LAYOUT, MODES, now=NOW, districts=DISTRICTS)
    assert (rows.refused, rows.district.tolist()) == ([None], [2])
    assert read_items([item], LAYOUT, MODES, now=NOW).district.tolist() == [0]


@given(st.lists(_ITEMS, min_size=1, max_size=8))
@example([_GOOD])
@example([{**_GOOD, "distance_m": 6000}, {**_GOOD, "distance_m": 6001}])
@example([{**_GOOD, "start_lat": 30.6}])
@example([{**_GOOD, **PLACES}, {**_GOOD, **PLACES, "start_lat": 91}])
@example([{**_GOOD, **PLACES, "start_lng": True}, {**_GOOD, **PLACES, "persons": 2}])
def test_both_ways_judge_alike(items: list[dict[str, Any]]) -> None:
    told = [json.dumps(item).encode() for item in items]
    slow = check_trips(
        lines_frame(LAYOUT, list(enumerate(told))),
        LAYOUT,
        now=NOW,
        modes=MODES,
        districts=DISTRICTS,
    ).with_columns(pl.col("started_at", "ended_at").dt.epoch("us").fill_null(NO_TIME))
    rows = read_items(told, LAYOUT, MODES, now=NOW, districts=DISTRICTS)
    assert rows.refused == slow["refused"].to_list()
    sound = [place for place, why in enumerate(rows.refused) if why is None]
    for name, column in (
        ("reference", rows.reference),
        ("rider", rows.rider),
        ("mode", rows.mode),
        ("started_at", rows.started),
        ("ended_at", rows.ended),
        ("amount", rows.amount),
        ("detail", rows.detail),
        ("grade", rows.grade),
        ("district", rows.district),
    ):
        expected = slow[name].to_list()
        assert [column[place] for place in sound] == [expected[place] for place in sound], name


def test_what_is_no_item_is_malformed() -> None:
    rows = read_items([b"", b"7", b"null", b"[", b'{"a":'], LAYOUT, MODES, now=NOW)
    assert rows.refused == ["malformed"] * 5


def test_what_an_item_corrects_must_be_a_name() -> None:
    items = [{**_GOOD, "replaces": told} for told in ("old", "", 7, None, ["x"])]
    rows = read_items([json.dumps(item).encode() for item in items], LAYOUT, MODES, now=NOW)
    assert rows.refused == [None, "malformed", "malformed", None, "malformed"]
    assert rows.replaces == {0: "old"}
