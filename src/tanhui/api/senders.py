"""Who sent a signed request: the key that signed it, and the actor it stands for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from tanhui.kernel.actors import Actor
from tanhui.partners.arrivals import actor_of, authenticate
from tanhui.partners.signing import Key

PARTNER_HEADER = "tanhui-partner"
ID_HEADER, TIMESTAMP_HEADER = "webhook-id", "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"


@dataclass(frozen=True, slots=True)
class Sender:
    """The key that signed, and the partner as the one who acts."""

    key: Key
    actor: Actor
    message_id: str


def sender_of(request: HttpRequest, body: bytes, at: datetime, *, lately: bool = False) -> Sender:
    """Who sent this; `lately` as in `arrivals.authenticate`.

    Refuses: `partner_unknown`, `signature_missing`, `signature_invalid`, `key_revoked`,
    `signature_stale`.
    """
    message_id = request.headers.get(ID_HEADER)
    key = authenticate(
        message_id=message_id,
        timestamp=request.headers.get(TIMESTAMP_HEADER),
        signatures=request.headers.get(SIGNATURE_HEADER),
        partner_code=request.headers.get(PARTNER_HEADER),
        body=body,
        at=at,
        lately=lately,
    )
    return Sender(key, actor_of(key), message_id or "")
