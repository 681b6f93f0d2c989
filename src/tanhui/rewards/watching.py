"""What the operator watches: how fast offers go, which run out, which nobody wants, who pays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tanhui.kernel.periods import city_day, day_end, day_start
from tanhui.rewards import queries
from tanhui.rewards.codes import CodeCount, code_counts
from tanhui.rewards.records import Funding, Offer, Shelved

WEEK, MONTH = timedelta(days=7), timedelta(days=30)
DAYS_SHOWN = 14
# An offer that goes on like this is empty within a week; one that stood so long is not wanted.
SOON_DAYS, UNWANTED_AFTER = 7, timedelta(days=14)
_WEEK_DAYS = 7


@dataclass(frozen=True, slots=True)
class Rate:
    """How an offer goes: units taken in the last 7 and 30 days, and what became of the latter.

    `unused` wait for their merchant; `entered` wait for a draw.
    """

    week: int = 0
    month: int = 0
    unused: int = 0
    delivered: int = 0
    refunded: int = 0
    entered: int = 0


@dataclass(frozen=True, slots=True)
class Watched:
    """A published offer with its rate, its free codes and what is wrong with it.

    `days_left` is after how many whole days it is empty if the last week goes on; None where
    nothing goes. `alarm` is `empty`, `soon`, `codes`, `unwanted` or nothing.
    """

    shelved: Shelved
    rate: Rate
    codes: CodeCount | None
    days_left: int | None
    alarm: str

    @property
    def offer(self) -> Offer:
        """The offer."""
        return self.shelved.offer


@dataclass(frozen=True, slots=True)
class Day:
    """One day of an offer: units taken, and what was left when it ended (or now)."""

    day: date
    units: int
    left: int


@dataclass(frozen=True, slots=True)
class Budget:
    """A window and where its money is, in fen; `days_left` as for offers."""

    funding: Funding
    free_fen: int
    on_sale_fen: int
    taken_fen: int
    week_fen: int

    @property
    def whole_fen(self) -> int:
        """What the sponsor has given its word for and not taken back."""
        return self.free_fen + self.on_sale_fen + self.taken_fen

    @property
    def left_fen(self) -> int:
        """What citizens may still have of it."""
        return self.free_fen + self.on_sale_fen

    @property
    def days_left(self) -> int | None:
        """After how many whole days nothing is left if the last week goes on; None for never."""
        return self.left_fen * _WEEK_DAYS // self.week_fen if self.week_fen else None


@dataclass(frozen=True, slots=True)
class Said:
    """The last word of a window about an offer: `asked`, `agreed`, `denied` or `ended`."""

    funding: Funding
    state: str
    cost_fen: int
    units: int
    words: str
    at: datetime


def rates(offer_ids: Iterable[int], at: datetime) -> dict[int, Rate]:
    """How offers go, by number; those that nobody took in 30 days are absent."""
    asked = {"offer_ids": list(offer_ids), "week": at - WEEK, "month": at - MONTH}
    return {
        row["offer_id"]: Rate(
            row["week_units"],
            row["month_units"],
            row["unused_units"],
            row["delivered_units"],
            row["refunded_units"],
            row["entered_units"],
        )
        for row in queries.rows("offer_rates", asked)
    }


def watched(at: datetime) -> list[Watched]:
    """Everything on the shelf, what needs somebody first."""
    shelf = queries.shelf(at=at)
    numbers = [each.offer.id for each in shelf]
    going, codes = rates(numbers, at), code_counts(numbers)
    found = []
    for each in shelf:
        rate = going.get(each.offer.id, Rate())
        held = codes.get(each.offer.id, CodeCount()) if each.offer.delivery == "code" else None
        days_left = each.left * _WEEK_DAYS // rate.week if rate.week else None
        alarm = _alarm(each, rate, held, days_left, at)
        found.append(Watched(each, rate, held, days_left, alarm))
    return sorted(found, key=_urgency)


def days_of(offer_id: int, at: datetime) -> list[Day]:
    """The last fortnight of an offer, the earliest day first; today goes until now."""
    today = city_day(at)
    shown = [today - timedelta(days=back) for back in reversed(range(DAYS_SHOWN))]
    asked = {
        "offer_id": offer_id,
        "begins": [day_start(day) for day in shown],
        "ends": [min(day_end(day), at + timedelta(microseconds=1)) for day in shown],
    }
    return [
        Day(city_day(row["begins"]), row["units"], row["left_units"])
        for row in queries.rows("offer_days", asked)
    ]


def budgets(at: datetime) -> list[Budget]:
    """The windows that have not ended, the one that runs out first before others."""
    live = [each for each in queries.fundings() if each.ended_at is None and each.until > at]
    asked = {"funding_ids": [each.id for each in live], "week": at - WEEK}
    sums = {row.pop("id"): row for row in queries.rows("window_sums", asked)}
    found = [Budget(each, **sums[each.id]) for each in live]
    return sorted(found, key=lambda each: (each.days_left is None, each.days_left or 0))


def said_of(offer_id: int) -> list[Said]:
    """What sponsors said last of paying for an offer."""
    known = {each.id: each for each in queries.fundings()}
    return [
        Said(known[row.pop("funding_id")], **row)
        for row in queries.rows("offer_agreements", {"offer_id": offer_id})
    ]


def _alarm(
    each: Shelved, rate: Rate, codes: CodeCount | None, days_left: int | None, at: datetime
) -> str:
    # What is drawn is gone or not yet there; nobody fills it up.
    if each.offer.release == "drop":
        return ""
    if each.left == 0:
        # What is told to come again is not missing.
        return "" if each.next_opens_at else "empty"
    if codes is not None and codes.free < each.left:
        return "codes"
    if days_left is not None and days_left < SOON_DAYS and each.next_opens_at is None:
        return "soon"
    published = each.offer.published_at
    if published is not None and at - published >= UNWANTED_AFTER and rate.month == 0:
        return "unwanted"
    return ""


def _urgency(each: Watched) -> tuple[int, int, int]:
    order = ("empty", "codes", "soon", "unwanted", "")
    return (order.index(each.alarm), each.days_left or 0, each.offer.id)
