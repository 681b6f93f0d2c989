"""A file whose trips have no numbers: equal rows are told apart by their turn, and known again."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.behaviours.telling import City, told
from tests.cast import OPERATOR
from tests.partners.reading import CONTENT

pytestmark = pytest.mark.database

LAYOUT = """
[layout]
name = "nameless"
title_zh = "无编号"
title_en = "Without numbers"
source = "tests"
time_zone = "Asia/Shanghai"
time_formats = ["%d/%m/%Y %H:%M"]
coordinates = "WGS84"
mode = "shared_bike"

[columns]
started_at = "from"
ended_at = "to"
distance_m = "metres"
"""
ROW = "01/03/2026 10:00,01/03/2026 10:10,1000"


@pytest.fixture
def nameless(city: City, settings: Settings) -> City:
    """A city that knows a layout without numbers."""
    root = city.folder / "content"
    shutil.copytree(CONTENT, root)
    (root / "common" / "layouts" / "nameless.toml").write_text(LAYOUT, encoding="utf-8")
    settings.TANHUI = replace(settings.TANHUI, content_root=root)
    return city


def _send(city: City, *rows: str, chunk_rows: int = 100) -> tuple[int, int, dict[int, str]]:
    path: Path = city.folder / "trips.csv"
    path.write_text("\n".join(["from,to,metres", *rows]), encoding="utf-8")
    options = {"layout_name": "nameless", "actor": OPERATOR, "assign_riders": 5}
    result = city.ingest(path, chunk_rows=chunk_rows, **options)
    # Equal rows that fall to one citizen are recorded as evidence of one ride.
    reasons = {line: reason for line, reason in told(result).items() if reason != "merged"}
    return result.recorded, result.exists, reasons


@pytest.mark.parametrize("chunk_rows", [1, 2, 100])
def test_equal_rows_are_recorded_each_and_the_file_only_once(
    nameless: City, chunk_rows: int
) -> None:
    other = ROW.replace("1000", "1001")
    assert _send(nameless, ROW, other, ROW, ROW, chunk_rows=chunk_rows) == (4, 0, {})
    again = _send(nameless, ROW, other, ROW, ROW)
    assert again == (0, 4, dict.fromkeys(range(2, 6), "exists"))


def test_a_longer_file_brings_only_what_is_new(nameless: City) -> None:
    _send(nameless, ROW, ROW)
    assert _send(nameless, ROW, ROW, ROW, ROW.replace("1000", "7")) == (
        2,
        2,
        {2: "exists", 3: "exists"},
    )
