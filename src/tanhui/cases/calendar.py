"""The city's working days: holidays and make-up days by the State Council's yearly notice.

A term of working days begins on the day after it was told and ends with its last working day, as
terms in Chinese administrative law do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from tanhui.kernel.periods import city_day, day_end
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.tomlfile import Section, TomlFile

_SATURDAY = 5
_LONGEST = 366


@dataclass(frozen=True, slots=True)
class Year:
    """One year of the calendar: the days that are free, and the days off that are worked.

    `status` says where the days come from: `published` in a notice, or `unverified` before it.
    """

    year: int
    status: str
    notice: str
    source_zh: str
    source_en: str
    free: Mapping[date, str]
    worked: frozenset[date]


class Calendar:
    """The working days of the city. A year without a file knows Saturdays and Sundays alone."""

    def __init__(self, years: Mapping[int, Year]) -> None:
        self.years = years

    @classmethod
    def load(cls, content_root: Path) -> Calendar:
        """Reads `*/calendar/*.toml`; raises ContentRefused with the faults of the first file."""
        read = [read_year(path) for path in calendar_paths(content_root)]
        return cls(MappingProxyType({year.year: year for year in read}))

    def is_working_day(self, day: date) -> bool:
        """Whether offices of the city work on `day`."""
        year = self.years.get(day.year)
        if year is not None:
            if day in year.worked:
                return True
            if day in year.free:
                return False
        return day.weekday() < _SATURDAY

    def add_working_days(self, at: datetime, n: int) -> datetime:
        """The instant at which a term of `n` working days (at least 1) told at `at` is over.

        The day of `at` does not count; the term lasts to the end of its last working day.
        """
        if n < 1:
            raise ValueError("a term has at least one working day")
        day = city_day(at)
        while n:
            day += timedelta(days=1)
            n -= self.is_working_day(day)
        return day_end(day)

    def working_days_between(self, told: datetime, until: datetime) -> int:
        """How many working days of a term told at `told` are used up at `until`.

        Counted as the term counts: from the day after, days that have ended.
        """
        first, last = city_day(told), city_day(until)
        days = (first + timedelta(days=ahead) for ahead in range(1, (last - first).days))
        return sum(map(self.is_working_day, days))


def calendar_paths(content_root: Path) -> list[Path]:
    """The calendar's files, by their names."""
    return sorted(content_root.glob("*/calendar/*.toml"))


def read_year(path: Path) -> Year:
    """One year; raises ContentRefused with every fault of its file."""
    file = TomlFile(path)
    with file.root() as root:
        with root.table("calendar") as head:
            number = head.integer("year")
            status = head.text("status", choices=("published", "unverified"))
            notice = head.text("notice", required=status != "unverified")
            source_zh, source_en = head.text("source_zh"), head.text("source_en")
        free: dict[date, str] = {}
        worked: set[date] = set()
        for section in root.tables("holiday"):
            with section:
                _holiday(section, number, free, worked)
        for day in sorted(worked & set(free)):
            root.report("", "free_and_worked", f"{day} 既放假又上班", f"{day} is free and worked")
    if path.stem != str(number):
        file.report(
            ("calendar", "year"),
            "wrong_year",
            f"文件名应为 {number}.toml",
            f"name it {number}.toml",
        )
    file.finish()
    free_days = MappingProxyType(free)
    return Year(number, status, notice, source_zh, source_en, free_days, frozenset(worked))


def _holiday(section: Section, year: int, free: dict[date, str], worked: set[date]) -> None:
    name = section.text("name_zh")
    section.text("name_en")
    first = section.day("first") or date(year or 1, 1, 1)
    last = section.day("last") or first
    made_up = [day for day in section.raw("worked") or [] if isinstance(day, date)]
    if not (first <= last and first.year == last.year == year):
        zh, en = "起止日应在本年内且先后有序", "the days must lie in this year, the first first"
        section.report("first", "wrong_days", zh, en)
        return
    for number in range(min((last - first).days + 1, _LONGEST)):
        free[first + timedelta(days=number)] = name
    for day in made_up:
        if day.weekday() < _SATURDAY or day.year != year:
            zh, en = f"{day} 不是本年的周末", f"{day} is no Saturday or Sunday of this year"
            section.report("worked", "not_a_weekend", zh, en)
        worked.add(day)


def check_calendars(content_root: Path) -> list[Problem]:
    """Every fault of the calendar's files."""
    problems: list[Problem] = []
    for path in calendar_paths(content_root):
        try:
            read_year(path)
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
    return problems
