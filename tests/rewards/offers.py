"""Offers as their merchants write them, on their way to the shelf and on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from tanhui.rewards import catalogue
from tanhui.rewards.offer_fields import OfferFields
from tanhui.rewards.queries import offer
from tanhui.rewards.records import Offer
from tests.cast import NOW
from tests.path_two import PathTwo

TEA = OfferFields(
    kind="voucher",
    delivery="scan",
    category="food",
    title_zh="盖碗茶一位",
    title_en="A bowl of tea for one",
    about_zh="望江楼临江的座位，一位一碗，续水不限。",
    about_en="A seat by the river, one bowl, as much water as you like.",
    place_zh="望江楼茶驿",
    place_en="Wangjiang Tea House",
    price_points=260,
    value_fen=1_500,
    valid_days=30,
    art="tea",
)
METRO = OfferFields(
    kind="ticket",
    delivery="code",
    category="travel",
    title_zh="地铁单程券",
    title_en="Metro single ticket",
    price_points=200,
    value_fen=200,
    valid_days=30,
    person_day_max=2,
    art="metro",
)
# Who writes: the tea house scans vouchers, the ticket company brings codes.
MERCHANT, TICKETS = "merchant", "merchant-2"


def drafted(
    cast: PathTwo,
    fields: OfferFields = TEA,
    *,
    by: str = MERCHANT,
    at: datetime = NOW,
    **changed: Any,
) -> str:
    """A draft of one of the cast; answers its code."""
    wish = replace(fields, **changed)
    return catalogue.draft_offer(actor=cast.actor(by), fields=wish, at=at)


def submitted(
    cast: PathTwo,
    fields: OfferFields = TEA,
    *,
    by: str = MERCHANT,
    at: datetime = NOW,
    **changed: Any,
) -> str:
    """An offer that was handed in."""
    code = drafted(cast, fields, by=by, at=at, **changed)
    catalogue.submit_offer(actor=cast.actor(by), offer_code=code, at=at)
    return code


def approved(
    cast: PathTwo,
    fields: OfferFields = TEA,
    *,
    by: str = MERCHANT,
    at: datetime = NOW,
    **changed: Any,
) -> str:
    """An offer that one person of the operator approved."""
    code = submitted(cast, fields, by=by, at=at, **changed)
    catalogue.approve_offer(actor=cast.actor("operator"), offer_code=code, at=at)
    return code


def published(
    cast: PathTwo,
    fields: OfferFields = TEA,
    *,
    by: str = MERCHANT,
    at: datetime = NOW,
    **changed: Any,
) -> Offer:
    """An offer on the shelf, approved by `operator` and published by `operator-2`; no stock yet."""
    code = approved(cast, fields, by=by, at=at, **changed)
    catalogue.publish_offer(actor=cast.actor("operator-2"), offer_code=code, at=at)
    return offer(code)
