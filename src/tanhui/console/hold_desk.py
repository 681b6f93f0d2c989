"""The desk of holds and objections, laid out for its pages: queues, evidence, decision."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from django.utils.translation import gettext

from tanhui.behaviours import desk, desk_evidence, told
from tanhui.behaviours.desk import Counts, Hold, Queue
from tanhui.behaviours.desk_evidence import Evidence, Quality
from tanhui.behaviours.rows import BehaviourRow, HoldNote
from tanhui.behaviours.told import HoldWords
from tanhui.cases.queries import Step
from tanhui.governance.permissions import is_allowed
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day, day_start
from tanhui.kernel.refusals import NotFound
from tanhui.scenes.in_force import library_in_force
from tanhui.scenes.scene import Scene
from tanhui.scenes.tariff import GRADES

PAGE_ROWS = 20
QUEUES = ("mine", "holds", "appeals")
_ON_HOME = 5
_HOUR_US = 3_600_000_000
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_DAY_MINUTES = 24 * 60
_SPEED_WIDTH = 300
# What a detector says of itself; the page words it or shows the numbers.
_SAID = frozenset({"explain", "object", "answer"})
_NOT_NUMBERS = frozenset({"version", "reason"})


@dataclass(frozen=True, slots=True)
class HoldCase:
    """An open hold with its scene, its words for the citizen and what its detector counted."""

    hold: Hold
    scene: Scene | None
    words: HoldWords

    @property
    def facts(self) -> list[tuple[str, object]]:
        """What the detector counted, by name."""
        return [(name, fact) for name, fact in self.hold.facts.items() if name not in _NOT_NUMBERS]

    @property
    def grade(self) -> str:
        """The grade of the evidence, A to D."""
        return GRADES[self.hold.grade]

    @property
    def minutes(self) -> int:
        """How long the deed lasted."""
        return (self.hold.ended_at - self.hold.started_at) // timedelta(minutes=1)

    @property
    def per_hour(self) -> int:
        """The deed's mean in its measure's unit an hour, rounded down."""
        lasted = max(1, (self.hold.ended_at - self.hold.started_at) // _MICROSECOND)
        return self.hold.amount * _HOUR_US // lasted


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many holds are open and how many end soon, and the first of them."""

    counts: Counts
    cases: list[HoldCase]

    @property
    def count(self) -> int:
        """All that are open."""
        return self.counts.holds + self.counts.appeals

    @property
    def soon(self) -> int:
        """How many end by themselves within a day."""
        return self.counts.soon

    @property
    def late(self) -> int:
        """How many should have ended."""
        return self.counts.late


@dataclass(frozen=True, slots=True)
class Bar:
    """One deed of the day's picture, in minutes since the day began; `lane` by its partner."""

    row: BehaviourRow
    scene: Scene
    x: int
    width: int
    y: int
    this: bool


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour that the day's picture names, at its minute."""

    x: int
    text: str


@dataclass(frozen=True, slots=True)
class Speed:
    """One line of the picture of means; `width` in the picture's units, `per_hour` in the unit
    of the scene's measure."""

    label: str
    per_hour: int
    width: int
    kind: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule that looked at the deed: `no` it spoke, `ok` it passed, `none` it was not asked."""

    state: str
    title: str
    code: str


@dataclass(frozen=True, slots=True)
class Open:
    """The case that is open on the desk: what machines found, what was said, what may be done.

    `may` are the decisions that this reviewer is offered; `barred` says why there is none.
    """

    case: HoldCase
    evidence: Evidence
    bars: list[Bar]
    speeds: list[Speed]
    rules: list[Rule]
    may: frozenset[str]
    barred: str

    @property
    def lanes_height(self) -> int:
        """The height of the day's picture: one lane for each partner."""
        return max((bar.y for bar in self.bars), default=44) + 54

    @property
    def hours(self) -> list[Hour]:
        """The hours that the day's picture names."""
        return [Hour(hour * 60, f"{hour}:00") for hour in range(0, 24, 3)]

    @property
    def claim(self) -> Step | None:
        """What the citizen said last."""
        said = [step for step in self.evidence.steps if step.step in _SAID]
        return said[-1] if said else None

    @property
    def photos(self) -> list[UUID]:
        """The files that came with what the citizen said."""
        return [UUID(name) for step in self.evidence.steps for name in step.files]

    @property
    def intended(self) -> Step | None:
        """The reason of the intended refusal."""
        return next((step for step in self.evidence.steps if step.step == "intend"), None)


@dataclass(frozen=True, slots=True)
class Desk:
    """A page of one queue, and the case that is open."""

    queue: str
    counts: Counts
    cases: list[HoldCase]
    page: int
    pages: int
    open: Open | None


def waiting(*, actor: Actor, language: str, at: datetime) -> Waiting:
    """What the console's first page tells of holds; refuses `not_permitted`."""
    found = desk.open_holds(actor=actor, at=at, queue="mine", limit=_ON_HOME)
    cases = [_case(hold, language) for hold in found]
    return Waiting(desk.counts(actor=actor, at=at), cases)


