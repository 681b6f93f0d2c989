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
import pytest

from tanhui.behaviours.recount import recount
from tanhui.config.settings import TANHUI
from tanhui.identity.commands import register_simulated
from tanhui.partners.commands import bind_riders, register_partner
from tests.behaviours.telling import City, balance
from tests.cast import BIKE, LAYOUT, LIN_RIDER, NOW, OPERATOR, ZHOU_RIDER

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


def _totals(city: City, partner_id: int, citizens: list[int]) -> dict[str, Any]:
    """What a partner's deeds have brought its riders, told without the riders' own numbers."""
    days = city.rows(
        "SELECT citizen_id, (started_at AT TIME ZONE 'Asia/Shanghai')::date AS day, count(*),"
        " sum(points), sum(points_uncapped), sum(reduction_mg) FROM behaviours_behaviour"
        " WHERE partner_id = %s GROUP BY citizen_id, day ORDER BY day",
        partner_id,
    )
    return {
        f"rider {place}": (balance(citizen), [row[1:] for row in days if row[0] == citizen])
        for place, citizen in enumerate(citizens)
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

    lin, zhou = city.seated.lin, city.seated.zhou
    interrupted = _totals(city, city.seated.partner_id, [lin, zhou])
    assert all(day[2] == 30 for _, days in interrupted.values() for day in days)
    assert _undisturbed(city, path) == interrupted
    assert recount().matches


def _undisturbed(city: City, path: Path) -> dict[str, Any]:
    """What the same file brings when another partner sends it for two others, in one go."""
    partner = register_partner(
        actor=OPERATOR,
        code="CALM",
        name_zh="从容单车",
        name_en="Calm Bikes",
        scene="shared-bike",
        simulated=True,
        at=NOW,
    )
    citizens = register_simulated(actor=OPERATOR, count=4, at=NOW)[2:]
    bind_riders(
        actor=OPERATOR,
        partner_code=partner.code,
        riders=[LIN_RIDER, ZHOU_RIDER],
        citizen_ids=citizens,
        at=NOW,
    )
    result = city.ingest(path, partner_code=partner.code, chunk_rows=7_000)
    assert result.exists == 0
    return _totals(city, partner.id, citizens)
