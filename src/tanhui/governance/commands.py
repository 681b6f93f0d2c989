"""Writing the audit row, and chaining rows.

`write_audit` is called by the commands of higher rooms, inside their transaction.
"""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from tanhui.governance.codes import code_of, content, is_code, microseconds, sealed_bytes
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.runtime import binary
from tanhui.runtime.sql import load

ROWS_IN_A_ROUND = 10_000
_ROOM = "tanhui.governance"
# What stands before the first link.
_BEGIN = b"\0" * 32
_log = logging.getLogger("tanhui.governance")


def write_audit(
    *, actor: Actor, action: str, subject: str, facts: dict[str, object], at: datetime
) -> None:
    """Adds one audit row; refuses to work outside the transaction of the act itself.

    Its code is made here. It is chained later, so that nobody who settles waits for a chain's end.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an audit row belongs to the transaction of its act")
    with binary.cursor(connection) as cursor:
        cursor.execute(load(_ROOM, "next_audit"), {"facts": json.dumps(facts)})
        [(text, number)] = cursor.fetchall()
        told = content(number, actor.name, action, subject, text, microseconds(at))
        cursor.execute(
            load(_ROOM, "add_audit"),
            {
                "id": number,
                "at": at,
                "actor": actor.name,
                "action": action,
                "subject": subject,
                "facts": text,
                "mac": code_of(told),
            },
        )


def chain_rows(*, actor: Actor, at: datetime, most: int = ROWS_IN_A_ROUND) -> int:
    """Chains up to `most` rows that wait, and seals the new head; answers how many.

    A row with a wrong code is left where it is, for the check to tell of. While another round
    works, nothing is done. Refuses `not_permitted`.
    """
    require(actor, "audit.seal")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "lock_chain"))
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(load(_ROOM, "head"))
        last = cursor.fetchone()
        place, head = (last[0], bytes(last[2])) if last else (0, _BEGIN)
        cursor.execute(load(_ROOM, "waiting"), {"most": most})
        numbers, hashes = _links(cursor.fetchall(), head)
        if not numbers:
            return 0
        places = list(range(place + 1, place + 1 + len(numbers)))
        cursor.execute(load(_ROOM, "chain"), {"places": places, "numbers": numbers, "ends": hashes})
        seal: dict[str, int | bytes | datetime] = {
            "place": places[-1],
            "hash": hashes[-1],
            "mac": code_of(sealed_bytes(places[-1], hashes[-1])),
            "at": at,
        }
        cursor.execute(load(_ROOM, "add_seal"), seal)
        return len(numbers)


def _links(rows: list[tuple[Any, ...]], head: bytes) -> tuple[list[int], list[bytes]]:
    numbers, hashes = [], []
    for number, actor, action, subject, mac, facts, at_us in rows:
        told = content(number, actor, action, subject, facts, at_us)
        if not is_code(told, bytes(mac)):
            _log.error("审计记录 %s 的校验码不对 the audit row's code is wrong", number)
            continue
        head = hashlib.sha256(head + told).digest()
        numbers.append(number)
        hashes.append(head)
    return numbers, hashes


def note_published(*, place: int, audit_id: int, head: bytes, leaf: int, at: datetime) -> None:
    """Keeps under which number of the outbox a head was written into the public log.

    Raises RuntimeError outside the transaction that wrote the leaf.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a published head belongs to the transaction of its leaf")
    with connection.cursor() as cursor:
        cursor.execute(
            load(_ROOM, "add_published"),
            {"place": place, "audit_id": audit_id, "hash": head, "leaf": leaf, "at": at},
        )
