"""What one may know of the audit: its rows, its chain, and whether anybody touched them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from tanhui.governance.codes import content, is_code, sealed_bytes
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.runtime.sql import load

PAGE_ROWS = 100
FAULTS_NAMED = 100
_ROOM = "tanhui.governance"
_BEGIN = b"\0" * 32
_ROWS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Head:
    """The chain's end: how many links, the last row's number, its hash, when it was sealed."""

    place: int
    audit_id: int
    hash: bytes
    at: datetime | None


@dataclass(frozen=True, slots=True)
class PublishedHead:
    """The last head in the public log, and its number in the log's outbox."""

    place: int
    audit_id: int
    hash: bytes
    leaf: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing the check found: what happened, and to which row (or, of seals, which link).

    `kind` is edited, removed, inserted, reordered, cut (the chain is shorter than it was), resealed
    or unlisted (in no chain, and not waiting for one either).
    """

    kind: str
    number: int


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """What the check of all rows came to; `faults` names the first hundred."""

    rows: int
    links: int
    waiting: int
    head: Head | None
    faults: tuple[Fault, ...]
    found: dict[str, int]

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.found


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A row as readers see it; `place` is its link of the chain, None while it waits."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    place: int | None
    facts: str


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for. Texts match from their beginning; None stands for anything."""

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def head() -> Head | None:
    """The last link of the chain, or None before the first round."""
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "head"))
        row = cursor.fetchone()
    return Head(row[0], row[1], bytes(row[2]), row[3]) if row else None


def last_published() -> PublishedHead | None:
    """The last head that was written into the public log."""
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "last_published"))
        row = cursor.fetchone()
    return PublishedHead(row[0], row[1], bytes(row[2]), row[3], row[4]) if row else None


def link_of(audit_id: int) -> bytes | None:
    """The hash of a row's link, or None while the row is in no chain."""
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "link_of"), {"audit_id": audit_id})
        row = cursor.fetchone()
    return bytes(row[0]) if row else None


def waiting() -> int:
    """How many rows are not in the chain yet."""
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "chain_counts"))
        return int(cursor.fetchone()[0])


def search(
    *, actor: Actor, looked_for: Search, before: int | None = None, most: int = PAGE_ROWS
) -> list[AuditEntry]:
    """Rows, the newest first, with numbers below `before`. Refuses `not_permitted`."""
    require(actor, "audit.read")
    asked = {
        "before": before,
        "actor": _beginning(looked_for.actor),
        "action": _beginning(looked_for.action),
        "subject": _beginning(looked_for.subject),
        "since": looked_for.since,
        "until": looked_for.until,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "search"), asked)
        return [AuditEntry(*row) for row in cursor.fetchall()]


def all_found(*, actor: Actor, looked_for: Search) -> Iterator[AuditEntry]:
    """Every row of a search, the newest first, page by page. Refuses `not_permitted`."""
    before: int | None = None
    while True:
        rows = search(actor=actor, looked_for=looked_for, before=before, most=_ROWS_AT_ONCE)
        yield from rows
        if len(rows) < _ROWS_AT_ONCE:
            return
        before = rows[-1].id


def _beginning(text: str | None) -> str | None:
    if not text:
        return None
    for special in ("\\", "%", "_"):
        text = text.replace(special, "\\" + special)
    return text + "%"


def check_chain() -> ChainCheck:
    """Compares every row with its code and its link, every link with the one before it, every seal
    and published head with the chain.

    Whoever edits, removes, adds or reorders rows without our key is found, also a superuser; what
    is cut off the end together with its links and seals is found down to the last published head.
    """
    checking = _Checking()
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(load(_ROOM, "chain_and_rows"))
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            for row in rows:
                checking.look_at(row)
    return checking.result()


class _Checking:
    """The check's state between two rows of its one statement."""

    def __init__(self) -> None:
        self.rows = self.links = self.waiting = self.place = 0
        self.head = _BEGIN
        self.audit_id = 0
        self.faults: list[Fault] = []
        self.found: Counter[str] = Counter()
        # How far the chain must at least be sealed.
        self.sealed = 0

    def find(self, kind: str, number: int) -> None:
        self.found[kind] += 1
        if len(self.faults) < FAULTS_NAMED:
            self.faults.append(Fault(kind, number))

    def look_at(self, row: tuple[Any, ...]) -> None:
        place, audit_id, link, number, actor, action, subject, mac, waits = row[:9]
        facts, at_us = row[14:]
        if number is not None:
            self.rows += 1
            told = content(number, actor, action, subject, facts, at_us)
            genuine = is_code(told, bytes(mac))
        else:
            told, genuine = b"", False
        if place is None:
            self._unchained(number, waits, genuine, row)
            return
        self.links += 1
        if place != self.place + 1:
            self.find("cut" if place > self.place + 1 else "reordered", audit_id)
        stored = bytes(link)
        if number is None:
            self.find("removed", audit_id)
        elif not genuine:
            self.find("edited", number)
        elif hashlib.sha256(self.head + told).digest() != stored:
            self.find("reordered", number)
        self.place, self.head, self.audit_id = place, stored, audit_id
        self._sealed(row)

    def _unchained(
        self,
        number: int | None,
        waits: int | None,
        genuine: bool,
        row: tuple[Any, ...],
    ) -> None:
        if number is not None:
            self.waiting += 1
            if not genuine:
                self.find("inserted", number)
            elif waits is None:
                self.find("unlisted", number)
        elif waits is not None:
            self.find("removed", waits)
        elif row[9] is not None or row[12] is not None:
            self.find("cut", row[9] if row[9] is not None else row[12])

    def _sealed(self, row: tuple[Any, ...]) -> None:
        sealed_place, sealed_hash, sealed_mac, published_place, published_hash = row[9:14]
        if sealed_place is not None:
            self.sealed = sealed_place
            seal = sealed_bytes(sealed_place, bytes(sealed_hash))
            if bytes(sealed_hash) != self.head or not is_code(seal, bytes(sealed_mac)):
                self.find("resealed", sealed_place)
        if published_place is not None and bytes(published_hash) != self.head:
            self.find("resealed", published_place)

    def result(self) -> ChainCheck:
        # A round seals its own last link, so a chain never ends without a seal.
        if self.place > self.sealed:
            self.find("resealed", self.place)
        last = Head(self.place, self.audit_id, self.head, None) if self.place else None
        return ChainCheck(
            self.rows, self.links, self.waiting, last, tuple(self.faults), dict(self.found)
        )
