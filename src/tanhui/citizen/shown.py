"""What the citizen's pages show: the answers of queries, laid out for templates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.conf import settings
from django.utils.timezone import localtime
from django.utils.translation import gettext

from tanhui.behaviours import queries as behaviours
from tanhui.behaviours.rows import (
    BehaviourRow,
    DayTotal,
    SourceStatus,
    Statement,
    WhyCard,
)
from tanhui.kernel.periods import city_day
from tanhui.kernel.quantities import MG_PER_G, decimal_text
from tanhui.ledger.chart import CITIZEN_POINTS, CITIZEN_REDUCTION
from tanhui.ledger.queries import balances
from tanhui.scenes.library import Scene, city_library

LATEST_MAX = 4
_BEAT_HEIGHT = 18
_BEAT_STEP = 8
_WEEK_HEIGHT = 84
_WEEK_STEP = 48
_WEEK_BASE = 108
_ZERO_HEIGHT = 2
_GRADES = ("A", "B", "C", "D")


@dataclass(frozen=True, slots=True)
class Deed:
    """One deed with the scene it belongs to."""

    row: BehaviourRow
    scene: Scene

    @property
    def capped(self) -> bool:
        """Whether the daily limit took points away."""
        return self.row.points < self.row.points_uncapped


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a small picture, in the picture's own units."""

    x: int
    y: int
    width: int
    height: int
    empty: bool


@dataclass(frozen=True, slots=True)
class WeekBar:
    """One day of the week's picture; `label` is written above the bar where it has one."""

    day: DayTotal
    bar: Bar
    middle: int
    label: str
    today: bool


@dataclass(frozen=True, slots=True)
class Source:
    """A data partner, how fresh it is, and its beat of seven days."""

    status: SourceStatus
    scene: Scene
    beat: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class HomePage:
    """All that the home shows."""

    points: int
    reduction_mg: int
    today: DayTotal
    week: tuple[WeekBar, ...]
    week_total: DayTotal
    deeds: tuple[Deed, ...]
    sources: tuple[Source, ...]
    greeting: str
    now: datetime


@dataclass(frozen=True, slots=True)
class DayGroup:
    """One day of the statement."""

    total: DayTotal
    deeds: tuple[Deed, ...]


@dataclass(frozen=True, slots=True)
class StatementPage:
    """All that the statement shows."""

    month: date
    months: tuple[date, ...]
    total: DayTotal
    days: tuple[DayGroup, ...]
    sources: tuple[Source, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class WhyPage:
    """All that the why-card shows."""

    card: WhyCard
    deed: Deed
    points_exact: str
    per_point: str
    grades: tuple[str, ...]
    speed_kmh: str
    limit_kmh: str


def scene_of(code: str) -> Scene:
    """A published scene."""
    return city_library(settings.TANHUI.content_root).scene(code)


def home_page(*, citizen_id: int, at: datetime) -> HomePage:
    """The citizen's home."""
    held = balances(holder_id=citizen_id, kinds=(CITIZEN_POINTS, CITIZEN_REDUCTION))
    home = behaviours.home(citizen_id=citizen_id, at=at)
    return HomePage(
        points=held[CITIZEN_POINTS].available,
        reduction_mg=held[CITIZEN_REDUCTION].available,
        today=home.today,
        week=tuple(_week_bars(home.week)),
        week_total=_sum(home.today.day, home.week),
        deeds=tuple(Deed(row, scene_of(row.scene)) for row in home.latest[:LATEST_MAX]),
        sources=_sources(home.sources),
        greeting=_greeting(at),
        now=at,
    )


def statement_page(*, citizen_id: int, month: date | None, at: datetime) -> StatementPage:
    """One month of the citizen's deeds, and where they come from."""
    statement = behaviours.statement(citizen_id=citizen_id, month=month, at=at)
    home = behaviours.home(citizen_id=citizen_id, at=at)
    return StatementPage(
        month=statement.month,
        months=statement.months,
        total=_sum(statement.month, statement.days),
        days=tuple(_day_groups(statement)),
        sources=_sources(home.sources),
        now=at,
    )


def why_page(*, citizen_id: int, key: str) -> WhyPage:
    """Why one deed brought what it brought; raises NotFound as the query does."""
    card = behaviours.why(citizen_id=citizen_id, key=key)
    tariff = card.points.tariff
    per_point_mg = tariff.mg_per_point
    exact = per_point_mg % MG_PER_G == 0
    return WhyPage(
        card=card,
        deed=Deed(card.row, scene_of(card.row.scene)),
        points_exact=decimal_text(card.points.reduction_mg, per_point_mg, 2),
        per_point=decimal_text(per_point_mg, MG_PER_G, 0 if exact else 3),
        grades=_GRADES,
        speed_kmh=decimal_text(card.speed_m_per_h, 1_000, 1),
        limit_kmh=decimal_text(card.speed_limit_m_per_h, 1_000, 0),
    )


def _greeting(at: datetime) -> str:
    hour = localtime(at).hour
    if 5 <= hour < 11:
        return gettext("早上好")
    if 11 <= hour < 13:
        return gettext("中午好")
    if 13 <= hour < 18:
        return gettext("下午好")
    return gettext("晚上好")


def _sum(day: date, days: Sequence[DayTotal]) -> DayTotal:
    return DayTotal(
        day=day,
        behaviours=sum(item.behaviours for item in days),
        reduction_mg=sum(item.reduction_mg for item in days),
        points=sum(item.points for item in days),
    )


def _week_bars(week: Sequence[DayTotal]) -> Iterator[WeekBar]:
    """Bars from zero; only the highest and the last day carry their grams."""
    most = max((day.reduction_mg for day in week), default=0)
    last = len(week) - 1
    highest = next((i for i, day in enumerate(week) if day.reduction_mg == most), last)
    for place, day in enumerate(week):
        height = day.reduction_mg * _WEEK_HEIGHT // most if most else 0
        empty = day.reduction_mg == 0
        height = _ZERO_HEIGHT if empty else max(height, _ZERO_HEIGHT)
        labelled = place in (highest, last) and not empty
        yield WeekBar(
            day=day,
            bar=Bar(place * _WEEK_STEP + 12, _WEEK_BASE - height, 24, height, empty),
            middle=place * _WEEK_STEP + _WEEK_STEP // 2,
            label=decimal_text(day.reduction_mg, MG_PER_G, 0) if labelled else "",
            today=place == last,
        )


def _sources(sources: Sequence[SourceStatus]) -> tuple[Source, ...]:
    return tuple(
        Source(status, scene_of(status.scene), tuple(_beat(status.counts))) for status in sources
    )


def _beat(counts: Sequence[int]) -> Iterator[Bar]:
    most = max(counts, default=0)
    for place, count in enumerate(counts):
        height = max(count * _BEAT_HEIGHT // most, _ZERO_HEIGHT) if count else _ZERO_HEIGHT
        yield Bar(place * _BEAT_STEP, _BEAT_HEIGHT - height + 1, 5, height, count == 0)


def _day_groups(statement: Statement) -> Iterator[DayGroup]:
    totals = {total.day: total for total in statement.days}
    for day, rows in groupby(statement.rows, key=lambda row: city_day(row.started_at)):
        deeds = tuple(Deed(row, scene_of(row.scene)) for row in rows)
        yield DayGroup(
            total=totals.get(day)
            or DayTotal(
                day,
                len(deeds),
                sum(deed.row.reduction_mg for deed in deeds),
                sum(deed.row.points for deed in deeds),
            ),
            deeds=deeds,
        )
