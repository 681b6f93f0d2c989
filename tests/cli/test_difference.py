"""`tanhui content diff` as someone at a terminal meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tanhui.cli.main import build

runner = CliRunner()
OLD, NEW = "shared-bike.chengdu@1.0.0", "shared-bike.chengdu@2.0.0"


def _diff(*words: str) -> tuple[int, str, str]:
    answer = runner.invoke(build("content"), ["content", "diff", *words])
    return answer.exit_code, answer.stdout, answer.stderr


@pytest.fixture
def trips(tmp_path: Path) -> Path:
    """Three rides in our own format, the last of them without a distance."""
    rows = [
        {
            "reference": f"R{number}",
            "rider": "rider-1",
            "mode": "shared_bike",
            "started_at": "2026-03-01T08:00:00+08:00",
            "ended_at": "2026-03-01T08:30:00+08:00",
            "distance_m": metres,
        }
        for number, metres in enumerate((1000, 2431, 0))
    ]
    path = tmp_path / "trips.ndjson"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_two_versions_over_a_file_of_rides(trips: Path, tmp_path: Path) -> None:
    image, out = tmp_path / "difference.svg", tmp_path / "rows.csv"
    options = ["--layout", "tanhui-ndjson", "--json", "--picture", str(image), "--out", str(out)]
    code, said, _ = _diff(OLD, NEW, str(trips), *options)
    assert code == 0
    found = json.loads(said)
    assert (found["rows"], found["both"], found["changed"]) == (3, 2, 2)
    assert (found["left_total"], found["right_total"]) == (48700 + 118389, 46700 + 113527)
    assert found["difference"] == -6862
    assert found["largest"][0]["row"] == "2"
    assert image.read_text(encoding="utf-8").startswith("<svg")
    assert len(out.read_text(encoding="utf-8").splitlines()) == 4


def test_the_documents_own_examples_serve_where_no_file_is_given() -> None:
    code, said, _ = _diff(
        "nev-driving-km.chengdu", "nev-driving-km.chengdu", "--right-year", "2022"
    )
    assert code == 0
    assert "Σ mgCO2e" in said
    assert "changed" in said


def test_cases_of_a_project_come_as_json(tmp_path: Path) -> None:
    cases = tmp_path / "cases.json"
    inputs = {
        "FC_gas": {"value": 2.1e6, "unit": "Nm3/yr"},
        "EC": {"value": 9100, "unit": "MWh/yr"},
    }
    cases.write_text(json.dumps({"furnace": inputs}), encoding="utf-8")
    tool = "electricity-or-gas-substitution"
    code, _, said = _diff(tool, tool, str(cases), "--json")
    # A tool rounds nothing, so there is nothing whole to compare.
    assert (code, said.split(":")[0]) == (2, "not_comparable")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["nobody@1.0.0", NEW], "no_such_methodology"),
        ([OLD, NEW, "nowhere.json"], "unreadable_file"),
        ([OLD, NEW, "--right-factor", "EF"], "malformed_factor"),
        ([OLD, OLD, "--right-factor", "EF=nothing"], "no_such_factor"),
        ([OLD, NEW, "--picture", "/nowhere/at/all.svg"], "unwritable_out"),
    ],
)
def test_what_cannot_be_compared_is_one_line_and_exit_2(words: list[str], code: str) -> None:
    exit_code, said, error = _diff(*words)
    assert (exit_code, said) == (2, "")
    assert error.startswith(f"{code}: ")
    assert error.count("\n") == 1
