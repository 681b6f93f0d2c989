"""Chaining what was audited, and writing the chain's head into the public log once a day."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from tanhui.governance import queries as governance
from tanhui.governance.commands import ROWS_IN_A_ROUND, chain_rows, note_published, write_audit
from tanhui.governance.permissions import require
from tanhui.identity.audit.leaves import head_leaf
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day
from tanhui.publiclog.commands import append_leaf
from tanhui.runtime.sql import load


def seal_audit(*, actor: Actor, at: datetime) -> int:
    """One round: chains what waits, and publishes the head if today has none in the log yet.

    Answers how many rows were chained. Refuses `not_permitted`.
    """
    require(actor, "audit.seal")
    chained = more = chain_rows(actor=actor, at=at)
    while more == ROWS_IN_A_ROUND:
        more = chain_rows(actor=actor, at=at)
        chained += more
    publish_head(actor=actor, at=at)
    return chained


def publish_head(*, actor: Actor, at: datetime) -> int | None:
    """Writes the chain's head into the public log, once for each day of the city.

    Answers the leaf's number in the outbox, or None where there is nothing new to publish.
    Refuses `not_permitted`.
    """
    require(actor, "audit.seal")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(load("tanhui.identity", "lock_heads"))
        head, before = governance.head(), governance.last_published()
        if head is None:
            return None
        if before and (before.place == head.place or city_day(before.at) >= city_day(at)):
            return None
        leaf = append_leaf(leaf=head_leaf(head.audit_id, head.hash), at=at)
        note_published(place=head.place, audit_id=head.audit_id, head=head.hash, leaf=leaf, at=at)
        return leaf


def note_reading(*, actor: Actor, action: str, facts: dict[str, object], at: datetime) -> None:
    """The audit of the audit: who checked it or took it away as a file. Refuses `not_permitted`."""
    require(actor, "audit.read")
    with transaction.atomic():
        write_audit(actor=actor, action=action, subject="audit", facts=facts, at=at)
