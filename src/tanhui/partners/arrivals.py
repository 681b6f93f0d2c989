"""Who knocks at the signed interface: the headers of a request against the keys of partners."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from threading import Lock

from tanhui.kernel.actors import Actor, Assurance
from tanhui.kernel.refusals import Forbidden
from tanhui.partners import contract, keys, queries, signing
from tanhui.partners.signing import Key

_KEPT_SECONDS = 5
_CODES_KEPT = 1_000


class KeyRing:
    """The keys to try, for a few seconds, so that not every request opens every secret anew."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[str | None, tuple[int, Sequence[Key]]] = {}

    def kept(self, code: str | None) -> Sequence[Key]:
        """The keys of a partner, or of all without a code, as they were lately; none if unknown."""
        found = self._kept.get(code)
        return found[1] if found is not None and time.monotonic_ns() < found[0] else ()

    def read(self, code: str | None, at: datetime) -> Sequence[Key]:
        """The same keys as the tables say now."""
        found = keys.keys_to_try(partner_code=code, at=at)
        until = time.monotonic_ns() + _KEPT_SECONDS * 1_000_000_000
        with self._lock:
            if len(self._kept) >= _CODES_KEPT:
                self._kept.clear()
            if found:
                self._kept[code] = until, found
        return found

    def forget(self) -> None:
        """Forgets everything, for whoever empties the tables under this process."""
        with self._lock:
            self._kept.clear()


KEYS = KeyRing()


def authenticate(
    *,
    message_id: str | None,
    timestamp: str | None,
    signatures: str | None,
    partner_code: str | None,
    body: bytes,
    at: datetime,
    lately: bool = False,
) -> Key:
    """The key that signed a request; `partner_code` is the header `tanhui-partner`, if sent.

    Without the code all keys that hold are tried. With `lately` a key that was read in the last
    seconds is taken, by those who look again whether it has ended (`messages.open_messages`). A
    refusal that the contract test asks for is ticked. Refuses: `partner_unknown`,
    `signature_missing`, `signature_invalid`, `key_revoked`, `signature_stale`.
    """
    code = partner_code or None
    told = {"message_id": message_id, "timestamp": timestamp, "signatures": signatures}
    key = _lately(told, body, KEYS.kept(code)) if lately else None
    if key is None:
        key = _now(told, body, code, at)
    try:
        signing.require_fresh(timestamp=timestamp or "", now=at)
    except Forbidden:
        if key.environment == "sandbox":
            contract.tick(partner_id=key.partner_id, codes=["stale_refused"], at=at)
        raise
    return key


def actor_of(key: Key) -> Actor:
    """The partner behind a key, as commands know it."""
    return Actor(
        name=f"partner:{key.partner_code}",
        roles=frozenset({"partner"}),
        organisation_id=key.partner_id,
        assurance=Assurance.KEY,
    )


def _lately(told: dict[str, str | None], body: bytes, kept: Sequence[Key]) -> Key | None:
    """The key if a kept one signed; whatever else it is, the tables decide."""
    try:
        return signing.signer(**told, body=body, keys=kept) if kept else None
    except Forbidden:
        return None


def _now(told: dict[str, str | None], body: bytes, code: str | None, at: datetime) -> Key:
    known = KEYS.read(code, at) if code is None or queries.is_code(code) else ()
    if not known and code is not None and not queries.exists(code):
        raise Forbidden(
            "partner_unknown",
            zh="没有登记的数据方，请核对请求头 tanhui-partner。",
            en="No such partner is registered; check the header tanhui-partner.",
        )
    try:
        return signing.signer(**told, body=body, keys=known)
    except Forbidden as refusal:
        if refusal.code == "signature_invalid" and code is not None:
            _tick_wrong_signature(code, at)
        raise


def _tick_wrong_signature(code: str, at: datetime) -> None:
    """Only a partner in the sandbox is noted: a stranger's noise writes nothing anywhere else."""
    partner = queries.partner(code)
    if contract.status(partner.id) == "sandbox":
        contract.tick(partner_id=partner.id, codes=["wrong_signature_refused"], at=at)
