"""Putting units on sale and taking them off again; the sponsor's budget moves with them."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.db import transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.ledger.chart import REASON_NUMBERS, Reason
from tanhui.rewards import queries, refusals
from tanhui.rewards.funding_refusals import BY_CODE
from tanhui.rewards.records import Batch
from tanhui.rewards.refusals import named

UNITS_MAX = 10_000_000
COST_FEN_MAX = 10_000_000


def stock_up(
    *,
    actor: Actor,
    offer_code: str,
    funding_id: int,
    units: int,
    cost_fen: int,
    opens_at: datetime,
    until: datetime,
    at: datetime,
) -> Batch:
    """Puts units of an offer on sale; `cost_fen` is what the sponsor owes for each.

    Refuses `not_permitted`, `batch_invalid`, `no_such_offer`, `offer_closed`, `no_such_funding`,
    `funding_ended`, `budget_insufficient`, `codes_missing`, `funding_not_agreed`,
    `funding_cost_above` and `funding_units_above`.
    """
    require(actor, "rewards.approve")
    if not (1 <= units <= UNITS_MAX and 0 <= cost_fen <= COST_FEN_MAX):
        raise refusals.batch_invalid()
    if not max(opens_at, at) < until:
        raise refusals.batch_invalid()
    with transaction.atomic():
        with named(BY_CODE):
            (row,) = queries.rows(
                "stock_up",
                {
                    "offer_code": offer_code,
                    "funding_id": funding_id,
                    "units": units,
                    "cost_fen": cost_fen,
                    "opens_at": opens_at,
                    "until": until,
                    "transfer_id": uuid4(),
                    "reason": REASON_NUMBERS[Reason.REWARD_STOCKED],
                    "at": at,
                },
            )
        write_audit(
            actor=actor,
            action="rewards.stock_up",
            subject=f"offer:{offer_code}",
            facts={"batch": row["batch_id"], "units": units, "cost_fen": cost_fen},
            at=at,
        )
    made = queries.batches(funding_id=funding_id)
    return next(batch for batch in made if batch.id == row["batch_id"])


def end_batch(*, actor: Actor, batch_id: int, at: datetime) -> int:
    """Takes what is left of a batch off sale; answers how many units. Refuses `not_permitted`."""
    require(actor, "rewards.approve")
    return take_off(actor=actor, batch_id=batch_id, at=at)


def take_off(*, actor: Actor, batch_id: int, at: datetime) -> int:
    """As `end_batch`, for commands of this room that have asked for their own permission."""
    with transaction.atomic():
        with named():
            (row,) = queries.rows(
                "end_batch",
                {
                    "batch_id": batch_id,
                    "transfer_id": uuid4(),
                    "reason": REASON_NUMBERS[Reason.REWARD_UNSOLD],
                    "at": at,
                },
            )
        write_audit(
            actor=actor,
            action="rewards.end_batch",
            subject=f"batch:{batch_id}",
            facts={"units": row["units"]},
            at=at,
        )
    return int(row["units"])
