"""What a redemption will ask for, told before it is begun."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day, day_start
from tanhui.rewards import queries
from tanhui.rewards.records import Offer
from tanhui.rewards.redeeming import device_allowed, proved
from tanhui.rewards.terms import Level, city_terms


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is asked of one person who spends so many points now.

    `device_from` is when this device may spend as much, None where it may now; `hold_minutes` is
    how long units are kept for one who proves the phone first; `valid_until` ends a voucher that
    is had now; `level` is the one that the offer asks for, if it asks for one.
    """

    proof: bool
    device_from: datetime | None
    hold_minutes: int
    units_most: int
    refund_days: int
    valid_until: datetime
    level: Level | None


def ahead(*, actor: Actor, offer: Offer, units: int, at: datetime, begun: bool = False) -> Ahead:
    """What redeeming `units` of an offer will ask for, as `redeeming` will judge it.

    What was `begun` is among the points of the last 24 hours already.
    """
    terms = city_terms(settings.TANHUI.content_root)
    points = offer.price_points * units
    lately = queries.spent_lately(actor.person_id or 0, at) + (0 if begun else points)
    much = points >= terms.step_up_points or lately >= terms.step_up_day_points
    waits = points >= terms.device_wait_points or lately >= terms.device_wait_day_points
    return Ahead(
        proof=much and not proved(actor, terms, at),
        device_from=device_allowed(actor, terms, at) if waits else None,
        hold_minutes=terms.hold // timedelta(minutes=1),
        units_most=terms.units_max,
        refund_days=terms.refund_min.days,
        valid_until=day_start(city_day(at)) + timedelta(days=offer.valid_days),
        level=terms.levels[min(offer.min_level, len(terms.levels) - 1)]
        if offer.min_level
        else None,
    )
