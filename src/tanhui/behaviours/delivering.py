"""Messages of a partner, answered once each: their items are recorded, and the answer is kept.

Several messages of one partner may be answered by one transaction; see `gathering`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import numpy as np
from django.db import IntegrityError, OperationalError, transaction

from tanhui.behaviours.batch_reading import Batch, read_batch
from tanhui.behaviours.batches import (
    TRIES,
    BatchAnswer,
    ItemResult,
    Totals,
    ask_by_keys,
    days_of,
    has_lost,
    require_few,
    require_few_corrections,
    settle_batch,
    totals_of,
)
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Refusal
from tanhui.partners import quota
from tanhui.partners.contract import SandboxFacts, note_contract
from tanhui.partners.deliveries import Counts
from tanhui.partners.messages import Answer, Message, new_answer, open_messages, record_messages
from tanhui.partners.quota import Allowance
from tanhui.partners.rows import require_own


@dataclass(frozen=True, slots=True)
class Delivery:
    """A signed message and its items, each the bytes of one JSON value."""

    message: Message
    items: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Answered:
    """The JSON of a `BatchAnswer`, what is left of the quota, and whether it is an old answer."""

    result: bytes
    allowance: Allowance
    replayed: bool = False


def deliver(
    *, actor: Actor, deliveries: Sequence[Delivery], at: datetime
) -> list[Answered | Refusal]:
    """Records the items of several messages of one partner and environment, in one transaction.

    Each message is answered by itself; one that was answered before gets the same answer, and one
    of which another thread or program is answering a twin waits for it. Refuses, all of them:
    `not_permitted`, `too_many_items`, `too_many_corrections`, `quota_used_up`. Refuses, each alone:
    `key_revoked`, `message_id_reused`.
    """
    key = deliveries[0].message.key
    require(actor, "behaviours.record_batch")
    require_own(actor, key.partner_id, "behaviours.record_batch")
    begun = time.monotonic_ns()
    items = [item for delivery in deliveries for item in delivery.items]
    require_few(items)
    allowance = quota.take(
        partner_id=key.partner_id,
        environment=key.environment,
        items=len(items),
        requests=len(deliveries),
        at=at,
    )
    first = deliveries[0].message.message_id
    name = first if len(deliveries) == 1 else f"{first} +{len(deliveries) - 1}"
    batch = read_batch(key.partner_id, name, items, at)
    require_few_corrections(batch)
    for attempt in range(1, TRIES + 1):
        try:
            with transaction.atomic():
                ask_by_keys()
                told = _answer_new(actor, deliveries, batch, begun, at)
            return [
                each if isinstance(each, Refusal) else Answered(each[0], allowance, each[1])
                for each in told
            ]
        except (IntegrityError, OperationalError) as error:
            if not has_lost(error, attempt):
                raise
    raise AssertionError("unreachable")


def _answer_new(
    actor: Actor, deliveries: Sequence[Delivery], batch: Batch, begun: int, at: datetime
) -> list[tuple[bytes, bool] | Refusal]:
    """Opens the messages, settles those that are new, and keeps their answers."""
    messages = [delivery.message for delivery in deliveries]
    told: list[tuple[bytes, bool] | Refusal | None] = [
        (found, True) if isinstance(found, bytes) else found for found in open_messages(messages)
    ]
    places = _places(deliveries)
    new: dict[str, int] = {}
    for number, (message, found) in enumerate(zip(messages, told, strict=True)):
        if found is None:
            new.setdefault(message.message_id, number)
    if new:
        answers = _settle_new(actor, messages, batch, places, list(new.values()), at)
        record_messages(
            [messages[number] for number in new.values()],
            answers,
            received_at=at,
            took_ms=(time.monotonic_ns() - begun) // 1_000_000,
        )
        if messages[0].key.environment == "sandbox":
            _note(messages[0].key.partner_id, answers, batch, at)
        results = dict(zip(new, answers, strict=True))
        for number, message in enumerate(messages):
            if told[number] is None:
                twin = new[message.message_id] != number
                told[number] = (results[message.message_id].result, twin)
    return [each for each in told if each is not None]


def _places(deliveries: Sequence[Delivery]) -> list[range]:
    """Where the items of each message lie among all of them."""
    places, begin = [], 0
    for delivery in deliveries:
        places.append(range(begin, begin + len(delivery.items)))
        begin += len(delivery.items)
    return places


def _settle_new(
    actor: Actor,
    messages: Sequence[Message],
    batch: Batch,
    places: Sequence[range],
    new: Sequence[int],
    at: datetime,
) -> list[Answer]:
    rows = np.array([place for number in new for place in places[number]], dtype=np.int64)
    results = settle_batch(batch, rows, actor, messages[new[0]].key.environment, at)
    days = [batch.days[row] for row in rows.tolist()]
    answers, begin = [], 0
    for number in new:
        end = begin + len(places[number])
        answers.append(_answer(messages[number], results[begin:end], days[begin:end]))
        begin = end
    return answers


def _answer(message: Message, results: list[ItemResult], days: Sequence[int | None]) -> Answer:
    totals = Totals(**totals_of(results))
    answer = BatchAnswer(
        message.message_id, message.key.environment, results, totals, days_of(results, days)
    )
    counts = Counts(
        rows=totals.rows,
        recorded=totals.recorded,
        exists=totals.exists,
        held=totals.held,
        refused=totals.refused,
        reduction_mg=totals.reduction_mg,
        points=totals.points,
    )
    return new_answer(msgspec.json.encode(answer), counts)


def _note(partner_id: int, answers: Sequence[Answer], batch: Batch, at: datetime) -> None:
    """Ticks what sandbox messages showed; a mode counts once one of its rows is accepted."""
    rows = batch.rows
    modes = frozenset(
        mode for mode, refused in zip(rows.mode, rows.refused, strict=True) if refused is None
    )
    for answer in answers:
        counts = answer.counts
        facts = SandboxFacts(
            delivery_id=answer.id,
            recorded=counts.recorded,
            exists=counts.exists,
            refused=counts.refused,
            modes=modes if counts.recorded + counts.held else frozenset(),
        )
        note_contract(partner_id=partner_id, facts=facts, at=at)
