"""From a bare folder to points: a demo city, an operator's month, and books that prove it."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.files import divvy_twin

PROGRAM = Path(sys.executable).with_name("tanhui")
REAL = Path("data/bike/202102-divvy-tripdata.zip")
PATIENCE_SECONDS = 120


@dataclass
class Town:
    """A demo city that is being served from a folder of its own."""

    var: Path

    @property
    def environment(self) -> dict[str, str]:
        """What its programs are told; nothing of any other database."""
        kept = {name: value for name, value in os.environ.items() if "DATABASE" not in name}
        return {**kept, "TANHUI_MODE": "demo", "TANHUI_VAR": str(self.var), "LANG": "C.UTF-8"}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Runs one command of the platform to its end."""
        return subprocess.run(
            [str(PROGRAM), *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    def answer(self, *words: str) -> dict[str, Any]:
        """The one JSON object that a command prints on standard output."""
        done = self.run(*words, "--json")
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def ingest(self, path: Path, riders: int) -> dict[str, Any]:
        """Sends an operator's public file for so many simulated citizens."""
        assigned = ("--assign-riders", str(riders))
        return self.answer("ingest", str(path), "--partner", "BIKE", "--layout", "divvy", *assigned)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    """A demo city made from nothing, with its server running beside what the tests do."""
    var = Path(tempfile.mkdtemp(prefix="tanhui-flow-"))
    city = Town(var)
    with subprocess.Popen(
        [str(PROGRAM), "demo", "--port", str(_free_port())],
        env=city.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as serving:
        assert serving.stdout is not None
        guard = threading.Timer(PATIENCE_SECONDS, serving.kill)
        guard.start()
        try:
            # It says who may log in once the city is made and its server answers.
            opened = any("login-link lin-xiao" in line for line in serving.stdout)
            assert opened, serving.stderr.read() if serving.stderr else ""
            yield city
        finally:
            guard.cancel()
            serving.send_signal(signal.SIGTERM)
            serving.communicate(timeout=PATIENCE_SECONDS)
    shutil.rmtree(var, ignore_errors=True)


def _report(answer: dict[str, Any]) -> list[dict[str, str]]:
    with Path(answer["report"]).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _proven(town: Town) -> dict[str, Any]:
    proof = town.answer("prove")
    assert proof["ok"] is True
    assert {asset["balance_matches"] for asset in proof["assets"].values()} == {True}
    return proof


def test_the_twin_of_an_operators_month_becomes_points(town: Town, tmp_path: Path) -> None:
    before = _proven(town)["behaviours"]["deeds"]
    path = divvy_twin.write_zip(tmp_path / "twin.zip")
    first = town.ingest(path, 100)
    good = divvy_twin.EXPECTED[None]
    assert set(first) == {
        "rows",
        "recorded",
        "exists",
        "held",
        "refused",
        "reduction_mg",
        "points",
        "seconds",
        "report",
    }
    assert (first["rows"], first["recorded"], first["exists"]) == (divvy_twin.ROWS, good, 0)
    assert first["refused"] == divvy_twin.refused()
    assert first["held"] == {}
    assert first["points"] > 0
    # Which rides chance gives to one citizen at one time differs with each installation's key.
    told = [row for row in _report(first) if row["reason"] != "merged"]
    lines = {int(row["line"]): row["reason"] for row in told}
    assert lines == divvy_twin.expected_lines()

    again = town.ingest(path, 100)
    assert (again["recorded"], again["exists"], again["points"]) == (0, good, 0)
    assert again["refused"] == first["refused"]
    assert len(_report(again)) == divvy_twin.ROWS
    assert _proven(town)["behaviours"]["deeds"] == before + good


def test_the_operators_real_month_becomes_points(town: Town, shared: Path) -> None:
    before = _proven(town)["behaviours"]["deeds"]
    first = town.ingest(shared / REAL, 5_000)
    refused = {
        "no_end": 214,
        "zero_duration": 4,
        "too_long": 37,
        "no_distance": 3_462,
        "too_fast": 99,
    }
    assert (first["rows"], first["recorded"], first["exists"]) == (49_622, 45_806, 0)
    assert first["refused"] == refused
    assert sum(first["held"].values()) == 0
    rows = _report(first)
    # Trips that chance gave to one citizen at one time are evidence of each other.
    merged = sum(row["reason"] == "merged" for row in rows)
    assert Counter(row["reason"] for row in rows) == {**refused, "merged": merged}
    assert len({row["line"] for row in rows}) == 49_622 - 45_806 + merged
    assert all(row["reference"] and row["说明"] and row["explanation"] for row in rows)

    again = town.ingest(shared / REAL, 5_000)
    assert (again["recorded"], again["exists"]) == (0, 45_806)
    assert (again["reduction_mg"], again["points"]) == (0, 0)
    assert again["refused"] == refused
    assert len(_report(again)) == 49_622
    assert _proven(town)["behaviours"]["deeds"] == before + 45_806


def test_a_file_that_cannot_be_used_is_one_line_and_changes_nothing(
    town: Town, tmp_path: Path
) -> None:
    before = _proven(town)["behaviours"]
    path = tmp_path / "february.csv"
    path.write_bytes(divvy_twin.text().replace("ended_at", "until", 1).encode())
    told = ("--partner", "BIKE", "--layout", "divvy", "--assign-riders", "100", "--json")
    done = town.run("ingest", str(path), *told)
    assert (done.returncode, done.stdout) == (2, "")
    told_lines = done.stderr.split("\n")
    assert [line.partition(":")[0] for line in told_lines if line] == ["missing_column"]
    assert "The file “february.csv” lacks the column ended_at" in done.stderr
    assert _proven(town)["behaviours"] == before
