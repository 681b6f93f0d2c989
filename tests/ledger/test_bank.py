"""A bank in full swing: writers at once, a reader throughout, and nobody who waits for a pool."""

from __future__ import annotations

import threading
import time
from collections import Counter
from random import Random
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import OperationalError, transaction
from psycopg import errors

from tanhui.config.database import Database
from tanhui.ledger import chart, commands, queries
from tanhui.ledger.chart import (
    CITIZEN_POINTS,
    CITIZEN_REDUCTION,
    CITY_HOLDER_ID,
    CREDIT_HELD,
    Reason,
)
from tanhui.ledger.transfers import AccountKey, Phase, Resolution, Transfer
from tests.ledger import attacks
from tests.ledger.model import Item
from tests.ledger.tables import START
from tests.ledger.threads import PATIENCE_SECONDS, at_once

pytestmark = pytest.mark.database

HOLDERS = range(1, 41)
WRITERS = 4
SECONDS = 6.0
FUNDS = 500
POOLS = {
    CREDIT_HELD: (chart.CREDIT_ISSUED, chart.CREDIT_RETIRED),
    CITIZEN_REDUCTION: (chart.REDUCTION_MEASURED, chart.REDUCTION_MEASURED),
}
# Points stay with their person, so tellers leave them alone; raw calls spend them.
GIFTS = {**POOLS, CITIZEN_POINTS: (chart.POINTS_ISSUED, chart.POINTS_USED)}
# One statement is one snapshot: what it adds up was all true at the same moment.
TOTALS = """
WITH books AS (
    SELECT kind, credits_posted - debits_posted AS balance, debits_pending - credits_pending AS held
    FROM ledger_account
    UNION ALL
    SELECT kind, credits_posted - debits_posted, debits_pending - credits_pending
    FROM ledger_pool_entry
)
SELECT kind.asset, sum(books.balance), sum(books.held)
FROM books INNER JOIN ledger_kind AS kind ON kind.kind = books.kind
GROUP BY kind.asset
"""
NEGATIVE = """
SELECT count(*) FROM ledger_account
WHERE debits_posted + debits_pending > credits_posted
OR least(debits_posted, debits_pending, credits_posted, credits_pending) < 0
"""


def fund() -> None:
    """Opens the citizens' accounts and gives each some of every asset."""
    with transaction.atomic():
        commands.open_accounts(holder_ids=HOLDERS, kinds=list(GIFTS))
        gifts = [
            Transfer(
                UUID(int=kind.number * 1_000 + holder_id),
                AccountKey(CITY_HOLDER_ID, source),
                AccountKey(holder_id, kind),
                FUNDS,
                Reason.BEHAVIOUR_RECORDED,
            )
            for kind, (source, _) in GIFTS.items()
            for holder_id in HOLDERS
        ]
        assert set(commands.post_transfers(transfers=gifts, at=START)) == {"ok"}


