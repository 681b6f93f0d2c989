"""What may happen to the books. Called only by commands of higher rooms, inside their transaction.

These functions neither authorise nor audit: the command that calls them does both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
from django.db import connection

from tanhui.ledger.chart import CITY_HOLDER_ID, REASON_NUMBERS, Kind, Reason
from tanhui.ledger.transfers import (
    POSTING_ITEMS_MAX,
    Phase,
    Resolution,
    Transfer,
    expiry_id,
)
from tanhui.runtime import binary
from tanhui.runtime.sql import load

_INT8_MAX = 2**63 - 1
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NO_ID = UUID(int=0)


@contextmanager
def _statement(*, at: datetime | None = None) -> Iterator[psycopg.Cursor[Any]]:
    """A cursor for one of this room's functions, in the transaction of the command that calls."""
    if not connection.in_atomic_block:
        raise RuntimeError("the ledger refuses to work outside a transaction")
    if at is not None and at.tzinfo is None:
        raise ValueError("the ledger needs a time that knows its zone")
    with binary.cursor(connection) as cursor:
        yield cursor


def open_accounts(*, holder_ids: Iterable[int] | binary.Column, kinds: Sequence[Kind]) -> int:
    """Opens what is missing of `kinds` for each holder; answers how many accounts were opened."""
    holders = np.fromiter(holder_ids, dtype=np.int64)
    numbers = np.array([kind.number for kind in kinds], dtype=np.int16)
    with _statement() as cursor:
        cursor.execute(
            load("tanhui.ledger", "open_accounts"),
            {"holder_ids": binary.Int8Array(holders), "kinds": binary.Int2Array(numbers)},
        )
        return int(cursor.fetchall()[0][0])


def post_transfers(*, transfers: Sequence[Transfer | Resolution], at: datetime) -> list[str]:
    """Posts a batch as one statement; one result per item, in order (see `transfers.RESULTS`).

    An item that is refused leaves the others alone. Debits of one account are taken in order and
    do not overtake one another; what the batch credits or releases is available in the next one.
    Raises Django's OperationalError, caused by SerializationFailure or DeadlockDetected, when
    another transaction won a race; nothing is kept, and the caller tries its transaction again.
    """
    if len(transfers) > POSTING_ITEMS_MAX:
        raise ValueError(f"at most {POSTING_ITEMS_MAX} transfers in one batch")
    with _statement(at=at) as cursor:
        if not transfers:
            return []
        cursor.execute(load("tanhui.ledger", "post_transfers"), {**_columns(transfers), "at": at})
        return list(cursor.fetchall()[0][0])


def _columns(transfers: Sequence[Transfer | Resolution]) -> dict[str, object]:
    """The batch as one array per column. A resolution takes accounts and amount from its transfer.

    Amounts beyond the range of the wire are as wrong as its ends, which the books refuse by name.
    """
    plain = [item if isinstance(item, Transfer) else None for item in transfers]
    pending_ids = [item.pending_id if isinstance(item, Resolution) else None for item in transfers]
    amounts = [min(max(item.amount, 0), _INT8_MAX) if item else 0 for item in plain]
    expiries = [item.expires_at if item else None for item in plain]
    return {
        "ids": _uuids([item.id for item in transfers]),
        "phases": _int2([int(item.phase) for item in transfers]),
        "debit_holder_ids": _int8([item.debit.holder_id if item else 0 for item in plain]),
        "debit_kinds": _int2([item.debit.kind.number if item else 0 for item in plain]),
        "credit_holder_ids": _int8([item.credit.holder_id if item else 0 for item in plain]),
        "credit_kinds": _int2([item.credit.kind.number if item else 0 for item in plain]),
        "amounts": _int8(amounts),
        "pending_ids": _uuids(pending_ids),
        "expires_at": _timestamps(expiries),
        "reasons": _int2([REASON_NUMBERS[item.reason] for item in transfers]),
    }


def _int2(values: Sequence[int]) -> binary.Int2Array:
    return binary.Int2Array(np.array(values, dtype=np.int16))


def _int8(values: Sequence[int]) -> binary.Int8Array:
    return binary.Int8Array(np.array(values, dtype=np.int64))


def _uuids(values: Sequence[UUID | None]) -> binary.UuidArray:
    present = _present(values)
    if not present.any():
        return binary.UuidArray(np.zeros(len(values), dtype="V16"), present)
    octets = b"".join([(value or _NO_ID).bytes for value in values])
    return binary.UuidArray(np.frombuffer(octets, dtype="V16"), present)


def _timestamps(values: Sequence[datetime | None]) -> binary.TimestamptzArray:
    ticks = [0 if value is None else (value - _EPOCH) // _MICROSECOND for value in values]
    return binary.TimestamptzArray(np.array(ticks, dtype=np.int64), _present(values))


def _present(values: Sequence[object | None]) -> binary.Present:
    return np.array([value is not None for value in values], dtype=np.bool_)


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
    with _statement(at=at) as cursor:
        if len(ids) == 0:
            return
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
    with _statement() as cursor:
        cursor.execute(
            load("tanhui.ledger", "lock_holders"),
            {"holder_ids": binary.Int8Array(holder_ids), "kind": kind.number},
        )


def expire_due(*, at: datetime, limit: int = 1_000) -> int:
    """Ends pending transfers whose time has passed, oldest first; answers how many ended."""
    with _statement(at=at) as cursor:
        cursor.execute(load("tanhui.ledger", "due"), {"at": at, "rows_max": limit})
        due = [row[0] for row in cursor.fetchall()]
    results = post_transfers(
        transfers=[
            Resolution(expiry_id(pending_id), pending_id, Phase.EXPIRE) for pending_id in due
        ],
        at=at,
    )
    return sum(result == "ok" for result in results)
