"""What is told of funding windows: where every fen is, how fast it goes, what was agreed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tanhui.kernel.periods import city_day, day_start
from tanhui.rewards import queries, refusals
from tanhui.rewards.records import Funding

# How many whole days the speed of a window is told from.
SPEED_DAYS = 7


@dataclass(frozen=True, slots=True)
class Window:
    """A window and where its money is, in fen.

    `promised_fen` is all of it: `free_fen` is not on sale, `on_sale_fen` is on the shelf,
    `set_aside_fen` was taken by citizens and is not delivered, `owed_fen` was delivered and is not
    paid, `paid_fen` was paid.
    """

    funding: Funding
    promised_fen: int
    free_fen: int
    on_sale_units: int
    on_sale_fen: int
    set_aside_fen: int
    paid_fen: int

    @property
    def delivered_fen(self) -> int:
        """What was delivered and did not come back."""
        return self.promised_fen - self.free_fen - self.on_sale_fen - self.set_aside_fen

    @property
    def owed_fen(self) -> int:
        """What was delivered and is not paid."""
        return self.delivered_fen - self.paid_fen

    @property
    def left_fen(self) -> int:
        """What can still become rewards: free or on sale."""
        return self.free_fen + self.on_sale_fen

    @property
    def used_fen(self) -> int:
        """What citizens took."""
        return self.promised_fen - self.left_fen

    @property
    def last_day(self) -> date:
        """The last day of the city on which it pays."""
        return city_day(self.funding.until - timedelta(microseconds=1))

    def is_open(self, at: datetime) -> bool:
        """Whether it pays at this time."""
        return self.funding.ended_at is None and self.funding.opens_at <= at < self.funding.until


@dataclass(frozen=True, slots=True)
class Agreement:
    """A sponsor's word on an offer: at most `cost_fen` a unit, `units` in all.

    `state` is `agreed` or `ended`; `stocked_units` are or were on sale and not taken off unsold.
    """

    funding_id: int
    offer_id: int
    state: str
    cost_fen: int
    units: int
    at: datetime
    stocked_units: int


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to a sponsor that waits for an answer."""

    funding_id: int
    offer_id: int
    cost_fen: int
    units: int
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Burnt:
    """What was taken of a window on one day of the city."""

    funding_id: int
    day: date
    units: int
    fen: int


def window(funding_id: int) -> Window:
    """One window; refuses `no_such_funding`."""
    found = _windows(funding_id=funding_id)
    if not found:
        raise refusals.no_such_funding()
    return found[0]


def windows(sponsor_id: int | None = None, *, at: datetime) -> list[Window]:
    """A sponsor's windows, those that run first; of all sponsors those that have not ended."""
    return _windows(sponsor_id=sponsor_id, open_at=at if sponsor_id is None else None)


def agreements(*funding_ids: int) -> list[Agreement]:
    """What these windows agreed to, and what they agreed to once."""
    return [
        Agreement(**row) for row in queries.rows("agreements", {"funding_ids": list(funding_ids)})
    ]


def asks(funding_ids: Sequence[int]) -> list[Ask]:
    """What waits for the answer of these windows' sponsor, the oldest first."""
    return [Ask(**row) for row in queries.rows("asks", {"funding_ids": list(funding_ids)})]


def burnt(funding_ids: Sequence[int], *, since: date) -> list[Burnt]:
    """What was taken on each day from `since` on; days without anything are left out."""
    asked = {"funding_ids": list(funding_ids), "since": day_start(since)}
    return [
        Burnt(row["funding_id"], row["day_of"], row["units"], row["fen"])
        for row in queries.rows("burn", asked)
    ]


def days_left(left_fen: int, taken: Sequence[Burnt], *, at: datetime) -> int | None:
    """In how many days `left_fen` is gone at the speed of the last whole days; None for never."""
    today = city_day(at)
    spent = sum(
        each.fen for each in taken if today - timedelta(days=SPEED_DAYS) <= each.day < today
    )
    return left_fen * SPEED_DAYS // spent if spent else None


def _windows(
    *,
    sponsor_id: int | None = None,
    funding_id: int | None = None,
    open_at: datetime | None = None,
) -> list[Window]:
    asked = {
        "sponsor_id": sponsor_id,
        "funding_id": funding_id,
        "open_at": open_at,
    }
    return [
        Window(
            Funding(**{name: row[name] for name in Funding.__slots__}),
            row["promised_fen"],
            row["free_fen"],
            row["on_sale_units"],
            row["on_sale_fen"],
            row["set_aside_fen"],
            row["paid_fen"],
        )
        for row in queries.rows("windows", asked)
    ]
