"""What the console's pages show: the answers of queries, laid out for templates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from tanhui.behaviours import finding, reconciliation
from tanhui.behaviours.declarations import SELF
from tanhui.behaviours.finding import FoundDeed
from tanhui.behaviours.reconciliation import DayRow
from tanhui.behaviours.sources import received_at
from tanhui.console import hold_desk
from tanhui.identity import queries as identity
from tanhui.identity.queries import Member
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day
from tanhui.kernel.refusals import Invalid, NotFound
from tanhui.partners import deliveries
from tanhui.partners.contract import ContractCheck
from tanhui.partners.deliveries import Delivery
from tanhui.partners.desk import PartnerDesk, PartnerLine, partner_desk, partner_lines
from tanhui.scenes.in_force import library_in_force
from tanhui.scenes.scene import Scene
from tanhui.web import parties


@dataclass(frozen=True, slots=True)
class PartnerDays:
    """A partner, and on how many of the last days ours and theirs differ.

    `received_at` is when rows of it were last taken, by file or interface.
    """

    partner: PartnerLine
    differing: int
    received_at: datetime | None

    @property
    def by_file(self) -> bool:
        """Whether rows came after its last push, as files are none."""
        pushed = self.partner.last_delivery_at
        return self.received_at is not None and (pushed is None or pushed < self.received_at)


@dataclass(frozen=True, slots=True)
class Home:
    """What waits for somebody."""

    holds: hold_desk.Waiting
    partners: list[PartnerDays]

    @property
    def in_sandbox(self) -> list[PartnerLine]:
        """The partners that are not in production yet."""
        return [one.partner for one in self.partners if one.partner.status == "sandbox"]

    @property
    def differing(self) -> list[PartnerDays]:
        """The partners with days that differ."""
        return [one for one in self.partners if one.differing]

    @property
    def differing_days(self) -> int:
        """All days that differ."""
        return sum(one.differing for one in self.partners)


def home(*, actor: Actor, language: str, at: datetime) -> Home:
    """Everything of the first page."""
    today = city_day(at)
    first = today - timedelta(days=parties.DAYS_SHOWN - 1)
    received = received_at(at=at)
    return Home(
        holds=hold_desk.waiting(actor=actor, language=language, at=at),
        partners=[
            PartnerDays(
                line,
                parties.unequal(reconciliation.by_day(partner_id=line.id, first=first, last=today)),
                received.get(line.code),
            )
            for line in _companies()
        ],
    )


def _companies() -> list[PartnerLine]:
    """The partners that send; what citizens declare is kept as one more, which nobody admits."""
    return [line for line in partner_lines() if line.code != SELF]


@dataclass(frozen=True, slots=True)
class Partners:
    """All partners, and the scenes of which a new one may bring deeds."""

    lines: list[PartnerLine]
    scenes: tuple[Scene, ...]


def partners() -> Partners:
    """The list of partners."""
    return Partners(_companies(), library_in_force().scenes)


@dataclass(frozen=True, slots=True)
class OnePartner:
    """One partner: its interface, its people, and its last days."""

    desk: PartnerDesk
    members: list[Member]
    days: list[DayRow]
    scenes: tuple[Scene, ...]

    @property
    def partner(self) -> PartnerLine:
        """The partner in short."""
        return self.desk.partner

    @property
    def quotas(self) -> tuple[parties.ShownQuota, ...]:
        """What may still be sent."""
        return parties.quotas_of(self.desk)

    @property
    def next_check(self) -> ContractCheck | None:
        """The first check that is open."""
        return parties.next_check(self.desk)

    @property
    def passed(self) -> int:
        """How many checks of the contract test are passed."""
        return sum(check.passed for check in self.desk.checks)


def one_partner(*, code: str, at: datetime) -> OnePartner:
    """Everything of one partner; refuses `no_such_partner`."""
    desk = partner_desk(partner_code=code, at=at)
    today = city_day(at)
    rows = reconciliation.by_day(
        partner_id=desk.partner.id, first=today - timedelta(days=parties.DAYS_SHOWN - 1), last=today
    )
    members = identity.members(role="partner", organisation_id=desk.partner.id)
    scenes = library_in_force().scenes
    return OnePartner(desk, members, rows[::-1], scenes)


def partner_line(code: str) -> PartnerLine:
    """One partner in short; refuses `no_such_partner`."""
    for line in _companies():
        if line.code == code:
            return line
    raise NotFound(
        "no_such_partner",
        zh="没有登记的数据方“{code}”。",
        en="There is no registered partner “{code}”.",
        code=code,
    )


@dataclass(frozen=True, slots=True)
class OneDelivery:
    """One delivery of a partner with what became of each row."""

    partner: PartnerLine
    delivery: Delivery
    items: list[parties.Item]


def one_delivery(*, code: str, delivery_id: UUID) -> OneDelivery:
    """Refuses `no_such_partner` and `no_such_delivery`."""
    line = partner_line(code)
    found = deliveries.delivery(delivery_id=delivery_id, partner_id=line.id)
    return OneDelivery(line, found, parties.items_of(found))


@dataclass(frozen=True, slots=True)
class Days:
    """Ours against theirs for a partner, the newest day first."""

    partner: PartnerLine
    first: date
    last: date
    rows: list[DayRow]


def days(*, code: str, first: date | None, last: date | None, at: datetime) -> Days:
    """The days from first to last; the last fortnight if nothing is said."""
    since, until = parties.days_asked(first, last, at)
    line = partner_line(code)
    rows = reconciliation.by_day(partner_id=line.id, first=since, last=until)
    return Days(line, since, until, rows[::-1])


@dataclass(frozen=True, slots=True)
class Record:
    """The deed that was looked for, if one was; and the partners one may look among."""

    partners: list[PartnerLine]
    deed: FoundDeed | None
    scene: Scene | None


def record(*, actor: Actor, code: str, reference: str) -> Record:
    """Refuses `no_such_partner` and `no_such_behaviour` where a reference is given."""
    deed = (
        finding.find_deed(actor=actor, partner_code=code, reference=reference)
        if reference
        else None
    )
    return Record(
        partner_lines(), deed, hold_desk.scenes_by_number().get(deed.scene) if deed else None
    )


def scene_of(modes: Iterable[str]) -> str:
    """The scene's code of the first mode the city has; refuses `mode_unknown`."""
    chosen = set(modes)
    for scene in library_in_force().scenes:
        if scene.mode in chosen:
            return scene.code
    raise Invalid("mode_unknown", zh="没有这种出行方式。", en="There is no such mode.")
