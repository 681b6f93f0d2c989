"""Certificates as they were signed: kept in the retirement's own transaction, read for ever.

Called by commands of the registry; nothing here authorises or audits.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from tanhui.identity.resealing import SealedColumn
from tanhui.identity.sealing import seal, unseal
from tanhui.publiclog.leaves import instant
from tanhui.registry.certificate import issuer as issuers
from tanhui.registry.certificate.credential import Credential, Issuer, unsecured
from tanhui.registry.certificate.proofs import Proof
from tanhui.runtime import binary
from tanhui.runtime.sql import load

_ROOM = "tanhui.registry"
FIELD = "registry_certificate.credential"
SEALED = (
    SealedColumn(
        "registry_certificate",
        "credential_sealed",
        lambda _: FIELD,
        key_column="retirement_id",
    ),
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A certificate without its proof from the log; no credential where a person was erased."""

    credential: Credential | None
    proofs: tuple[Proof, ...]


def keep_certificate(
    *, retirement_id: UUID, credential: Mapping[str, object], signer: Issuer, at: datetime
) -> None:
    """Signs a credential and keeps it, beside the fact it tells of.

    `signer` is the issuer that the credential names, as `issuer.issuer()` answered it. Raises
    RuntimeError outside a transaction and IntegrityError for a second one of a retirement.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a certificate belongs to the transaction of its retirement")
    signed = issuers.secure(credential, signer=signer, created=instant(at))
    row: dict[str, UUID | bytes | str | datetime] = {
        "retirement_id": retirement_id,
        "credential_sealed": seal(unsecured(credential).decode(), field=FIELD),
        "proofs": json.dumps(signed),
        "at": at,
    }
    with binary.cursor(connection) as cursor:
        cursor.execute(load(_ROOM, "keep_certificate"), row)


def empty_certificate(*, retirement_id: UUID) -> None:
    """Takes what a certificate says, as the person it names asked to be forgotten."""
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "empty_certificate"), {"retirement_id": retirement_id})


def kept(retirement_id: UUID) -> Kept | None:
    """The certificate of a retirement, if it has one."""
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "certificate"), {"retirement_id": retirement_id})
        row = cursor.fetchone()
    if row is None:
        return None
    sealed, signed = row
    opened = None if sealed is None else json.loads(unseal(sealed, field=FIELD))
    # JSON columns come as text where a statement of our own asks for them.
    return Kept(opened, tuple(json.loads(signed) if isinstance(signed, str) else signed))
