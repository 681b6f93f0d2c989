"""What may happen to the public log. Called by commands of higher rooms, inside their transaction;
nothing here authorises or audits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection

from tanhui.publiclog.leaves import leaf_bytes
from tanhui.runtime.sql import load

_ROOM = "tanhui.publiclog"


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