class Teller:
    """One writer: moves, reserves, ends and repeats, and counts what it was answered."""

    def __init__(self, number: int) -> None:
        self.rng = Random(number)
        self.answers: Counter[str] = Counter()
        self.accepted: list[UUID] = []
        self.asked: list[Item] = []
        self.held: list[UUID] = []
        self.races_lost = 0

    def work(self, until: float) -> Teller:
        while time.monotonic() < until:
            batch = [self._item() for _ in range(self.rng.randint(1, 50))]
            try:
                with transaction.atomic():
                    results = commands.post_transfers(transfers=batch, at=START)
            except OperationalError as error:
                # Two tellers tried the same id between pools; nothing was kept.
                if not isinstance(error.__cause__, errors.SerializationFailure):
                    raise
                self.races_lost += 1
                continue
            self._remember(batch, results)
        return self

    def _remember(self, batch: list[Item], results: list[str]) -> None:
        self.answers.update(results)
        for item, result in zip(batch, results, strict=True):
            if result != "ok":
                continue
            self.accepted.append(item.id)
            if isinstance(item, Transfer) and item.pending:
                self.held.append(item.id)
        self.asked = (self.asked + batch)[-200:]

    def _item(self) -> Item:
        chance = self.rng.random()
        # Tellers share a small range of ids, so that they meet; the seed decides who is first.
        fresh = UUID(int=10**9 + self.rng.randrange(10**6 if chance < 0.9 else 50))
        if self.held and chance < 0.2:
            held = self.held.pop(self.rng.randrange(len(self.held)))
            return Resolution(fresh, held, self.rng.choice([Phase.POST, Phase.VOID]))
        if self.asked and chance < 0.3:
            return self.rng.choice(self.asked)
        kind = self.rng.choice(list(POOLS))
        source, sink = POOLS[kind]
        citizens = [AccountKey(holder_id, kind) for holder_id in self.rng.sample(HOLDERS, 2)]
        debit, credit = self.rng.choice(
            [
                (citizens[0], citizens[1]),
                (citizens[0], citizens[1]),
                (citizens[0], AccountKey(CITY_HOLDER_ID, sink)),
                (AccountKey(CITY_HOLDER_ID, source), citizens[1]),
            ]
        )
        pending = self.rng.random() < 0.4
        amount = self.rng.randint(1, FUNDS // 2)
        return Transfer(fresh, debit, credit, amount, Reason.POINTS_SPENT, pending=pending)


class Auditor:
    """Reads totals and negatives as fast as it can while others write."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.readings = 0
        self.wrong: list[Any] = []
        self.closing = threading.Event()

    def work(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            while not self.closing.is_set():
                for asset, total, held in connection.execute(TOTALS).fetchall():
                    if total != 0 or held != 0:
                        self.wrong.append((asset, total, held))
                if connection.execute(NEGATIVE).fetchone() != (0,):
                    self.wrong.append("negative")
                self.readings += 1


def test_concurrent_writers_keep_every_total_at_zero(books: Database) -> None:
    fund()
    auditor = Auditor(books.app_url)
    reading = threading.Thread(target=auditor.work)
    reading.start()
    try:
        until = time.monotonic() + SECONDS
        tellers = [Teller(number) for number in range(WRITERS)]
        at_once(WRITERS, lambda number: tellers[number].work(until))
    finally:
        auditor.closing.set()
        reading.join()
    assert not auditor.wrong
    assert auditor.readings > 20
    answers = sum((teller.answers for teller in tellers), Counter[str]())
    assert answers["ok"] > 1_000
    assert answers["exceeds_balance"] > 10
    assert answers["exists"] > 10
    accepted = Counter(transfer_id for teller in tellers for transfer_id in teller.accepted)
    assert max(accepted.values()) == 1
    recounted = queries.recount()
    assert all(asset.matches for asset in recounted)
    assert sum(asset.transfers for asset in recounted) == len(accepted) + 3 * len(HOLDERS)


def test_a_balance_is_spent_once_however_many_try(books: Database) -> None:
    del books
    fund()

    def spend(number: int) -> list[str]:
        with transaction.atomic():
            return commands.post_transfers(
                transfers=[
                    Transfer(
                        UUID(int=10**6 + number),
                        AccountKey(1, CREDIT_HELD),
                        AccountKey(CITY_HOLDER_ID, chart.CREDIT_RETIRED),
                        FUNDS // 3,
                        Reason.POINTS_SPENT,
                    )
                ],
                at=START,
            )

    answers = Counter(result for results in at_once(8, spend) for result in results)
    assert answers == {"ok": 3, "exceeds_balance": 5}


def test_the_same_batch_sent_by_many_at_once_counts_once(books: Database) -> None:
    del books
    fund()
    batch = [
        Transfer(
            UUID(int=10**6 + holder_id),
            AccountKey(holder_id, CREDIT_HELD),
            AccountKey(holder_id % len(HOLDERS) + 1, CREDIT_HELD),
            1,
            Reason.POINTS_SPENT,
        )
        for holder_id in HOLDERS
    ]

    def send(_: int) -> list[str]:
        with transaction.atomic():
            return commands.post_transfers(transfers=batch, at=START)

    answers = Counter(result for results in at_once(6, send) for result in results)
    assert answers == {"ok": len(HOLDERS), "exists": 5 * len(HOLDERS)}


def test_batches_on_one_pool_do_not_wait_for_each_other(books: Database) -> None:
    fund()
    with psycopg.connect(books.app_url) as first, psycopg.connect(books.app_url) as second:
        second.execute("SET lock_timeout = '2s'")
        first.execute(attacks.issue(ids=f"'{attacks.FRESH}'", holders="1"))
        second.execute(attacks.issue(ids=f"'{attacks.OTHER}'", holders="2"))
        # Both are still open here: neither pool nor kind nor sequence made the second one wait.
        for connection, number in ((first, 1), (second, 2)):
            posted = connection.execute(
                "SELECT ledger_post(ARRAY[gen_random_uuid()], '{0}', ARRAY[%s]::bigint[], '{1}',"
                " '{0}', '{102}', '{5}', ARRAY[NULL]::uuid[], ARRAY[NULL]::timestamptz[], '{1}',"
                " now())",
                [number],
            ).fetchone()
            assert posted == (["ok"],)
        second.commit()
        first.commit()
    assert all(asset.matches for asset in queries.recount())


def test_batches_on_one_account_do_wait(books: Database) -> None:
    fund()
    with psycopg.connect(books.app_url) as first, psycopg.connect(books.app_url) as second:
        second.execute("SET lock_timeout = '100ms'")
        first.execute(attacks.issue(ids=f"'{attacks.FRESH}'", holders="1"))
        with pytest.raises(errors.LockNotAvailable):
            second.execute(attacks.issue(ids=f"'{attacks.OTHER}'", holders="1"))
        second.rollback()
        second.execute("SET lock_timeout = '100ms'")
        with pytest.raises(errors.LockNotAvailable):
            second.execute("SELECT ledger_lock_holders('{1,2}', 1::smallint)")
        first.rollback()


def test_a_batch_that_waited_sees_what_the_first_one_spent(books: Database) -> None:
    fund()
    answers = []
    with psycopg.connect(books.app_url) as first, psycopg.connect(books.app_url) as second:
        assert first.execute(attacks.post(amount="300")).fetchone() == (["ok"],)
        late = attacks.post(id=f"'{attacks.OTHER}'", amount="300")
        waiting = threading.Thread(target=lambda: answers.append(second.execute(late).fetchone()))
        waiting.start()
        _wait_until_it_waits(first, second.info.backend_pid)
        first.commit()
        waiting.join()
    assert answers == [(["exceeds_balance"],)]


BETWEEN_POOLS = f"""SELECT ledger_post(
    ARRAY['{attacks.FRESH}']::uuid[], '{{0}}', '{{0}}', '{{101}}', '{{0}}', '{{102}}', '{{5}}',
    ARRAY[NULL]::uuid[], ARRAY[NULL]::timestamptz[], '{{1}}', now()
)"""


def test_a_lost_race_says_so(books: Database) -> None:
    raised: list[psycopg.Error] = []

    def post(connection: psycopg.Connection[Any]) -> None:
        try:
            connection.execute(BETWEEN_POOLS)
        except psycopg.Error as error:
            raised.append(error)

    # No account is locked between pools, so only the id itself tells that both are the same.
    with psycopg.connect(books.app_url) as first, psycopg.connect(books.app_url) as second:
        assert first.execute(BETWEEN_POOLS).fetchone() == (["ok"],)
        waiting = threading.Thread(target=post, args=(second,))
        waiting.start()
        _wait_until_it_waits(first, second.info.backend_pid)
        first.commit()
        waiting.join()
        assert [type(error) for error in raised] == [errors.SerializationFailure]
        second.rollback()
        assert second.execute(BETWEEN_POOLS).fetchone() == (["exists"],)


POST_BACKWARDS = """SELECT ledger_post(
    ARRAY[gen_random_uuid(), gen_random_uuid(), gen_random_uuid()], '{0, 0, 0}', '{3, 2, 1}',
    '{1, 1, 1}', '{0, 0, 0}', '{102, 102, 102}', '{5, 5, 5}', ARRAY[NULL, NULL, NULL]::uuid[],
    ARRAY[NULL, NULL, NULL]::timestamptz[], '{1, 1, 1}', now()
)"""
ISSUE_BACKWARDS = attacks.issue(
    f"'{attacks.FRESH}', '{attacks.OTHER}', gen_random_uuid()", "3, 2, 1", "5, 5, 5"
)


@pytest.mark.parametrize("call", [POST_BACKWARDS, ISSUE_BACKWARDS], ids=["post", "issue"])
def test_accounts_are_taken_in_order_so_that_nobody_waits_in_a_circle(
    books: Database, call: str
) -> None:
    fund()
    with (
        psycopg.connect(books.app_url) as first,
        psycopg.connect(books.app_url) as second,
        psycopg.connect(books.app_url) as third,
    ):
        third.execute("SET lock_timeout = '200ms'")
        third.commit()
        first.execute("SELECT ledger_lock_holders('{2}', 1::smallint)")
        # Asked for 3, 2 and 1, the second has taken 1 and waits for 2; so 3 is still free.
        waiting = threading.Thread(target=second.execute, args=(call,))
        waiting.start()
        try:
            _wait_until_it_waits(first, second.info.backend_pid)
            third.execute("SELECT ledger_lock_holders('{3}', 1::smallint)")
            with pytest.raises(errors.LockNotAvailable):
                third.execute("SELECT ledger_lock_holders('{1}', 1::smallint)")
        finally:
            third.rollback()
            first.rollback()
            waiting.join()
    assert all(asset.matches for asset in queries.recount())


def _wait_until_it_waits(connection: psycopg.Connection[Any], pid: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while connection.execute("SELECT cardinality(pg_blocking_pids(%s))", [pid]).fetchone() == (0,):
        assert time.monotonic() < deadline
        time.sleep(0.01)
