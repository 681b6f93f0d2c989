"""The recount finds every kind of damage that privileges and constraints would let an owner do."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tanhui.runtime.sql import load
from tests.conftest import DatabaseUrl
from tests.ledger import attacks

pytestmark = pytest.mark.database

NONE = (0, 0, 0, 0)
GOOD = {"CREDIT_KG": NONE, "FEN": NONE, "POINT": (2, 4, 0, 0), "REDUCTION_MG": NONE}
# Each with the accounts that then differ from their history, and what the total comes to.
DAMAGE = {
    "a balance raised": (
        "UPDATE ledger_account SET credits_posted = 101 WHERE holder_id = 1",
        (2, 4, 1, 1),
    ),
    "a debit and a credit raised alike": (
        "UPDATE ledger_account SET credits_posted = 101, debits_posted = 1 WHERE holder_id = 1",
        (2, 4, 1, 0),
    ),
    "a reservation forgotten": (
        "UPDATE ledger_account SET debits_pending = 0 WHERE holder_id = 1",
        (2, 4, 1, 0),
    ),
    "a reservation nobody made": (
        "UPDATE ledger_account SET credits_pending = 5 WHERE holder_id = 2",
        (2, 4, 1, 0),
    ),
    "an account removed": ("DELETE FROM ledger_account WHERE holder_id = 1", (2, 4, 1, -100)),
    "a transfer removed": ("DELETE FROM ledger_transfer WHERE phase = 0", (1, 4, 2, 0)),
    "a transfer changed": ("UPDATE ledger_transfer SET amount = 99 WHERE phase = 0", (2, 4, 2, 0)),
    "a transfer turned round": (
        "UPDATE ledger_transfer SET debit_holder_id = 1, debit_kind = 1, credit_holder_id = 0,"
        " credit_kind = 101 WHERE phase = 0",
        (2, 4, 2, 0),
    ),
    "a pool entry removed": ("DELETE FROM ledger_pool_entry WHERE kind = 101", (2, 4, 1, 100)),
    "a pool entry twice": (attacks.pool_entry("debits_posted", "100"), (2, 4, 1, -100)),
    "a pool's reservation forgotten": (
        "UPDATE ledger_pool_entry SET credits_pending = 0 WHERE kind = 102",
        (2, 4, 1, 0),
    ),
    # Two accounts do not show the end, and nothing keeps it from being made once more.
    "an end that may be made twice": (
        attacks.transfer(
            phase=3, debit="1, 1", credit="0, 102", amount=40, pending_id=f"'{attacks.HELD}'"
        ),
        (3, 4, 3, 0),
    ),
    "a reservation that nobody will expire": (
        "UPDATE ledger_transfer SET expires_at = '2026-03-02Z' WHERE phase = 1",
        (2, 4, 1, 0),
    ),
}
RECOUNT = load("tanhui.ledger", "recount")
Row = tuple[int, ...]


def recounted(connection: psycopg.Connection[Any]) -> dict[str, Row]:
    rows = connection.execute(RECOUNT.encode()).fetchall()
    return {row[0]: tuple(int(count) for count in row[1:]) for row in rows}


def test_an_honest_history_recounts_well(database_url: DatabaseUrl) -> None:
    with psycopg.connect(database_url.owner) as connection:
        connection.execute(attacks.SETUP.encode())
        assert recounted(connection) == GOOD
        connection.rollback()


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_found(database_url: DatabaseUrl, damage: str) -> None:
    statement, found = DAMAGE[damage]
    with psycopg.connect(database_url.owner) as connection:
        connection.execute(attacks.SETUP.encode())
        connection.execute(statement.encode())
        assert recounted(connection) == GOOD | {"POINT": found}
        connection.rollback()


def test_a_kind_that_nobody_knows_is_damage(database_url: DatabaseUrl) -> None:
    with psycopg.connect(database_url.owner) as connection:
        connection.execute(attacks.SETUP.encode())
        connection.execute(attacks.transfer(debit="1, 7777", credit="2, 7777").encode())
        assert recounted(connection) == GOOD | {"UNKNOWN": (0, 2, 2, 0)}
        connection.rollback()
