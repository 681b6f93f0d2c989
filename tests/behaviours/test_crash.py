"""An import that is killed in its midst goes on where it was, and records nothing twice.

Nothing is half done either: a held deed has its pending transfers and its hold, a merged one its
evidence, and whoever is paid has claimed the time.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tanhui.behaviours.recount import recount
from tanhui.config.settings import TANHUI
from tanhui.identity.commands import register_simulated
from tanhui.partners.commands import bind_riders
from tests.behaviours.telling import City
from tests.cast import BIKE, LAYOUT, NOW, OPERATOR

pytestmark = [pytest.mark.database, pytest.mark.crash]

PROGRAM = Path(sys.executable).with_name("tanhui")
RIDERS, DAYS, RIDES = 300, 10, 20
ROWS = RIDERS * DAYS * RIDES
CHUNK_ROWS = 2_000
# Of a day's twenty rides one lies on the ride before it, one is without metres, one as fast as a
# car; every day has the same.
TWICE, NOWHERE, FAST = 3, 5, 7
KILLS = 3
WAIT_SECONDS = 60.0
BEGUN = datetime(2024, 1, 1, tzinfo=UTC)


def _write(path: Path) -> None:
    """Rides of many through ten days: most of them beyond any day's limit."""
    number = pl.col("number")
    turn = number // RIDERS % RIDES
    started = (
        pl.lit(BEGUN)
        + pl.duration(days=number // (RIDERS * RIDES))
        + pl.duration(minutes=turn * 36 - pl.when(turn == TWICE).then(30).otherwise(0))
        + pl.duration(seconds=number % RIDERS)
    )
    pl.DataFrame({"number": pl.int_range(ROWS, eager=True)}).select(
        pl.format("JC{}", "number").alias("reference"),
        pl.format("rider-{}", number % RIDERS).alias("rider"),
        pl.lit("shared_bike").alias("mode"),
        started.alias("started_at"),
        (
            started
            + pl.when(turn == FAST).then(timedelta(minutes=10)).otherwise(timedelta(minutes=12))
        ).alias("ended_at"),
        pl.when(turn == NOWHERE)
        .then(0)
        .when(turn == FAST)
        .then(4_400)
        .otherwise(1_000 + turn * 50)
        .alias("distance_m"),
    ).write_parquet(path)


def _bind(code: str, city: City) -> list[int]:
    """New citizens for the riders of a partner, in the order of their names."""
    people = city.rows("SELECT count(*) FROM identity_person")[0][0]
    citizens = register_simulated(actor=OPERATOR, count=people + RIDERS, at=NOW)[-RIDERS:]
    names = [f"rider-{number}" for number in range(RIDERS)]
    bind_riders(actor=OPERATOR, partner_code=code, riders=names, citizen_ids=citizens, at=NOW)
    return citizens


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
    deeds = city.rows(
        "SELECT citizen_id - %s, (started_at AT TIME ZONE 'Asia/Shanghai')::date, state,"
        " count(*), sum(points), sum(points_uncapped), sum(reduction_mg)"
        " FROM behaviours_behaviour WHERE partner_id = %s GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        citizens[0],
        partner_id,
    )
    accounts = city.rows(
        "SELECT holder_id - %s, kind, credits_posted, credits_pending FROM ledger_account"
        " WHERE holder_id = ANY(%s) ORDER BY 1, 2",
        citizens[0],
        citizens,
    )
    claimed = city.rows(
        "SELECT citizen_id - %s, block, taken FROM claims_time WHERE citizen_id = ANY(%s)"
        " ORDER BY 1, 2",
        citizens[0],
        citizens,
    )
    evidence = city.rows(
        "SELECT (SELECT count(*) FROM behaviours_hold WHERE partner_id = %s),"
        " (SELECT count(*) FROM behaviours_merge WHERE partner_id = %s)",
        partner_id,
        partner_id,
    )
    return {"deeds": deeds, "accounts": accounts, "claimed": claimed, "evidence": evidence}


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
    citizens = _bind(BIKE, city)
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
    each = RIDERS * DAYS
    assert answer["refused"] == {"no_distance": each}
    told = answer["recorded"] + sum(answer["held"].values())
    assert (answer["rows"], answer["exists"], told) == (ROWS, before, ROWS - each - before)
    assert recount().matches

    interrupted = _totals(city, city.seated.partner_id, citizens)
    assert interrupted["evidence"] == [(each, each)]
    paid = Counter[tuple[Any, Any]]()
    for rider, day, _, _, points, *_ in interrupted["deeds"]:
        paid[rider, day] += points
    assert set(paid.values()) == {30}
    assert _undisturbed(city, path) == interrupted
    assert recount().matches


def _undisturbed(city: City, path: Path) -> dict[str, Any]:
    """What the same file brings when another partner sends it for others, in one go."""
    partner_id = city.partner("CALM", name_zh="从容单车", name_en="Calm Bikes")
    citizens = _bind("CALM", city)
    result = city.ingest(path, partner_code="CALM", chunk_rows=7_000)
    assert result.exists == 0
    return _totals(city, partner_id, citizens)
