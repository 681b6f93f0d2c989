"""What a merchant may know of redemptions: what was given out and what is owed, never to whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tanhui.rewards import refusals
from tanhui.rewards.queries import rows


@dataclass(frozen=True, slots=True)
class Taken:
    """One redemption at a merchant; `delivered_at` is None while its voucher is not used.

    `cost_fen` is what the sponsor owes for all units; `state` is `refunded` where the points went
    back, and then nothing is owed.
    """

    id: UUID
    offer_code: str
    title_zh: str
    title_en: str
    delivery: str
    units: int
    points: int
    cost_fen: int
    state: str
    confirmed_at: datetime | None
    delivered_at: datetime | None
    ended_at: datetime | None
    voucher_code: str | None
    sponsor_zh: str
    sponsor_en: str

    @property
    def voucher_shown(self) -> str:
        """The voucher's code in two groups of four; empty where there is none to show."""
        return f"{self.voucher_code[:4]} {self.voucher_code[4:]}" if self.voucher_code else ""

    @property
    def owed_fen(self) -> int:
        """What is owed for it now."""
        return self.cost_fen if self.state == "delivered" else 0


@dataclass(frozen=True, slots=True)
class TakenDay:
    """What a merchant gave out on one day of the city, and what is owed for it in fen."""

    day: date
    units: int
    cost_fen: int


def taken(
    merchant_id: int, *, first: datetime, last: datetime, offer_code: str = "", limit: int
) -> list[Taken]:
    """What was given out from `first` until before `last`, the newest first."""
    asked = {
        "merchant_id": merchant_id,
        "first": first,
        "last": last,
        "offer_code": offer_code or None,
        "limit": limit,
    }
    return [Taken(**row) for row in rows("merchant_taken", asked)]


def taken_one(merchant_id: int, redemption_id: UUID) -> Taken:
    """One redemption at a merchant; refuses `no_such_redemption` for another's."""
    found = rows("merchant_one", {"merchant_id": merchant_id, "id": redemption_id})
    if not found:
        raise refusals.no_such_redemption()
    return Taken(**found[0])


def taken_days(merchant_id: int, *, first: datetime, last: datetime) -> list[TakenDay]:
    """Days with something given out from `first` until before `last`, the earliest first."""
    asked = {"merchant_id": merchant_id, "first": first, "last": last}
    return [TakenDay(**row) for row in rows("merchant_days", asked)]


def waiting_units(merchant_id: int) -> int:
    """Units of vouchers that citizens hold and have not used."""
    (row,) = rows("merchant_waiting", {"merchant_id": merchant_id})
    return int(row["units"])
