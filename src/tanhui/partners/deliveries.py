"""Deliveries: what messages were answered, kept for a month; `messages` opens and keeps them.

A message is known by the partner, the environment and its own `webhook-id`. Whoever sends it again
with the same body gets the stored answer; with another body it is refused.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import NotFound, Refusal
from tanhui.partners.rows import fetch
from tanhui.partners.signing import Environment, is_message_id

KEPT = timedelta(days=31)
LISTED = 50


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of a delivery's rows; `rows` equals recorded + exists + held + refused."""

    rows: int
    recorded: int
    exists: int
    held: int
    refused: int
    reduction_mg: int = 0
    points: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery that was answered. `result` is the JSON that was answered; None in lists."""

    id: UUID
    partner_id: int
    environment: Environment
    message_id: str
    key_id: UUID
    received_at: datetime
    took_ms: int
    counts: Counts
    body_digest: bytes = field(repr=False)
    result: bytes | None = field(default=None, repr=False)


def body_digest(body: bytes) -> bytes:
    """What two bodies are compared by: SHA-256."""
    return hashlib.sha256(body).digest()


def find_delivery(*, partner_id: int, environment: Environment, message_id: str) -> Delivery | None:
    """The delivery of a message, with its result; None when it is not known or forgotten."""
    facts = {"partner_id": partner_id, "environment": environment, "message_id": message_id}
    found = fetch("find_delivery", facts) if is_message_id(message_id) else []
    return _delivery(found[0]) if found else None


def delivery(*, delivery_id: UUID, partner_id: int) -> Delivery:
    """One delivery of this partner, with its result. Refuses `no_such_delivery`."""
    found = fetch("one_delivery", {"id": delivery_id, "partner_id": partner_id})
    if not found:
        raise no_such_delivery()
    return _delivery(found[0])


def deliveries(*, partner_id: int, limit: int = LISTED) -> list[Delivery]:
    """The latest deliveries of a partner, newest first, without their results."""
    facts = {"partner_id": partner_id, "limit": limit}
    return [_delivery((*cells, None)) for cells in fetch("latest_deliveries", facts)]


def forget_old_deliveries(*, actor: Actor, at: datetime) -> int:
    """Forgets deliveries received over 31 days before `at`; answers how many.

    Refuses: `not_permitted`.
    """
    require(actor, "deliveries.forget")
    with transaction.atomic():
        forgotten = int(fetch("forget_deliveries", {"before": at - KEPT})[0][0])
        if forgotten:
            write_audit(
                actor=actor,
                action="partner.forget_deliveries",
                subject="deliveries",
                facts={"forgotten": forgotten},
                at=at,
            )
    return forgotten


def no_such_delivery() -> Refusal:
    """A delivery that is not there, not this partner's, or forgotten."""
    return NotFound(
        "no_such_delivery",
        zh="没有这次推送的记录；结果只保留 {days} 天。",
        en="There is no such delivery; results are kept for {days} days.",
        days=KEPT.days,
    )


def _delivery(cells: tuple[Any, ...]) -> Delivery:
    delivery_id, partner_id, environment, message_id, digest, key_id, received_at, took_ms = cells[
        :8
    ]
    return Delivery(
        id=delivery_id,
        partner_id=partner_id,
        environment=environment,
        message_id=message_id,
        key_id=key_id,
        received_at=received_at,
        took_ms=took_ms,
        counts=Counts(*cells[8:15]),
        body_digest=bytes(digest),
        result=zlib.decompress(cells[15]) if cells[15] is not None else None,
    )
