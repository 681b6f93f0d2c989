"""A random workload, answered by the books and by an independent model, compared at every step."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

import numpy as np
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tanhui.ledger import chart, commands, queries
from tanhui.ledger.chart import CHART, CITY_HOLDER_ID, Kind, Reason
from tanhui.ledger.transfers import (
    RESULTS,
    AccountKey,
    Phase,
    Resolution,
    Transfer,
    expiry_id,
)
from tanhui.runtime import binary
from tests.ledger.model import Books, Item
from tests.ledger.tables import START
from tests.ledger.workload import CITIZEN_KINDS, Maker

seeds = st.integers(0, 2**32)


class Workload(RuleBasedStateMachine):
    """Every rule asks both; the invariant compares all that both hold."""

    answered: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.at = START
        self.model = Books({kind.number: (kind.asset, kind.pooled) for kind in CHART})
        self.asked: list[Item] = []
        # Each run happens inside a transaction that is undone at its end.
        self.run = transaction.atomic()
        self.run.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.run.__exit__(None, None, None)

    @rule(holder_ids=st.sets(st.integers(1, 4), min_size=1), kind=st.sampled_from(CITIZEN_KINDS))
    def open(self, holder_ids: set[int], kind: Kind) -> None:
        opened = sum(self.model.open(holder_id, kind.number) for holder_id in holder_ids)
        assert commands.open_accounts(holder_ids=holder_ids, kinds=[kind]) == opened

    @initialize()
    def begin(self) -> None:
        for kind in CITIZEN_KINDS:
            self.open({1, 2, 3}, kind)
            self.issue({1, 2, 3}, 150, kind)

    @rule(seed=seeds)
    def post(self, seed: int) -> None:
        batch = Maker(seed, self.model, self.asked, self.at).batch()
        results = self.model.post(batch, self.at)
        assert commands.post_transfers(transfers=batch, at=self.at) == results
        Workload.answered.update(results)
        self.asked += [item for item in batch if item not in self.asked]

    @rule(
        holder_ids=st.sets(st.integers(1, 4)),
        amount=st.integers(1, 200),
        kind=st.sampled_from(CITIZEN_KINDS),
    )
    def issue(self, holder_ids: set[int], amount: int, kind: Kind) -> None:
        """Issues in the way of settlement, to those of the citizens whose account is open."""
        pool = chart.CREDIT_ISSUED if kind is chart.CREDIT_HELD else chart.REDUCTION_MEASURED
        holders = sorted(h for h in holder_ids if (h, kind.number) in self.model.accounts)
        numbers = [1_000_000 + len(self.model.transfers) + place for place in range(len(holders))]
        commands.issue(
            ids=binary.uuids(0, np.array(numbers, dtype=np.uint64)),
            holder_ids=np.array(holders, dtype=np.int64),
            amounts=np.full(len(holders), amount),
            pool=pool,
            credit=kind,
            reason=Reason.BEHAVIOUR_RECORDED,
            at=self.at,
        )
        batch: list[Item] = [
            Transfer(
                UUID(int=number),
                AccountKey(CITY_HOLDER_ID, pool),
                AccountKey(holder_id, kind),
                amount,
                Reason.BEHAVIOUR_RECORDED,
            )
            for number, holder_id in zip(numbers, holders, strict=True)
        ]
        assert set(self.model.post(batch, self.at)) <= {"ok"}
        self.asked += batch

    @rule(after=st.integers(1, 5))
    def wait(self, after: int) -> None:
        self.at += timedelta(hours=after)

    @rule(limit=st.integers(1, 3))
    def expire(self, limit: int) -> None:
        due = self.model.due(self.at)[:limit]
        assert commands.expire_due(at=self.at, limit=limit) == len(due)
        for pending_id in due:
            ended = Resolution(expiry_id(pending_id), pending_id, Phase.EXPIRE)
            assert self.model.post([ended], self.at) == ["ok"]

    @invariant()
    def nothing_differs(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT holder_id, kind, debits_pending, debits_posted, credits_pending,"
                " credits_posted FROM ledger_account UNION ALL"
                " SELECT holder_id, kind, sum(debits_pending), sum(debits_posted),"
                " sum(credits_pending), sum(credits_posted) FROM ledger_pool_entry GROUP BY 1, 2"
            )
            kept = {(row[0], row[1]): tuple(map(int, row[2:])) for row in cursor.fetchall()}
            cursor.execute("SELECT count(*) FROM ledger_transfer")
            count = cursor.fetchone()[0]
        wanted = {
            place: tuple(vars(account).values())
            for place, account in self.model.accounts.items()
            if place in kept or any(vars(account).values())
        }
        assert kept == wanted
        assert count == len(self.model.transfers)
        assert all(asset.matches for asset in queries.recount())


@pytest.mark.database
@pytest.mark.django_db
def test_the_books_answer_as_the_model_does() -> None:
    Workload.answered.clear()
    chosen: Any = settings(
        max_examples=50,
        stateful_step_count=30,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Workload, settings=chosen)
    print(Workload.answered)
    # The workload is worth something only while it really meets the rules.
    rare = {"credit_account_full", "points_stay_with_their_person"}
    missed = RESULTS - set(Workload.answered) - rare
    assert not missed
    assert Workload.answered["ok"] > 500
