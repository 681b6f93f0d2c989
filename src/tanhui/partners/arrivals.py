"""Who knocks at the signed interface: the headers of a request against the keys of partners."""

from __future__ import annotations

from datetime import datetime

from tanhui.kernel.actors import Actor, Assurance
from tanhui.kernel.refusals import Forbidden, Refusal
from tanhui.partners import contract, keys, queries, signing
from tanhui.partners.signing import Key


def authenticate(
    *,
    message_id: str | None,
    timestamp: str | None,
    signatures: str | None,
    partner_code: str | None,
    body: bytes,
    at: datetime,
) -> Key:
    """The key that signed a request; `partner_code` is the header `tanhui-partner`, if sent.

    Without the code all keys that hold are tried. A refusal that the contract test asks for is
    ticked. Refuses: `partner_unknown`, `signature_missing`, `signature_invalid`, `key_revoked`,
    `signature_stale`.
    """
    known = keys.keys_to_try(partner_code=partner_code, at=at)
    if not known and partner_code is not None and not queries.exists(partner_code):
        raise Forbidden(
            "partner_unknown",
            zh="没有登记的数据方，请核对请求头 tanhui-partner。",
            en="No such partner is registered; check the header tanhui-partner.",
        )
    try:
        key = signing.signer(
            message_id=message_id,
            timestamp=timestamp,
            signatures=signatures,
            body=body,
            keys=known,
        )
    except Forbidden as refusal:
        _tick_wrong_signature(refusal, partner_code, at)
        raise
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


def _tick_wrong_signature(refusal: Refusal, partner_code: str | None, at: datetime) -> None:
    """Only a partner in the sandbox is noted: a stranger's noise writes nothing anywhere else."""
    if refusal.code != "signature_invalid" or partner_code is None:
        return
    partner = queries.partner(partner_code)
    if contract.status(partner.id) == "sandbox":
        contract.tick(partner_id=partner.id, codes=["wrong_signature_refused"], at=at)
