"""What is known of a citizen's deeds: the shapes that queries answer with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tanhui.methodology.explain import Explanation
from tanhui.scenes.tariff import PointsExplanation


@dataclass(frozen=True, slots=True)
class BehaviourRow:
    """One recorded deed. `key` names it in addresses; times are aware; units are in the names."""

    key: str
    scene: str
    partner_code: str
    partner_zh: str
    partner_en: str
    started_at: datetime
    ended_at: datetime
    recorded_at: datetime
    distance_m: int
    reduction_mg: int
    points: int
    points_uncapped: int
    grade: str


@dataclass(frozen=True, slots=True)
class DayTotal:
    """What one city day brought a citizen."""

    day: date
    behaviours: int
    reduction_mg: int
    points: int


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """A data partner as one citizen sees it: when it last brought something, and how much a day.

    `counts` holds the deeds of the last seven city days, oldest first.
    """

    partner_code: str
    name_zh: str
    name_en: str
    scene: str
    last_recorded_at: datetime | None
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Home:
    """All that the citizen's home shows of deeds: the week (seven days, today last), the latest
    deeds, the sources."""

    today: DayTotal
    week: tuple[DayTotal, ...]
    latest: tuple[BehaviourRow, ...]
    sources: tuple[SourceStatus, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One month of deeds, newest first, and the months that hold any (first days, newest first)."""

    month: date
    rows: tuple[BehaviourRow, ...]
    days: tuple[DayTotal, ...]
    months: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class WhyCard:
    """Why one deed brought what it brought, down to the factor row; all of it recomputable."""

    row: BehaviourRow
    explanation: Explanation
    points: PointsExplanation
    speed_m_per_h: int
    speed_limit_m_per_h: int
    methodology: str
    methodology_digest: str
    tariff: str
    tariff_digest: str
    posting_ids: tuple[UUID, ...]
