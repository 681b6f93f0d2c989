"""What the tests of the signed interface share: the partner's desk, its keys, its messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction

from tanhui.kernel.actors import Actor
from tanhui.partners import signing
from tanhui.partners.contract import approve_production
from tanhui.partners.deliveries import Counts, Delivery, body_digest, find_delivery
from tanhui.partners.keys import NewKey, active_keys, issue_key
from tanhui.partners.messages import Message, new_answer, open_messages, record_messages
from tanhui.partners.signing import Key
from tests.cast import BIKE, BIKE_DESK, NOW, OPERATOR, register_bike

WAIVED = "the tests say so"


def desk_of(partner_id: int) -> Actor:
    """The partner's own staff."""
    return replace(BIKE_DESK, organisation_id=partner_id)


def approved_bike() -> int:
    """The bike partner in production; answers its number."""
    partner_id = register_bike()
    approve_production(actor=OPERATOR, partner_code=BIKE, at=NOW, waive=WAIVED)
    return partner_id


def new_key(
    environment: str = "sandbox", algorithm: str = "hmac", at: datetime = NOW
) -> tuple[NewKey, Key]:
    """A key of the bike partner: as it is shown once, and as requests are verified with."""
    made = issue_key(
        actor=OPERATOR, partner_code=BIKE, environment=environment, algorithm=algorithm, at=at
    )
    return made, next(key for key in active_keys(BIKE) if key.id == made.id)


def a_key(secret: str = "", *, revoked: bool = False) -> Key:
    """A key of nobody in particular, for what needs no database."""
    return Key(
        id=uuid4(),
        partner_id=1,
        partner_code=BIKE,
        environment="production",
        algorithm="hmac",
        material=signing.parse_secret(secret or signing.new_secret()),
        revoked=revoked,
    )


def headers(
    secret: str, body: bytes, *, message_id: str = "msg_1", at: datetime = NOW, late_s: int = 0
) -> dict[str, str]:
    """The three headers of a message signed `late_s` seconds before `at`, as arguments."""
    timestamp = int((at - timedelta(seconds=late_s)).timestamp())
    return {
        "message_id": message_id,
        "timestamp": str(timestamp),
        "signatures": signing.sign(
            secret=secret, message_id=message_id, timestamp=timestamp, body=body
        ),
    }


def message(key: Key, message_id: str = "msg_1", body: bytes = b"[]") -> Message:
    """A message that this key has signed."""
    return Message(key, message_id, body_digest(body))


def answered(
    told: Message,
    *,
    recorded: int = 1,
    exists: int = 0,
    refused: int = 0,
    result: bytes = b'{"results":[]}',
    at: datetime = NOW,
) -> Delivery:
    """The message opened and answered, as the interface does it; what is kept of it."""
    counts = Counts(recorded + exists + refused, recorded, exists, 0, refused)
    with transaction.atomic():
        assert open_messages([told]) == [None]
        record_messages([told], [new_answer(result, counts)], received_at=at, took_ms=12)
    found = find_delivery(
        partner_id=told.key.partner_id,
        environment=told.key.environment,
        message_id=told.message_id,
    )
    assert found is not None
    return found
