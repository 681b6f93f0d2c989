"""Tariffs: how a reduction becomes points. Pure; a tariff is one TOML file of the city."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tanhui.scenes.limit import Limit

GRADES = ("A", "B", "C", "D")
_WHOLE = 100


@dataclass(frozen=True, slots=True)
class Tariff:
    """One version of a tariff: one point for each whole `mg_per_point`, up to a daily limit.

    `grade_percents` says for each evidence grade, A first, how much of the reduction is paid.
    """

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
    grade_percents: tuple[int, ...] = (_WHOLE,) * len(GRADES)

    @property
    def reference(self) -> str:
        """`id@version`."""
        return f"{self.id}@{self.version}"

    def holds(self, day: date) -> bool:
        """Whether the tariff is in force for deeds of `day`."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    def percent(self, grade: str) -> int:
        """How much of a reduction proved by `grade` is paid, in percent."""
        return self.grade_percents[GRADES.index(grade)]

    def points(self, reduction_mg: int, grade: str) -> int:
        """Whole points of a reduction before any limit; the rest of a point is not paid."""
        return reduction_mg * self.percent(grade) // (_WHOLE * self.mg_per_point)


@dataclass(frozen=True, slots=True)
class PointsExplanation:
    """How one deed's reduction became points: by its grade, before the limits, and after them.

    `used_before` is what the scene had already paid that citizen on that day, `used_in_all` what
    all scenes together had; `limit` is None for deeds done before the city had one.
    """

    tariff: Tariff
    reduction_mg: int
    points_uncapped: int
    points: int
    used_before: int
    grade: str = "A"
    limit: Limit | None = None
    used_in_all: int = 0

    @property
    def percent(self) -> int:
        """How much of the reduction its evidence pays."""
        return self.tariff.percent(self.grade)

    @property
    def capped(self) -> bool:
        """Whether a daily limit took something away."""
        return self.points < self.points_uncapped

    @property
    def capped_in_all(self) -> bool:
        """Whether it was the limit over all scenes that took it."""
        room = max(0, self.tariff.points_per_day_max - self.used_before)
        return self.points < min(self.points_uncapped, room)


def points_of(
    tariff: Tariff, reduction_mg: int, *, used_before: int, grade: str = "A"
) -> PointsExplanation:
    """The points of one deed: whole points only, and never more than the day has room for."""
    uncapped = tariff.points(reduction_mg, grade)
    room = max(0, tariff.points_per_day_max - used_before)
    return PointsExplanation(
        tariff, reduction_mg, uncapped, min(uncapped, room), used_before, grade
    )
