"""Keys of partners: issued or registered, several at a time, revoked for good.

A shared secret is kept sealed and shown once. Of a pair only the public half is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from psycopg import errors

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.identity.resealing import SealedColumn
from tanhui.identity.sealing import seal, unseal
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict, Exhausted, Invalid, NotFound
from tanhui.partners import queries, signing
from tanhui.partners.models import Partner
from tanhui.partners.rows import cleaned, fetch, require_own
from tanhui.partners.signing import Algorithm, Environment, Key

ACTIVE_KEYS_MAX = 5
# A delivery signed by a key that was revoked within this time is told so, not only refused.
_REVOKED_KNOWN = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made. `secret` (`whsec_…`, or `whsk_…` of a pair) is shown now and never again.

    `public` is the `whpk_…` of a pair; `secret` is empty where the partner registered its own.
    """

    id: UUID
    environment: Environment
    algorithm: Algorithm
    secret: str = field(repr=False)
    public: str = ""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key as pages show it, without its secret. `ended_at` is None while it holds."""

    id: UUID
    environment: Environment
    algorithm: Algorithm
    public: str
    created_at: datetime
    created_by: str
    ended_at: datetime | None
    ended_by: str | None
    reason: str | None


def issue_key(
    *,
    actor: Actor,
    partner_code: str,
    environment: str,
    algorithm: str,
    at: datetime,
) -> NewKey:
    """Makes a secret (`hmac`) or a pair (`ed25519`) for a partner and shows it this once.

    Refuses: `not_permitted`, `no_such_partner`, `key_kind_unknown`, `contract_not_passed` (a
    production key before the approval), `too_many_keys` (5 hold already in this environment).
    """
    partner = _own_partner(actor, partner_code)
    where, how = _kind(environment, algorithm)
    if how == "hmac":
        secret, public = signing.new_secret(), ""
    else:
        secret, public = signing.new_pair()
    key_id = _add(actor, partner, where, secret if how == "hmac" else None, public, at)
    return NewKey(id=key_id, environment=where, algorithm=how, secret=secret, public=public)


def register_public_key(
    *, actor: Actor, partner_code: str, environment: str, public_key: str, at: datetime
) -> NewKey:
    """Takes over the public half (`whpk_…`) of a pair that the partner made and keeps.

    Refuses: `not_permitted`, `no_such_partner`, `key_kind_unknown`, `key_malformed`, `key_known`,
    `contract_not_passed`, `too_many_keys`.
    """
    partner = _own_partner(actor, partner_code)
    where, how = _kind(environment, "ed25519")
    public = signing.public_text(signing.parse_public_key(public_key.strip()))
    key_id = _add(actor, partner, where, None, public, at)
    return NewKey(id=key_id, environment=where, algorithm=how, secret="", public=public)


def revoke_key(*, actor: Actor, partner_code: str, key_id: UUID, reason: str, at: datetime) -> None:
    """Ends a key for good; ending it again changes nothing.

    Refuses: `not_permitted`, `no_such_partner`, `text_too_long`, `no_such_key`.
    """
    partner = _own_partner(actor, partner_code)
    facts = {
        "partner_id": partner.id,
        "key_id": key_id,
        "at": at,
        "actor": actor.name,
        "reason": cleaned(reason),
    }
    with transaction.atomic():
        if not any(key.id == key_id for key in keys_of(partner.id)):
            raise NotFound(
                "no_such_key",
                zh="这个数据方没有这把密钥。",
                en="This partner has no such key.",
            )
        if fetch("end_key", facts):
            write_audit(
                actor=actor,
                action="partner.revoke_key",
                subject=f"partner:{partner.code}",
                facts={"key": str(key_id), "reason": facts["reason"]},
                at=at,
            )


def keys_of(partner_id: int) -> list[KeyRow]:
    """All keys of a partner, the newest first; revoked ones are among them."""
    return [
        KeyRow(cells[0], cells[1], cells[2], _public_text(cells[3]), *cells[4:])
        for cells in fetch("keys_of", {"partner_id": partner_id})
    ]


def active_keys(partner_code: str | None = None) -> list[Key]:
    """The keys that hold, of one partner or of all; to verify with, so secrets are open."""
    return _verifying("active_keys", {"code": partner_code})


def keys_to_try(*, partner_code: str | None, at: datetime) -> list[Key]:
    """As `active_keys`, and behind them those revoked in the last 31 days, marked `revoked`."""
    return _verifying("keys_to_try", {"code": partner_code, "since": at - _REVOKED_KNOWN})


def _verifying(name: str, facts: dict[str, Any]) -> list[Key]:
    return [
        Key(
            id=key_id,
            partner_id=partner_id,
            partner_code=code,
            environment=environment,
            algorithm=algorithm,
            material=_material(key_id, sealed, public),
            revoked=revoked,
        )
        for key_id, partner_id, code, environment, algorithm, sealed, public, revoked in fetch(
            name, facts
        )
    ]


def _own_partner(actor: Actor, partner_code: str) -> Partner:
    require(actor, "partner.keys")
    partner = queries.partner(partner_code)
    require_own(actor, partner.id, "partner.keys")
    return partner


def _kind(environment: str, algorithm: str) -> tuple[Environment, Algorithm]:
    for where in signing.ENVIRONMENTS:
        for how in signing.ALGORITHMS:
            if (where, how) == (environment, algorithm):
                return where, how
    raise Invalid(
        "key_kind_unknown",
        zh="环境只能是 sandbox 或 production，算法只能是 hmac 或 ed25519。",
        en="The environment is sandbox or production, the algorithm hmac or ed25519.",
    )


def _add(
    actor: Actor,
    partner: Partner,
    environment: Environment,
    secret: str | None,
    public: str,
    at: datetime,
) -> UUID:
    """Writes a key down under the partner's lock, so that five are never six."""
    key_id = uuid4()
    facts = {
        "id": key_id,
        "partner_id": partner.id,
        "environment": environment,
        "algorithm": "hmac" if secret else "ed25519",
        "secret_sealed": seal(secret, field=_field(key_id)) if secret else None,
        "public_key": signing.parse_public_key(public) if public else None,
        "at": at,
        "actor": actor.name,
    }
    try:
        with transaction.atomic():
            fetch("lock_partner", {"partner_id": partner.id})
            held = [key for key in keys_of(partner.id) if key.environment == environment]
            _refuse_too_many(held)
            fetch("add_key", facts)
            write_audit(
                actor=actor,
                action="partner.add_key",
                subject=f"partner:{partner.code}",
                facts={"key": str(key_id), "environment": environment, "public": public},
                at=at,
            )
    except IntegrityError as error:
        raise _told(error, partner) from None
    return key_id


