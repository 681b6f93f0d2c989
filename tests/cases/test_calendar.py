"""Working days of the city: weekends, holidays, days off that are worked, years without a file."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanhui.cases.calendar import Calendar
from tanhui.cases.reading import check_content
from tanhui.kernel.periods import CITY_ZONE, city_day
from tests.house.tree import ROOT

CITY = Calendar.load(ROOT / "content")


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2026-01-02", False),  # a Friday that is free
        ("2026-01-04", True),  # a Sunday that is worked for it
        ("2026-02-14", True),
        ("2026-02-23", False),
        ("2026-02-24", True),
        ("2026-09-20", True),
        ("2026-10-10", True),
        ("2026-11-22", False),  # an ordinary Sunday
        ("2026-11-23", True),
        ("2027-02-05", False),  # the eve of the festival, a Friday, by the regulation
        ("2031-10-01", True),  # nothing is known of that year
    ],
)
def test_a_day_is_worked_or_free(day: str, worked: bool) -> None:
    assert CITY.is_working_day(date.fromisoformat(day)) is worked


@pytest.mark.parametrize(
    ("told", "n", "over"),
    [
        ("2026-11-09T10:00", 5, "2026-11-17T00:00"),
        ("2026-11-09T23:59", 5, "2026-11-17T00:00"),
        ("2026-11-13T10:00", 1, "2026-11-17T00:00"),  # told on a Friday
        ("2026-11-14T10:00", 1, "2026-11-17T00:00"),  # told on a Saturday
        ("2026-09-30T10:00", 5, "2026-10-14T00:00"),  # over the long holiday and a worked Saturday
        ("2026-02-13T10:00", 3, "2026-02-26T00:00"),
    ],
)
def test_a_term_ends_with_its_last_working_day(told: str, n: int, over: str) -> None:
    at = datetime.fromisoformat(told).replace(tzinfo=CITY_ZONE)
    assert CITY.add_working_days(at, n).astimezone(CITY_ZONE).isoformat()[:16] == over


@given(hours=st.integers(0, 2 * 365 * 24), n=st.integers(1, 40))
def test_a_term_has_exactly_so_many_working_days(hours: int, n: int) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    end = CITY.add_working_days(at, n)
    days = [city_day(at) + timedelta(days=k) for k in range(1, (city_day(end) - city_day(at)).days)]
    assert sum(map(CITY.is_working_day, days)) == n
    assert CITY.is_working_day(days[-1])


def test_what_a_term_has_used_up_and_what_is_left_make_the_term() -> None:
    told = datetime(2026, 9, 28, 2, tzinfo=UTC)
    # A Monday and a Tuesday after it, then the holiday; asked on the ninth of October.
    assert CITY.working_days_between(told, datetime(2026, 10, 9, 2, tzinfo=UTC)) == 3
    assert CITY.working_days_between(told, told) == 0
    assert CITY.working_days_between(told, told + timedelta(days=1)) == 0


def test_the_year_of_a_notice_has_as_many_working_days_as_it_says() -> None:
    # 33 free days, of which 19 on weekdays, and 6 weekend days worked: 261 weekdays in 2026.
    days = [date(2026, 1, 1) + timedelta(days=k) for k in range(365)]
    assert sum(day.weekday() < 5 for day in days) == 261
    assert len(CITY.years[2026].free) == 33
    assert sum(map(CITY.is_working_day, days)) == 248
    assert CITY.years[2027].status == "unverified"


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("wrong_year", "year = 2026", "year = 2025"),
        ("wrong_days", "first = 2026-01-01", "first = 2026-01-09"),
        ("not_a_weekend", "worked = [2026-01-04]", "worked = [2026-01-05]"),
        ("free_and_worked", "worked = [2026-01-04]", "worked = [2026-01-03]"),
        ("unknown_key", 'name_zh = "元旦"', 'name_zh = "元旦"\nmore = 1'),
        ("missing_key", "first = 2026-01-01\n", ""),
        ("unknown_value", 'status = "published"', 'status = "rumoured"'),
    ],
)
def test_a_fault_of_the_calendar_is_named(tmp_path: Path, code: str, old: str, new: str) -> None:
    folder = tmp_path / "city" / "calendar"
    folder.mkdir(parents=True)
    text = (ROOT / "content" / "chengdu" / "calendar" / "2026.toml").read_text(encoding="utf-8")
    assert old in text
    (folder / "2026.toml").write_text(text.replace(old, new), encoding="utf-8")
    assert code in {problem.code for problem in check_content(tmp_path)}
