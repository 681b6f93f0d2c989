"""What a month's points went to: redemptions, points that expired or were given instead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tanhui.citizen.orders_shown import ORDER_STATES, Order, order_of
from tanhui.kernel.periods import city_day
from tanhui.rewards import queries
from tanhui.rewards.expiry.queries import Expired, expired

_ORDERS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Spending:
    """One month's redemptions and expiries, the newest first.

    `points` are those that are gone or set aside; what was returned does not count.
    """

    orders: tuple[Order, ...]
    expired: tuple[Expired, ...]
    points: int


def spending_of(*, citizen_id: int, month: date, at: datetime) -> Spending:
    """What the points of a citizen went to in the month of the city that begins on `month`."""
    offers = {offer.id: offer for offer in queries.offers()}
    made = queries.redemptions(citizen_id, states=ORDER_STATES, limit=_ORDERS_MAX)
    orders = tuple(
        order_of(each, offers[each.offer_id], at) for each in made if _in(each.at, month)
    )
    gone = tuple(each for each in expired(citizen_id) if _in(each.at, month))
    spent = sum(order.redemption.points for order in orders if order.look != "back")
    return Spending(orders, gone, spent + sum(each.points for each in gone))


def _in(instant: datetime, month: date) -> bool:
    day = city_day(instant)
    return (day.year, day.month) == (month.year, month.month)
