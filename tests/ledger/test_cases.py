"""The ledger's rules as text tables, and that no named result is without a case."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tanhui.config.database import Database
from tanhui.ledger import chart, commands, queries
from tanhui.ledger.chart import Reason
from tanhui.ledger.transfers import (
    AMOUNT_MAX,
    POSTING_ITEMS_MAX,
    RESULTS,
    AccountKey,
    Transfer,
)
from tests.ledger.tables import START, Case, Player, read_cases

ALL = list(read_cases())
# These need what no table can say; the tests below bring them about.
ELSEWHERE = {"credit_account_full"}


@pytest.mark.database
@pytest.mark.django_db
@pytest.mark.parametrize("case", ALL, ids=str)
def test_case(case: Case) -> None:
    Player().play(case)


def test_every_result_has_a_case() -> None:
    shown = {line.rpartition("= ")[2] for case in ALL for _, line in case.lines if "=" in line}
    assert shown | ELSEWHERE == RESULTS


def test_titles_are_unique() -> None:
    assert len({str(case) for case in ALL}) == len(ALL)


@pytest.mark.database
@pytest.mark.django_db
def test_an_account_that_has_been_credited_beyond_measure_takes_no_more() -> None:
    commands.open_accounts(holder_ids=[1, 2], kinds=[chart.CREDIT_HELD])
    pool = AccountKey(chart.CITY_HOLDER_ID, chart.CREDIT_ISSUED)
    full, other = (AccountKey(number, chart.CREDIT_HELD) for number in (1, 2))

    def move(debit: AccountKey, credit: AccountKey, amount: int, pending: bool = False) -> Transfer:
        return Transfer(uuid4(), debit, credit, amount, Reason.POINTS_SPENT, pending=pending)

    filling = [move(pool, full, AMOUNT_MAX) for _ in range(1_001)]
    assert set(commands.post_transfers(transfers=filling, at=START)) == {"ok"}
    more = [move(pool, full, 1), move(pool, full, 1, pending=True), move(full, other, 1)]
    assert commands.post_transfers(transfers=more, at=START) == [
        "credit_account_full",
        "credit_account_full",
        "ok",
    ]
    assert all(asset.matches for asset in queries.recount())


@pytest.mark.database
@pytest.mark.django_db
def test_a_batch_that_is_too_large_is_refused_before_it_is_sent() -> None:
    pool = AccountKey(chart.CITY_HOLDER_ID, chart.CREDIT_ISSUED)
    one = Transfer(uuid4(), pool, AccountKey(1, chart.CREDIT_HELD), 1, Reason.POINTS_SPENT)
    with pytest.raises(ValueError, match="at most 8192"):
        commands.post_transfers(transfers=[one] * (POSTING_ITEMS_MAX + 1), at=START)


@pytest.mark.database
@pytest.mark.django_db
def test_a_time_without_its_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        commands.post_transfers(transfers=[], at=START.replace(tzinfo=None))


@pytest.mark.database
def test_the_books_are_closed_outside_a_transaction(books: Database) -> None:
    del books
    with pytest.raises(RuntimeError, match="outside a transaction"):
        commands.post_transfers(transfers=[], at=START)
