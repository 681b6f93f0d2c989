"""What the citizen's pages show: the answers of queries, laid out for templates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext, ngettext

from tanhui.behaviours import queries as behaviours
from tanhui.behaviours.appeal_notes import appeals_to_tell
from tanhui.behaviours.rows import (
    BehaviourRow,
    DayTotal,
    SourceStatus,
    Statement,
    Waiting,
    WhyCard,
)
from tanhui.behaviours.sources import OwnSource, sources_of
from tanhui.behaviours.told import (
    CORRECTIONS,
    HoldWords,
    deadline_words,
    hold_words,
    void_words,
)
from tanhui.kernel.periods import city_day
from tanhui.kernel.quantities import MG_PER_G, decimal_text
from tanhui.ledger.chart import CITIZEN_POINTS, CITIZEN_REDUCTION
from tanhui.ledger.queries import balances
from tanhui.methodology.document import Label
from tanhui.scenes.in_force import library_in_force
from tanhui.scenes.scene import Scene
from tanhui.scenes.tariff import GRADES

LATEST_MAX = 4
_DAY = timedelta(days=1)
_BEAT_HEIGHT = 18
_BEAT_STEP = 8
_WEEK_HEIGHT = 84
_WEEK_STEP = 48
_WEEK_BASE = 108
_ZERO_HEIGHT = 2
# The states of a deed, in the order in which the statement offers them.
STATES = ("recorded", "held", "merged", "voided", "reversed")


@dataclass(frozen=True, slots=True)
class Deed:
    """One deed with the scene it belongs to."""

    row: BehaviourRow
    scene: Scene

    @property
    def capped(self) -> bool:
        """Whether a daily limit took points away from a deed that counts."""
        return self.row.counts and self.row.points < self.row.points_uncapped

    @property
    def state(self) -> str:
        """The state of the row."""
        return self.row.state

    @property
    def whole_day(self) -> bool:
        """Whether it is a day's count, which has no hour."""
        return self.row.ended_at - self.row.started_at >= _DAY

    @property
    def brought(self) -> int:
        """The points that are the citizen's now."""
        return self.row.points if self.row.counts else 0

    @property
    def detail(self) -> str:
        """What the deed's second input says, in words; empty where its scene has none."""
        word = self.scene.word(self.row.detail)
        if word is None:
            return ""
        if isinstance(word, int):
            return ngettext("%(count)d 人", "%(count)d 人", word) % {"count": word}
        return _option(self.scene, word, city_day(self.row.started_at))

    @property
    def held(self) -> HoldWords | None:
        """What is told of its hold, open or ended."""
        return hold_words(self.row.hold, _language()) if self.row.hold else None

    @property
    def answer_by(self) -> str:
        """Until when the case of its hold waits, for the citizen or for a reviewer."""
        appeal = self.row.hold.appeal if self.row.hold else None
        until = appeal.until if appeal else None
        return deadline_words(until, _language()) if until else ""

    @property
    def voided(self) -> str:
        """Why it was taken back; empty where it was not."""
        return void_words(self.row.void.reason, _language()) if self.row.void else ""

    @property
    def corrected(self) -> bool:
        """Whether it was taken back for a correction, and not because it should never count."""
        return self.row.void is not None and self.row.void.reason in CORRECTIONS


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
    """A source as one citizen sees it, and its beat of seven days.

    `journey` names what its deeds come from: `bike`, `trip`, `car` or `phone`.
    """

    status: OwnSource
    icon: str
    journey: str
    beat: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class AppealLine:
    """A held deed that waits for its citizen, or whose objection was answered lately."""

    key: str
    state: str
    until: str
    points: int


@dataclass(frozen=True, slots=True)
class HomePage:
    """All that the home shows. `deeds` are a few that count, newest first, then held ones."""

    points: int
    reduction_mg: int
    today: DayTotal
    week: tuple[WeekBar, ...]
    week_total: DayTotal
    deeds: tuple[Deed, ...]
    waiting: Waiting
    sources: tuple[SourceStatus, ...]
    appeals: tuple[AppealLine, ...]
    greeting: str
    now: datetime

    @property
    def newest(self) -> datetime | None:
        """When any source last brought something for this citizen."""
        times = (source.last_recorded_at for source in self.sources)
        return max((time for time in times if time is not None), default=None)


