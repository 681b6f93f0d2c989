"""What may happen to the public log. Called by commands of higher rooms, inside their transaction,
and by its publisher; nothing here authorises or audits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import connection

from tanhui.publiclog.leaves import leaf_bytes
from tanhui.publiclog.queries import last_alarm
from tanhui.runtime.sql import load

_ROOM = "tanhui.publiclog"
# A publisher that is started again and again finds the same fault again and again.
_SAME_ALARM = timedelta(hours=1)


def append_leaf(*, leaf: Mapping[str, object], at: datetime) -> int:
    """Writes one leaf beside the fact it tells of; answers its number in the outbox.

    The leaf is in the log once the publisher has come by: `queries.position` says where. It must
    hold no personal data, as it can never be taken back. Raises TypeError or ValueError for what
    a leaf cannot be (see `leaves.leaf_bytes`), and RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a leaf belongs to the transaction of its fact")
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "append"), {"leaf": leaf_bytes(leaf), "at": at})
        return int(cursor.fetchone()[0])


def number_leaves(*, limit: int) -> int:
    """Gives the next places of the log to at most `limit` leaves; answers to how many."""
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "number"), {"limit": limit})
        return int(cursor.fetchone()[0])


def keep_tree(*, size: int, root: bytes, note: str, at: datetime) -> None:
    """Keeps what the log signed, before anyone is shown it.

    The table refuses a second root of one size and any smaller tree (IntegrityError).
    """
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "sign"), {"size": size, "root": root, "note": note, "at": at})


def raise_alarm(*, code: str, words: str, at: datetime) -> None:
    """Keeps why the publisher stopped; the same again within the hour is not kept twice."""
    last = last_alarm()
    if last and (last.code, last.words) == (code, words) and at - last.at < _SAME_ALARM:
        return
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "raise_alarm"), {"at": at, "code": code, "words": words})
