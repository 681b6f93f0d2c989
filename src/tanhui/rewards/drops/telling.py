"""What those who entered are told of the result, by the room of notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from tanhui.kernel.periods import city_day, day_start
from tanhui.notices.commands import Notice, queue_notices
from tanhui.rewards import queries as rewards
from tanhui.rewards.drops.records import Drop, Entry

_INSTANT = timedelta(microseconds=1)


def tell_winners(found: Drop, won: Sequence[Entry], at: datetime) -> int:
    """Tells winners what is theirs and until when; answers how many notices are new."""
    offer = rewards.offer_by_id(found.offer_id)
    until = day_start(city_day(at)) + timedelta(days=offer.valid_days)
    facts = {
        "offer_zh": offer.title_zh,
        "offer_en": offer.title_en,
        "date": city_day(until - _INSTANT).isoformat(),
    }
    notices = [
        Notice(each.citizen_id, "drop-won", facts, _key(found), _link(found)) for each in won
    ]
    return queue_notices(notices=notices, at=at)


def tell_losers(found: Drop, tickets: Mapping[int, int], at: datetime) -> int:
    """Tells others that their points are back; `tickets` are how many each has next time."""
    offer = rewards.offer_by_id(found.offer_id)
    facts: dict[str, str | int] = {
        "offer_zh": offer.title_zh,
        "offer_en": offer.title_en,
        "points": offer.price_points,
    }
    notices = [
        Notice(citizen_id, "drop-lost", {**facts, "tickets": count}, _key(found), _link(found))
        for citizen_id, count in tickets.items()
    ]
    return queue_notices(notices=notices, at=at)


def _key(found: Drop) -> str:
    return f"drop:{found.code}"


def _link(found: Drop) -> str:
    return f"/m/drops/{found.code}"
