"""What the totals answer: by scene, day, month and district, and what came lately."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from tanhui.behaviours.totals import queries
from tanhui.behaviours.totals.queries import Recent
from tanhui.behaviours.totals.rolling import roll
from tanhui.identity.commands import platform_actor
from tests.behaviours.telling import JULY, City

pytestmark = pytest.mark.database
BIKE, METRO, BUS = 1, 2, 3


def add(city: City, *cells: tuple[str, int, int, int], at: datetime | None = None) -> None:
    """Adds sums by hand: day, scene, district, deeds; each deed of 100 mg and 2 points."""
    for day, scene, district, deeds in cells:
        recorded = f"'{at.isoformat()}'" if at else "NULL"
        city.tamper(
            "INSERT INTO behaviours_sum (partner_id, day, scene, district, recorded_at, deeds,"
            " merged, held, reversed, voided, amount, reduction_mg, points) VALUES (1,"
            f" '{day}', {scene}, {district}, {recorded}, {deeds}, 0, 0, 0, 0, 1, {deeds * 100},"
            f" {deeds * 2})"
        )


def rolled(at: datetime = JULY) -> None:
    roll(actor=platform_actor(), at=at)


def test_sums_are_told_by_scene_day_month_and_district(city: City) -> None:
    add(
        city,
        ("2026-05-31", BIKE, 2, 5),
        ("2026-07-01", BIKE, 2, 7),
        ("2026-07-01", METRO, 3, 1),
        ("2026-07-02", BIKE, 0, 4),
        ("2026-07-21", BIKE, 0, 9),
    )
    rolled()
    first, last = date(2026, 7, 1), date(2026, 7, 20)
    assert {key: one.deeds for key, one in queries.by_scene(first, last).items()} == {1: 11, 2: 1}
    assert {key: one.points for key, one in queries.by_district(first, last).items()} == {
        0: 8,
        2: 14,
        3: 2,
    }
    assert {key.day: one.reduction_mg for key, one in queries.by_day(first, last).items()} == {
        1: 800,
        2: 400,
    }
    months = queries.by_month(until=last, months=3)
    assert [(day.month, one.deeds) for day, one in months] == [(5, 5), (6, 0), (7, 12)]
    assert [cell[:3] for cell in queries.cells(first, first)] == [(first, 1, 2), (first, 2, 3)]
    assert queries.in_all().deeds == 26


def test_the_months_of_a_year_begin_in_the_year_before(city: City) -> None:
    add(city, ("2025-12-31", BIKE, 2, 5))
    rolled()
    months = queries.by_month(until=date(2026, 2, 10), months=3)
    assert [(day, one.deeds) for day, one in months] == [
        (date(2025, 12, 1), 5),
        (date(2026, 1, 1), 0),
        (date(2026, 2, 1), 0),
    ]


def test_what_came_lately_tells_of_no_single_person(city: City) -> None:
    day, then = "2026-07-20", JULY - timedelta(minutes=25)
    add(
        city,
        (day, BIKE, 2, 8),
        (day, BIKE, 3, 2),
        (day, BIKE, 4, 1),
        (day, METRO, 2, 2),
        (day, BUS, 5, 1),
        at=then,
    )
    rolled()
    since = JULY - timedelta(minutes=30)
    # Two and one of the bikes are three without a district; two and one of others three deeds.
    assert [(one.since, one.scene, one.district, one.deeds) for one in queries.recent()] == [
        (since, BIKE, 2, 8),
        (since, queries.SEVERAL, queries.SEVERAL, 3),
        (since, BIKE, queries.SEVERAL, 3),
    ]


def test_too_little_in_all_is_not_told_at_all(city: City) -> None:
    add(city, ("2026-07-20", BIKE, 2, 2), at=JULY - timedelta(minutes=25))
    rolled()
    assert queries.recent() == []


def test_ten_minutes_that_are_not_over_are_not_told_yet(city: City) -> None:
    add(city, ("2026-07-20", BIKE, 2, 9), at=JULY + timedelta(minutes=1))
    rolled(JULY + timedelta(minutes=2))
    assert queries.recent() == []
    rolled(JULY + timedelta(minutes=11))
    assert queries.recent() == [Recent(JULY, BIKE, 2, 9)]


def test_after_two_days_nothing_is_lately_any_more(city: City) -> None:
    add(city, ("2026-07-20", BIKE, 2, 9), at=JULY)
    rolled(JULY + timedelta(hours=1))
    add(city, ("2026-07-23", BIKE, 2, 9), at=JULY + timedelta(days=3))
    rolled(JULY + timedelta(days=3, hours=1))
    assert [one.since for one in queries.recent()] == [JULY + timedelta(days=3)]
