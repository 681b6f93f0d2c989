"""Settlement, Parquet to posted points, against a raw binary COPY of the same rows.

The comparator copies the very rows that settlement wrote, with their references, sorted by the
key, into one table of the same shape whose primary key is the deduplication key.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import polars as pl
import psycopg
from rich.console import Console
from rich.table import Table

from benchmarks.scratch import scratch_database
from tanhui.behaviours.commands import CHUNK_ROWS, FileResult, record_file
from tanhui.config.database import Database
from tanhui.identity.commands import register_simulated
from tanhui.kernel.actors import Actor, Assurance
from tanhui.partners.commands import bind_riders, register_partner

OPERATOR = Actor("operator:benchmark", frozenset({"operator"}), assurance=Assurance.MACHINE)
CITIZENS = 400_000
MILLION = 1_000_000
DUPLICATES = MILLION // 20
FIRST_DAY, DAYS = date(2026, 6, 1), 30
WARM_UP_DAY = date(2026, 4, 1)
AT = datetime(2026, 7, 15, tzinfo=UTC)
COMPARATOR_RUNS = 3
WORKERS = 2
_SQL = Path(__file__).parent / "sql"


def _sql(name: str) -> str:
    return (_SQL / f"settlement_{name}.sql").read_text(encoding="utf-8")


def write_million(path: Path, number: int) -> None:
    """The `number`th million: 950,000 new trips and 50,000 repeats of its own, shuffled."""
    _write(path, number, MILLION - DUPLICATES, DUPLICATES, FIRST_DAY)


def _write(path: Path, number: int, count: int, duplicates: int, first_day: date) -> None:
    draw = np.random.default_rng(number)
    begun = np.datetime64(first_day.isoformat(), "us") + draw.integers(
        0, DAYS * 86_400, count
    ).astype("timedelta64[s]")
    seconds = draw.integers(180, 2_400, count)
    trips = pl.DataFrame(
        {
            "reference": pl.Series(np.arange(count) + number * MILLION)
            .cast(pl.String)
            .str.zfill(16),
            "rider": "r"
            + pl.Series(draw.integers(0, CITIZENS, count)).cast(pl.String).str.zfill(7),
            "mode": pl.Series(["shared_bike"]).extend_constant("shared_bike", count - 1),
            "started_at": pl.Series(begun).dt.replace_time_zone("UTC"),
            "ended_at": pl.Series(begun + seconds.astype("timedelta64[s]")).dt.replace_time_zone(
                "UTC"
            ),
            "distance_m": pl.Series(seconds * draw.uniform(2.0, 4.5, count)).cast(pl.Int64),
        }
    )
    repeats = trips[draw.integers(0, count, duplicates)]
    pl.concat([trips, repeats]).sample(fraction=1.0, shuffle=True, seed=number).write_parquet(path)


def prepare() -> None:
    """Registers partner, citizens and riders; what a city has before the first trip comes."""
    register_partner(
        actor=OPERATOR,
        code="BIKE",
        name_zh="单车",
        name_en="Bikes",
        scene="shared-bike",
        simulated=True,
        at=AT,
    )
    citizens = register_simulated(actor=OPERATOR, count=CITIZENS, at=AT)
    bind_riders(
        actor=OPERATOR,
        partner_code="BIKE",
        riders=[f"r{number:07d}" for number in range(CITIZENS)],
        citizen_ids=citizens,
        at=AT,
    )


def settle_written(
    path: Path, *, chunk_rows: int, batch: str = "million", workers: int = WORKERS
) -> FileResult:
    """Records a written file; only the recording is in its `seconds`."""
    return record_file(
        actor=OPERATOR,
        partner_code="BIKE",
        path=path,
        layout_name="tanhui-ndjson",
        at=AT,
        batch=batch,
        chunk_rows=chunk_rows,
        workers=workers,
    )


def warm_up(folder: Path) -> None:
    """A thousand trips of another month: kernels are compiled and modules loaded once a process."""
    path = folder / "warm-up.parquet"
    _write(path, 0, 950, 50, WARM_UP_DAY)
    settle_written(path, chunk_rows=CHUNK_ROWS, batch="warm-up")


def settle_million(folder: Path, number: int, chunk_rows: int) -> FileResult:
    """Writes and records one million."""
    path = folder / f"million-{number}.parquet"
    write_million(path, number)
    try:
        return settle_written(path, chunk_rows=chunk_rows, batch=f"million-{number}")
    finally:
        path.unlink()


def prepare_in_another_process(database: Database, folder: Path) -> Path:
    """Makes the city and a million trips for a process that measures itself."""
    path = folder / "million.parquet"
    subprocess.run(
        [sys.executable, "-m", "benchmarks.settlement_city", str(path)],
        check=True,
        env={**os.environ, "DATABASE_URL": database.owner_url},
    )
    return path


def _raw_copy(database: Database) -> float:
    """Rows a second of the comparator: the same rows, sorted by key, into a fresh table."""
    with psycopg.connect(database.owner_url) as connection, connection.cursor() as cursor:
        with cursor.copy(_sql("comparator_rows")) as out:
            rows = b"".join(bytes(piece) for piece in out)
        rates = []
        for _ in range(COMPARATOR_RUNS):
            cursor.execute("DROP TABLE IF EXISTS comparator")
            cursor.execute(_sql("comparator"))
            connection.commit()
            begun = time.monotonic()
            with cursor.copy(_sql("comparator_copy")) as copy:
                for start in range(0, len(rows), 1 << 20):
                    copy.write(rows[start : start + (1 << 20)])
            copied = cursor.rowcount
            connection.commit()
            rates.append(copied / (time.monotonic() - begun))
        cursor.execute("DROP TABLE comparator")
        connection.commit()
    return sorted(rates)[len(rates) // 2]


def run(millions: int = 12, chunk_rows: int = CHUNK_ROWS) -> dict[str, object]:
    """The first million and the last against raw COPY; rates are rows of the file a second."""
    with scratch_database() as database, tempfile.TemporaryDirectory() as folder_name:
        folder = Path(folder_name)
        prepare()
        warm_up(folder)
        rates = []
        raw = 0.0
        for number in range(1, millions + 1):
            result = settle_million(folder, number, chunk_rows)
            assert result.recorded == MILLION - DUPLICATES, result
            rates.append(result.rows / result.seconds)
            if number == 1:
                raw = _raw_copy(database)
    answer: dict[str, object] = {
        "settlement_rows_per_s": round(rates[0]),
        "raw_copy_rows_per_s": round(raw),
        "settlement_to_raw_copy": round(rates[0] / raw, 3),
        "chunk_rows": chunk_rows,
        "rates_by_million": [round(rate) for rate in rates],
        "last_to_first": round(rates[-1] / rates[0], 3),
    }
    _show(answer)
    return answer


def run_memory() -> dict[str, object]:
    """Peak memory of the client that settles a million in chunks of 250,000, in its own process."""
    out = subprocess.run(
        [sys.executable, "-m", "benchmarks.settlement_memory"],
        check=True,
        capture_output=True,
        text=True,
    )
    peak = int(out.stdout.split()[-1])
    Console().print(f"peak client memory at chunks of 250,000: {peak // 1024} MB")
    return {"peak_client_mb_at_250000": peak // 1024}


def peak_kib() -> int:
    """The peak resident memory of this process, in KiB.

    Read from the process's own memory map: what `getrusage` tells begins with the parent's.
    """
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0])


def _show(answer: dict[str, object]) -> None:
    table = Table(title="Settlement of Parquet trips (1 M rows, 400,000 citizens, 5 % repeats)")
    table.add_column("what")
    table.add_column("value", justify="right")
    for name, value in answer.items():
        table.add_row(name, str(value))
    Console().print(table)
