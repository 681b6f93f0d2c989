"""Tariffs: how a reduction becomes points. Pure; a tariff is one TOML file of the city."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Tariff:
    """One version of a tariff: one point for each whole `mg_per_point`, up to a daily limit."""

    id: str
    version: str
    digest: str
    title_zh: str
    title_en: str
    basis: str
    mg_per_point: int
    points_per_day_max: int
    valid_from: date
    valid_until: date | None
    source_zh: str
    source_en: str

    @property
    def reference(self) -> str:
        """`id@version`."""
        return f"{self.id}@{self.version}"

    def holds(self, day: date) -> bool:
        """Whether the tariff is in force for deeds of `day`."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class PointsExplanation:
    """How one deed's reduction became points: before the cap, and after it.

    `used_before` is what the scene had already paid that citizen on that day.
    """

    tariff: Tariff
    reduction_mg: int
    points_uncapped: int
    points: int
    used_before: int

    @property
    def capped(self) -> bool:
        """Whether the daily limit took something away."""
        return self.points < self.points_uncapped


def points_of(tariff: Tariff, reduction_mg: int, *, used_before: int) -> PointsExplanation:
    """The points of one deed: whole points only, and never more than the day has room for."""
    uncapped = reduction_mg // tariff.mg_per_point
    room = max(0, tariff.points_per_day_max - used_before)
    return PointsExplanation(tariff, reduction_mg, uncapped, min(uncapped, room), used_before)
