"""What the pages of expiring and given points show; all figures are integers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tanhui.kernel.periods import city_day
from tanhui.rewards import queries as rewards
from tanhui.rewards.expiry import queries
from tanhui.rewards.expiry.arithmetic import Bucket
from tanhui.rewards.expiry.months import first_day, last_day, number_of
from tanhui.rewards.expiry.queries import Expired, Paused
from tanhui.rewards.giving import queries as giving
from tanhui.rewards.giving.records import Cause, Gift, Report
from tanhui.rewards.records import Offer

# The picture is 336 wide; its bars stand on this line and are at most so high.
WIDTH, GROUND, HIGH = 336, 108, 84


@dataclass(frozen=True, slots=True)
class Column:
    """One month of the picture: its bar in the units of the picture, none where nothing ends."""

    month: date
    points: int
    x: int
    width: int
    height: int
    first: bool
    label: bool

    @property
    def y(self) -> int:
        """Where the bar begins."""
        return GROUND - self.height

    @property
    def middle(self) -> int:
        """Where its words stand, kept inside the picture."""
        return min(max(self.x + self.width // 2, 16), WIDTH - 16)

    @property
    def above(self) -> int:
        """Where its figure stands."""
        return self.y - 5


@dataclass(frozen=True, slots=True)
class Went:
    """Points that ended, and the cause that got them instead, if any."""

    expired: Expired
    cause: Cause | None


@dataclass(frozen=True, slots=True)
class Given:
    """A gift with its cause."""

    gift: Gift
    cause: Cause


@dataclass(frozen=True, slots=True)
class PointsPage:
    """All of the page of expiring points."""

    next: Bucket | None
    days: int
    columns: list[Column]
    buckets: list[Bucket]
    paused: Paused | None
    may_pause: bool
    may_resume: bool
    pause_months: list[int]
    heir: Cause | None
    causes: list[Cause]
    went: list[Went]
    months: int


@dataclass(frozen=True, slots=True)
class GivePage:
    """All causes with their last report, and the reader's gifts."""

    causes: list[tuple[Cause, Report | None]]
    given: list[Given]
    points: int
    heir_id: int | None


@dataclass(frozen=True, slots=True)
class CausePage:
    """One cause: how to give, what was given, what became of it."""

    cause: Cause
    reports: list[Report]
    offers: list[Offer]
    own_points: int
    is_heir: bool


def points_page(*, citizen_id: int, at: datetime) -> PointsPage:
    """What a citizen's points come to, month by month, and what may be chosen about it."""
    found = queries.buckets(citizen_id, at)
    paused = queries.paused(citizen_id, at)
    causes = giving.causes()
    by_id = {cause.id: cause for cause in causes}
    today, terms = city_day(at), queries.terms()
    month_end = last_day(number_of(today))
    heir = by_id.get(queries.heir_of(citizen_id) or 0)
    return PointsPage(
        next=found[0] if found else None,
        days=(found[0].expires_on - today).days if found else 0,
        columns=columns(found, number_of(today), terms.expiry_months),
        buckets=found,
        paused=paused,
        may_pause=bool(found)
        and (paused is None or (not paused.going_on and paused.next_from <= today)),
        # A pause that ends with this month ends by itself.
        may_resume=paused is not None and paused.going_on and paused.last > month_end,
        pause_months=list(range(1, terms.pause_months_max + 1)),
        heir=heir if heir and heir.is_open else None,
        causes=[cause for cause in causes if cause.is_open],
        went=[Went(each, by_id.get(each.cause_id or 0)) for each in queries.expired(citizen_id)],
        months=terms.expiry_months,
    )


def columns(found: list[Bucket], present: int, months: int) -> list[Column]:
    """One column for each month from the present one until the last that ends something."""
    if not found:
        return []
    ends = {number_of(bucket.expires_on): bucket.points for bucket in found}
    last = max(present + months, *ends)
    step = WIDTH // (last - present + 1)
    most = max(ends.values())
    made = []
    for place, month in enumerate(range(present, last + 1)):
        points = ends.get(month, 0)
        first = month == min(ends)
        made.append(
            Column(
                month=first_day(month),
                points=points,
                x=place * step + 1,
                width=max(step - 3, 2),
                # What is there is seen, however little it is.
                height=max(points * HIGH // most, 3) if points else 0,
                first=first,
                label=first or (points == most and ends[min(ends)] != most),
            )
        )
    return made


def give_page(*, citizen_id: int) -> GivePage:
    """Every cause and what the citizen gave."""
    latest: dict[int, Report] = {}
    for report in giving.reports():
        latest.setdefault(report.cause_id, report)
    causes = giving.causes()
    by_id = {cause.id: cause for cause in causes}
    gifts = giving.gifts(citizen_id)
    return GivePage(
        [(cause, latest.get(cause.id)) for cause in causes],
        [Given(gift, by_id[gift.cause_id]) for gift in gifts],
        sum(gift.points for gift in gifts),
        queries.heir_of(citizen_id),
    )


def cause_page(*, citizen_id: int, cause_id: int) -> CausePage:
    """One cause; refuses `no_such_cause`."""
    found = giving.cause(cause_id)
    gifts = giving.gifts(citizen_id)
    return CausePage(
        found,
        giving.reports(cause_id=cause_id),
        [
            offer
            for offer in map(rewards.offer, found.offer_codes)
            if found.is_open and offer.state == "published"
        ],
        sum(gift.points for gift in gifts if gift.cause_id == cause_id),
        queries.heir_of(citizen_id) == cause_id,
    )
