"""A builder's credits and citizens' rides on the same way: never both, whoever comes first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import transaction
from pytest_django import Settings

from tanhui.behaviours.batch_reading import forget_prepared
from tanhui.behaviours.batches import record_batch
from tanhui.behaviours.declarations import declare_trip
from tanhui.claims import areas
from tanhui.config.database import Database
from tanhui.kernel.refusals import Refusal
from tests.behaviours.telling import City
from tests.cast import CITIZEN, NOW, OPERATOR, ride, seat

pytestmark = pytest.mark.database

GREENWAY = "CDCER-0001"
MODES = ("shared_bike", "shared_ebike")
# A ring of a few kilometres, in WGS84.
RING = [[104.05, 30.55], [104.09, 30.55], [104.09, 30.59], [104.05, 30.59], [104.05, 30.55]]
AREA: dict[str, Any] = {"type": "Polygon", "coordinates": [RING]}
ON = {"start_lng": 104.06, "start_lat": 30.56, "end_lng": 104.08, "end_lat": 30.57}
OFF = {"start_lng": 104.15, "start_lat": 30.56, "end_lng": 104.17, "end_lat": 30.57}
ACROSS = {"start_lng": 104.06, "start_lat": 30.56, "end_lng": 104.10, "end_lat": 30.57}
FIRST, LAST = date(2026, 3, 22), date(2026, 12, 31)
# Noon of the second day that is the builder's.
THEN = NOW + timedelta(days=3)


@pytest.fixture
def city(books: Database, settings: Settings, tmp_path: Path) -> Iterator[City]:
    settings.TANHUI = replace(settings.TANHUI, var=tmp_path / "var")
    forget_prepared()
    yield City(seat(), tmp_path, books)
    forget_prepared()


def taken(first: date = FIRST, last: date = LAST, **changed: Any) -> int:
    told = {"project": GREENWAY, "modes": MODES, "geometry": AREA, **changed}
    with transaction.atomic():
        return areas.take_area(first=first, last=last, **{"at": NOW, **told})


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(Refusal) as caught:
        yield
    assert caught.value.code == code


def rides(days_on: int = 3) -> list[dict[str, Any]]:
    """On the way, beside it, from it to elsewhere, and without a word of where."""
    begun = NOW + timedelta(days=days_on, hours=-6)
    told: dict[str, dict[str, Any]] = {"on": ON, "off": OFF, "across": ACROSS, "silent": {}}
    return [
        ride(f"{name}-{days_on}", started_at=begun + timedelta(minutes=40 * place), **ends)
        for place, (name, ends) in enumerate(told.items())
    ]


def sent(city: City, told: list[dict[str, Any]], days_on: int = 3) -> list[str]:
    items = [json.dumps(item).encode() for item in told]
    found = record_batch(
        actor=OPERATOR,
        partner_id=city.seated.partner_id,
        items=items,
        at=NOW + timedelta(days=days_on),
        environment="production",
    )
    return [item.result for item in found]


WITH_AREA = ["refused:claimed_by_project", "recorded", "recorded", "refused:place_needed"]


def test_a_claimed_way_pays_no_citizen_in_files_or_batches(city: City) -> None:
    # A program that has met days before the area was claimed learns of it all the same.
    assert sent(city, rides(0), 0) == ["recorded"] * 4
    taken()
    assert sent(city, rides(1), 1) == ["recorded"] * 4
    assert sent(city, rides(3)) == WITH_AREA
    result = city.ingest(rides(4), at=NOW + timedelta(days=4))
    assert result.recorded == 2
    assert result.refused == {"claimed_by_project": 1, "place_needed": 1}
    with refused("place_needed"):
        declare_trip(
            actor=CITIZEN,
            scene="shared-bike",
            started_at=THEN - timedelta(hours=8),
            ended_at=THEN - timedelta(hours=7),
            distance_m=3_000,
            at=THEN,
        )
    assert areas.recount_areas() == areas.AreasRecount(areas=1, early=0, shared=0)


def test_nothing_is_refused_where_nothing_is_claimed(city: City) -> None:
    assert sent(city, rides(3)) == ["recorded"] * 4
    assert areas.areas() == []


def test_days_that_citizens_are_paid_for_cannot_be_claimed(city: City) -> None:
    del city
    for day in (date(2021, 1, 1), NOW.date(), NOW.date() + timedelta(days=1)):
        with refused("citizens_are_paid_here"):
            taken(day)
    assert taken(NOW.date() + timedelta(days=2)) == 1


def test_a_waiver_leaves_the_rides_to_citizens(city: City) -> None:
    told = {"project": GREENWAY, "words": "只申报绿化碳汇", "person_id": 1, "at": NOW}
    with transaction.atomic():
        areas.waive_area(until=None, **told)  # type: ignore[arg-type]
    assert taken(date(2021, 1, 1)) == 0
    assert sent(city, rides(3)) == ["recorded"] * 4
    waiver = areas.waiver_of(GREENWAY)
    assert waiver is not None
    assert waiver.outbox_id
    with refused("rides_not_claimed"):
        areas.require_area(project=GREENWAY, modes=MODES, first=FIRST, last=FIRST)
    with refused("area_waived_already"), transaction.atomic():
        areas.waive_area(until=None, **told)  # type: ignore[arg-type]


def test_a_waiver_up_to_a_day_leaves_the_later_days_to_the_builder(city: City) -> None:
    with transaction.atomic():
        areas.waive_area(
            project=GREENWAY, until=NOW.date() + timedelta(days=3), words="先归市民",
            person_id=1, at=NOW,
        )  # fmt: skip
    assert taken(date(2021, 1, 1)) == 1
    assert sent(city, rides(3)) == ["recorded"] * 4
    assert sent(city, rides(4), 4) == WITH_AREA
    first = NOW.date() + timedelta(days=4)
    areas.require_area(project=GREENWAY, modes=MODES, first=first, last=LAST)
    with refused("rides_not_claimed"):
        areas.require_area(project=GREENWAY, modes=MODES, first=FIRST, last=LAST)


def test_an_area_that_is_ended_gives_the_rides_back(city: City) -> None:
    taken()
    assert sent(city, rides(3)) == WITH_AREA
    with transaction.atomic():
        assert areas.end_area(project=GREENWAY, at=THEN) == 1
    assert sent(city, [*rides(4), *rides(3)], 4) == ["recorded"] * 4 + [
        "refused:claimed_by_project", "exists", "exists", "refused:place_needed",
    ]  # fmt: skip


def test_two_builders_cannot_claim_one_way(city: City) -> None:
    del city
    taken()
    with refused("area_claimed"):
        taken(project="CDCER-0002")
    other = {"type": "Polygon", "coordinates": [[[x + 1, y] for x, y in RING]]}
    assert taken(project="CDCER-0002", geometry=other) > 1
    with refused("area_unknown"):
        taken(project="CDCER-0003", geometry={"type": "Polygon", "coordinates": []})


def test_the_books_hold_no_area_of_days_that_may_have_been_paid(city: City) -> None:
    statement = (
        "INSERT INTO claims_area (project, modes, geometry, first_day, last_day, outbox_id,"
        " taken_at) VALUES ('CDCER-0009', '{shared_bike}', '{}', %s, '2026-12-31', 99, %s)"
    )
    with psycopg.connect(city.books.app_url) as connection:
        with pytest.raises(psycopg.errors.CheckViolation, match="claims_area_to_come"):
            connection.execute(statement, [NOW.date() + timedelta(days=1), NOW])
        connection.rollback()
        for change in ("UPDATE claims_area SET last_day = '2030-01-01'", "DELETE FROM claims_area"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(change)
            connection.rollback()
