"""An own-made twin of a Chicago operator's month: the same columns and quirks, invented trips.

What the real file holds, this one holds in small: dockless rides without stations, coordinates
cut to a hundredth of a degree, rides of days, of no seconds, without an end, without a distance,
faster than any bike, and the ghosts that one system leaves in its archives.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

HEADER = (
    "ride_id",
    "rideable_type",
    "started_at",
    "ended_at",
    "start_station_name",
    "start_station_id",
    "end_station_name",
    "end_station_id",
    "start_lat",
    "start_lng",
    "end_lat",
    "end_lng",
    "member_casual",
)
# How many rows of each kind; None are good ones.
EXPECTED: dict[str | None, int] = {
    None: 420,
    "no_end": 9,
    "zero_duration": 3,
    "too_long": 7,
    "no_distance": 40,
    "too_fast": 6,
}
CLASSIC = ("classic_bike",) * 9 + ("docked_bike",)
ROWS = sum(EXPECTED.values())
Row = dict[str, str]


def _good(draw: Random, number: int) -> Row:
    electric = draw.random() < 0.2
    started = datetime(2021, 2, 1) + timedelta(seconds=draw.randrange(27 * 86_400))  # noqa: DTZ001
    minutes = draw.randint(12, 40)
    lat, lng = 41.88 + draw.random() / 50, -87.63 - draw.random() / 50
    end_lat = lat + draw.choice((-1, 1)) * draw.uniform(0.011, 0.02)
    places = [lat, lng, end_lat, lng + draw.random() / 100]
    shown = [f"{place:.2f}" if electric else f"{place:.6f}" for place in places]
    return {
        "ride_id": f"{draw.getrandbits(64):016X}"[:12] + f"{number:04d}",
        "rideable_type": "electric_bike" if electric else draw.choice(CLASSIC),
        "started_at": f"{started}",
        "ended_at": f"{started + timedelta(minutes=minutes, seconds=draw.randrange(60))}",
        "start_station_name": "" if electric else 'Clark St & "Elm" St, North',
        "start_station_id": "" if electric else "TA1307000039",
        "end_station_name": "" if electric else "Café Ave",
        "end_station_id": "" if electric else "13158",
        **dict(zip(("start_lat", "start_lng", "end_lat", "end_lng"), shown, strict=True)),
        "member_casual": draw.choice(("member", "casual")),
    }


def _spoil(row: Row, kind: str | None) -> Row:
    started = datetime.fromisoformat(row["started_at"])
    here = {"end_lat": row["start_lat"], "end_lng": row["start_lng"]}
    changes: dict[str | None, Row] = {
        None: {},
        "no_end": {"end_lat": "", "end_lng": "", "end_station_name": "", "end_station_id": ""},
        "zero_duration": {"ended_at": row["started_at"], **here},
        "too_long": {"ended_at": f"{started + timedelta(days=1, seconds=1)}"},
        "no_distance": here,
        "too_fast": {"ended_at": f"{started + timedelta(seconds=45)}"},
    }
    return row | changes[kind]


def rows() -> Iterator[tuple[Row, str | None]]:
    """Every row with what must become of it, in an order that mixes the kinds."""
    draw = Random("tanhui divvy twin")
    kinds = [kind for kind, count in EXPECTED.items() for _ in range(count)]
    draw.shuffle(kinds)
    for number, kind in enumerate(kinds):
        yield _spoil(_good(draw, number), kind), kind


def text() -> str:
    """The file as the operator would write it."""
    target = io.StringIO()
    writer = csv.DictWriter(target, HEADER, lineterminator="\n")
    writer.writeheader()
    writer.writerows(row for row, _ in rows())
    return target.getvalue()


def expected_lines() -> dict[int, str]:
    """The lines that are not recorded, and why; the header is line 1."""
    return {line: kind for line, (_, kind) in enumerate(rows(), start=2) if kind is not None}


def refused() -> dict[str, int]:
    """How many rows are refused for each reason."""
    return dict(Counter(expected_lines().values()))


def write_zip(path: Path) -> Path:
    """The operator's archive, with the ghost beside its one member."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("202102-divvy-tripdata.csv", text())
        archive.writestr("__MACOSX/._202102-divvy-tripdata.csv", b"\0\5\26\7\0\2\0\0Mac OS X")
    return path
