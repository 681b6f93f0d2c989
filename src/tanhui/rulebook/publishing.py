"""Writing a publication: the row, its leaf in the public log, and founding a city's book."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from psycopg.types.json import Jsonb

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.methodology.publishing import published_digests
from tanhui.publiclog.commands import append_leaf
from tanhui.rulebook import queries
from tanhui.rulebook.documents import KINDS, Document, documents
from tanhui.runtime.sql import load

_ROOM = "tanhui.rulebook"
_SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Decider:
    """Who took one step of a decision: `name` is committed to, never shown."""

    step: str
    role: str
    name: str
    person_id: int | None
    at: datetime


def commitment(salt: bytes, name: str) -> str:
    """The hex of SHA-256(salt ‖ name): says nothing of who it was until the salt is shown."""
    return hashlib.sha256(salt + name.encode()).hexdigest()


def write_publication(
    document: Document,
    *,
    basis: str,
    deciders: Sequence[Decider],
    proposal_id: int | None,
    body: str | None,
    at: datetime,
) -> int:
    """Writes one publication and its leaf in the caller's transaction; answers its number."""
    salts = [secrets.token_bytes(_SALT_BYTES) for _ in deciders]
    hidden = [commitment(salt, one.name) for salt, one in zip(salts, deciders, strict=True)]
    outbox_id = append_leaf(leaf=leaf_of(document, basis, hidden), at=at)
    persons = [one.person_id for one in deciders] or [None, None, None]
    facts: dict[str, Any] = {
        "kind": document.kind,
        "document": document.id,
        "version": document.version,
        "digest": document.digest,
        "effective_from": document.valid_from,
        "effective_until": document.valid_until,
        "basis": basis,
        "proposal_id": proposal_id,
        **dict(zip(("proposer_id", "seconder_id", "publisher_id"), persons, strict=True)),
        "decided": Jsonb(
            [
                {
                    "step": one.step,
                    "role": one.role,
                    "at": one.at.isoformat(),
                    "commitment": code,
                }
                for one, code in zip(deciders, hidden, strict=True)
            ]
        ),
        "salts": [salt.hex() for salt in salts],
        "outbox_id": outbox_id,
        "path": document.path,
        "body": body,
        "title_zh": document.title_zh,
        "title_en": document.title_en,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "add_publication"), facts)
        return int(cursor.fetchall()[0][0])


def leaf_of(document: Document, basis: str, by: Sequence[str]) -> dict[str, object]:
    """What the public log is told of a publication; no name, only commitments."""
    return {
        "v": 1,
        "t": "rule",
        "kind": document.kind,
        "id": document.id,
        "version": document.version,
        "digest": document.digest,
        "from": document.valid_from.isoformat(),
        "basis": basis,
        "by": list(by),
    }


def found(*, actor: Actor, at: datetime) -> int:
    """Writes every rule of the lock into the book that is not in it yet; answers how many.

    In production only an empty book is founded: afterwards a rule comes into force by a decision
    alone. Elsewhere what a later release brings is founded too. Refuses: `not_permitted`.
    """
    require(actor, "rules.found")
    if _nothing_missing():
        return 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Two programs that begin at once would both found.
            cursor.execute(load(_ROOM, "founding_lock"))
        known = {(kind, reference) for kind, _, reference in queries.rows("known_references", {})}
        if known and not settings.TANHUI.simulated:
            return 0
        root = settings.TANHUI.content_root
        frozen = {kind: published_digests(root, kind) for kind in KINDS}
        missing = [
            document
            for document in documents(root)
            if (document.kind, document.reference) not in known
            and frozen[document.kind].get(document.reference) == document.digest
        ]
        for document in missing:
            write_publication(
                document, basis="founding", deciders=(), proposal_id=None, body=None, at=at
            )
        if missing:
            write_audit(
                actor=actor,
                action="rules.found",
                subject="rulebook",
                facts={"documents": len(missing)},
                at=at,
            )
    return len(missing)


def _nothing_missing() -> bool:
    """Whether the book holds every line of the lock; reads no document."""
    known = {(kind, reference) for kind, _, reference in queries.rows("known_references", {})}
    root = settings.TANHUI.content_root
    locked = {(kind, reference) for kind in KINDS for reference in published_digests(root, kind)}
    return locked <= known
