"""Open data: files that add up to the log, without a cell that tells of one person."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tanhui.behaviours.totals.published import Cell, published_cells
from tanhui.behaviours.totals.queries import FEWEST, cells
from tanhui.behaviours.totals.rolling import roll
from tanhui.identity.commands import platform_actor
from tanhui.kernel.periods import city_day
from tests.behaviours.telling import City
from tests.cast import seat

pytestmark = pytest.mark.database
BIKE, METRO = 1, 2


@pytest.fixture
def city(books: Any, settings: Settings, tmp_path: Path) -> City:
    """Nobody has done anything, and files go where the test can read them."""
    settings.TANHUI = replace(settings.TANHUI, var=tmp_path / "var")
    return City(seat(), tmp_path, books)


def add(city: City, *told: tuple[date, int, int, int]) -> None:
    """Adds sums by hand (day, scene, district, deeds) and rolls them."""
    for day, scene, district, deeds in told:
        city.tamper(
            "INSERT INTO behaviours_sum (partner_id, day, scene, district, deeds, merged, held,"
            f" reversed, voided, amount, reduction_mg, points) VALUES (1, '{day}', {scene},"
            f" {district}, {deeds}, 0, 0, 0, 0, 1, {deeds * 1_000}, {deeds * 2})"
        )
    roll(actor=platform_actor(), at=timezone.now())


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def yesterday() -> date:
    return city_day(timezone.now()) - timedelta(days=1)


def test_small_districts_are_told_together_and_rows_add_up(city: City) -> None:
    day = yesterday()
    add(
        city,
        (day, BIKE, 2, 8),
        (day, BIKE, 3, 2),
        (day, BIKE, 4, 1),
        (day, BIKE, 0, 5),
        (day, METRO, 2, 1),
    )
    told = list(published_cells(day))
    assert [(one.scene, one.district, one.together, one.sum.deeds) for one in told] == [
        (BIKE, 0, False, 5),
        (BIKE, 2, False, 8),
        (BIKE, 0, True, 3),
        (METRO, 0, True, 1),
    ]
    assert _by_scene(told) == _exact(day)
    assert all(one.together or one.sum.deeds >= FEWEST for one in told)


def _by_scene(told: list[Cell]) -> Counter[tuple[date, int]]:
    sums: Counter[tuple[date, int]] = Counter()
    for one in told:
        sums[one.day, one.scene] += one.sum.reduction_mg
    return sums


def _exact(last: date) -> Counter[tuple[date, int]]:
    sums: Counter[tuple[date, int]] = Counter()
    for day, scene, _, amounts in cells(last=last):
        sums[day, scene] += amounts.reduction_mg
    return sums


def test_csv_and_parquet_hold_the_same_until_yesterday(city: City, client: Client) -> None:
    day, today = yesterday(), yesterday() + timedelta(days=1)
    add(city, (day, BIKE, 2, 8), (day, BIKE, 3, 2), (today, BIKE, 2, 50))
    csv_file, parquet = client.get("/open-data/deeds.csv"), client.get("/open-data/deeds.parquet")
    rows = list(csv.DictReader(io.StringIO(body(csv_file).decode())))
    assert rows == [
        {
            "day": day.isoformat(),
            "scene": "shared-bike",
            "district": "510105",
            "small_districts_together": "false",
            "deeds": "8",
            "reduction_mg": "8000",
            "points": "16",
        },
        {
            "day": day.isoformat(),
            "scene": "shared-bike",
            "district": "",
            "small_districts_together": "true",
            "deeds": "2",
            "reduction_mg": "2000",
            "points": "4",
        },
    ]
    table = pq.read_table(io.BytesIO(body(parquet)))
    assert table.column_names == list(rows[0])
    assert table.to_pylist()[0]["deeds"] == 8
    assert (table.schema.metadata[b"roll"], table.schema.metadata[b"simulated"]) == (b"1", b"true")
    assert f"tanhui-deeds-{day}.csv" in csv_file["Content-Disposition"]


def test_a_file_is_written_once_for_a_roll_and_told_to_be_known(city: City, client: Client) -> None:
    add(city, (yesterday(), BIKE, 2, 8))
    first = client.get("/open-data/deeds.csv")
    body(first)
    folder = django_settings.TANHUI.var / "open-data"
    written = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert len(written) == 2
    again = client.get("/open-data/deeds.csv", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    body(client.get("/open-data/deeds.csv"))
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == written
    add(city, (yesterday(), BIKE, 2, 1))
    assert body(client.get("/open-data/deeds.csv")).count(b",9,9000,18") == 1
    assert set(written).isdisjoint(path.name for path in folder.iterdir())


def test_before_anything_is_rolled_the_files_hold_their_head_alone(
    city: City, client: Client
) -> None:
    assert city.books.version
    assert body(client.get("/open-data/deeds.csv")).count(b"\n") == 1
    told = json.loads(client.get("/open-data/dictionary.json").content)
    assert told["cut_off"]["at"] is None
    assert told["simulated"] is True


def test_the_dictionary_names_every_column_code_and_licence(city: City, client: Client) -> None:
    add(city, (yesterday(), BIKE, 2, 8))
    told = json.loads(client.get("/open-data/dictionary.json").content)
    names = [column["name"] for column in told["columns"]]
    head = body(client.get("/open-data/deeds.csv")).decode().splitlines()[0]
    assert [name.strip('"') for name in head.split(",")] == names
    assert len(told["districts"]) == 20
    assert {"code": 510118, "zh": "新津区", "en": "Xinjin District", "residents": 363591} in told[
        "districts"
    ]
    assert told["licence"]["name"] == "CC BY 4.0"
    assert told["suppressed"]["fewer_than"] == FEWEST
    assert datetime.fromisoformat(told["cut_off"]["at"]) <= timezone.now()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_says_as_of_when_and_what_each_column_means(
    city: City, client: Client, language: str
) -> None:
    add(city, (yesterday(), BIKE, 2, 8))
    page = client.get("/open-data/", headers={"Accept-Language": language})
    text = page.content.decode()
    assert page.status_code == 200
    for word in ("small_districts_together", "510118", "CC BY 4.0", yesterday().isoformat()):
        assert word in text
    assert ("District" in text) == (language == "en")


def test_a_roll_of_today_alone_leaves_the_files_as_they_are(city: City, client: Client) -> None:
    add(city, (yesterday(), BIKE, 2, 8))
    first = client.get("/open-data/deeds.csv")
    body(first)
    add(city, (yesterday() + timedelta(days=1), BIKE, 2, 8))
    again = client.get("/open-data/deeds.csv", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
