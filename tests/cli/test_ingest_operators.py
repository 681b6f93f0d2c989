"""Every operator's file goes through the whole way, and every row of it is accounted for."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
from pytest_django import Settings
from tests.cast import BIKE, seat
from tests.files.operators import TWINS
from typer.testing import CliRunner

from tanhui.cli.database import register
from tanhui.config.database import Database, open_url

pytestmark = pytest.mark.database

Run = Callable[..., dict[str, Any]]
BIKES = "data/bike/bikedata_samples"
REAL = {
    f"{BIKES}/dc.csv": ("capital-bikeshare", 200),
    f"{BIKES}/lo.csv": ("bikedata-london", 200),
    f"{BIKES}/bo12.csv": ("bikedata-boston", 200),
    f"{BIKES}/bo17.csv": ("bikedata-boston", 200),
    f"{BIKES}/bo18.csv": ("bikedata-boston", 200),
    f"{BIKES}/ny.csv": ("bikedata-new-york", 200),
    f"{BIKES}/ch_tr.csv": ("bikedata-chicago", 200),
    f"{BIKES}/la.csv": ("bikedata-los-angeles", 200),
    f"{BIKES}/mn_tr.csv": ("bikedata-minneapolis", 200),
    "data/bike/ofo_shenyang_20171227-174401.csv": ("ofo-positions", 7_744),
    "data/steps/fitbit_dailyActivity_merged.csv": ("fitbit-daily", 940),
    "data/ev/perth_kinross_evcs_usage_2017-18.csv.gz": ("perth-kinross-charging", 20_277),
    "data/ev/mot_history_car1.json": ("dvsa-mot", 5),
    "data/ev/mot_history_car2.json": ("dvsa-mot", 9),
}


@pytest.fixture
def ingest(
    books: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """`tanhui ingest` of a file by a layout, its riders assigned; answers what it prints."""
    monkeypatch.setenv("TANHUI_LANGUAGE", "en")
    settings.TANHUI = replace(settings.TANHUI, database_url=books.owner_url, var=tmp_path / "var")
    seat()
    app = typer.Typer()
    register(app)

    def run(path: Path, layout: str) -> dict[str, Any]:
        words = ["ingest", str(path), "--partner", BIKE, "--layout", layout, "--json"]
        result = CliRunner().invoke(app, [*words, "--assign-riders", "60"])
        assert result.exit_code == 0, result.output
        return dict(json.loads(result.stdout))

    yield run
    # The command leaves its database; what follows needs it again.
    open_url(books.owner_url)


def _accounted(answer: dict[str, Any]) -> None:
    """Rows add up, and the report has a line for each that was not simply recorded."""
    others = sum(answer["held"].values()) + sum(answer["refused"].values())
    assert answer["rows"] == answer["recorded"] + answer["exists"] + others
    with Path(answer["report"]).open(encoding="utf-8-sig", newline="") as stream:
        told = [row["outcome"] for row in csv.DictReader(stream)]
    assert sum(outcome != "merged" for outcome in told) == answer["exists"] + others


def test_twins_of_every_layout_are_ingested(ingest: Run, tmp_path: Path) -> None:
    for number, (name, twin) in enumerate(TWINS.items()):
        folder = tmp_path / str(number)
        folder.mkdir()
        answer = ingest(twin.write(folder), twin.layout)
        assert answer["rows"] == len(twin.verdicts), name
        _accounted(answer)


@pytest.mark.parametrize("name", REAL)
def test_a_real_file_is_ingested_and_again_records_nothing(
    ingest: Run, shared: Path, name: str
) -> None:
    layout, rows = REAL[name]
    first = ingest(shared / name, layout)
    assert first["rows"] == rows
    _accounted(first)
    again = ingest(shared / name, layout)
    assert (again["rows"], again["recorded"], again["points"]) == (rows, 0, 0)
    _accounted(again)
