"""What sponsors and merchants are told: a statement is ready, an offer has closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from tanhui.identity.queries import members
from tanhui.notices.commands import Notice, queue_notices
from tanhui.rewards import queries

_ROLES = ("merchant", "sponsor")


def tell_closed(*, funding_id: int, offer_ids: Sequence[int], at: datetime) -> int:
    """Tells whoever works for the merchants and the sponsor that offers have closed.

    Called inside the transaction that closed them; answers how many notices are new.
    """
    sponsor_id = queries.funding(funding_id).sponsor_id
    notices = []
    for offer_id in offer_ids:
        offer = queries.offer_by_id(offer_id)
        facts = {
            "offer_zh": offer.title_zh,
            "offer_en": offer.title_en,
            "reason_zh": "出资已结束",
            "reason_en": "its funding has ended",
        }
        for organisation_id, link in (
            (sponsor_id, f"/portal/sponsor/windows/{funding_id}"),
            (offer.merchant_id, f"/portal/merchant/offers/{offer.code}"),
        ):
            notices += [
                Notice(number, "offer-closed", facts, f"offer-closed:{offer.code}", link)
                for number in _staff(organisation_id)
            ]
    return queue_notices(notices=notices, at=at)


def tell_settled(*, month: date, at: datetime) -> int:
    """Tells both sides of every settlement of a month that is still to be paid.

    Called inside the transaction that made them; answers how many notices are new.
    """
    asked = {"id": None, "month": month, "sponsor_id": None, "merchant_id": None}
    notices = []
    for row in queries.rows("settlements", asked):
        if row["due_fen"] == 0 or row["sponsor_id"] == row["merchant_id"]:
            continue
        facts = {"month": f"{month:%Y-%m}", "amount": row["due_fen"]}
        for side in ("sponsor", "merchant"):
            link = f"/portal/{side}/statements/{month:%Y-%m}"
            key = f"settlement:{row['id']}"
            notices += [
                Notice(number, "settlement-ready", facts, key, link)
                for number in _staff(row[f"{side}_id"])
            ]
    return queue_notices(notices=notices, at=at)


def _staff(organisation_id: int) -> list[int]:
    """Who works for this organisation as a merchant or a sponsor."""
    return [
        member.person.id
        for role in _ROLES
        for member in members(role=role, organisation_id=organisation_id)
    ]
