"""One transfer by itself answers and changes what a batch of one does."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import DatabaseUrl

pytestmark = pytest.mark.database

# A few holders and kinds, some of which do not exist or do not fit together.
SIDE = st.tuples(st.integers(0, 3), st.sampled_from([1, 2, 3, 101, 104, 105, 107, 99]))
ACT = st.tuples(
    st.sampled_from([0, 1]), SIDE, SIDE, st.sampled_from([-1, 0, 1, 7, 60, 10**15, 10**15 + 1])
)
BOOKS = """
INSERT INTO ledger_account (holder_id, kind, credits_posted, debits_pending) VALUES
(1, 3, 100, 40), (2, 3, 50, 0), (3, 3, 1000000000000000001, 0), (1, 1, 9, 0);
"""
# One statement sees both tables as they are at one moment.
STATE = """
SELECT
    (SELECT array_agg(account ORDER BY account.holder_id, account.kind)::text
     FROM ledger_account AS account),
    (SELECT array_agg(ROW(
        entry.kind, entry.debits_pending, entry.debits_posted, entry.credits_pending,
        entry.credits_posted
     ) ORDER BY
        entry.kind, entry.debits_pending, entry.debits_posted, entry.credits_pending,
        entry.credits_posted
     )::text FROM ledger_pool_entry AS entry),
    (SELECT array_agg(ROW(
        transfer.id, transfer.phase, transfer.debit_holder_id, transfer.debit_kind,
        transfer.credit_holder_id, transfer.credit_kind, transfer.amount, transfer.reason,
        transfer.recorded_at
     ) ORDER BY transfer.id)::text FROM ledger_transfer AS transfer)
"""
ONE = """
SELECT ledger_post_one(
    %(id)s, %(phase)s::smallint, %(debit)s, %(debit_kind)s::smallint, %(credit)s,
    %(credit_kind)s::smallint, %(amount)s, 7::smallint, '2026-03-20Z'
)
"""
BATCH = """
SELECT (ledger_post(
    ARRAY[%(id)s], ARRAY[%(phase)s::smallint], ARRAY[%(debit)s::bigint],
    ARRAY[%(debit_kind)s::smallint], ARRAY[%(credit)s::bigint], ARRAY[%(credit_kind)s::smallint],
    ARRAY[%(amount)s::bigint], ARRAY[NULL::uuid], ARRAY[NULL::timestamptz], ARRAY[7::smallint],
    '2026-03-20Z'
))[1]
"""


def _played(connection: psycopg.Connection[Any], how: str, acts: list[Any], ids: list[UUID]) -> Any:
    with connection.transaction(force_rollback=True):
        connection.execute(BOOKS)
        told = []
        for id_, (phase, debit, credit, amount) in zip(ids, acts, strict=True):
            values = {
                "id": id_,
                "phase": phase,
                "debit": debit[0],
                "debit_kind": debit[1],
                "credit": credit[0],
                "credit_kind": credit[1],
                "amount": amount,
            }
            told.append(connection.execute(how, values).fetchone())
        return told, connection.execute(STATE).fetchone()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=st.lists(ACT, min_size=1, max_size=8))
def test_one_by_itself_is_a_batch_of_one(database_url: DatabaseUrl, acts: list[Any]) -> None:
    ids = [uuid4() for _ in acts]
    with psycopg.connect(database_url.owner) as connection:
        assert _played(connection, ONE, acts, ids) == _played(connection, BATCH, acts, ids)


def test_one_never_ends_what_another_reserved(database_url: DatabaseUrl) -> None:
    values = {"id": uuid4(), "phase": 2, "debit": 1, "debit_kind": 3, "credit": 2, "amount": 1}
    with (
        psycopg.connect(database_url.app) as connection,
        pytest.raises(psycopg.errors.InvalidParameterValue, match="phase_must_begin"),
    ):
        connection.execute(ONE, {**values, "credit_kind": 3})
