"""Many messages of one partner at once: whether each is new, and what each was answered.

Any number of them takes the same number of statements; `deliveries` tells what was kept.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from tanhui.kernel.refusals import Conflict, Forbidden, Refusal
from tanhui.partners.deliveries import Counts
from tanhui.partners.signing import Environment, Key
from tanhui.runtime import binary
from tanhui.runtime.sql import load

_ROOM = "tanhui.partners"
_ZLIB_LEVEL = 1


@dataclass(frozen=True, slots=True)
class Message:
    """A signed request: who signed it, the partner's own id of it, and its body's SHA-256."""

    key: Key
    message_id: str
    digest: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a message is answered: JSON, and the counts of its rows."""

    id: UUID
    result: bytes = field(repr=False)
    counts: Counts


def new_answer(result: bytes, counts: Counts) -> Answer:
    """An answer that is to be kept under a new number."""
    return Answer(uuid4(), result, counts)


def _place(messages: Sequence[Message]) -> tuple[int, Environment]:
    places = {(message.key.partner_id, message.key.environment) for message in messages}
    if len(places) != 1:
        raise ValueError("messages are of one partner and one environment")
    return places.pop()


def _facts(messages: Sequence[Message]) -> dict[str, Any]:
    partner_id, environment = _place(messages)
    return {
        "partner_id": partner_id,
        "environment": environment,
        "message_ids": [message.message_id for message in messages],
        "key_ids": [message.key.id for message in messages],
    }


def open_messages(messages: Sequence[Message]) -> list[bytes | Refusal | None]:
    """For each message: None if it is new, the JSON that it was answered, or why it is refused.

    Inside a transaction: a twin that arrives elsewhere waits until this one is answered. Refuses,
    each message alone: `key_revoked` (since it was verified), `message_id_reused`.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a message is opened in the transaction that answers it")
    facts = _facts(messages)
    with binary.cursor(connection) as cursor:
        cursor.execute(load(_ROOM, "lock_messages"), facts)
        cursor.execute(load(_ROOM, "open_messages"), facts)
        found = cursor.fetchall()
    opened: list[bytes | Refusal | None] = []
    known: dict[str, bytes] = {}
    for message, (digest, result, key_ended) in zip(messages, found, strict=True):
        if key_ended:
            opened.append(_key_revoked())
        elif known.setdefault(message.message_id, digest or message.digest) != message.digest:
            opened.append(_reused(message.message_id))
        else:
            opened.append(None if result is None else zlib.decompress(result))
    return opened


def record_messages(
    messages: Sequence[Message],
    answers: Sequence[Answer],
    *,
    received_at: datetime,
    took_ms: int,
) -> None:
    """Keeps what new messages were answered, in the transaction that did it."""
    counts = [answer.counts for answer in answers]
    facts = _facts(messages) | {
        "ids": [answer.id for answer in answers],
        "digests": [message.digest for message in messages],
        "received_at": received_at,
        "took_ms": took_ms,
        "rows": [each.rows for each in counts],
        "recorded": [each.recorded for each in counts],
        "exists": [each.exists for each in counts],
        "held": [each.held for each in counts],
        "refused": [each.refused for each in counts],
        "reduction_mg": [each.reduction_mg for each in counts],
        "points": [each.points for each in counts],
        "results": [zlib.compress(answer.result, _ZLIB_LEVEL) for answer in answers],
    }
    with binary.cursor(connection) as cursor:
        cursor.execute(load(_ROOM, "record_messages"), facts)


def _key_revoked() -> Refusal:
    return Forbidden(
        "key_revoked",
        zh="签名所用的密钥已撤销，请改用有效的密钥。",
        en="The key of this signature has been revoked; sign with one that holds.",
    )


def _reused(message_id: str) -> Refusal:
    return Conflict(
        "message_id_reused",
        zh="webhook-id“{message_id}”已用于另一份内容，请换一个新的编号。",
        en="The webhook-id “{message_id}” was used for another body; take a new one.",
        message_id=message_id,
    )
