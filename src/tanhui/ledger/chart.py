"""The chart of accounts: every kind an account may have, and the asset it holds.

A kind that is not pooled may never owe: what is debited or reserved is at most what was credited.
A pooled kind is a source or a sink; it has no limit and no row of its own, only entries.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Asset(StrEnum):
    """What the books count, each in the unit its name ends in."""

    REDUCTION_MG = "REDUCTION_MG"
    POINT = "POINT"
    CREDIT_KG = "CREDIT_KG"
    FEN = "FEN"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of account: its number in the books, its code, its asset, pooled or not."""

    number: int
    code: str
    asset: Asset
    pooled: bool = False


CITIZEN_POINTS = Kind(1, "citizen.points", Asset.POINT)
CITIZEN_REDUCTION = Kind(2, "citizen.reduction", Asset.REDUCTION_MG)
# One account for each holder, project and vintage; the registry numbers them.
CREDIT_HELD = Kind(3, "credit.held", Asset.CREDIT_KG)
# What a sponsor gave its word for and has not yet put into stock; the holder is the window.
SPONSOR_BUDGET = Kind(4, "sponsor.budget", Asset.FEN)
POINTS_ISSUED = Kind(101, "points.issued", Asset.POINT, pooled=True)
POINTS_USED = Kind(102, "points.used", Asset.POINT, pooled=True)
REDUCTION_MEASURED = Kind(103, "reduction.measured", Asset.REDUCTION_MG, pooled=True)
CREDIT_ISSUED = Kind(104, "credit.issued", Asset.CREDIT_KG, pooled=True)
CREDIT_RETIRED = Kind(105, "credit.retired", Asset.CREDIT_KG, pooled=True)
CREDIT_CANCELLED = Kind(106, "credit.cancelled", Asset.CREDIT_KG, pooled=True)
# Credits that are frozen, pledged or held by a court wait on their way here and never arrive.
CREDIT_SET_ASIDE = Kind(107, "credit.set_aside", Asset.CREDIT_KG, pooled=True)
POINTS_EXPIRED = Kind(108, "points.expired", Asset.POINT, pooled=True)
POINTS_GIVEN = Kind(109, "points.given", Asset.POINT, pooled=True)
# The way of a reward's money, which is never ours: promised to a window, put into stock, owed to a
# merchant, paid. All but the first and the last have holders: windows, and merchants.
BUDGET_PROMISED = Kind(110, "budget.promised", Asset.FEN, pooled=True)
REWARD_STOCKED = Kind(111, "reward.stocked", Asset.FEN, pooled=True)
MERCHANT_DUE = Kind(112, "merchant.due", Asset.FEN, pooled=True)
MERCHANT_PAID = Kind(113, "merchant.paid", Asset.FEN, pooled=True)

CHART = (
    CITIZEN_POINTS,
    CITIZEN_REDUCTION,
    CREDIT_HELD,
    SPONSOR_BUDGET,
    POINTS_ISSUED,
    POINTS_USED,
    REDUCTION_MEASURED,
    CREDIT_ISSUED,
    CREDIT_RETIRED,
    CREDIT_CANCELLED,
    CREDIT_SET_ASIDE,
    POINTS_EXPIRED,
    POINTS_GIVEN,
    BUDGET_PROMISED,
    REWARD_STOCKED,
    MERCHANT_DUE,
    MERCHANT_PAID,
)

# Pools belong to the city itself, not to a holder.
CITY_HOLDER_ID = 0


class Reason(StrEnum):
    """Why a transfer was made."""

    BEHAVIOUR_RECORDED = "behaviour.recorded"
    BEHAVIOUR_VOIDED = "behaviour.voided"
    POINTS_SPENT = "points.spent"
    POINTS_RESERVED = "points.reserved"
    RESOLUTION = "resolution"
    CREDIT_ISSUED = "credit.issued"
    CREDIT_TRANSFERRED = "credit.transferred"
    CREDIT_RETIRED = "credit.retired"
    CREDIT_SET_ASIDE = "credit.set_aside"
    CREDIT_CANCELLED = "credit.cancelled"
    CREDIT_REPLACED = "credit.replaced"
    POINTS_RETURNED = "points.returned"
    POINTS_EXPIRED = "points.expired"
    POINTS_GIVEN = "points.given"
    BUDGET_PROMISED = "budget.promised"
    BUDGET_TAKEN_BACK = "budget.taken_back"
    REWARD_STOCKED = "reward.stocked"
    REWARD_UNSOLD = "reward.unsold"
    REWARD_OWED = "reward.owed"
    REWARD_RETURNED = "reward.returned"
    MERCHANT_PAID = "merchant.paid"


REASON_NUMBERS = {reason: number for number, reason in enumerate(Reason, start=1)}