def show_desk(
    *, actor: Actor, queue: str, page: int, hold_id: UUID | None, language: str, at: datetime
) -> Desk:
    """The desk; refuses `not_permitted`, and `no_such_hold` for a hold that is not open."""
    chosen = cast(Queue, queue if queue in QUEUES else "mine")
    counts = desk.counts(actor=actor, at=at)
    rows = {"mine": counts.mine, "holds": counts.holds, "appeals": counts.appeals}[chosen]
    pages = max(1, -(-rows // PAGE_ROWS))
    page = min(max(page, 1), pages)
    found = desk.open_holds(
        actor=actor, at=at, queue=chosen, limit=PAGE_ROWS, offset=(page - 1) * PAGE_ROWS
    )
    opened = None
    if hold_id is not None:
        hold = desk.open_hold(actor=actor, hold_id=hold_id, at=at)
        if hold is None:
            raise NotFound("no_such_hold", zh="没有这条暂缓。", en="There is no such hold.")
        opened = _open(hold, actor, language, at)
    cases = [_case(one, language) for one in found]
    return Desk(chosen, counts, cases, page, pages, opened)


def _open(hold: Hold, actor: Actor, language: str, at: datetime) -> Open:
    case = _case(hold, language)
    evidence = desk_evidence.open_evidence(actor=actor, hold_id=hold.id, at=at)
    may = _may(hold, evidence, actor)
    return Open(
        case=case,
        evidence=evidence,
        bars=list(_bars(hold, evidence.day)),
        speeds=_speeds(case, evidence),
        rules=list(_rules(case, evidence, language)),
        may=may,
        barred="" if may else _barred(hold, actor),
    )


def _may(hold: Hold, evidence: Evidence, actor: Actor) -> frozenset[str]:
    """The decisions that the rules of the case offer this reviewer."""
    if hold.own or not is_allowed(actor, "holds.decide"):
        return frozenset()
    if evidence.case is None:
        return frozenset({"release", "intend"})
    return frozenset(rule.name for rule in evidence.offered)


def _barred(hold: Hold, actor: Actor) -> str:
    if not is_allowed(actor, "holds.decide"):
        return gettext("你可以看，不能决定。")
    if hold.own:
        return gettext("这是你自己的记录，须由别人决定。")
    if hold.state == "asked":
        return gettext("等市民补充。补充来了，或者期限到了，再决定。")
    return gettext("拟驳回是你提的，申诉须由另一位复核员决定。")


def _bars(hold: Hold, rows: tuple[BehaviourRow, ...]) -> Iterator[Bar]:
    begin = day_start(city_day(hold.started_at))
    lanes: dict[str, int] = {}
    library = library_in_force()
    for row in rows:
        lane = lanes.setdefault(row.partner_code, len(lanes))
        x = (row.started_at - begin) // timedelta(minutes=1)
        width = max(6, (row.ended_at - row.started_at) // timedelta(minutes=1))
        this = (row.started_at, row.amount, row.partner_code) == (
            hold.started_at,
            hold.amount,
            hold.partner_code,
        )
        scene = library.scene(row.scene)
        yield Bar(row, scene, x, min(width, _DAY_MINUTES - x), 44 + 54 * lane, this)


def _speeds(case: HoldCase, evidence: Evidence) -> list[Speed]:
    """This deed's mean beside the person's own, the rule's and the scene's limit."""
    if case.scene is None or case.hold.ended_at - case.hold.started_at >= _DAY:
        return []
    record = evidence.record
    told_limit = case.hold.facts.get("limit_kmh")
    lines = [
        (gettext("这一程"), case.per_hour, "this"),
        (gettext("他近 90 天的中位数"), record.usual_per_hour, "own"),
        (gettext("他近 90 天最快"), record.most_per_hour, "own"),
        (gettext("规则起疑"), int(told_limit) * 1_000 if told_limit else 0, "doubt"),
        (gettext("场景上限"), case.scene.measured.max_per_hour, "limit"),
    ]
    most = max(amount for _, amount, _ in lines)
    return [
        Speed(label, amount, amount * _SPEED_WIDTH // max(most, 1), kind)
        for label, amount, kind in lines
        if amount
    ]


def _rules(case: HoldCase, evidence: Evidence, language: str) -> Iterator[Rule]:
    """Every rule that a row passes on its way, and what it said of this one."""
    yield Rule("ok", gettext("数值不超过场景上限，格式完整"), "")
    yield Rule("ok", gettext("与别家的记录不是同一程"), "")
    spoke = False
    for detector in evidence.detectors:
        title = detector.title.filled(language, {})
        if detector.code == case.hold.detector:
            spoke = True
            yield Rule("no", case.words.what, f"{detector.code} {detector.version}")
        else:
            yield Rule("none" if spoke else "ok", title, f"{detector.code} {detector.version}")


def _case(hold: Hold, language: str) -> HoldCase:
    note = HoldNote(
        detector=hold.detector,
        facts=hold.facts,
        placed_at=hold.placed_at,
        deadline=hold.deadline,
        outcome=None,
        reason=None,
    )
    return HoldCase(hold, scenes_by_number().get(hold.scene), told.hold_words(note, language))


def scenes_by_number() -> dict[int, Scene]:
    """The city's scenes by the numbers that rows carry."""
    return {one.number: one for one in library_in_force().scenes}


@dataclass(frozen=True, slots=True)
class QualityRow:
    """One line of the quality figures, with what the detector is called."""

    told: Quality
    title: str

    @property
    def ended(self) -> int:
        """All holds that ended."""
        return self.told.released + self.told.overdue + self.told.refused


def show_quality(*, actor: Actor, language: str, at: datetime) -> list[QualityRow]:
    """A year of how holds ended; refuses `not_permitted`."""
    since = (city_day(at) - timedelta(days=365)).replace(day=1)
    found = desk_evidence.quality(actor=actor, since=since)
    titles = {one.code: one.title for one in desk_evidence.detectors_on(city_day(at))}
    return [
        QualityRow(row, titles[row.detector].filled(language, {}))
        if row.detector in titles
        else QualityRow(row, row.detector)
        for row in found
    ]
