"""An import that is killed in its midst goes on where it was, and records nothing twice."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pytest

from tanhui.behaviours.recount import recount
from tanhui.config.settings import TANHUI
from tests.behaviours.telling import City, balance
from tests.cast import BIKE, BIKE_DESK, LAYOUT, LIN_RIDER, ZHOU_RIDER

pytestmark = [pytest.mark.database, pytest.mark.crash]

PROGRAM = Path(sys.executable).with_name("tanhui")
ROWS = 60_000
CHUNK_ROWS = 2_000
KILLS = 3
WAIT_SECONDS = 60.0
BEGUN = datetime(2024, 1, 1, tzinfo=UTC)


def _write(path: Path) -> None:
    """Rides of our two citizens through ten days: most of them beyond any day's limit."""
    number = pl.int_range(ROWS, eager=True)
    started = pl.lit(BEGUN) + pl.duration(seconds=number * 14)
    pl.DataFrame({"number": number}).select(
        pl.format("JC{}", "number").alias("reference"),
        pl.when(number % 3 == 0)
        .then(pl.lit(ZHOU_RIDER))
        .otherwise(pl.lit(LIN_RIDER))
        .alias("rider"),
        pl.lit("shared_bike").alias("mode"),
        started.alias("started_at"),
        (started + timedelta(minutes=12)).alias("ended_at"),
        (pl.col("number") % 5_000).alias("distance_m"),
    ).write_parquet(path)


def _share_secrets(city: City) -> None:
    """The program knows riders by the same key as this one, which the city's folder holds."""
    var = city.folder / "var"
    var.mkdir(exist_ok=True)
    shutil.copy(TANHUI.var / "secrets.toml", var)


def _ingest(city: City, path: Path) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "TANHUI_MODE": "test",
        "DATABASE_URL": city.books.owner_url,
        "TANHUI_VAR": str(city.folder / "var"),
    }
    words = ["ingest", str(path), "--partner", BIKE, "--layout", LAYOUT, "--json"]
    return subprocess.Popen(
        [str(PROGRAM), *words, "--chunk-rows", str(CHUNK_ROWS)],
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _chunks(city: City) -> int:
    return int(city.rows("SELECT count(*) FROM behaviours_chunk")[0][0])


def _kill_amid(city: City, running: subprocess.Popen[str], after: int) -> None:
    """Kills the program once it has settled more chunks than it found."""
    deadline = time.monotonic() + WAIT_SECONDS
    while _chunks(city) < after and running.poll() is None:
        assert time.monotonic() < deadline, "nothing was settled in time"
        # Looking again at once would only slow the program down that is watched.
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    assert running.returncode == -signal.SIGKILL, "it was done before it could be killed"


def _totals(city: City) -> dict[str, Any]:
    deeds = city.rows(
        "SELECT count(*), sum(points), sum(points_uncapped), sum(reduction_mg)"
        " FROM behaviours_behaviour"
    )
    return {
        "deeds": deeds,
        "lin": balance(city.seated.lin),
        "zhou": balance(city.seated.zhou),
        "days": city.rows(
            "SELECT citizen_id, (started_at AT TIME ZONE 'Asia/Shanghai')::date, sum(points)"
            " FROM behaviours_behaviour GROUP BY 1, 2 ORDER BY 1, 2"
        ),
    }


def _wait_for_writers(city: City) -> None:
    """A server finishes or drops what a dead client had begun; until then the books may move."""
    deadline = time.monotonic() + WAIT_SECONDS
    while city.rows(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND state <> 'idle'"
    ):
        assert time.monotonic() < deadline, "a writer never came to rest"
        time.sleep(0.01)


def test_an_import_killed_again_and_again_completes_with_nothing_twice(city: City) -> None:
    path = city.folder / "rides.parquet"
    _write(path)
    _share_secrets(city)
    for _ in range(KILLS):
        _kill_amid(city, _ingest(city, path), after=_chunks(city) + 3)
        _wait_for_writers(city)
        assert recount().matches
    before = city.rows("SELECT count(*) FROM behaviours_behaviour")[0][0]
    assert 0 < before < ROWS

    running = _ingest(city, path)
    out, err = running.communicate(timeout=WAIT_SECONDS)
    assert running.returncode == 0, err
    answer = json.loads(out)
    assert answer["refused"] == {"no_distance": ROWS // 5_000}
    good = ROWS - ROWS // 5_000
    assert (answer["rows"], answer["exists"], answer["recorded"]) == (ROWS, before, good - before)
    assert recount().matches

    interrupted = _totals(city)
    assert interrupted["deeds"][0][0] == good
    assert all(points == 30 for _, _, points in interrupted["days"])
    _undisturbed(city, path)
    assert _totals(city) == interrupted


def _undisturbed(city: City, path: Path) -> None:
    """The same file once more into the same books, after all of its traces have been removed."""
    with psycopg.connect(city.books.owner_url) as owner:
        owner.execute(
            "TRUNCATE behaviours_behaviour, behaviours_reference, behaviours_chunk,"
            " ledger_transfer, ledger_pool_entry"
        )
        owner.execute("UPDATE ledger_account SET credits_posted = 0")
    result = city.ingest(path, actor=BIKE_DESK, chunk_rows=7_000)
    assert result.exists == 0