@dataclass(frozen=True, slots=True)
class DayGroup:
    """One day of the statement."""

    total: DayTotal
    deeds: tuple[Deed, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """One choice above the statement: the state it keeps (empty: all), and how many there are."""

    state: str
    count: int


@dataclass(frozen=True, slots=True)
class StatementPage:
    """All that the statement shows. `shown` is the state that is kept, empty for all."""

    month: date
    months: tuple[date, ...]
    total: DayTotal
    days: tuple[DayGroup, ...]
    filters: tuple[Filter, ...]
    shown: str
    waiting: Waiting
    sources: tuple[Source, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class WhyPage:
    """All that the why-card shows. `within_scene` are the points after the scene's own limit."""

    card: WhyCard
    deed: Deed
    points_exact: str
    per_point: str
    grades: tuple[str, ...]
    evidence: Label | None
    within_scene: int


def scene_of(code: str) -> Scene:
    """A published scene."""
    return library_in_force().scene(code)


def _language() -> str:
    return get_language() or "zh"


def _option(scene: Scene, word: str, day: date) -> str:
    """What the scene's methodology calls one of its words, such as a class of car."""
    library = library_in_force()
    for scenario in library.methodologies.methodology(scene.methodology_id, on=day).scenarios:
        if scenario.column == scene.measured.detail and word in scenario.options:
            label = scenario.options[word]
            return label.zh if _language().startswith("zh") else label.en
    return word


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
        deeds=tuple(Deed(row, scene_of(row.scene)) for row in _worth_showing(home.latest)),
        waiting=behaviours.points_waiting(citizen_id=citizen_id, at=at),
        sources=home.sources,
        appeals=appeal_lines(citizen_id, at),
        greeting=_greeting(at),
        now=at,
    )


def appeal_lines(citizen_id: int, at: datetime) -> tuple[AppealLine, ...]:
    """What of the citizen's held deeds the home tells."""
    return tuple(
        AppealLine(
            found.key,
            found.state,
            deadline_words(found.until, _language()) if found.until else "",
            found.points,
        )
        for found in appeals_to_tell(citizen_id=citizen_id, at=at)
    )


def statement_page(
    *, citizen_id: int, month: date | None, shown: str, at: datetime
) -> StatementPage:
    """One month of the citizen's deeds, all or those of one state, and where they come from."""
    statement = behaviours.statement(citizen_id=citizen_id, month=month, at=at)
    counts = Counter(row.state for row in statement.rows)
    kept = shown if shown in STATES else ""
    return StatementPage(
        month=statement.month,
        months=statement.months,
        total=_sum(statement.month, statement.days),
        days=tuple(_day_groups(statement, kept)),
        filters=tuple(
            Filter(state, counts[state]) for state in STATES if counts[state] or state == kept
        ),
        shown=kept,
        waiting=behaviours.points_waiting(citizen_id=citizen_id, at=at),
        sources=tuple(map(shown_source, sources_of(citizen_id=citizen_id, at=at))),
        now=at,
    )


def why_page(*, citizen_id: int, key: str) -> WhyPage:
    """Why one deed brought what it brought; raises NotFound as the query does."""
    card = behaviours.why(citizen_id=citizen_id, key=key)
    tariff = card.points.tariff
    per_point_mg = tariff.mg_per_point
    exact = per_point_mg % MG_PER_G == 0
    library = library_in_force()
    grades = library.methodologies.referenced(card.methodology).evidence
    paid_mg = card.points.reduction_mg * card.points.percent
    return WhyPage(
        card=card,
        deed=Deed(card.row, scene_of(card.row.scene)),
        points_exact=decimal_text(paid_mg, 100 * per_point_mg, 2),
        per_point=decimal_text(per_point_mg, MG_PER_G, 0 if exact else 1),
        grades=GRADES,
        evidence=next((one.meaning for one in grades if one.name == card.row.grade), None),
        within_scene=min(
            card.points.points_uncapped,
            max(0, tariff.points_per_day_max - card.points.used_before),
        ),
    )


def _worth_showing(latest: Sequence[BehaviourRow]) -> list[BehaviourRow]:
    """The newest deeds that count, then those that may yet; what counts for nothing is left out."""
    counting = [row for row in latest if row.counts]
    return (counting + [row for row in latest if row.state == "held"])[:LATEST_MAX]


def _greeting(at: datetime) -> str:
    hour = localtime(at).hour
    if hour < 5:
        return gettext("你好")
    if hour < 11:
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


def shown_source(source: OwnSource) -> Source:
    """A source with the picture of its last seven days."""
    scene = source.partner.scenes[0] if source.partner.scenes else None
    group = scene.claim.group if scene else ""
    journey = {"cycling": "bike", "nev": "car", "steps": "phone"}.get(group, "trip")
    icon = scene.icon if scene else "link"
    return Source(source, icon, journey, tuple(_beat(source.counts)))


def _beat(counts: Sequence[int]) -> Iterator[Bar]:
    most = max(counts, default=0)
    for place, count in enumerate(counts):
        height = max(count * _BEAT_HEIGHT // most, _ZERO_HEIGHT) if count else _ZERO_HEIGHT
        yield Bar(place * _BEAT_STEP, _BEAT_HEIGHT - height + 1, 5, height, count == 0)


def _day_groups(statement: Statement, kept: str) -> Iterator[DayGroup]:
    totals = {total.day: total for total in statement.days}
    rows = (row for row in statement.rows if not kept or row.state == kept)
    for day, of_day in groupby(rows, key=lambda row: city_day(row.started_at)):
        deeds = tuple(Deed(row, scene_of(row.scene)) for row in of_day)
        yield DayGroup(total=totals.get(day) or DayTotal(day, 0, 0, 0), deeds=deeds)
