"""How an event reaches the database: one call that moves blocks and books, refusals by their code.

Called by the commands of this room, inside their transaction; nothing here authorises or audits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import DatabaseError, connection
from psycopg.types.json import Jsonb

from tanhui.kernel.actors import Actor
from tanhui.ledger.chart import (
    CREDIT_RETIRED,
    CREDIT_SET_ASIDE,
    REASON_NUMBERS,
    Kind,
    Reason,
)
from tanhui.ledger.transfers import Phase
from tanhui.publiclog.leaves import leaf_bytes
from tanhui.registry import refusals
from tanhui.registry.certificate.credential import CertificateLine
from tanhui.registry.leaves import Leaf, Placed, Range, account_code
from tanhui.registry.queries import rows
from tanhui.runtime import binary
from tanhui.runtime.sql import load

_ROOM = "tanhui.registry"
# The state in which a function of the database refuses by name.
_REFUSED = "TH001"
# A leaf holds 60,000 bytes, and a piece at most 50 of them.
PIECES_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Line:
    """Kilograms of one project and vintage."""

    project_code: str
    vintage: int
    kg: int


@dataclass(frozen=True, slots=True)
class Where:
    """What becomes of the kilograms that an event takes."""

    state: str
    phase: Phase
    reason: Reason
    pool: Kind | None = None
    target: int | None = None


TO_HOLDER = ("held", Phase.POSTED, Reason.CREDIT_TRANSFERRED)
RETIRED = Where("retired", Phase.POSTED, Reason.CREDIT_RETIRED, CREDIT_RETIRED)
REPLACED = Where("retired", Phase.POSTED, Reason.CREDIT_REPLACED, CREDIT_RETIRED)
RESERVED = Where("reserved", Phase.PENDING, Reason.CREDIT_RETIRED, CREDIT_RETIRED)
ASIDE = Where("reserved", Phase.PENDING, Reason.CREDIT_SET_ASIDE, CREDIT_SET_ASIDE)


def to_holder(organisation_id: int) -> Where:
    """Into the account of an organisation."""
    state, phase, reason = TO_HOLDER
    return Where(state, phase, reason, target=organisation_id)


@dataclass(frozen=True, slots=True)
class Taken:
    """A run of numbers that an event took, where from, and where it is now."""

    first: int
    last: int
    account_id: int
    target_id: int

    @property
    def range(self) -> Range:
        """The first and the last number."""
        return (self.first, self.last)

    @property
    def placed(self) -> Placed:
        """The numbers and the account they were in."""
        return (self.first, self.last, account_code(self.account_id))


@dataclass(frozen=True, slots=True)
class Retired:
    """What a retirement took: the runs, what a certificate tells of each, and its number."""

    event_id: UUID
    taken: tuple[Taken, ...]
    lines: tuple[CertificateLine, ...]
    serial: int


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for an event, and under which reference of their own (unique for them)."""

    actor: Actor
    at: datetime
    organisation_id: int | None = None
    reference: str | None = None


def move(
    *,
    kind: str,
    asked: Asked,
    facts: Mapping[str, object],
    holders: Sequence[int | None],
    lines: Sequence[Line],
    where: Where,
) -> tuple[UUID, list[Taken]]:
    """Takes kilograms out of accounts (of `holders`, line by line; None is the project's buffer).

    Answers the event's id and the runs taken. Refuses what the database does, by its code.
    """
    event_id = uuid4()
    values = _event(event_id, kind, asked, facts) | _taking(holders, lines, where)
    return event_id, [Taken(*row) for row in _run("move", values)]


def retire(
    *,
    kind: str,
    asked: Asked,
    facts: Mapping[str, object],
    holder: int,
    lines: Sequence[Line],
    where: Where,
) -> Retired:
    """As `move`, and gives the next number of a retirement."""
    event_id = uuid4()
    taking = _taking([holder] * len(lines), lines, where)
    found = _run("move_retired", _event(event_id, kind, asked, facts) | taking)
    return Retired(
        event_id,
        tuple(Taken(*row[:4]) for row in found),
        tuple(CertificateLine(*row[4:10], *row[:2]) for row in found),
        found[0][10],
    )


def end_hold(
    *,
    kind: str,
    asked: Asked,
    facts: Mapping[str, object],
    hold_id: UUID,
    lines: int,
    retired: bool,
) -> tuple[UUID, list[Taken]]:
    """Ends what `hold_id` reserved: retired, or their holder's again."""
    event_id = uuid4()
    found = _run(
        "end_hold",
        {
            **_event(event_id, kind, asked, facts),
            "hold_id": hold_id,
            "resolution_ids": [uuid4() for _ in range(lines)],
            "phase": int(Phase.POST if retired else Phase.VOID),
            "to_state": "retired" if retired else "held",
        },
    )
    return event_id, [Taken(*row) for row in found]


def issue(*, asked: Asked, facts: Mapping[str, object], **what: object) -> tuple[UUID, list[Taken]]:
    """Issues what `what` tells of a verified period (the names of `issue.sql`)."""
    event_id = uuid4()
    event = _event(event_id, "issue", asked, facts)
    found = _run("issue", {**event, **what, "transfer_ids": [uuid4(), uuid4()]})
    return event_id, [Taken(*row) for row in found]


def line_count(event_id: UUID) -> int:
    """How many lines an event has in the books."""
    return int(rows("line_count", {"event_id": event_id})[0]["lines"])


def note(event_id: UUID, leaf: Leaf, at: datetime) -> int:
    """Tells the public log of an event, in the event's transaction; answers the leaf's number.

    Leaf and tie are one statement: a sale waits for every one that it sends.
    """
    (row,) = rows("note", {"event_id": event_id, "leaf": leaf_bytes(leaf), "at": at})
    return int(row["outbox_id"])


def _event(
    event_id: UUID, kind: str, asked: Asked, facts: Mapping[str, object]
) -> dict[str, object]:
    return {
        "event_id": event_id,
        "kind": kind,
        "at": asked.at,
        "actor": asked.actor.name,
        "organisation_id": asked.organisation_id,
        "reference": asked.reference,
        "facts": Jsonb(dict(facts)),
    }


def _taking(
    holders: Sequence[int | None], lines: Sequence[Line], where: Where
) -> dict[str, object]:
    return {
        "holders": list(holders),
        "projects": [line.project_code for line in lines],
        "vintages": [line.vintage for line in lines],
        "kgs": [line.kg for line in lines],
        "transfer_ids": [uuid4() for _ in lines],
        "target": where.target,
        "pool": where.pool.number if where.pool else None,
        "phase": int(where.phase),
        "to_state": where.state,
        "reason": REASON_NUMBERS[where.reason],
    }


def _run(statement: str, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
    with named(), binary.cursor(connection) as cursor:
        cursor.execute(load(_ROOM, statement), dict(values))
        found = cursor.fetchall()
    if len(found) > PIECES_MAX:
        raise refusals.too_many_pieces(PIECES_MAX)
    return found


@contextmanager
def named() -> Iterator[None]:
    """Turns what a function of the database refuses by name into the refusal of that name."""
    try:
        yield
    except DatabaseError as error:
        cause = error.__cause__
        if getattr(cause, "sqlstate", None) != _REFUSED:
            raise
        code = str(getattr(getattr(cause, "diag", None), "message_primary", ""))
        raise refusals.by_code(code) from error
