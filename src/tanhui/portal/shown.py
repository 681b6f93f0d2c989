"""What the partners' pages show: the answers of queries, laid out for templates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from tanhui.behaviours import changes, reconciliation
from tanhui.behaviours.changes import Void
from tanhui.behaviours.reconciliation import DayRow
from tanhui.behaviours.sources import received_at
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import CITY_ZONE, city_day, day_start
from tanhui.kernel.refusals import Forbidden
from tanhui.partners import deliveries
from tanhui.partners.contract import ContractCheck
from tanhui.partners.deliveries import Delivery
from tanhui.partners.desk import PartnerDesk, PartnerLine, partner_desk, partner_lines
from tanhui.scenes.in_force import library_in_force
from tanhui.scenes.scene import Scene
from tanhui.web import parties

_SAMPLE_MINUTES = 12


@dataclass(frozen=True, slots=True)
class Own:
    """The partner whose desk this is, and everything about its interface."""

    desk: PartnerDesk

    @property
    def partner(self) -> PartnerLine:
        """The partner in short."""
        return self.desk.partner

    @property
    def steps(self) -> tuple[parties.Step, ...]:
        """The way into production."""
        return parties.steps_of(self.desk)

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


def own(*, actor: Actor, at: datetime) -> Own:
    """The actor's own partner; refuses `desk_not_yours` to those who have none."""
    return Own(partner_desk(partner_code=own_code(actor), at=at))


def own_line(actor: Actor) -> PartnerLine:
    """The actor's own partner in short; refuses `desk_not_yours`."""
    for line in partner_lines():
        if "partner" in actor.roles and line.id == actor.organisation_id:
            return line
    raise Forbidden(
        "desk_not_yours",
        zh="这个工作台只给它的工作人员用。你登录的手机号没有这里的岗位。",
        en="This desk is for its staff. The phone you logged in with has no seat here.",
    )


def own_code(actor: Actor) -> str:
    """The code of the actor's own partner; refuses `desk_not_yours`."""
    return own_line(actor).code


@dataclass(frozen=True, slots=True)
class Home:
    """The first page: where the partner stands, today, and what was delivered last.

    `received_at` is when rows were last taken, by file or interface.
    """

    own: Own
    today: DayRow | None
    last: Delivery | None
    differing: int
    received_at: datetime | None


def home(*, actor: Actor, at: datetime) -> Home:
    """Everything of the first page."""
    known = own(actor=actor, at=at)
    today = city_day(at)
    days = reconciliation.by_day(
        partner_id=known.partner.id,
        first=today - timedelta(days=parties.DAYS_SHOWN - 1),
        last=today,
    )
    return Home(
        own=known,
        today=next((row for row in days if row.day == today), None),
        last=known.desk.deliveries[0] if known.desk.deliveries else None,
        differing=parties.unequal(days),
        received_at=received_at(at=at).get(known.partner.code),
    )


@dataclass(frozen=True, slots=True)
class OneDelivery:
    """One delivery with what became of each row."""

    partner: PartnerLine
    delivery: Delivery
    items: list[parties.Item]


def one_delivery(*, actor: Actor, delivery_id: UUID) -> OneDelivery:
    """A delivery of the actor's own partner; refuses `no_such_delivery`."""
    partner = own_line(actor)
    found = deliveries.delivery(delivery_id=delivery_id, partner_id=partner.id)
    return OneDelivery(partner, found, parties.items_of(found))


@dataclass(frozen=True, slots=True)
class Days:
    """Ours against theirs, the newest day first, and the scenes of which one may declare."""

    partner: PartnerLine
    first: date
    last: date
    rows: list[DayRow]
    scenes: list[Scene]


def days(*, actor: Actor, first: date | None, last: date | None, at: datetime) -> Days:
    """The days from first to last, a year at most; the last fortnight if nothing is said."""
    since, until = parties.days_asked(first, last, at)
    partner = own_line(actor)
    rows = reconciliation.by_day(partner_id=partner.id, first=since, last=until)
    library = library_in_force()
    scenes = [one for one in library.scenes if one.mode in partner.modes]
    return Days(partner, since, until, rows[::-1], scenes)


@dataclass(frozen=True, slots=True)
class Corrections:
    """What was taken back, newest first, with the scene's name."""

    partner: PartnerLine
    voids: list[tuple[Void, Scene | None]]


def corrections(*, actor: Actor) -> Corrections:
    """The voids of the actor's own partner."""
    partner = own_line(actor)
    scenes = {one.number: one for one in library_in_force().scenes}
    told = changes.voids(partner_id=partner.id)
    return Corrections(partner, [(void, scenes.get(void.scene)) for void in told])


def city_modes() -> frozenset[str]:
    """The modes that the city has scenes for."""
    return frozenset(library_in_force().modes())


@dataclass(frozen=True, slots=True)
class Sample:
    """One deed as an example for a partner: `measured` is its measure and amount as JSON."""

    mode: str
    started: str
    ended: str
    measured: str


def sample_of(partner: PartnerLine, at: datetime) -> Sample:
    """A deed of yesterday noon in the first mode that the partner brings."""
    library = library_in_force()
    scene = next((one for one in library.scenes if one.mode in partner.modes), library.scenes[0])
    noon = day_start(city_day(at) - timedelta(days=1)) + timedelta(hours=12)
    begun, ended = (
        (noon + timedelta(minutes=minutes)).astimezone(CITY_ZONE).isoformat()
        for minutes in (0, _SAMPLE_MINUTES)
    )
    # A fifth of what is plausible is plausible for every mode.
    amount = max(1, scene.measured.max_per_hour * _SAMPLE_MINUTES // 60 // 5)
    return Sample(scene.mode, begun, ended, f'"{scene.measure}":{amount}')
