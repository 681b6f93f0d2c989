"""Each operator's file is read as the operator meant it, in every spelling of its years."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from tanhui.partners.files import look_through
from tanhui.partners.layouts import load_layout, names
from tanhui.partners.trial import Trial, read_trial
from tests.cast import NOW
from tests.files.operators import TWINS
from tests.partners.reading import CONTENT, MODES, read, verdicts

BIKES = Path("data/bike/bikedata_samples")


@pytest.mark.parametrize("twin", TWINS)
def test_a_twin_is_read_row_by_row(tmp_path: Path, twin: str) -> None:
    told = TWINS[twin]
    path = told.write(tmp_path)
    layout = load_layout(CONTENT, told.layout)
    trips = read(path, layout, modes=MODES)
    assert tuple(verdicts(trips).values()) == told.verdicts
    assert look_through(path, layout).rows == trips.height
    assert trips["started_at"][0] == datetime.fromisoformat(told.starts).replace(tzinfo=UTC)
    assert tuple(trips["mode"]) == told.modes
    assert trips["reference"].drop_nulls().n_unique() >= trips.height - 1


def test_every_operators_layout_has_a_twin() -> None:
    assert {twin.layout for twin in TWINS.values()} == set(names(CONTENT)) - {
        "divvy",
        "tanhui-ndjson",
    }


def test_stations_may_come_inside_the_archive_or_be_given(tmp_path: Path) -> None:
    twin = TWINS["chicago 2013-2019"]
    ((name, table),) = twin.beside.items()
    layout = load_layout(CONTENT, twin.layout)
    archive = tmp_path / "Divvy_Stations_Trips_2013.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("Divvy/Divvy_Trips_2013.csv", twin.text)
        opened.writestr(f"Divvy/{name}", table)
        opened.writestr("Divvy/README.txt", "These are trips.\n\nAnd stations.\n")
    assert tuple(verdicts(read(archive, layout, modes=MODES)).values()) == twin.verdicts
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "places.csv").write_text(table, encoding="utf-8")
    path = tmp_path / "alone.csv"
    path.write_text(twin.text, encoding="utf-8")
    assert set(verdicts(read(path, layout, modes=MODES)).values()) == {"no_distance"}
    given = look_through(path, layout, [elsewhere / "places.csv"])
    trial = read_trial(given, layout, now=NOW, modes=MODES)
    assert (trial.rows, trial.refused["no_end"], trial.stations_known) == (3, 1, 5)
    assert dict(trial.stations_unknown) == {"7": 1}


def _trial(path: Path, layout_name: str) -> Trial:
    layout = load_layout(CONTENT, layout_name)
    return read_trial(look_through(path, layout), layout, now=NOW, modes=MODES)


# What became of each real file when it was first read; every row is in one of these.
REAL = {
    "dc.csv": ("capital-bikeshare", {"no_distance": 200}),
    "lo.csv": ("bikedata-london", {"no_distance": 198, "too_long": 2}),
    "bo12.csv": ("bikedata-boston", {"no_distance": 10, "no_end": 4}),
    "bo17.csv": ("bikedata-boston", {"no_distance": 9}),
    "bo18.csv": ("bikedata-boston", {"no_distance": 13, "too_fast": 1}),
    "ny.csv": ("bikedata-new-york", {"no_distance": 10}),
    "ch_tr.csv": ("bikedata-chicago", {"no_distance": 9}),
    "la.csv": ("bikedata-los-angeles", {"no_distance": 26, "no_end": 2}),
    "mn_tr.csv": (
        "bikedata-minneapolis",
        {"no_distance": 18, "zero_duration": 17, "too_fast": 1, "no_end": 1},
    ),
}


@pytest.mark.parametrize("name", REAL)
def test_every_row_of_a_real_file_is_accounted_for(shared: Path, name: str) -> None:
    layout_name, refused = REAL[name]
    trial = _trial(shared / BIKES / name, layout_name)
    assert (trial.rows, dict(trial.refused)) == (200, refused)


def test_the_real_station_tables_know_the_real_stations(shared: Path) -> None:
    found = {
        name: _trial(shared / BIKES / name, REAL[name][0])
        for name in ("bo12.csv", "ch_tr.csv", "mn_tr.csv")
    }
    assert [trial.stations_known for trial in found.values()] == [394, 400, 399]
    assert set(found["bo12.csv"].stations_unknown) == {"A32007", "B32019"}


def test_the_real_divvy_month_adds_up(shared: Path) -> None:
    trial = _trial(shared / "data/bike/202102-divvy-tripdata.zip", "divvy")
    assert (trial.rows, trial.straight_line_rows) == (49_622, 49_622 - 214)
    # The README's 97,942.0 km are on a sphere of 6,371.0 km; ours is 8.8 m wider.
    assert round(trial.straight_line / 1_000 * 6_371 / 6_371.0088, 1) == 97_942.0


def test_the_real_steps_add_up(shared: Path) -> None:
    trial = _trial(shared / "data/steps/fitbit_dailyActivity_merged.csv", "fitbit-daily")
    steps = trial.measured["steps"]
    assert (trial.rows, steps.zero, steps.largest) == (940, 77, 36_019)
    assert dict(trial.refused) == {"no_steps": 77}
    assert trial.first == datetime(2016, 4, 11, 16, tzinfo=UTC)
    assert trial.last == datetime(2016, 5, 12, 16, tzinfo=UTC)


def test_the_real_charging_sessions_add_up(shared: Path) -> None:
    path = shared / "data/ev/perth_kinross_evcs_usage_2017-18.csv.gz"
    trial = _trial(path, "perth-kinross-charging")
    energy = trial.measured["energy_wh"]
    assert (trial.rows, energy.zero, energy.empty, energy.negative) == (20_277, 407, 43, 1)
    assert round(energy.total / 1_000, 2) == 221_808.97
    assert trial.refused["malformed"] == 43 + 1
    assert trial.duplicates == 0


def test_the_real_positions_are_no_trips(shared: Path) -> None:
    trial = _trial(shared / "data/bike/ofo_shenyang_20171227-174401.csv", "ofo-positions")
    assert (trial.rows, dict(trial.refused), trial.duplicates) == (7_744, {"no_end": 7_744}, 2)
    assert trial.identical_points == 134
    assert trial.bounds is not None
    assert 41.6 < trial.bounds[0] < trial.bounds[2] < 42.0


def test_the_real_inspections_are_no_trips(shared: Path) -> None:
    for name, tests in (("mot_history_car1.json", 5), ("mot_history_car2.json", 9)):
        trial = _trial(shared / "data/ev" / name, "dvsa-mot")
        assert (trial.rows, dict(trial.refused)) == (tests, {"no_end": tests})


def test_grades_tell_a_meter_from_a_line(tmp_path: Path) -> None:
    twin = TWINS["new york 2013"]
    assert read(twin.write(tmp_path), load_layout(CONTENT, twin.layout), modes=MODES)[
        "grade"
    ].to_list() == [1, 1]
    twin = TWINS["perth"]
    frame = read(twin.write(tmp_path), load_layout(CONTENT, twin.layout), modes=MODES)
    assert set(frame["grade"]) == {0}
    assert frame.filter(pl.col("refused").is_null())["amount"].to_list() == [2_780]
