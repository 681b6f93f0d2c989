"""What is known of a citizen's deeds: the shapes that queries answer with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tanhui.methodology.explain import Explanation
from tanhui.scenes.tariff import PointsExplanation


@dataclass(frozen=True, slots=True)
class AppealNote:
    """What was said about a held deed: by a reviewer who means to refuse it, and by its citizen.

    `state` is that of the `hold-appeal` case, `until` when its clock runs out. `intended`, `asked`
    and `answer` are the reviewers' words (the reason, a question, the decision), `said` the
    citizen's; each is empty where there is none or it was erased. `may` is the step that the
    citizen can take now, empty where there is none.
    """

    state: str
    until: datetime | None
    intended: str
    asked: str
    answer: str
    said: tuple[str, ...]
    may: str


@dataclass(frozen=True, slots=True)
class HoldNote:
    """Why a deed is or was held, and how that ended: `outcome` is None while it is open, else
    `released`, `overdue` or `reversed`; `facts` is what its detector saw."""

    detector: str
    facts: dict[str, Any]
    placed_at: datetime
    deadline: datetime
    outcome: str | None
    reason: str | None
    appeal: AppealNote | None = None

    @property
    def may(self) -> str:
        """The step by which the citizen can speak now: `explain` as long as nobody decided."""
        if self.outcome is not None:
            return ""
        return self.appeal.may if self.appeal else "explain"


@dataclass(frozen=True, slots=True)
class MergeNote:
    """The deed that is paid in place of a merged one. `key` is None where another scheme pays.

    `reason` is `overlap`, `clock` (alike, with clocks apart) or `same_day` (a day's count).
    """

    reason: str
    started_at: datetime
    key: str | None
    partner_zh: str | None
    partner_en: str | None


@dataclass(frozen=True, slots=True)
class VoidNote:
    """Why and when a deed was taken back; points that were spent already stay (`points_kept`)."""

    reason: str
    voided_at: datetime
    points_kept: int


@dataclass(frozen=True, slots=True)
class BehaviourRow:
    """One recorded deed. `key` names it in addresses; times are aware; units are in the names.

    `amount` is in the unit of the scene's measure, `detail` what `Scene.word` explains. `points`
    and `reduction_mg` are what it was recorded with; `counts` tells whether they are the citizen's.
    """

    key: str
    scene: str
    partner_code: str
    partner_zh: str
    partner_en: str
    started_at: datetime
    ended_at: datetime
    recorded_at: datetime
    amount: int
    detail: int
    reduction_mg: int
    points: int
    points_uncapped: int
    grade: str
    hold: HoldNote | None = None
    merge: MergeNote | None = None
    void: VoidNote | None = None

    @property
    def state(self) -> str:
        """`voided`, `merged`, `held`, `reversed` or `recorded`."""
        if self.void is not None:
            return "voided"
        if self.merge is not None:
            return "merged"
        if self.hold is not None and self.hold.outcome in (None, "reversed"):
            return "held" if self.hold.outcome is None else "reversed"
        return "recorded"

    @property
    def counts(self) -> bool:
        """Whether its points and milligrams are the citizen's now."""
        return self.state == "recorded"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Points that may not be spent yet; `next_day` is the city day on which the oldest of them
    may, None where nothing waits."""

    points: int
    next_day: date | None


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
    """Why one deed brought what it brought, down to the factor row; all of it recomputable.

    `per_hour` is the deed's mean in its measure's unit, `per_hour_max` what is plausible.
    """

    row: BehaviourRow
    explanation: Explanation
    points: PointsExplanation
    per_hour: int
    per_hour_max: int
    methodology: str
    methodology_digest: str
    tariff: str
    tariff_digest: str
    limit: str
    limit_digest: str
    posting_ids: tuple[UUID, ...]
