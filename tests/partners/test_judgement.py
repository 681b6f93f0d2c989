"""Each trip is judged as a slow, independent judge judges it."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tanhui.partners.trips import REFUSAL_CODES, check_trips
from tests.cast import NOW
from tests.partners.judge import PLACES, Cells, judge
from tests.partners.reading import BIKES, DIVVY, MODES, OURS, read

CHICAGO = ZoneInfo("America/Chicago")
BOTH_FORMS = settings(
    deadline=None, max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NAMES = st.sampled_from(["JC1", " JC2 ", "骑行-3", "", None, "x" * 128, "x" * 129, "a\0", "\ufffd"])
WORDS = st.sampled_from(["shared_bike"] * 8 + ["hover", "", None, " shared_bike", "Shared_bike"])
NUMBERS = st.one_of(
    st.integers(-2, 13_000).map(str),
    st.floats(0, 20_000, allow_nan=False).map(repr),
    st.sampled_from([None, "", "0", "0.4", "-0.1", "1e3", "abc", "nan", "inf", "1,000", " 12 "]),
)
LATITUDES = st.one_of(
    st.floats(30.60, 30.70).map(lambda degrees: f"{degrees:.4f}"),
    st.sampled_from([None, "", "30.65", "30.65", "90", "-90.001", "x", "91"]),
)
LONGITUDES = st.one_of(
    st.floats(104.00, 104.10).map(lambda degrees: f"{degrees:.4f}"),
    st.sampled_from([None, "", "104.05", "104.05", "-180", "180.5", "y"]),
)
MICROS = st.sampled_from([0, 0, 0, 1, 500_000, 999_999])
LENGTHS = st.one_of(
    st.integers(-60, 7_200),
    st.sampled_from([0, 1, 300, 86_399, 86_400, 86_401]),
).flatmap(lambda seconds: MICROS.map(lambda us: timedelta(seconds=seconds, microseconds=us)))


def _stated(instant: datetime, form: int) -> str:
    """An instant as text, in one of the ways our format knows, or in one it does not."""
    local = instant.astimezone(ZoneInfo("Asia/Shanghai"))
    return (
        local.isoformat(),
        instant.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        local.isoformat(" "),
        local.isoformat(timespec="microseconds"),
        local.replace(tzinfo=None).isoformat(),
        local.strftime("%d/%m/%Y %H:%M:%S+08:00"),
    )[form]


@st.composite
def our_rows(draw: st.DrawFn) -> Cells:
    """A row of our own format: often good, often wrong in one way, sometimes in several."""
    starts = st.integers(-200_000, 1_000).map(lambda s: NOW + timedelta(seconds=s))
    started = draw(starts)
    form = st.sampled_from([0, 0, 0, 1, 2, 3, 4, 5])
    row: dict[str, str | None] = {
        "reference": "JC1",
        "rider": "jc-lin",
        "mode": draw(st.sampled_from(["shared_bike", *MODES])),
        "started_at": _stated(started, draw(form)),
        "ended_at": _stated(started + draw(LENGTHS), draw(form)),
        "distance_m": draw(st.one_of(st.none(), NUMBERS)),
        "steps": draw(st.one_of(st.none(), st.integers(0, 30_000).map(str), NUMBERS)),
        "energy_wh": draw(st.one_of(st.none(), st.integers(0, 90_000).map(str), NUMBERS)),
        "persons": draw(st.sampled_from([None, "", "2", " 7 ", "1", "8", "two", "+3", "2.0"])),
        "car_class": draw(st.sampled_from([None, "", "small", "medium", " large", "huge"])),
        **{f: draw(LATITUDES if f.endswith("lat") else LONGITUDES) for f in PLACES},
    }
    odd = {
        "reference": NAMES,
        "rider": NAMES,
        "mode": WORDS,
        "started_at": st.sampled_from([None, "", "yesterday", "2026-02-30T10:00:00+08:00"]),
        "ended_at": st.sampled_from([None, "", "2026-03-20 25:00:00Z"]),
    }
    for field in draw(st.lists(st.sampled_from(sorted(odd)), max_size=2)):
        row[field] = draw(odd[field])
    return row


def _frame(rows: list[Cells], fields: list[str]) -> pl.DataFrame:
    columns = {field: [row.get(field) for row in rows] for field in fields}
    return pl.DataFrame(columns, schema=dict.fromkeys(fields, pl.String)).with_columns(
        pl.int_range(1, len(rows) + 1, dtype=pl.Int64).alias("line"), torn=pl.lit(False)
    )


@settings(deadline=None, max_examples=300)
@given(st.lists(our_rows(), min_size=1, max_size=12))
def test_columns_judge_as_the_slow_judge_does(rows: list[Cells]) -> None:
    trips = check_trips(_frame(rows, list(OURS.columns)), OURS, now=NOW, modes=MODES)
    expected = [judge(row, zone=None, modes=MODES, now=NOW) for row in rows]
    assert trips.select("refused", "amount", "detail").rows() == expected


@BOTH_FORMS
@given(st.lists(our_rows(), min_size=1, max_size=8), st.integers(1, 4))
def test_a_file_of_json_and_one_of_csv_say_the_same(
    tmp_path: Path, rows: list[Cells], chunk_rows: int
) -> None:
    as_json, as_csv = tmp_path / "trips.ndjson", tmp_path / "trips.csv"
    as_json.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with as_csv.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(OURS.columns))
        writer.writeheader()
        writer.writerows(rows)
    expected = [judge(row, zone=None, modes=MODES, now=NOW) for row in rows]
    for path in (as_json, as_csv):
        trips = read(path, OURS, chunk_rows=chunk_rows, modes=MODES)
        assert trips.select("refused", "amount", "detail").rows() == expected


# Around the two nights of 2021 on which Chicago's clocks were changed.
CLOCKS = st.one_of(
    st.integers(0, 7_200).map(lambda s: datetime(2021, 3, 14, 1, 30) + timedelta(seconds=s)),  # noqa: DTZ001
    st.integers(0, 7_200).map(lambda s: datetime(2021, 11, 7, 0, 30) + timedelta(seconds=s)),  # noqa: DTZ001
    st.integers(0, 10**6).map(lambda s: datetime(2021, 2, 1) + timedelta(seconds=s)),  # noqa: DTZ001
)


@st.composite
def divvy_rows(draw: st.DrawFn) -> Cells:
    """A row whose times are those of clocks on a wall in Chicago."""
    started = draw(CLOCKS)
    ended = started + draw(LENGTHS)
    return {
        "reference": "R1",
        "mode": draw(st.sampled_from(["classic_bike", "electric_bike", "docked_bike", "scooter"])),
        "started_at": str(started),
        "ended_at": draw(st.one_of(st.just(str(ended)), st.sampled_from(["", str(started)]))),
        **{f: draw(LATITUDES if f.endswith("lat") else LONGITUDES) for f in PLACES},
    }


@settings(deadline=None, max_examples=200)
@given(st.lists(divvy_rows(), min_size=1, max_size=12))
def test_clocks_on_a_wall_are_judged_as_the_slow_judge_does(rows: list[Cells]) -> None:
    trips = check_trips(_frame(rows, list(DIVVY.columns)), DIVVY, now=NOW, modes=BIKES)
    modes = dict.fromkeys(DIVVY.modes, BIKES["shared_bike"])
    expected = [judge(row, zone=CHICAGO, modes=modes, now=NOW, names_riders=False) for row in rows]
    assert trips.select("refused", "amount", "detail").rows() == expected


def test_the_slow_judge_knows_every_refusal() -> None:
    """Nothing above proves much unless each code really comes up."""
    begun = "2026-03-20T08:00:00+08:00"
    good = {
        "reference": "JC1",
        "rider": "jc-lin",
        "mode": "shared_bike",
        "started_at": begun,
        "ended_at": "2026-03-20T08:10:00+08:00",
        "distance_m": "1000",
    }
    changes: dict[str, dict[str, str | None]] = {
        "malformed": {"reference": None},
        "unknown_mode": {"mode": "hovering"},
        "in_future": {"ended_at": "2026-03-20T12:00:01+08:00"},
        "no_end": {"ended_at": ""},
        "end_before_start": {"ended_at": "2026-03-20T07:59:59+08:00"},
        "zero_duration": {"ended_at": begun},
        "too_long": {"started_at": "2026-03-19T08:09:59+08:00"},
        "no_distance": {"distance_m": "0"},
        "no_steps": {"mode": "walking", "steps": "0"},
        "no_energy": {"mode": "nev_kwh", "energy_wh": "0"},
        "too_fast": {"distance_m": "5001"},
        "too_many_steps": {"mode": "walking", "steps": "2001"},
        "too_powerful": {"mode": "nev_kwh", "energy_wh": "66667"},
    }
    assert tuple(changes) == REFUSAL_CODES
    for code, change in changes.items():
        assert judge({**good, **change}, zone=None, modes=MODES, now=NOW) == (code, 0, 0)
    assert judge(good, zone=None, modes=MODES, now=NOW) == (None, 1000, 0)
    shared = {**good, "mode": "carpool", "persons": "3"}
    assert judge(shared, zone=None, modes=MODES, now=NOW) == (None, 1000, 3)
