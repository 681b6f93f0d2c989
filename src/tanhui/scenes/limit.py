"""The city's own limit on points: what a day brings in all, and when points may be spent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tanhui.kernel.periods import city_day, day_start


@dataclass(frozen=True, slots=True)
class Limit:
    """One version of the limit that holds over all scenes together.

    A deed counts for the day on which it was done; its points may be spent from the beginning of
    the city day that comes `spendable_after_days` after the day on which they were recorded.
    """

    id: str
    version: str
    digest: str
    title_zh: str
    title_en: str
    basis: str
    per_day_max_in_all: int
    spendable_after_days: int
    valid_from: date
    source_zh: str
    source_en: str

    @property
    def reference(self) -> str:
        """`id@version`."""
        return f"{self.id}@{self.version}"

    def waiting_since(self, at: datetime) -> datetime:
        """Points recorded from this instant on may not be spent yet at `at`."""
        return day_start(city_day(at) - timedelta(days=self.spendable_after_days - 1))

    def spendable_on(self, recorded_at: datetime) -> date:
        """The city day from whose beginning points recorded then may be spent."""
        return city_day(recorded_at) + timedelta(days=self.spendable_after_days)