def _refuse_too_many(held: Sequence[KeyRow]) -> None:
    if sum(key.ended_at is None for key in held) >= ACTIVE_KEYS_MAX:
        raise Exhausted(
            "too_many_keys",
            zh="这个环境已有 {most} 把有效密钥，请先撤销一把。",
            en="{most} keys hold in this environment; revoke one first.",
            most=ACTIVE_KEYS_MAX,
        )


def _told(error: IntegrityError, partner: Partner) -> Exception:
    """What the table's own refusal means to the one who asked."""
    cause = error.__cause__
    name = cause.diag.constraint_name if isinstance(cause, errors.IntegrityError) else None
    if name == "partners_key_approved":
        return Conflict(
            "contract_not_passed",
            zh="数据方 {code} 还没有获准上线，不能领取生产密钥。",
            en="{code} is not approved for production; it gets no production key yet.",
            code=partner.code,
        )
    if name == "partners_key_public_once":
        return Conflict(
            "key_known",
            zh="这把公钥已经登记过，请另外生成一对。",
            en="This public key has been registered before; make another pair.",
        )
    return error


def _field(key_id: UUID | str) -> str:
    """A sealed secret opens in its own row alone."""
    return f"partners.key.{key_id}"


def _material(key_id: UUID, sealed: memoryview | None, public: memoryview | None) -> bytes:
    if sealed is not None:
        return signing.parse_secret(unseal(sealed, field=_field(key_id)))
    return bytes(public or b"")


def _public_text(public: memoryview | None) -> str:
    return signing.public_text(bytes(public)) if public is not None else ""


SEALED = (SealedColumn("partners_key", "secret_sealed", _field),)
