"""What citizens are told of their redemptions: there it is, it ends soon, the points are back.

The first two are told by the platform's own rounds, so that redeeming itself never waits for it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day
from tanhui.notices.commands import Notice, queue_notices
from tanhui.rewards import queries
from tanhui.rewards.records import Redemption

_ENDS_SOON = timedelta(days=7)
_LATELY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)
_TEMPLATES = {"confirmed": "redemption-confirmed", "expiring": "voucher-expiring"}


def tell_redemptions(*, actor: Actor, at: datetime, limit: int = 2_000) -> int:
    """Tells of new vouchers and of those that end within seven days; answers how many notices.

    Each is told once, however often the round comes. Refuses: `not_permitted`.
    """
    require(actor, "notices.send")
    asked = {"at": at, "since": at - _LATELY, "ends_by": at + _ENDS_SOON, "limit": limit}
    notices = []
    for row in queries.rows("to_tell", asked):
        facts: dict[str, str | int] = {
            "offer_zh": row["title_zh"],
            "offer_en": row["title_en"],
            "date": city_day(row["valid_until"] - _INSTANT).isoformat(),
        }
        if row["what"] == "confirmed":
            facts["points"] = row["points"]
        notices.append(
            Notice(
                person_id=row["citizen_id"],
                template=_TEMPLATES[row["what"]],
                facts=facts,
                key=f"redemption/{row['id']}/{row['what']}",
                link=f"/m/mall/orders/{row['id']}",
            )
        )
    with transaction.atomic():
        return queue_notices(notices=notices, at=at)


def tell_refunded(*, redemption: Redemption, until: datetime, at: datetime) -> int:
    """Tells a citizen that the points of a redemption are back, to be used until then at least.

    Called inside the transaction that gave them back.
    """
    offer = queries.offer_by_id(redemption.offer_id)
    notice = Notice(
        person_id=redemption.citizen_id,
        template="redemption-refunded",
        facts={
            "offer_zh": offer.title_zh,
            "offer_en": offer.title_en,
            "points": redemption.points,
            "date": city_day(until - _INSTANT).isoformat(),
        },
        key=f"redemption/{redemption.id}/refunded",
        link=f"/m/mall/orders/{redemption.id}",
    )
    return queue_notices(notices=[notice], at=at)
