"""Who sent a signed request: the key that signed it, and the actor it stands for."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from django.http import HttpRequest

from tanhui.kernel.actors import Actor, Assurance
from tanhui.kernel.refusals import Refusal
from tanhui.partners import contract
from tanhui.partners.keys import keys_to_try
from tanhui.partners.signing import Key, require_fresh, signer

PARTNER_HEADER = "tanhui-partner"
ID_HEADER, TIMESTAMP_HEADER = "webhook-id", "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"
# A key that was revoked meanwhile is refused all the same where the message is opened; one that is
# new is found because a signature that does not hold is tried again with what the tables say now.
_KEPT_SECONDS = 5
_CODES_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Sender:
    """The key that signed, and the partner as the one who acts."""

    key: Key
    actor: Actor
    message_id: str


class _KeyRing:
    """The keys to try, for a few seconds, so that not every request opens every secret anew."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[str, tuple[int, Sequence[Key]]] = {}

    def keys(self, code: str, at: datetime, *, anew: bool = False) -> Sequence[Key]:
        """The keys of a partner, or of all where the code is empty."""
        now = time.monotonic_ns()
        found = self._kept.get(code)
        if found is not None and not anew and now < found[0]:
            return found[1]
        keys = keys_to_try(partner_code=code or None, at=at)
        with self._lock:
            if len(self._kept) >= _CODES_KEPT:
                self._kept.clear()
            self._kept[code] = (now + _KEPT_SECONDS * 1_000_000_000, keys)
        return keys

    def forget(self) -> None:
        """Forgets everything, for whoever empties the tables under this process."""
        with self._lock:
            self._kept.clear()


KEYS = _KeyRing()


def _signer(request: HttpRequest, body: bytes, at: datetime) -> Key:
    """The key that signed. A code that no partner has is refused like a wrong signature."""
    code = request.headers.get(PARTNER_HEADER, "")

    def of(keys: Sequence[Key]) -> Key:
        return signer(
            message_id=request.headers.get(ID_HEADER),
            timestamp=request.headers.get(TIMESTAMP_HEADER),
            signatures=request.headers.get(SIGNATURE_HEADER),
            body=body,
            keys=keys,
        )

    try:
        return of(KEYS.keys(code, at))
    except Refusal as refusal:
        if refusal.code == "signature_missing":
            raise
    return of(KEYS.keys(code, at, anew=True))


def sender_of(request: HttpRequest, body: bytes, at: datetime) -> Sender:
    """Who sent this. In the sandbox a refusal is noted: a partner has to see these once.

    Refuses: `signature_missing`, `signature_invalid`, `key_revoked`, `signature_stale`.
    """
    try:
        key = _signer(request, body, at)
    except Refusal as refusal:
        if refusal.code == "signature_invalid":
            _note_wrong(request, at)
        raise
    try:
        require_fresh(timestamp=request.headers.get(TIMESTAMP_HEADER, ""), now=at)
    except Refusal:
        if key.environment == "sandbox":
            contract.tick(partner_id=key.partner_id, codes=["stale_refused"], at=at)
        raise
    actor = Actor(
        name=f"partner:{key.partner_code}",
        roles=frozenset({"partner"}),
        organisation_id=key.partner_id,
        assurance=Assurance.KEY,
    )
    return Sender(key, actor, request.headers.get(ID_HEADER, ""))


def _note_wrong(request: HttpRequest, at: datetime) -> None:
    """A wrong signature counts for the partner it names, which must not be in production yet."""
    code = request.headers.get(PARTNER_HEADER, "")
    for key in KEYS.keys(code, at) if code else ():
        if key.environment == "sandbox" and not key.revoked:
            contract.tick(partner_id=key.partner_id, codes=["wrong_signature_refused"], at=at)
            return
