"""`tanhui ingest` as a partner's desk sees it: one answer, or one line that says why not."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from pytest_django import Settings
from tests.cast import BIKE, LAYOUT, ride, seat, write_rides
from tests.files import divvy_twin
from typer.testing import CliRunner, Result

from tanhui.cli.database import register
from tanhui.config.database import Database, open_url
from tanhui.kernel.periods import CITY_ZONE

pytestmark = pytest.mark.database

Run = Callable[..., Result]
MORNING = datetime(2026, 3, 20, 8, tzinfo=CITY_ZONE)


@pytest.fixture
def run(
    books: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """The command over books in which the cast is seated, in English."""
    monkeypatch.setenv("TANHUI_LANGUAGE", "en")
    settings.TANHUI = replace(settings.TANHUI, database_url=books.owner_url, var=tmp_path / "var")
    seat()
    app = typer.Typer()
    register(app)
    yield lambda *words: CliRunner().invoke(app, ["ingest", *words])
    # The command leaves its database; what follows needs it again.
    open_url(books.owner_url)


def _words(path: Path, **changed: str) -> list[str]:
    options = {"partner": BIKE, "layout": LAYOUT, **changed}
    words = [str(path)]
    for name, value in options.items():
        words += [f"--{name.replace('_', '-')}", value]
    return words


def _answer(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    assert result.stdout.count("\n") == 1
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def _rides(folder: Path, count: int = 3) -> Path:
    rides = [ride(f"JC{n}", started_at=MORNING + timedelta(hours=n)) for n in range(count)]
    return write_rides(folder / "rides.ndjson", rides)


def test_the_answer_is_one_json_object(run: Run, tmp_path: Path) -> None:
    answer = _answer(run(*_words(_rides(tmp_path)), "--json"))
    report = answer.pop("report")
    assert answer.pop("seconds") >= 0
    assert answer == {
        "rows": 3,
        "recorded": 3,
        "exists": 0,
        "held": {},
        "refused": {},
        "reduction_mg": 3 * 118_389,
        "points": 30,
    }
    assert Path(report).parent == tmp_path / "var" / "reports"


def test_the_same_file_again_records_nothing(run: Run, tmp_path: Path) -> None:
    path = _rides(tmp_path)
    _answer(run(*_words(path), "--json"))
    again = _answer(run(*_words(path), "--json"))
    assert (again["recorded"], again["exists"], again["points"]) == (0, 3, 0)


def test_people_get_a_sentence_and_the_report(run: Run, tmp_path: Path) -> None:
    rides = [ride("JC1", started_at=MORNING), ride("JC2", distance_m=0), ride("JC1")]
    path = write_rides(tmp_path / "rides.ndjson", rides)
    result = run(*_words(path, batch="nightly"))
    assert result.exit_code == 0
    assert result.stdout.startswith("3 rows: 1 recorded, 1 known already, 0 held, 1 refused; ")
    report = Path(result.stdout.splitlines()[1].rpartition(": ")[2])
    assert report.name == "rides-nightly.csv"
    with report.open(encoding="utf-8-sig", newline="") as stream:
        told = [(row["line"], row["outcome"], row["reason"]) for row in csv.DictReader(stream)]
    assert told == [("2", "refused", "no_distance"), ("3", "exists", "exists")]


def test_small_chunks_and_compression_change_nothing(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "rides.ndjson.gz"
    path.write_bytes(gzip.compress(_rides(tmp_path).read_bytes()))
    answer = _answer(run(*_words(path, chunk_rows="1"), "--json"))
    assert (answer["recorded"], answer["points"]) == (3, 30)


def test_a_public_file_is_assigned_to_simulated_citizens(run: Run, tmp_path: Path) -> None:
    path = divvy_twin.write_zip(tmp_path / "twin.zip")
    words = _words(path, layout="divvy", assign_riders="20")
    answer = _answer(run(*words, "--json"))
    assert answer["rows"] == divvy_twin.ROWS
    assert answer["recorded"] == divvy_twin.EXPECTED[None]
    assert answer["refused"] == divvy_twin.refused()


# What is wrong, the code told, and something the sentence must say in each language.
REFUSED: dict[str, tuple[dict[str, str], str, str, str]] = {
    "an unknown partner": ({"partner": "HOVER"}, "no_such_partner", "HOVER", "HOVER"),
    "an unknown layout": ({"layout": "hovering"}, "no_such_layout", "divvy", "divvy"),
    "no riders": ({"layout": "divvy"}, "no_riders", "--assign-riders", "--assign-riders"),
    "too many riders": (
        {"layout": "divvy", "assign_riders": "10000001"},
        "count_out_of_range",
        "10000000",
        "10000000",
    ),
}


def _refused(result: Result, code: str) -> str:
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    lines = [line for line in result.stderr.splitlines() if line]
    assert len(lines) == 1
    assert lines[0].startswith(f"{code}: ")
    return lines[0]


@pytest.mark.parametrize("trouble", REFUSED)
def test_a_wrong_delivery_is_one_line(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    changed, code, en, zh = REFUSED[trouble]
    words = [*_words(_rides(tmp_path), **changed), "--json"]
    assert en in _refused(run(*words), code)
    monkeypatch.setenv("TANHUI_LANGUAGE", "zh_CN.UTF-8")
    sentence = _refused(run(*words), code)
    assert zh in sentence
    assert sentence.endswith("。")


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (b"", "empty_file"),
        (b"reference,rider,mode,started_at,ended_at\n", "empty_file"),
        (b"reference,rider,mode,started_at\nJC1,a,b,c\n", "missing_column"),
        ("参考,骑手\nJC1,林\n".encode("gbk"), "wrong_encoding"),
        ("reference\nJC1".encode("utf-16"), "wrong_encoding"),
        (b"PK\x03\x04 and nothing more", "broken_file"),
        (gzip.compress(b"reference\n" * 99)[:-9], "broken_file"),
        (b"PAR1 and nothing more", "broken_file"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line(
    run: Run, tmp_path: Path, octets: bytes, code: str
) -> None:
    path = tmp_path / "february.bin"
    path.write_bytes(octets)
    assert "february.bin" in _refused(run(*_words(path), "--json"), code)
    assert not list(tmp_path.glob("var/reports/*"))


def test_a_file_that_is_not_there_is_one_line(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "rides.ndjson"
    assert str(path) in _refused(run(*_words(path)), "no_such_file")


@pytest.mark.parametrize("words", [[], ["rides.ndjson"], ["rides.ndjson", "--partner", "BIKE"]])
def test_words_that_are_missing_are_asked_for(run: Run, words: list[str]) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert "Missing" in result.stderr


@pytest.mark.parametrize("option", ["--assign-riders", "--chunk-rows"])
@pytest.mark.parametrize("value", ["0", "-1", "many"])
def test_numbers_out_of_range_are_refused(
    run: Run, tmp_path: Path, option: str, value: str
) -> None:
    assert run(*_words(_rides(tmp_path)), option, value).exit_code == 2
