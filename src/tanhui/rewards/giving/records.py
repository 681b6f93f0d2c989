"""Causes, what was reported of them, and what citizens gave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Cause:
    """Where points may go. `points` and `times` are all that was given, by hand and by expiry."""

    id: int
    title_zh: str
    title_en: str
    about_zh: str
    about_en: str
    receiver_zh: str
    receiver_en: str
    art: str
    opened_at: datetime
    ended_at: datetime | None
    points: int
    times: int
    offer_codes: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Whether points may still go there."""
        return self.ended_at is None


@dataclass(frozen=True, slots=True)
class Report:
    """What became of what was given: when, how much of what, in words and photos."""

    id: int
    cause_id: int
    happened_on: date
    quantity: int | None
    unit_zh: str
    unit_en: str
    text_zh: str
    text_en: str
    at: datetime
    photos: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Gift:
    """Points a citizen gave; `by_expiry` when they went instead of expiring.

    `reports` counts what was reported of the cause since.
    """

    cause_id: int
    points: int
    at: datetime
    by_expiry: bool
    reports: int
