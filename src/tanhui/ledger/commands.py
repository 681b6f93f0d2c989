"""What may happen to the books. Called only by commands of higher rooms, inside their transaction.

These functions neither authorise nor audit: the command that calls them does both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID, uuid5

import numpy as np
from django.db import connection

from tanhui.ledger.chart import CITY_HOLDER_ID, REASON_NUMBERS, Kind, Reason
from tanhui.ledger.transfers import Phase, Resolution, Transfer
from tanhui.runtime import binary
from tanhui.runtime.sql import load

_POSTING_ITEMS_MAX = 10_000
# Ids of expiries are derived, so that two runs of the same expiry are one.
_EXPIRY_NAMESPACE = UUID("5f0ac5be-2c1c-5a4b-9d0c-6f5b3f2f5a10")


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("the ledger refuses to work outside a transaction")


def open_accounts(*, holder_ids: Iterable[int] | binary.Column, kinds: Sequence[Kind]) -> int:
    """Opens what is missing of `kinds` for each holder; answers how many accounts were opened."""
    _require_transaction()
    holders = np.fromiter(holder_ids, dtype=np.int64)
    with connection.cursor() as cursor:
        binary.register(cursor.cursor)
        cursor.execute(
            load("tanhui.ledger", "open_accounts"),
            {
                "holder_ids": binary.Int8Array(holders),
                "kinds": [kind.number for kind in kinds],
            },
        )
        return int(cursor.fetchone()[0])


def post_transfers(
    *, transfers: Sequence[Transfer | Resolution], at: datetime
) -> list[str]:
    """Posts a batch as one statement; one result per item, in order (see `transfers.RESULTS`).

    An item that is refused leaves the others alone. Debits of one account are taken in order and
    do not overtake one another. Raises psycopg's SerializationFailure when another transaction
    won the same id; the caller then tries its transaction again.
    """
    _require_transaction()
    if len(transfers) > _POSTING_ITEMS_MAX:
        raise ValueError(f"at most {_POSTING_ITEMS_MAX} transfers in one batch")
    if not transfers:
        return []
    columns: dict[str, list[object]] = {name: [] for name in _COLUMNS}
    for item in transfers:
        for name, value in zip(_COLUMNS, _cells(item), strict=True):
            columns[name].append(value)
    with connection.cursor() as cursor:
        cursor.execute(load("tanhui.ledger", "post_transfers"), {**columns, "at": at})
        return list(cursor.fetchone()[0])


_COLUMNS = (
    "ids", "phases", "debit_holder_ids", "debit_kinds", "credit_holder_ids", "credit_kinds",
    "amounts", "pending_ids", "expires_at", "reasons",
)


def _cells(item: Transfer | Resolution) -> tuple[object, ...]:
    if isinstance(item, Resolution):
        return (
            item.id, int(item.phase), None, None, None, None, None, item.pending_id, None,
            REASON_NUMBERS[item.reason],
        )
    return (
        item.id, int(item.phase), item.debit.holder_id, item.debit.kind.number,
        item.credit.holder_id, item.credit.kind.number, item.amount, None, item.expires_at,
        REASON_NUMBERS[item.reason],
    )


def issue(
    *,
    ids: binary.Column,
    holder_ids: binary.Column,
    amounts: binary.Column,
    pool: Kind,
    credit: Kind,
    reason: Reason,
    at: datetime,
) -> None:
    """Issues from the city's `pool` to many holders in one statement (see `ledger_issue`).

    `ids` has dtype `V16`; `holder_ids` (int64, distinct, sorted) and `amounts` (int64, positive)
    have its shape. A repeated id or a missing account fails the whole statement.
    """
    _require_transaction()
    if len(ids) == 0:
        return
    with connection.cursor() as cursor:
        binary.register(cursor.cursor)
        cursor.execute(
            load("tanhui.ledger", "issue"),
            {
                "ids": binary.UuidArray(ids),
                "holder_ids": binary.Int8Array(holder_ids),
                "amounts": binary.Int8Array(amounts),
                "credit_kind": credit.number,
                "pool_holder_id": CITY_HOLDER_ID,
                "pool_kind": pool.number,
                "reason": REASON_NUMBERS[reason],
                "at": at,
            },
        )


def lock_holders(*, holder_ids: binary.Column, kind: Kind) -> None:
    """Holds the accounts of one kind of these holders until the transaction ends, in id order."""
    _require_transaction()
    with connection.cursor() as cursor:
        binary.register(cursor.cursor)
        cursor.execute(
            load("tanhui.ledger", "lock_holders"),
            {"holder_ids": binary.Int8Array(holder_ids), "kind": kind.number},
        )


def expire_due(*, at: datetime, limit: int = 1_000) -> int:
    """Ends pending transfers whose time has passed, oldest first; answers how many ended."""
    _require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(load("tanhui.ledger", "due"), {"at": at, "limit": limit})
        due = [row[0] for row in cursor.fetchall()]
    results = post_transfers(
        transfers=[
            Resolution(uuid5(_EXPIRY_NAMESPACE, str(pending_id)), pending_id, Phase.EXPIRE)
            for pending_id in due
        ],
        at=at,
    )
    return sum(result == "ok" for result in results)
