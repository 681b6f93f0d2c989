"""Reading a partner's file in a test as the product does, down to one verdict a line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import polars as pl

from tanhui.partners.layouts import Layout, load_layout
from tanhui.partners.modes import ModeRule
from tanhui.partners.trips import read_chunks
from tests.cast import NOW

CONTENT = Path(__file__).resolve().parents[2] / "content"
MODES = {
    "shared_bike": ModeRule("distance_m", 30_000),
    "shared_ebike": ModeRule("distance_m", 45_000),
    "bus": ModeRule("distance_m", 100_000),
    "metro": ModeRule("distance_m", 140_000),
    "carpool": ModeRule("distance_m", 130_000, "persons", least=2, most=7, default=2),
    "nev_km": ModeRule("distance_m", 150_000, "car_class", ("small", "medium", "large")),
    "nev_kwh": ModeRule("energy_wh", 400_000, "car_class", ("small", "medium", "large")),
    "walking": ModeRule("steps", 12_000),
}
# What the first scene alone knows.
BIKES = {"shared_bike": MODES["shared_bike"]}
OURS = load_layout(CONTENT, "tanhui-ndjson")
DIVVY = load_layout(CONTENT, "divvy")
DIVVY_HEADER = "ride_id,rideable_type,started_at,ended_at,start_lat,start_lng,end_lat,end_lng"
DIVVY_ROW = "R1,classic_bike,2021-02-10 10:00:00,2021-02-10 10:10:00,41.90,-87.63,41.91,-87.63"


def divvy_row(number: int) -> str:
    """A good ride of its own number."""
    return DIVVY_ROW.replace("R1", f"R{number}", 1)


def divvy_csv(rows: int = 5) -> str:
    """A small file of good rides."""
    return "".join(f"{line}\n" for line in [DIVVY_HEADER, *map(divvy_row, range(1, rows + 1))])


def read(
    path: Path,
    layout: Layout = DIVVY,
    *,
    chunk_rows: int = 1_000,
    now: datetime = NOW,
    modes: Mapping[str, ModeRule] = BIKES,
) -> pl.DataFrame:
    """All trips of a file, judged."""
    return pl.concat(
        read_chunks(path, layout, now=now, modes=modes, chunk_rows=chunk_rows), how="vertical"
    )


def verdicts(frame: pl.DataFrame) -> dict[int, str]:
    """What became of each line; good ones are `ok`."""
    return {line: refused or "ok" for line, refused in frame.select("line", "refused").iter_rows()}
